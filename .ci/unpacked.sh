#!/usr/bin/env bash
# Builds an image with buildah that holds real containers of files, made by their own tools, each with a planted token,
# some of them deleted by a later layer, and holds dregs to finding every one with its trail. Needs $DREGS and $DREGS_WORK.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. .ci/storage.sh
. .ci/plant.sh

work=$DREGS_WORK/unpacked
rm -rf "$work"
mkdir -p "$work/root/srv" "$work/root/var/cache/apt/archives" "$work/root/var/log" "$work/tmp"
root=$work/root
report=$work/report.json

token() { printf 'gh''p_%s' "$(hexOf "$1" 36)"; }

echo '+ git clone of a repository with history, packed by git gc'
git=(git -c user.name=ci -c user.email=ci@localhost -c init.defaultBranch=main -C "$work/tmp/origin")
git init -q -b main "$work/tmp/origin"
printf 'token: %s\n' "$(token packed)" >"$work/tmp/origin/deploy.yml"
"${git[@]}" add . && "${git[@]}" commit -qm 'Add deployment'
printf 'token: from the environment\n' >"$work/tmp/origin/deploy.yml"
for n in $(seq 40); do seq "$n" $((n + 400)) >"$work/tmp/origin/numbers"; "${git[@]}" add . && "${git[@]}" commit -qm "Count $n"; done
"${git[@]}" tag -a v1 -m 'first release' HEAD~20
git clone -q "file://$work/tmp/origin" "$root/srv/app"
git -C "$root/srv/app" gc -q --aggressive --prune=now
git clone -q --no-hardlinks "file://$work/tmp/origin" "$root/srv/loose"
printf 'stash %s\n' "$(token loose)" >"$root/srv/loose/work"
git -C "$root/srv/loose" add work
git -C "$root/srv/loose" -c user.name=ci -c user.email=ci@localhost stash -q

echo '+ zip: a jar in a war, a wheel'
mkdir -p "$work/tmp/jar/com" "$work/tmp/war/WEB-INF/lib" "$work/tmp/wheel/pkg"
printf 'a=1\ndb.token=%s\n' "$(token jar)" >"$work/tmp/jar/com/c.properties"
(cd "$work/tmp/jar" && zip -qr "$work/tmp/war/WEB-INF/lib/a.jar" .)
(cd "$work/tmp/war" && zip -qr "$root/srv/app.war" .)
printf 'TOKEN = "%s"\n' "$(token wheel)" >"$work/tmp/wheel/pkg/settings.py"
(cd "$work/tmp/wheel" && zip -qr "$root/srv/pkg-1.0-py3-none-any.whl" .)

echo '+ dpkg-deb, in the cache of apt'
mkdir -p "$work/tmp/deb/DEBIAN" "$work/tmp/deb/etc"
printf 'Package: planted\nVersion: 1\nArchitecture: all\nMaintainer: ci <ci@localhost>\nDescription: planted\n' >"$work/tmp/deb/DEBIAN/control"
printf '#!/bin/sh\n# %s\n' "$(token postinst)" >"$work/tmp/deb/DEBIAN/postinst"
chmod 755 "$work/tmp/deb/DEBIAN/postinst"
printf 'token=%s\n' "$(token deb)" >"$work/tmp/deb/etc/planted.conf"
dpkg-deb --root-owner-group -b "$work/tmp/deb" "$root/var/cache/apt/archives/planted_1_all.deb" >/dev/null

echo '+ sqlite3, a row deleted'
sqlite3 "$root/srv/app.db" <<SQL
PRAGMA secure_delete = off;
CREATE TABLE account (id INTEGER PRIMARY KEY, name TEXT, token TEXT);
INSERT INTO account (name, token) VALUES ('kept', '$(token row)'), ('gone', '$(token deleted-row)');
DELETE FROM account WHERE name = 'gone';
SQL

echo '+ gzip and xz logs, a UTF-16 file'
printf 'export GH_TOKEN=%s\n' "$(token gz)" | gzip >"$root/var/log/build.log.1.gz"
printf 'export GH_TOKEN=%s\n' "$(token xz)" | xz >"$root/var/log/build.log.2.xz"
printf 'token=%s\r\n' "$(token utf16)" | iconv -t UTF-16 >"$root/srv/settings.reg"

echo '+ skopeo: a docker archive and an OCI layout'
skopeo copy --quiet "oci-archive:$DREGS_WORK/images/small-oci.tar" "docker-archive:$root/srv/saved.tar:localhost/small:1"
skopeo copy --quiet "oci-archive:$DREGS_WORK/images/small-oci.tar" "oci:$root/srv/layout:1"

echo '+ encodings'
{
  printf 'apiVersion: v1\nkind: Secret\ndata:\n  token: %s\n' "$(token base64 | base64 -w0)"
  printf 'wrapped:\n%s\n' "$(printf 'some longer text that wraps over lines, then token=%s and its end' "$(token wrapped)" | base64 -w 40)"
} >"$root/srv/secret.yaml"
printf 'url=%%74oken%%3D%s\n' "$(token percent | sed 's/_/%5F/')" >"$root/srv/percent"

mkdir -p "$root/bin"
cp "$(command -v busybox)" "$root/bin/busybox"
for applet in sh rm; do ln -s busybox "$root/bin/$applet"; done
tar -C "$root" -cf "$work/root.tar" .
printf 'FROM scratch\nADD root.tar /\nCMD ["/bin/sh"]\n' >"$work/Base"
printf 'FROM localhost/unpacked-base\nRUN rm -rf /srv/app /srv/app.war /srv/app.db\nCMD ["/bin/sh"]\n' >"$work/Containerfile"
echo '+ buildah bud'
buildah bud --quiet --layers -t localhost/unpacked-base -f "$work/Base" "$work" >/dev/null
buildah bud --quiet --layers -t localhost/unpacked -f "$work/Containerfile" "$work" >/dev/null
skopeo copy --quiet containers-storage:localhost/unpacked "oci-archive:$work/image.tar"

code=0
"$DREGS" scan --no-progress -f json -o "$report" "oci-archive:$work/image.tar" || code=$?
[ "$code" = 1 ] || { echo "the scan ended with $code, want 1" >&2; exit 1; }
jq -e .complete "$report" >/dev/null || { echo "not complete" >&2; jq '.targets[].problems' "$report" >&2; exit 1; }

# found holds the report to a planted token: name, path, trail (a regular expression over the joined steps), visibility,
# and a further condition on the occurrence.
found() {
  jq -e --arg tail "$(token "$1" | tail -c 4)" --arg path "$2" --arg via "$3" --arg visibility "$4" '
    [.secrets[] | select(.redacted | endswith($tail)) | .occurrences[]
      | select(.path == $path and .visibility == $visibility and ((.via // []) | join("!") | test($via)) and ('"${5:-true}"'))]
    | length > 0' "$report" >/dev/null || {
    echo "the planted $1 is not found in $2 by /$3/ as $4" >&2
    jq --arg tail "$(token "$1" | tail -c 4)" '[.secrets[] | select(.redacted | endswith($tail)) | {rule, occurrences}]' "$report" >&2
    exit 1
  }
  echo "found $1"
}
pack=$(cd "$root" && ls srv/app/.git/objects/pack/*.pack)
commit=$("${git[@]}" rev-list --max-parents=0 HEAD)
found packed "$pack" '' deleted ".facts.commit == \"$commit\" and .facts.path == \"deploy.yml\" and .facts.tag == \"v1\" and (.facts[\"author-date\"] | length > 0)"
stash=$(cd "$root" && find srv/loose/.git/objects -type f -path "*/$(git -C "$root/srv/loose" rev-parse 'stash^{commit}:work' | sed 's,^..,&/,')")
found loose "$stash" '' visible '.facts.path == "work"'
found jar srv/app.war '^WEB-INF/lib/a\.jar!com/c\.properties$' deleted '.line == 2 and .column == 10'
found wheel srv/pkg-1.0-py3-none-any.whl '^pkg/settings\.py$' visible
found deb var/cache/apt/archives/planted_1_all.deb 'data\.tar.*etc/planted\.conf$' visible
found postinst var/cache/apt/archives/planted_1_all.deb 'control\.tar.*postinst$' visible
found row srv/app.db 'account' deleted
found deleted-row srv/app.db '' deleted
found gz var/log/build.log.1.gz '^gzip$' visible
found xz var/log/build.log.2.xz '^xz$' visible
found utf16 srv/settings.reg 'utf-16|text' visible
found base64 srv/secret.yaml 'base64' visible
found wrapped srv/secret.yaml 'base64' visible
found percent srv/percent 'percent' visible
for inside in srv/saved.tar srv/layout; do
  jq -e --arg inside "$inside" --arg tail "${github: -4}" '
    (.targets[0].images | to_entries | map(select(.value.via == [$inside])) | .[0].key) as $image
    | any(.secrets[]; (.redacted | endswith($tail)) and any(.occurrences[]; .image == $image and .path == "srv/.env" and .visibility == "deleted"))' \
    "$report" >/dev/null || { echo "the image in $inside is not told as an image of its own" >&2; jq '.targets[0].images | map({via, digest})' "$report" >&2; exit 1; }
  echo "found the image in $inside"
done

#!/usr/bin/env bash
# Fills Debian's docker-registry by skopeo with 25 repositories (50 with --full) of 4 tags, then does to it what intruders and housekeeping do:
# tags moved, a manifest deleted, an upload interrupted, a layer put into an image. dregs has to tell the same over HTTP and
# from the storage, more from the storage, what changed, and who pulled; and its purge plan, carried out, has to leave nothing.
# Needs $DREGS and $DREGS_WORK.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. .ci/storage.sh
. .ci/checks.sh

home=$DREGS_WORK/registrystorage
address=127.0.0.1:5056
user=auditor
password=$(head -c 12 /dev/urandom | od -An -tx1 | tr -d ' \n')
rm -rf "$home"
mkdir -p "$home/docker"
htpasswd -Bbn -C 5 "$user" "$password" >"$home/htpasswd"
printf '{"auths": {"%s": {"auth": "%s"}}}' "$address" "$(printf '%s:%s' "$user" "$password" | base64 -w0)" >"$home/docker/config.json"
printf 'user = "%s:%s"\n' "$user" "$password" >"$home/curl"
cp "$home/docker/config.json" "$home/auth.json"
export DOCKER_CONFIG=$home/docker CURL_CONFIG=$home/curl REGISTRY_AUTH_FILE=$home/auth.json
cat >"$home/config.yml" <<CONF
version: 0.1
log: {level: info, formatter: text, accesslog: {disabled: false}}
storage: {filesystem: {rootdirectory: $home/storage}, delete: {enabled: true}}
http: {addr: $address}
auth: {htpasswd: {realm: dregs, path: $home/htpasswd}}
CONF

registry=
start() { serve "$home/config.yml" "$address" "$home/access.log"; }
stop() {
  [ -z "$registry" ] || { kill "$registry" 2>/dev/null || true; wait "$registry" 2>/dev/null || true; }
  registry=
}
trap stop EXIT

repositories=25
[ -z "$DREGS_CI_FULL" ] || repositories=50
go run .ci/registryimages.go "$home/images" "$repositories"
start
echo "+ skopeo copy oci:… docker://… ($((4 * repositories)) times)"
push() {
  for v in 0 1 2 3; do
    skopeo copy --quiet --dest-tls-verify=false "oci:$home/images/layout:r$1-v$v" "docker://$address/team$(($1 % 4))/app$1:v$v"
  done
}
export -f push
export home address
# The registry writes its links in place: two pushes of one blob into one repository, or of a blob that is new to it, can
# read each other's half of one. So the three base layers come first, and a repository is filled by one process.
for r in 0 1 2; do push "$r"; done
seq 3 $((repositories - 1)) | xargs -P 4 -I '{}' bash -euo pipefail -c 'push {}'

want 0 "$DREGS" registry inventory --plain-http -f json -o "$home/before.json" "$address"
holds "$home/before.json" "(.repositories | length) == $repositories and ([.repositories[].tags[]] | length) == $((4 * repositories))"

echo '+ a tag moved, a layer put into an image, a manifest deleted, an upload interrupted, an image pulled'
skopeo copy --quiet --src-tls-verify=false --dest-tls-verify=false "docker://$address/team0/app0:v2" "docker://$address/team0/app0:v1"
skopeo copy --quiet --dest-tls-verify=false "oci:$home/images/layout:evil" "docker://$address/team3/app7:v3"
deleted=$(jq -r '.repositories[] | select(.path == "team2/app10").tags[] | select(.name == "v1").digest' "$home/before.json")
curl -sSf --config "$home/curl" -X DELETE "http://$address/v2/team2/app10/manifests/$deleted"
where=$(curl -sSf --config "$home/curl" -X POST -D - -o /dev/null "http://$address/v2/team1/app1/blobs/uploads/" | tr -d '\r' | sed -n 's/^[Ll]ocation: //p')
curl -sSf --config "$home/curl" -X PATCH -H 'Content-Type: application/octet-stream' --data-binary "@$home/images/upload" -o /dev/null "$where"
skopeo copy --quiet --src-tls-verify=false "docker://$address/team0/app20:v1" "dir:$home/pulled"
cp "$home/access.log" "$home/until-then.log"

want 1 "$DREGS" registry diff --plain-http -f json -o "$home/diff.json" "$home/before.json" "$address"
holds "$home/diff.json" '.changes[0] | .kind == "layer-inserted" and .severity == "critical" and .repository == "team3/app7" and .tag == "v3"'
holds "$home/diff.json" '[.changes[] | select(.kind == "tag-moved") | .repository + ":" + .tag] == ["team0/app0:v1"]'
holds "$home/diff.json" '[.changes[] | select(.kind == "tag-gone") | .repository + ":" + .tag] == ["team2/app10:v1"]'

want 1 "$DREGS" registry scan --no-progress --plain-http -f json -o "$home/http.json" "$address"
want 1 "$DREGS" registry scan --no-progress -f json -o "$home/storage.json" "$home/storage"
reach='[.secrets[] | select(.reach.tags | length > 0) | {rule, redacted, tags: .reach.tags, digests: .reach.digests, repositories: .reach.repositories}] | sort'
diff -u <(jq -S "$reach" "$home/http.json") <(jq -S "$reach" "$home/storage.json") || { echo 'HTTP and storage differ' >&2; exit 1; }
holds "$home/http.json" '(.secrets | length) == 3 and .complete'
holds "$home/storage.json" '(.secrets | length) == 6 and .complete'
holds "$home/storage.json" '[.secrets[].occurrences[] | select(.state == "upload")] | length == 1'
holds "$home/storage.json" '[.secrets[].reach.past_tags // [] | .[]] == ["team0/app0:v1"]'

want 1 "$DREGS" registry pulls -f json -o "$home/pulls.json" "$home/storage.json" --access-log "$home/until-then.log"
holds "$home/pulls.json" '[.secrets[] | select(.taken)] | length == 1'
holds "$home/pulls.json" '.secrets[] | select(.taken).clients[0] | .repositories == ["team0/app20"] and (.agent | test("containers/|skopeo")) and .address == "127.0.0.1"'

want 0 "$DREGS" registry purge-plan -f json -o "$home/plan.json" "$home/storage.json"
want 0 "$DREGS" registry purge-plan --script --registry "http://$address" -o "$home/purge.sh" "$home/storage.json"
want 0 sh "$home/purge.sh"
want 0 "$DREGS" registry scan --no-progress --plain-http -q "$address"
stop
echo '+ docker-registry garbage-collect'
env -u REGISTRY_AUTH_FILE docker-registry garbage-collect "$home/config.yml" >"$home/collected" 2>&1
jq -r '.files[] | select(.state == "upload").name' "$home/plan.json" | while read -r name; do rm -r "$(dirname "$home/storage/$name")"; done
jq -r '.blobs[]' "$home/plan.json" | while read -r blob; do
  hex=${blob#sha256:}
  [ ! -e "$home/storage/docker/registry/v2/blobs/sha256/${hex:0:2}/$hex/data" ] || { echo "$blob is still there" >&2; exit 1; }
done
want 0 "$DREGS" registry scan --no-progress -q "$home/storage"
start
want 0 "$DREGS" registry scan --no-progress --plain-http -q "$address"

if grep -rqF "$password" "$home"/*.json "$home/purge.sh"; then
  echo "the registry's password is in the output" >&2
  exit 1
fi

#!/usr/bin/env bash
# Lets buildah, podman, skopeo and a registry write logs of one image, and holds dregs to three things: each log names the
# image by what the tool printed, dregs ties it to the archive scanned beside it, and logs of other hashes stay silent.
# Needs $DREGS and $DREGS_WORK.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. .ci/storage.sh

logs=$DREGS_WORK/logs
context=$DREGS_WORK/logs-context
rm -rf "$logs" "$context"
mkdir -p "$logs" "$context"
cp "$(command -v busybox)" "$context/sh"
date +%N >"$context/motd"
cat >"$context/Containerfile" <<'FILE'
FROM scratch
COPY sh /bin/sh
COPY motd /etc/motd
RUN ["/bin/sh", "-c", "echo built > /built"]
CMD ["/bin/sh"]
FILE

# log runs a command as CI does: the command first, then all that it prints, into the log $1.
log() {
  local file=$logs/$1
  shift
  printf '+ %s\n' "$*" | tee -a "$file"
  "$@" >>"$file" 2>&1
}

image=localhost/logged:1
archive=$DREGS_WORK/logged.tar
log buildah.log buildah bud --layers -t "$image" -f "$context/Containerfile" "$context"
log podman.log podman build -t "$image" -f "$context/Containerfile" "$context"
log podman-images.log podman images --no-trunc
log podman-table.log podman images
log podman-inspect.log podman inspect "$image"
log skopeo.log skopeo copy "containers-storage:$image" "oci-archive:$archive:$image"
log skopeo-inspect.log skopeo inspect "oci-archive:$archive"
log podman-history.log podman history "$image"
log podman-create.log podman create --name logged "$image"
podman rm logged >/dev/null

# Whatever is not an identity: nothing may be told of it.
git init -q "$context/repository"
git -C "$context/repository" -c user.name=ci -c user.email=ci@localhost commit -q --allow-empty -m first
log silent.log git -C "$context/repository" log --stat
log silent.log sha256sum "$context/sh" "$archive"
log silent.log sha512sum "$context/sh"
log silent.log git -C "$context/repository" rev-parse HEAD

echo '+ dregs scan log:logs logged.tar'
report=$DREGS_WORK/logs.json
"$DREGS" scan --no-progress -f json -o "$report" "log:$logs" "$archive"

# told expects an identity of a kind in a log, tied to the image by what it is there.
told() { # log, kind, what it matches
  jq -e --arg path "$1" --arg kind "$2" --arg what "$3" '
    any(.exposures[]; .path == $path and .kind == $kind and .matches.target == 1 and .matches.what == $what and .severity == "low")' "$report" >/dev/null || {
    echo "$1: no $2 that matches the image by its $3" >&2
    jq --arg path "$1" '.exposures[] | select(.path == $path)' "$report" >&2
    cat "$logs/$1" >&2
    exit 1
  }
}
told buildah.log image-id image-id
told podman.log image-id image-id
told podman-images.log image-id image-id
told podman-table.log image-id image-id
told podman-inspect.log image-id image-id
told podman-inspect.log layer-digest layer-digest
told skopeo.log image-id image-id
told skopeo.log layer-digest layer-digest
told skopeo-inspect.log image-digest image-digest
jq -e 'any(.exposures[]; .path == "podman-create.log" and .kind == "container-id")' "$report" >/dev/null
jq -e 'any(.exposures[]; .path == "podman-history.log" and .kind == "image-id")' "$report" >/dev/null
jq -e 'all(.exposures[]; .path != "silent.log")' "$report" >/dev/null || {
  echo 'silent.log: an identity is told where there is none' >&2
  jq '.exposures[] | select(.path == "silent.log")' "$report" >&2
  exit 1
}

echo '+ dregs scan --known: an inventory makes the same log fail'
id=$(jq -r '.targets[1].images[0].id' "$report")
echo "$id" >"$DREGS_WORK/known.txt"
code=0
"$DREGS" scan --no-progress -q --known "$DREGS_WORK/known.txt" - <"$logs/buildah.log" || code=$?
[ "$code" = 1 ] || { echo "ended with $code, want 1" >&2; exit 1; }

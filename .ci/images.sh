#!/usr/bin/env bash
# Builds a real multi-stage image with buildah, copies it with skopeo to every form of archive, and holds dregs to two
# things: each planted secret with its life, and the same findings from every form. Needs $DREGS and $DREGS_WORK.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. .ci/storage.sh
. .ci/plant.sh

context=$DREGS_WORK/context
images=$DREGS_WORK/images
rm -rf "$context" "$images"
mkdir -p "$context" "$images"

# root makes a file system that has a shell: busybox alone, or a whole Debian.
root() {
  local dir=$DREGS_WORK/root
  rm -rf "$dir"
  case $1 in
  busybox)
    mkdir -p "$dir/bin" "$dir/srv"
    cp "$(command -v busybox)" "$dir/bin/busybox"
    for applet in sh rm cat mkdir; do ln -s busybox "$dir/bin/$applet"; done
    ;;
  debian)
    echo '+ debootstrap --variant=minbase stable'
    debootstrap --variant=minbase stable "$dir" >"$DREGS_WORK/debootstrap.log"
    ;;
  esac
  tar -C "$dir" -cf "$context/root.tar" .
}

# build makes the image localhost/$1 over the root file system in the context.
build() {
  printf 'GITHUB_TOKEN=%s\n' "$github" >"$context/env"
  printf 'stripe_key = "%s"\n' "$stripeOld" >"$context/old.ini"
  # Of another size: with the same size and second, buildah takes the file for unchanged and makes an empty layer.
  printf '# rotated\nstripe_key = "%s"\n' "$stripeNew" >"$context/new.ini"
  cat >"$context/Containerfile" <<FILE
FROM scratch AS base
ADD root.tar /
FROM base AS build
RUN echo 'token: $unshipped' > /work.yml; echo artefact > /artefact
FROM base
COPY --from=build /artefact /srv/artefact
COPY env /srv/.env
COPY old.ini /srv/app.ini
ENV SLACK_TOKEN=$slack
ARG NPM_TOKEN
RUN echo "\${NPM_TOKEN:+registry}" > /srv/registry
RUN rm /srv/.env
COPY new.ini /srv/app.ini
ENV SLACK_TOKEN=unset
CMD ["/bin/sh"]
FILE
  echo "+ buildah bud --layers -t localhost/$1"
  buildah bud --quiet --layers -t "localhost/$1" --build-arg "NPM_TOKEN=$npm" -f "$context/Containerfile" "$context" >/dev/null
}

# scan writes dregs' JSON report of $2 to $1; the planted secrets make it end with 1.
scan() {
  local out=$1 code=0
  shift
  "$DREGS" scan --no-progress -f json -o "$out" "$@" || code=$?
  if [ "$code" != 1 ]; then
    echo "dregs scan $* ended with $code, want 1" >&2
    exit 1
  fi
}

# planted checks one report against what was planted: value, places with visibility, and what removed it.
planted() {
  local report=$1
  expect() { # name, last four bytes of the value, place, visibility, remover (a regular expression, or empty for none)
    jq -e --arg tail "$2" --arg place "$3" --arg visibility "$4" --arg remover "$5" '
      [.secrets[] | select(.redacted | endswith($tail)) | .occurrences[]
        | select(.place == $place and .visibility == $visibility)
        | select(if $remover == "" then .removed_by == null else ((.removed_by.instruction // "") | test($remover)) end)]
      | length > 0' "$report" >/dev/null || {
      echo "$report: the planted $1 is not found in $3 as $4${5:+, removed by /$5/}" >&2
      jq '[.secrets[] | {rule, redacted, occurrences: [.occurrences[] | {place, path, visibility, removed_by}]}]' "$report" >&2
      exit 1
    }
  }
  expect "removed token" "${github: -4}" layer-file deleted 'rm /srv/\.env'
  expect "overwritten key" "${stripeOld: -4}" layer-file overwritten 'COPY'
  expect "rotated key" "${stripeNew: -4}" layer-file visible ''
  expect "build argument" "${npm: -4}" build-arg history ''
  expect "changed variable" "${slack: -4}" history history 'SLACK_TOKEN'
  jq -e '.complete' "$report" >/dev/null || { echo "$report: not complete" >&2; jq .targets[].problems "$report" >&2; exit 1; }
  if jq -e --arg tail "${unshipped: -4}" 'any(.secrets[]; .redacted | endswith($tail))' "$report" >/dev/null; then
    echo "$report: a secret of a stage that was not shipped" >&2
    exit 1
  fi
  if grep -qF -e "$github" -e "$stripeOld" -e "$stripeNew" -e "$npm" -e "$slack" "$report"; then
    echo "$report: holds plaintext" >&2
    exit 1
  fi
}

# forms copies the image localhost/$1 to every form of archive, scans each, and compares the findings.
forms() {
  local name=$1 form
  local -A target=(
    [docker-archive]=docker-archive:$images/$name-docker.tar
    [oci-archive]=oci-archive:$images/$name-oci.tar
    [oci-dir]=oci:$images/$name-layout
  )
  for form in docker-archive oci-archive oci-dir; do
    echo "+ skopeo copy containers-storage:localhost/$name ${target[$form]}:localhost/$name:1"
    skopeo copy --quiet "containers-storage:localhost/$name" "${target[$form]}:localhost/$name:1"
    scan "$images/$name-$form.json" "$form:${target[$form]#*:}"
    planted "$images/$name-$form.json"
  done
  echo '+ compressed archives, by file and by standard input'
  gzip -kf "$images/$name-docker.tar"
  zstd -qkf "$images/$name-oci.tar"
  scan "$images/$name-gzip.json" "$images/$name-docker.tar.gz"
  scan "$images/$name-zstd.json" "$images/$name-oci.tar.zst"
  scan "$images/$name-stdin.json" - <"$images/$name-docker.tar"
  for form in oci-archive oci-dir gzip zstd stdin; do
    .ci/compare.sh "$images/$name-docker-archive.json" "$images/$name-$form.json"
  done
}

# corrupted damages a layer of the archive $1: what can be read is reported, and the scan is not complete.
corrupted() {
  local copy=$images/corrupted.tar size code=0
  cp "$1" "$copy"
  size=$(stat -c %s "$copy")
  dd if=/dev/urandom of="$copy" bs=4096 seek=$((size / 4096 / 2)) count=16 conv=notrunc status=none
  echo "+ dregs scan oci-archive:$copy (damaged)"
  "$DREGS" scan --no-progress -f json -o "$images/corrupted.json" "oci-archive:$copy" || code=$?
  case $code in
  1 | 3) ;;
  *) echo "the scan of a damaged archive ended with $code, want 1 or 3" >&2; exit 1 ;;
  esac
  jq -e '(.complete | not) and ([.targets[].problems[]] | length > 0)' "$images/corrupted.json" >/dev/null
}

root busybox
build small
forms small
corrupted "$images/small-oci.tar"
if [ -n "${DREGS_CI_FULL-}" ]; then
  root debian
  build debian
  forms debian
fi

#!/usr/bin/env bash
# Measures dregs beside other scanners, for the README; run by hand, no part of .ci/run. A scanner that is not on the PATH is told
# as absent.
#
#   .ci/peers.sh found              of the secrets that .ci/peersimage.go plants in an image: how many each scanner finds
#   .ci/peers.sh cost IMAGE.tar...  CPU seconds, peak memory and findings on OCI archives: the median of three runs,
#                                 or one run where it takes over a minute
#
# dregs and trufflehog read the image itself: from a registry (Debian's docker-registry) to find, from files for the cost.
# The others read files: they get each layer unpacked in a folder of its own beside configuration and manifests, and do not pay for
# the unpacking. $DREGS is the dregs to measure, else one is built; $PEERS names the scanners, else all that are known here are
# tried; $PEERS_LOCK is a file that each measured run locks, so that nothing else that does so runs beside it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. .ci/checks.sh

mode=${1-}
case $mode in
found) ;;
cost) [ $# -gt 1 ] || { echo "usage: .ci/peers.sh cost IMAGE.tar..." >&2; exit 2; } ;;
*) echo "usage: .ci/peers.sh found | cost IMAGE.tar..." >&2; exit 2 ;;
esac
shift

work=$(mktemp -d)
trap 'if [ -n "${registry-}" ]; then kill "$registry"; fi; rm -rf "$work"' EXIT
if [ -z "${DREGS-}" ]; then
  DREGS=$work/dregs
  CGO_ENABLED=0 go build -o "$DREGS" ./cmd/dregs
fi

read -ra scanners <<<"${PEERS-dregs trufflehog trufflehog-files gitleaks betterleaks}"
timeout=1800

# present SCANNER fails where a scanner is absent.
present() {
  [ "$1" = dregs ] || command -v "${1%-files}" >/dev/null
}

# version SCANNER prints its version.
version() {
  case $1 in
  dregs) git describe --always --dirty ;;
  trufflehog*) trufflehog --version 2>&1 | sed 's/^trufflehog //' ;;
  *) "$1" version ;;
  esac
}

# command_of SCANNER registry|files IMAGE SAVED TREES OUT sets the array command: what scans an image into a file with every
# finding. IMAGE is a reference or the folder of a layout, SAVED the same image as of docker save, TREES the folder that it is
# unpacked in. Each scanner searches as deep as its flags let it, keeps nothing between runs, and asks no server.
command_of() {
  local name=$1 how=$2 image=$3 saved=$4 trees=$5 out=$6
  case $name in
  dregs)
    command=("$DREGS" scan --no-cache --no-progress --show-secrets -f json -o "$out")
    if [ "$how" = registry ]; then command+=(--plain-http "registry:$image"); else command+=("oci-dir:$image"); fi
    ;;
  trufflehog)
    command=(trufflehog docker --no-verification --no-update --json --image)
    if [ "$how" = registry ]; then command+=("$image"); else command+=("file://$saved"); fi
    ;;
  trufflehog-files) command=(trufflehog filesystem --no-verification --no-update --json "$trees") ;;
  gitleaks | betterleaks)
    command=("$name" dir --no-banner --log-level error --max-archive-depth 8 --report-format json --report-path "$out" "$trees")
    ;;
  esac
}

# scan SCANNER OUT runs the command and writes '<user+sys seconds> <peak MiB>' to OUT.cost; it must end by itself.
scan() {
  local name=$1 out=$2 code=0 lock=() stdout=/dev/null
  [ -z "${PEERS_LOCK-}" ] || lock=(flock "$PEERS_LOCK")
  case $name in trufflehog*) stdout=$out ;; esac
  "${lock[@]}" /usr/bin/time -q -f '%U %S %M' -o "$out.time" timeout "$timeout" "${command[@]}" >"$stdout" 2>"$out.err" || code=$?
  case $code in
  0 | 1) ;;
  *) echo "${command[*]} ended with $code" >&2; tail -3 "$out.err" >&2 ;;
  esac
  tail -1 "$out.time" | awk '{printf "%.1f %.0f\n", $1 + $2, $3 / 1024}' >"$out.cost"
}

# records SCANNER OUT prints each finding as {text, path, layer}: text is all that is told of it.
records() {
  case $1 in
  dregs) jq -c '.secrets[] as $s | $s.occurrences[] | {text: ([($s | del(.occurrences)), .] | tojson), path, layer: .layer_digest, severity: $s.severity}' "$2" ;;
  trufflehog*) jq -c '{text: tojson, path: (.SourceMetadata.Data.Docker.file // "" | ltrimstr("/")), layer: .SourceMetadata.Data.Docker.layer}' "$2" ;;
  *) jq -c '.[] | {text: tojson, path: .File}' "$2" ;;
  esac
}

# findings SCANNER OUT prints how many findings there are.
findings() {
  case $1 in
  dregs) jq -r '[.secrets[] | select(.severity != "low")] as $shown | "\($shown | length) (and \((.secrets | length) - ($shown | length)) low)"' "$2" ;;
  *) records "$1" "$2" | wc -l ;;
  esac
}

# unpack LAYOUT TREES unpacks each layer of a layout in a folder of its own, with its whiteouts, and the other blobs beside them.
unpack() {
  local layout=$1 trees=$2 blob type n=0
  mkdir -p "$trees"
  for blob in "$layout"/blobs/sha256/*; do
    type=$(file -b --mime-type "$blob")
    case $type in
    application/gzip | application/zstd | application/x-tar)
      mkdir "$trees/layer$n"
      case $type in
      application/gzip) gzip -dc "$blob" ;;
      application/zstd) zstd -qdc "$blob" ;;
      *) cat "$blob" ;;
      esac | tar -C "$trees/layer$n" --no-same-owner --no-same-permissions --exclude='dev/*' -xf -
      n=$((n + 1))
      ;;
    *) cp "$blob" "$trees/$(basename "$blob").json" ;;
    esac
  done
  cp "$layout/index.json" "$trees/"
}

# found plants the secrets, lets every scanner search, and prints what each found.
found() {
  local name image=127.0.0.1:5019/planted:1
  go run .ci/peersimage.go "$work"
  unpack "$work/layout" "$work/trees"
  printf 'version: 0.1\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: 127.0.0.1:5019}\n' "$work/registry" >"$work/registry.yml"
  serve "$work/registry.yml" 127.0.0.1:5019 "$work/registry.log" >&2
  echo '{"default": [{"type": "insecureAcceptAnything"}]}' >"$work/policy.json"
  skopeo --policy "$work/policy.json" copy --quiet --all --preserve-digests --dest-tls-verify=false "oci:$work/layout:1" "docker://$image"
  for name in "${scanners[@]}"; do
    present "$name" || { echo "$name is absent"; continue; }
    command_of "$name" registry "$image" '' "$work/trees" "$work/$name.out"
    scan "$name" "$work/$name.out"
    records "$name" "$work/$name.out" | jq -s . >"$work/$name.records"
    jq -n --arg name "$name" --arg version "$(version "$name")" --slurpfile plants "$work/plants.json" --slurpfile records "$work/$name.records" '
      def shown($p): any($records[0][]; .text as $t | any($p.values[]; . as $v | $t | contains($v)));
      ($plants[0][] | select(.name == "deleted file")) as $deleted
      | [$records[0][] | select(.text | contains($deleted.values[0])) | .text] as $texts
      | def tells($what): any($texts[]; . as $t | any($what[]; . as $w | $t | contains($w)));
      {$name, $version, found: [$plants[0][] | {group, name, hit: shown(.)}],
       tells: {layer: tells([$deleted.digest, $deleted.diff_id]), instruction: tells(["COPY root /"]), removal: tells(["rm -r /srv/deleted.env"])}}' >"$work/$name.found"
  done
  jq -rs '
    def mark: if . then "yes" else "no" end;
    . as $all
    | ["", (.[] | "\(.name) \(.version)")], ["---", (.[] | "---")],
      (.[0].found | map(.group) | reduce .[] as $g ([]; if index([$g]) then . else . + [$g] end) | .[]
        | . as $g | ["\($g)", ($all[] | [.found[] | select(.group == $g)] | "\(map(select(.hit)) | length) of \(length)")]),
      ["all", ($all[] | "\(.found | map(select(.hit)) | length) of \(.found | length)")],
      (("layer", "instruction", "removal") as $what | ["tells the \($what)", ($all[] | .tells[$what] | mark)])
    | "| " + join(" | ") + " |"' $(for name in "${scanners[@]}"; do [ ! -e "$work/$name.found" ] || echo "$work/$name.found"; done)
  echo
  jq -r '"\(.name) misses: " + ([.found[] | select(.hit | not) | .name] | join("; "))' "$work"/*.found
}

# cost measures every scanner on each archive.
cost() {
  local archive name id run dir seconds memory
  for archive in "$@"; do
    id=$(basename "$archive" .tar)
    dir=$work/$id
    mkdir -p "$dir/layout"
    tar -C "$dir/layout" -xf "$archive"
    unpack "$dir/layout" "$dir/trees"
    echo '{"default": [{"type": "insecureAcceptAnything"}]}' >"$work/policy.json"
    skopeo --policy "$work/policy.json" copy --quiet "oci-archive:$archive" "docker-archive:$dir/saved.tar:localhost/$id:1"
    for name in "${scanners[@]}"; do
      present "$name" || { echo "$name is absent"; continue; }
      command_of "$name" files "$dir/layout" "$dir/saved.tar" "$dir/trees" "$dir/$name.out"
      for run in 1 2 3; do
        scan "$name" "$dir/$name.out"
        cat "$dir/$name.out.cost"
        if [ "$(cut -d. -f1 "$dir/$name.out.cost")" -ge 60 ]; then break; fi
      done | sort -n >"$dir/$name.costs"
      # The median of the runs there are, as two words.
      read -r seconds memory < <(sed -n "$((($(wc -l <"$dir/$name.costs") + 1) / 2))p" "$dir/$name.costs")
      echo "| $id | $name $(version "$name") | $seconds s | $memory MiB | $(findings "$name" "$dir/$name.out") findings |"
    done
    rm -rf "$dir"
  done
}

"$mode" "$@"

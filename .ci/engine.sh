#!/usr/bin/env bash
# Serves the small image of .ci/images.sh through podman's socket and holds dregs to the same findings as from the archive,
# as podman: and as docker: (DOCKER_HOST). Needs $DREGS, $DREGS_WORK and what .ci/images.sh left there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. .ci/storage.sh

socket=$DREGS_WORK/podman.sock
echo "+ podman system service unix://$socket"
podman --root "$containers/graph" --runroot "$containers/run" --storage-driver vfs --cgroup-manager cgroupfs \
  system service --time=0 "unix://$socket" >"$DREGS_WORK/podman.log" 2>&1 &
podman=$!
trap 'kill "$podman" 2>/dev/null || true; wait "$podman" 2>/dev/null || true' EXIT
for _ in $(seq 100); do
  [ ! -S "$socket" ] || break
  sleep 0.1
done
[ -S "$socket" ] || { cat "$DREGS_WORK/podman.log" >&2; exit 1; }

scan() { # variable, target
  local code=0 report=$DREGS_WORK/images/small-engine.json
  echo "+ $1=unix://$socket dregs scan $2"
  env "$1=unix://$socket" "$DREGS" scan --no-progress -f json -o "$report" "$2" || code=$?
  [ "$code" = 1 ] || { echo "the scan ended with $code, want 1" >&2; exit 1; }
  .ci/compare.sh "$DREGS_WORK/images/small-docker-archive.json" "$report"
}
scan CONTAINER_HOST podman:localhost/small
scan DOCKER_HOST docker:localhost/small

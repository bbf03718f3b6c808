#!/usr/bin/env bash
# Serves the small image of .ci/images.sh from Debian's docker-registry, behind a password on a loopback port, and holds
# dregs to the same findings as from the archive. Needs $DREGS, $DREGS_WORK and what .ci/images.sh left there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. .ci/storage.sh
. .ci/checks.sh

home=$DREGS_WORK/registry
address=127.0.0.1:5055
user=auditor
password=$(head -c 12 /dev/urandom | od -An -tx1 | tr -d ' \n')
mkdir -p "$home"
htpasswd -Bbn "$user" "$password" >"$home/htpasswd"
cat >"$home/config.yml" <<CONF
version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: $home/storage}}
http: {addr: $address}
auth: {htpasswd: {realm: dregs, path: $home/htpasswd}}
CONF

registry=
trap '[ -z "$registry" ] || { kill "$registry" 2>/dev/null || true; wait "$registry" 2>/dev/null || true; }' EXIT
serve "$home/config.yml" "$address" "$home/log"

echo "+ skopeo copy oci-archive:… docker://$address/team/small:1"
skopeo copy --quiet --dest-tls-verify=false --dest-creds "$user:$password" \
  "oci-archive:$DREGS_WORK/images/small-oci.tar" "docker://$address/team/small:1"

image=$address/team/small:1
report=$DREGS_WORK/images/small-registry.json
reference=$DREGS_WORK/images/small-docker-archive.json

echo '+ without a password: nothing can be scanned'
code=0
"$DREGS" scan --no-progress --plain-http "registry:$image" >/dev/null 2>"$home/refused" || code=$?
cat "$home/refused"
[ "$code" = 2 ] || { echo "a scan without a password ended with $code, want 2" >&2; exit 1; }

echo '+ dregs scan --username … --password-stdin'
code=0
"$DREGS" scan --no-progress --plain-http --username "$user" --password-stdin -f json -o "$report" "registry:$image" <<<"$password" || code=$?
[ "$code" = 1 ] || { echo "the scan ended with $code, want 1" >&2; exit 1; }
.ci/compare.sh "$reference" "$report"

echo '+ dregs scan, credentials from the docker configuration'
mkdir -p "$home/docker"
printf '{"auths": {"%s": {"auth": "%s"}}}' "$address" "$(printf '%s:%s' "$user" "$password" | base64 -w0)" >"$home/docker/config.json"
code=0
DOCKER_CONFIG=$home/docker "$DREGS" scan --no-progress --plain-http -f json -o "$report" "registry:$image" || code=$?
[ "$code" = 1 ] || { echo "the scan ended with $code, want 1" >&2; exit 1; }
.ci/compare.sh "$reference" "$report"

if grep -qF "$password" "$report" "$home/refused"; then
  echo "the registry's password is in the output" >&2
  exit 1
fi

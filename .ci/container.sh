#!/usr/bin/env bash
# Builds dregs' own image with buildah and lets it scan itself: the static binary must run on an empty file system, read all of
# its image, and find nothing in it but what the program holds for a reason. Needs $DREGS and $DREGS_WORK.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. .ci/storage.sh

context=$DREGS_WORK/own
archive=$DREGS_WORK/own.tar
mkdir -p "$context/tmp"
cp "$DREGS" "$context/dregs"
cp /etc/ssl/certs/ca-certificates.crt "$context/"

echo '+ buildah bud -f .ci/Dockerfile'
buildah bud --quiet -t localhost/dregs -f .ci/Dockerfile "$context" >/dev/null
echo "+ skopeo copy containers-storage:localhost/dregs oci-archive:own.tar"
skopeo copy --quiet containers-storage:localhost/dregs "oci-archive:$archive:localhost/dregs:1"
echo '+ dregs scan own.tar'
"$DREGS" scan --no-progress --ignore-file .ci/own.dregsignore "$archive"

container=$(buildah from --pull-never localhost/dregs)
trap 'buildah rm "$container" >/dev/null' EXIT
echo '+ the container: dregs version; dregs scan own.tar'
buildah run "$container" -- /usr/bin/dregs version
buildah run --volume "$archive:/image.tar:ro" --volume "$PWD/.ci/own.dregsignore:/own.dregsignore:ro" "$container" -- \
  /usr/bin/dregs scan --quiet --ignore-file /own.dregsignore /image.tar

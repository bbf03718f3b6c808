#!/usr/bin/env bash
# Builds an image with buildah, ties the Containerfile to it, and builds the Dockerfile again that dregs history reads out of it.
# Needs $DREGS and $DREGS_WORK.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. .ci/storage.sh
. .ci/plant.sh

context=$DREGS_WORK/dockerfile
rm -rf "$context"
mkdir -p "$context/root/bin" "$context/root/srv"
cp "$(command -v busybox)" "$context/root/bin/busybox"
for applet in sh rm cat; do ln -s busybox "$context/root/bin/$applet"; done
tar -C "$context/root" -cf "$context/root.tar" .
printf 'GITHUB_TOKEN=%s\n' "$github" >"$context/env"
cat >"$context/Containerfile" <<FILE
FROM scratch AS base
ADD root.tar /
FROM base AS build
RUN echo 'token: $unshipped' > /work.yml; echo artefact > /artefact
FROM base
COPY --from=build /artefact /srv/artefact
COPY env /srv/.env
ENV SLACK_TOKEN=$slack
ARG NPM_TOKEN
RUN echo "\${NPM_TOKEN:+registry}" > /srv/registry
RUN rm /srv/.env
ENV SLACK_TOKEN=unset NOTE="two words"
USER 1000
WORKDIR /srv
CMD ["/bin/sh", "-c", "cat registry"]
FILE
echo '+ buildah bud --layers'
buildah bud --quiet --layers -t localhost/tied --build-arg "NPM_TOKEN=$npm" -f "$context/Containerfile" "$context" >/dev/null
skopeo copy --quiet containers-storage:localhost/tied "oci-archive:$context/tied.tar:x"

echo '+ dregs scan Containerfile tied.tar'
code=0
"$DREGS" scan --no-progress -f json -o "$context/scan.json" "$context/Containerfile" "$context/tied.tar" || code=$?
[ "$code" = 1 ] || { echo "dregs scan ended with $code, want 1" >&2; exit 1; }
jq -e --arg slack "${slack: -4}" --arg unshipped "${unshipped: -4}" '
  (.targets[0].dockerfile.images | length == 1 and .[0].tied == .[0].of)
  and ([.secrets[] | select(.redacted | endswith($slack)) | .occurrences[] | select(.place == "dockerfile") | .facts["reached the image"]]
    | length == 1 and (.[0] | startswith("yes")))
  and ([.secrets[] | select(.redacted | endswith($unshipped)) | .occurrences[].facts | .shipped != null and (.["reached the image"] | startswith("no"))]
    | length == 1 and .[0])' "$context/scan.json" >/dev/null || {
  echo "the Containerfile is not tied to its image" >&2
  jq '.targets[0].dockerfile, .secrets' "$context/scan.json" >&2
  exit 1
}

echo '+ dregs history --dockerfile'
"$DREGS" history --no-progress --dockerfile -o "$context/again" "$context/tied.tar"
if grep -qF -e "$github" -e "$npm" -e "$slack" -e "$unshipped" "$context/again" "$context/scan.json"; then
  echo "a reconstructed Dockerfile or a report holds plaintext" >&2
  exit 1
fi
# What was copied is known by its hash only: the names that the Containerfile has are put in for the second build.
sed -i -e 's|^ADD file:[0-9a-f]* /$|ADD root.tar /|' -e 's|^COPY file:[0-9a-f]* /srv/artefact$|COPY Containerfile /srv/artefact|' \
  -e 's|^COPY file:[0-9a-f]* /srv/.env$|COPY env /srv/.env|' "$context/again"
echo '+ buildah bud, of what was reconstructed'
buildah bud --quiet --layers -t localhost/again --build-arg "NPM_TOKEN=$npm" -f "$context/again" "$context" >/dev/null
for image in tied again; do
  buildah inspect --type image "localhost/$image" |
    jq -S '[.OCIv1.config | .User, .WorkingDir, .Cmd, (.Env | map(select(startswith("SLACK_TOKEN=unset") or startswith("NOTE="))))],
      [.OCIv1.history[].created_by | sub("(file|dir|multi):[0-9a-f]+"; "HASH") | select(test("ENV SLACK_TOKEN=\"?xo") | not)]' >"$context/$image.json"
done
diff "$context/tied.json" "$context/again.json" || { echo "the image built again has another configuration or history" >&2; exit 1; }

# Installs what the checks need and this machine lacks; sourced by .ci/run. Debian's packages by apt-get, the linter from
# the Go module proxy at a fixed version.
golangci_lint=v2.15.0

# command → Debian package
declare -A packages=(
  [buildah]=buildah [skopeo]=skopeo [podman]=podman [docker-registry]=docker-registry [htpasswd]=apache2-utils
  [debootstrap]=debootstrap [busybox]=busybox-static [jq]=jq [git]=git [gcc]=gcc [xz]=xz-utils [zstd]=zstd
  [sqlite3]=sqlite3 [zip]=zip [openssl]=openssl [chromium]=chromium [pg_ctlcluster]=postgresql
)
missing=()
PATH=$PATH:/usr/sbin:/sbin
for command in "${!packages[@]}"; do
  command -v "$command" >/dev/null || missing+=("${packages[$command]}")
done
if [ ${#missing[@]} -gt 0 ]; then
  root=
  [ "$(id -u)" = 0 ] || root=sudo
  show $root apt-get update -q
  show $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
fi

bin=$(go env GOBIN)
bin=${bin:-$(go env GOPATH)/bin}
PATH=$bin:$PATH
export PATH
command -v golangci-lint >/dev/null || show go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$golangci_lint"
show go version

# Gives buildah, skopeo and podman a storage of their own below $DREGS_WORK, one that needs no kernel module and no user
# namespace; sourced by the scripts that use them.
containers=$DREGS_WORK/containers
mkdir -p "$containers"
cat >"$containers/storage.conf" <<CONF
[storage]
driver = "vfs"
graphroot = "$containers/graph"
runroot = "$containers/run"
CONF
cat >"$containers/policy.json" <<CONF
{"default": [{"type": "insecureAcceptAnything"}]}
CONF
export CONTAINERS_STORAGE_CONF=$containers/storage.conf STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
echo "{}" >"$containers/auth.json"
export REGISTRY_AUTH_FILE=$containers/auth.json

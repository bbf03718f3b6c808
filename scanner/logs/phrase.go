package logs

import "strings"

// form is how a hash is written.
type form uint8

const (
	digest  form = 1 << iota // sha256: and 64 digits
	bare                     // 64 digits
	short                    // 11 to 13 digits
	anyForm = digest | bare | short
)

// phrase is what a tool prints around an identity.
type phrase struct {
	source, kind string
	forms        form
	before       string // what comes directly before the identity, quotes left out
	after        string // what comes directly after it
	starts       bool   // the message begins with before
	ends         bool   // the message ends with after, quotes and brackets left out
}

// phrases are tried in order; the first that fits tells the identity.
var phrases = []phrase{
	{"docker build", ImageID, anyForm, "Successfully built ", "", true, true},
	{"docker build", ContainerID, bare | short, "---> Running in ", "", true, true},
	{"docker build", ContainerID, bare | short, "Removing intermediate container ", "", true, true},
	{"docker build", ContainerID, bare | short, "---> Removed intermediate container ", "", true, true},
	{"docker build", ImageID, digest | short, "---> ", "", true, true},

	{"BuildKit", ImageDigest, digest, "exporting manifest ", "", false, false},
	{"BuildKit", ImageDigest, digest, "exporting manifest list ", "", false, false},
	{"BuildKit", ImageDigest, digest, "exporting attestation manifest ", "", false, false},
	{"BuildKit", ImageID, digest, "exporting config ", "", false, false},
	{"BuildKit", ImageID, digest, "writing image ", "", false, false},
	{"BuildKit", LayerDigest, digest, "writing layer ", "", false, false},
	{"BuildKit", LayerDigest, digest, "pushing layer ", "", false, false},
	{"BuildKit", LayerDigest, digest | short, "loading layer ", "", false, false},
	{"BuildKit", LayerDigest, digest, "extracting ", "", false, false},

	{"buildah", ImageID, bare | short, "--> ", "", true, true},
	{"buildah", ImageID, bare | short, "--> Using cache ", "", true, true},
	{"buildah", ImageID, bare | short, "--> Pushing cache ", "", true, true},
	{"skopeo", LayerDigest, digest, "Copying blob ", "", false, false},
	{"podman", LayerDigest, short, "Copying blob ", "", false, false},
	{"skopeo", ImageID, digest, "Copying config ", "", false, false},
	{"podman", ImageID, short, "Copying config ", "", false, false},

	{"docker push", ImageDigest, digest, "digest: ", " size: ", false, false},
	{"docker push", LayerDigest, short, "", ": Pushed", true, false},
	{"docker push", LayerDigest, short, "", ": Pushing", true, false},
	{"docker push", LayerDigest, short, "", ": Preparing", true, false},
	{"docker push", LayerDigest, short, "", ": Layer already exists", true, false},
	{"docker push", LayerDigest, short, "", ": Mounted from ", true, false},
	{"docker pull", LayerDigest, short, "", ": Pull complete", true, false},
	{"docker pull", LayerDigest, short, "", ": Already exists", true, false},
	{"docker pull", LayerDigest, short, "", ": Download complete", true, false},
	{"docker pull", LayerDigest, short, "", ": Downloading", true, false},
	{"docker pull", LayerDigest, short, "", ": Extracting", true, false},
	{"docker pull", LayerDigest, short, "", ": Pulling fs layer", true, false},
	{"docker pull", LayerDigest, short, "", ": Verifying Checksum", true, false},
	{"docker pull", LayerDigest, short, "", ": Loading layer", true, false},
	{"docker push", LayerDigest, short, "", ": Waiting", true, true},
	{"docker rmi", ImageID, digest, "Deleted: ", "", true, true},
	{"docker load", ImageID, digest, "Loaded image ID: ", "", true, true},
	{"docker", ContainerID, bare | short, "No such container: ", "", false, false},
	{"docker", ImageID, digest, "No such image: ", "", false, false},
	{"docker", ContainerID, bare, "/docker/containers/", "", false, false},
	{"docker", ContainerID, bare, "/containers/", "/", false, false},
	{"docker", ImageID, digest, "/images/", "/", false, false},
	{"docker", ContainerID, bare, "/docker/", "", false, false},
	{"docker", ContainerID, bare, "docker-", ".scope", false, false},
	{"podman", ContainerID, bare, "libpod-", "", false, false},
	{"podman", ContainerID, bare, "libpod-conmon-", ".scope", false, false},
	{"containerd", ContainerID, bare, "cri-containerd-", ".scope", false, false},
	{"CRI-O", ContainerID, bare, "crio-", "", false, false},
	{"CRI-O", ContainerID, bare, "crio-conmon-", "", false, false},

	{"kubelet", ContainerID, bare, "docker://", "", false, false},
	{"kubelet", ContainerID, bare, "containerd://", "", false, false},
	{"kubelet", ContainerID, bare, "cri-o://", "", false, false},
	{"kubelet", ImageID, digest, "docker://", "", false, false},

	{"containerd", ImageID, digest, "returns image reference ", "", false, false},
	{"containerd", ImageID, digest, "ImageCreate event name:", "", false, false},
	{"containerd", ImageID, digest, "ImageUpdate event name:", "", false, false},
	{"containerd", ImageID, digest, "ImageDelete event name:", "", false, false},
	{"containerd", ImageID, digest, "&ImageCreate{Name:", "", false, false},
	{"containerd", ImageID, digest, "&ImageUpdate{Name:", "", false, false},
	{"containerd", ImageID, digest, "&ImageDelete{Name:", "", false, false},
	{"containerd", ContainerID, bare, "returns sandbox id ", "", false, false},
	{"containerd", ContainerID, bare, "returns container id ", "", false, false},
	{"containerd", ContainerID, bare, "within sandbox ", "", false, false},
	{"containerd", ContainerID, bare, "StartContainer for ", "", false, false},
	{"containerd", ContainerID, bare, "StopContainer for ", "", false, false},
	{"containerd", ContainerID, bare, "RemoveContainer for ", "", false, false},
	{"containerd", ContainerID, bare, "StopPodSandbox for ", "", false, false},
	{"containerd", ContainerID, bare, "RemovePodSandbox for ", "", false, false},
	{"containerd", ContainerID, bare, "RemovePodSandbox ", "", false, false},
	{"containerd", ContainerID, bare, "Container to stop ", "", false, false},
	{"containerd", ContainerID, bare, "Kill container ", "", false, false},
	{"containerd", ContainerID, bare, "Stop container ", "", false, false},
	{"containerd", ContainerID, bare, "Forcibly stopping sandbox ", "", false, false},
	{"containerd", ContainerID, bare, "TearDown network for sandbox ", "", false, false},
	{"containerd", ContainerID, bare, "id=", " namespace=k8s.io", false, false},
	{"docker", ContainerID, bare, "id=", " namespace=moby", false, false},
	{"ctr", ImageDigest, digest, "manifest-", ":", true, false},
	{"ctr", ImageDigest, digest, "index-", ":", true, false},
	{"ctr", LayerDigest, digest, "layer-", ":", true, false},
	{"ctr", ImageID, digest, "config-", ":", true, false},
	{"crictl", ImageID, digest, "Image is up to date for ", "", true, true},

	{"CRI-O", ContainerID, bare, "Created container ", "", false, false},
	{"CRI-O", ContainerID, bare, "Started container ", "", false, false},
	{"CRI-O", ContainerID, bare, "Stopped container ", "", false, false},
	{"CRI-O", ContainerID, bare, "Removed container ", "", false, false},
	{"CRI-O", ContainerID, bare, "Stopping container: ", "", false, false},
	{"CRI-O", ContainerID, bare, "Removing container: ", "", false, false},
	{"CRI-O", ContainerID, bare, "Ran pod sandbox ", "", false, false},
	{"CRI-O", ContainerID, bare, "Stopped pod sandbox ", "", false, false},
	{"CRI-O", ContainerID, bare, "Removed pod sandbox ", "", false, false},
	{"CRI-O", ContainerID, bare, "Stopping pod sandbox: ", "", false, false},
	{"CRI-O", ContainerID, bare, "Removing pod sandbox: ", "", false, false},
	{"CRI-O", ImageID, bare, "&Image{Id:", "", false, false},

	{"crane", LayerDigest, digest, "pushed blob: ", "", false, false},
	{"crane", LayerDigest, digest, "existing blob: ", "", false, false},
	{"crane", LayerDigest, digest, "mounted blob: ", "", false, false},

	{"GitLab", ImageID, digest, "Using docker image ", "", false, false},
	{"GitHub Actions", ImageDigest, digest, "::set-output name=digest::", "", false, false},
	{"GitHub Actions", ImageID, digest, "::set-output name=imageid::", "", false, false},
}

const (
	openers = " \t\"'`\\"
	closers = " \t\"'`\\,;)]}.+"
)

// fits reports whether the phrase surrounds h.
func (p *phrase) fits(h *hash) bool {
	if p.forms&h.form == 0 || !strings.HasPrefix(h.right, p.after) {
		return false
	}
	left := h.left
	if p.before != "" {
		left = strings.TrimRight(left, "\"'`\\")
	}
	rest, ok := strings.CutSuffix(left, p.before)
	if !ok || p.starts && (!h.begins || strings.Trim(rest, openers) != "") {
		return false
	}
	if p.before != "" && rest != "" && isWord(p.before[0]) && isWord(rest[len(rest)-1]) {
		return false
	}
	return !p.ends || h.ends && strings.Trim(h.right[len(p.after):], closers) == ""
}

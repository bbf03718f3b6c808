package logs

import "strings"

// naming is what a tool prints directly before a reference.
type naming struct {
	source string
	before string
	tagged bool // others print this too: only a reference with a tag counts
}

var namings = []naming{
	{"BuildKit", "naming to ", false},
	{"docker push", "push refers to repository [", false},
	{"docker build", "Successfully tagged ", false},
	{"docker pull", "Downloaded newer image for ", false},
	{"docker pull", "Image is up to date for ", false},
	{"docker load", "Loaded image: ", false},
	{"podman", "Trying to pull ", false},
	{"kaniko", "Pushing image to ", false},
	{"kubelet", `Pulling image "`, false},
	{"kubelet", `Successfully pulled image "`, false},
	{"kubelet", `Container image "`, false},
	{"kubelet", `Failed to pull image "`, false},
	{"GitLab", "Using Docker executor with image ", false},
	{"GitLab", "Pulling docker image ", false},
	{"cosign", "signature to: ", false},
	{"cosign", `"docker-reference":`, false},
	{"skopeo", "docker://", true},
	{"docker push", "docker push ", false},
	{"docker pull", "docker pull ", false},
	{"podman push", "podman push ", false},
	{"podman pull", "podman pull ", false},
	{"buildah push", "buildah push ", false},
	{"pod status", "Image: ", true},
	{"pod status", " image: ", true},
	{"pod status", `"image":`, true},
}

// names tells the references to private registries in at's line that a tool names there without a digest. Of a push and of a
// pull it is remembered where the digest belongs.
func (f *Finder) names(at *place) {
	text := at.line.text
	for i := range namings {
		n := &namings[i]
		for from := 0; ; {
			p := strings.Index(text[from:], n.before)
			if p < 0 {
				break
			}
			from += p + len(n.before)
			f.name(n, at, from)
		}
	}
}

func (f *Finder) name(n *naming, at *place, from int) {
	window := at.line.text[from:min(len(at.line.text), from+windowBytes)]
	ref, rest, ok := referenceAt(window)
	if !ok || n.tagged && ref.tag == "" || strings.HasPrefix(ref.tag, "sha256-") {
		return
	}
	switch n.source {
	case "docker push":
		f.pushed = pushed{ref: ref, line: at.number}
	case "docker pull":
		if f.pulled.digest != "" && f.pulled.line+3 > at.number && ref.private() {
			f.put(at.line, at.number, sighting{kind: PrivateImageRef, value: ref.name() + "@" + f.pulled.digest, source: n.source, at: from})
			return
		}
	}
	if ref.private() && !strings.HasPrefix(rest, "@") {
		f.put(at.line, at.number, sighting{kind: PrivateImageRef, value: ref.String(), source: n.source, at: from + strings.Index(window, ref.host)})
	}
}

// pushed is the repository that docker pushes to, pulled the digest that it pulled last.
type (
	pushed struct {
		ref  reference
		line int
	}
	pulled struct {
		digest string
		line   int
	}
)

// pushLines is how far behind the name of its repository docker prints a digest.
const pushLines = 2000

// pushedDigest tells the private reference that a pushed digest belongs to, "1.0: digest: sha256:… size: 1", and returns which
// tool pushed it: crane prints the whole reference.
func (f *Finder) pushedDigest(h *hash, at *place) (source string) {
	source = "docker push"
	name := strings.TrimSuffix(strings.TrimRight(h.left, " "), "digest:")
	ref, ok := referenceBefore(strings.TrimRight(name, ": "))
	switch {
	case ok && strings.Contains(ref.name(), "/"):
		source = "crane"
	case f.pushed.line == 0 || f.pushed.line+pushLines < at.number:
		return source
	default:
		ref = f.pushed.ref
	}
	if ref.private() {
		f.put(at.line, at.number, sighting{kind: PrivateImageRef, value: ref.name() + "@" + h.value(ImageDigest), source: source, at: h.at})
	}
	return source
}

// mark is what a tool prints before a reference with a digest.
type mark struct{ text, source string }

var marks = []mark{
	{"docker-pullable://", "pod status"}, {"imageID", "pod status"}, {"Image ID:", "pod status"}, {"pushing manifest for ", "BuildKit"},
	{"unpacking to ", "BuildKit"}, {"naming to ", "BuildKit"}, {"FROM ", "BuildKit"}, {"resolve ", "BuildKit"}, {"Pushed ", "kaniko"}, {"Untagged: ", "docker rmi"},
	{" with digest ", "GitLab"}, {"Verification for ", "cosign"}, {"signature to: ", "cosign"}, {"existing manifest: ", "crane"},
	{"PullImage ", "containerd"}, {"Pulled image: ", "CRI-O"}, {"RepoDigests", "docker inspect"}, {"imageRef", "kubelet"}, {"Pulling image ", "kubelet"},
	{"Trying to pull ", "podman"}, {"Status: ", "docker pull"}, {"docker pull ", "docker pull"}, {"docker push ", "docker push"}, {"docker run ", "docker run"},
	{"cosign ", "cosign"}, {"crane ", "crane"}, {"skopeo ", "skopeo"}, {"docker://", "skopeo"}, {"Image is up to date for ", "crictl"},
}

// byReference tells a digest that a repository's name and @ precede, or that cosign made a tag of.
func (f *Finder) byReference(h *hash, at *place) (sighting, bool) {
	left, ok := strings.CutSuffix(h.left, "@")
	source := "image reference"
	switch {
	case h.form == digest && ok:
	case h.form == bare && strings.HasSuffix(h.left, ":sha256-") && signature(h.right):
		left, source = strings.TrimSuffix(h.left, ":sha256-"), "cosign"
	default:
		return sighting{}, false
	}
	ref, ok := referenceBefore(left)
	if !ok {
		return sighting{}, false
	}
	start := max(0, len(left)-len(ref.String())-80)
	for _, m := range marks {
		if strings.Contains(left[start:], m.text) {
			source = m.source
			break
		}
	}
	if ref.private() {
		f.put(at.line, at.number, sighting{kind: PrivateImageRef, value: ref.name() + "@" + h.value(ImageDigest), source: source, at: h.at - (len(h.left) - len(left)) - len(ref.String())})
	}
	return h.sighting(ImageDigest, source), true
}

// signature tells the endings of the tags that cosign makes.
func signature(text string) bool {
	return strings.HasPrefix(text, ".sig") || strings.HasPrefix(text, ".att") || strings.HasPrefix(text, ".sbom")
}

// copiedConfig tells what podman prints of a configuration: 10 digits, since it cuts the whole line at the same length.
func (f *Finder) copiedConfig(at *place) {
	const before, length = "Copying config ", 10
	text := at.line.text
	for from := 0; ; {
		p := strings.Index(text[from:], before)
		if p < 0 {
			return
		}
		from += p + len(before)
		end := from
		for end < len(text) && hexDigits[text[end]] {
			end++
		}
		if end-from == length && (end == len(text) || !isWord(text[end])) {
			f.put(at.line, at.number, sighting{kind: ImageID, value: text[from:end], source: "podman", at: from})
		}
	}
}

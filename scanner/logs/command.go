package logs

import "strings"

// outputs are what commands print, alone on a line.
var outputs = map[string]map[string]key{
	"docker": {
		"build": {"docker build", ImageID, digest}, "commit": {"docker commit", ImageID, digest}, "import": {"docker import", ImageID, digest},
		"run": {"docker run", ContainerID, bare}, "create": {"docker create", ContainerID, bare}, "ps": {"docker ps", ContainerID, bare | short},
		"images": {"docker images", ImageID, digest | short}, "inspect": {"docker inspect", ImageID, digest},
	},
	"podman": {
		"build": {"podman build", ImageID, bare | digest}, "commit": {"podman commit", ImageID, bare | digest}, "pull": {"podman pull", ImageID, bare},
		"run": {"podman run", ContainerID, bare}, "create": {"podman create", ContainerID, bare}, "ps": {"podman ps", ContainerID, bare | short},
		"images": {"podman images", ImageID, bare | digest | short}, "inspect": {"podman inspect", ImageID, bare | digest},
		"start": {"podman start", ContainerID, bare}, "rm": {"podman rm", ContainerID, bare}, "stop": {"podman stop", ContainerID, bare},
	},
	"buildah": {
		"bud": {"buildah", ImageID, bare | digest}, "build": {"buildah", ImageID, bare | digest}, "commit": {"buildah", ImageID, bare | digest},
		"images": {"buildah", ImageID, bare | digest | short}, "pull": {"buildah", ImageID, bare},
	},
	"crane":  {"digest": {"crane", ImageDigest, digest}},
	"skopeo": {"inspect": {"skopeo", ImageDigest, digest}, "manifest-digest": {"skopeo", ImageDigest, digest}},
	"crictl": {"run": {"crictl", ContainerID, bare}, "runp": {"crictl", ContainerID, bare}, "create": {"crictl", ContainerID, bare}, "start": {"crictl", ContainerID, bare}},
}

// groups are the headings that CI systems print before a value of its own line.
var groups = map[string]key{
	"##[group]ImageID": {"GitHub Actions", ImageID, digest | bare},
	"##[group]Digest":  {"GitHub Actions", ImageDigest, digest},
	"::group::ImageID": {"GitHub Actions", ImageID, digest | bare},
	"::group::Digest":  {"GitHub Actions", ImageDigest, digest},
}

// byCommand tells a hash that is all of its line by the line before it: the command that printed it, or the tool's last
// words.
func (f *Finder) byCommand(h *hash, at *place) (sighting, bool) {
	if !h.alone() {
		return sighting{}, false
	}
	if f.printed.line == at.number-1 && f.printed.forms&h.form != 0 {
		f.printed.line = at.number
		return h.sighting(f.printed.kind, f.printed.source), true
	}
	before := at.previous(1)
	k, ok := groups[before]
	switch {
	case ok:
	case h.form == bare && (strings.HasPrefix(before, "Successfully tagged ") || strings.HasPrefix(before, "--> ")):
		k = key{"buildah", ImageID, bare}
	case h.form == bare && (before == "Storing signatures" || before == "Writing manifest to image destination"):
		k = key{"podman", ImageID, bare}
	default:
		if k, ok = command(before); !ok {
			return sighting{}, false
		}
	}
	if k.forms&h.form == 0 {
		return sighting{}, false
	}
	f.printed = printed{key: k, line: at.number}
	return h.sighting(k.kind, k.source), true
}

// printed is what a command prints line by line.
type printed struct {
	key
	line int
}

// command returns what the command in text, which a shell or a CI system echoed, prints. A program that runs in a container
// in the foreground prints whatever it likes.
func command(text string) (key, bool) {
	rest := strings.TrimLeft(text, "+ ")
	for _, mark := range []string{"$ ", "# ", "> ", "##[command]", "[command]", "Run "} {
		if cut, ok := strings.CutPrefix(rest, mark); ok {
			rest = cut
			break
		}
	}
	words := strings.Fields(rest)
	if len(words) > 0 && words[0] == "sudo" {
		words = words[1:]
	}
	if len(words) < 2 {
		return key{}, false
	}
	subs, ok := outputs[words[0][strings.LastIndexByte(words[0], '/')+1:]]
	if !ok {
		return key{}, false
	}
	sub := words[1]
	if (sub == "image" || sub == "container" || sub == "buildx" || sub == "builder") && len(words) > 2 {
		sub = words[2]
	}
	k, ok := subs[sub]
	if ok && sub == "run" && !detached(words) {
		return key{}, false
	}
	return k, ok
}

func detached(words []string) bool {
	for _, w := range words {
		if w == "--detach" || w == "--detach=true" || len(w) > 1 && w[0] == '-' && w[1] != '-' && strings.Contains(w, "d") && !strings.Contains(w, "=") {
			return true
		}
	}
	return false
}

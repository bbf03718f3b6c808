package logs

import (
	"strings"
)

// reference is the name of an image: host[:port]/path[:tag], without a digest.
type reference struct {
	host string // with its port; empty where the name has none
	path string
	tag  string
}

// maxReference bounds a reference, as the distribution specification does.
const maxReference = 255

// referenceBefore returns the reference that ends at the end of text.
func referenceBefore(text string) (reference, bool) {
	start := len(text)
	for start > 0 && len(text)-start < 2*maxReference && isReference(text[start-1]) {
		start--
	}
	return parseReference(text[start:])
}

// referenceAt returns the reference that text begins with, quotes before it left out, and what follows it.
func referenceAt(text string) (ref reference, rest string, ok bool) {
	text = strings.TrimLeft(text, " \"'`[")
	end := 0
	for end < len(text) && end < 2*maxReference && isReference(text[end]) {
		end++
	}
	ref, ok = parseReference(strings.TrimRight(text[:end], ".:"))
	return ref, text[end:], ok
}

func isReference(c byte) bool {
	return isWord(c) || c == '.' || c == '-' || c == '/' || c == ':'
}

// parseReference reads a reference by the grammar of distribution/reference. A scheme before it, or a label glued to it by a
// colon, is left out.
func parseReference(s string) (reference, bool) {
	if i := strings.LastIndex(s, "://"); i >= 0 {
		s = s[i+3:]
	}
	for {
		head, rest, slash := strings.Cut(s, "/")
		label, port, colon := strings.Cut(head, ":")
		switch {
		case !colon || slash && allDigits(port) || !slash && !strings.Contains(port, ":"):
			return splitReference(head, rest, slash)
		case label == "":
			s = s[1:]
		default:
			s = s[len(label)+1:]
		}
	}
}

func splitReference(head, rest string, slash bool) (ref reference, ok bool) {
	ref.path = head
	if slash {
		if strings.ContainsAny(head, ".:") || head == "localhost" {
			ref.host, ref.path = head, rest
		} else {
			ref.path = head + "/" + rest
		}
	}
	if i := strings.LastIndexByte(ref.path, ':'); i >= 0 {
		ref.path, ref.tag = ref.path[:i], ref.path[i+1:]
		if ref.tag == "" || len(ref.tag) > 128 || strings.ContainsAny(ref.tag, "/:") {
			return ref, false
		}
	}
	if len(ref.host)+len(ref.path) > maxReference || ref.host != "" && !validHost(ref.host) {
		return ref, false
	}
	for component := range strings.SplitSeq(ref.path, "/") {
		if !validComponent(component) {
			return ref, false
		}
	}
	return ref, true
}

// validHost tells whether a host, with its port, is a domain by that grammar.
func validHost(host string) bool {
	name, port, colon := strings.Cut(host, ":")
	if colon && (!allDigits(port) || len(port) > 5) {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || label[0] == '-' {
			return false
		}
		for i := range len(label) {
			if c := label[i]; c == '_' || c != '-' && !isWord(c) {
				return false
			}
		}
	}
	return true
}

func validComponent(s string) bool {
	if s == "" || separator(s[0]) || separator(s[len(s)-1]) {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c >= 'A' && c <= 'Z' || !isWord(c) && !separator(c) {
			return false
		}
	}
	return true
}

func separator(c byte) bool { return c == '.' || c == '-' || c == '_' }

func allDigits(s string) bool { return s != "" && digits(s) == len(s) }

// name returns the reference without its tag.
func (r reference) name() string {
	if r.host == "" {
		return r.path
	}
	return r.host + "/" + r.path
}

// String returns the reference as it is written.
func (r reference) String() string {
	if r.tag == "" {
		return r.name()
	}
	return r.name() + ":" + r.tag
}

// publicHosts are registries that everybody uses: their names tell nothing.
var publicHosts = []string{
	"docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com", "ghcr.io", "quay.io", "gcr.io", "us.gcr.io",
	"eu.gcr.io", "asia.gcr.io", "mirror.gcr.io", "registry.k8s.io", "k8s.gcr.io", "mcr.microsoft.com", "public.ecr.aws",
	"registry.gitlab.com", "registry.access.redhat.com", "registry.redhat.io", "registry.fedoraproject.org", "registry.opensuse.org",
	"registry.suse.com", "registry.centos.org", "nvcr.io", "docker.elastic.co", "cgr.dev", "lscr.io", "container-registry.oracle.com",
	"xpkg.upbound.io", "registry.developers.crunchydata.com", "docker.pkg.github.com", "icr.io", "codeberg.org", "registry.terraform.io",
}

// private reports whether the reference names a registry that is nobody's public one, nor this machine.
func (r reference) private() bool {
	if r.host == "" {
		return false
	}
	host, _, _ := strings.Cut(strings.ToLower(r.host), ":")
	if host == "localhost" || strings.HasPrefix(host, "127.") || strings.HasSuffix(host, ".localhost") {
		return false
	}
	for _, public := range publicHosts {
		if host == public {
			return false
		}
	}
	return true
}

package source

import (
	"context"
	"fmt"
	"strings"
)

// Names of the schemes.
const (
	SchemeRegistry      = "registry"
	schemeDocker        = "docker"
	schemePodman        = "podman"
	schemeDockerArchive = "docker-archive"
	schemeOCIArchive    = "oci-archive"
	schemeOCIDir        = "oci-dir"
	schemeDemo          = "demo"
	schemeDockerfile    = "dockerfile"
	schemeLog           = "log"
	schemeDir           = "dir"
)

// Stdin is what Detect returns as the scheme of "-": SniffStdin tells what it is.
const Stdin = "stdin"

// Reference is what Detect returns as the scheme of a name that is no file: an image of the local engine if that has it,
// else of a registry.
const Reference = "reference"

// Scheme is a way to name a target, as in SCHEME:REST.
type Scheme struct {
	Name  string
	Rest  string // what REST is; empty where there is none
	Image bool   // Open opens it; the others are no image sources

	open func(ctx context.Context, scheme, rest string, opts Options) (Source, error)
}

// Schemes lists every scheme, image sources first.
func Schemes() []Scheme {
	return []Scheme{
		{SchemeRegistry, "image reference", true, openRegistry},
		{schemeDocker, "image of the Docker engine", true, openEngine},
		{schemePodman, "image of podman's engine", true, openEngine},
		{schemeDockerArchive, "file written by docker save", true, openArchive},
		{schemeOCIArchive, "archive of an OCI layout", true, openArchive},
		{schemeOCIDir, "folder with an OCI layout", true, openLayoutDir},
		{schemeDemo, "", true, openDemo},
		{schemeDockerfile, "file", false, nil},
		{schemeLog, "file", false, nil},
		{schemeDir, "folder", false, nil},
	}
}

// findScheme returns the scheme of that name.
func findScheme(name string) (Scheme, bool) {
	for _, s := range Schemes() {
		if s.Name == name {
			return s, true
		}
	}
	return Scheme{}, false
}

// cutScheme splits SCHEME:REST. A known scheme before a port number and a slash is a host: registry:5000/app.
func cutScheme(name string) (scheme, rest string, ok bool) {
	scheme, rest, found := strings.Cut(name, ":")
	if _, known := findScheme(scheme); !found || !known {
		return "", "", false
	}
	port, _, slash := strings.Cut(rest, "/")
	if slash && port != "" && strings.Trim(port, "0123456789") == "" {
		return "", "", false
	}
	return scheme, rest, true
}

// Open opens an image source. rest is what follows the scheme: a path, "-" for standard input, or a reference. Nothing is
// read before Read.
func Open(ctx context.Context, scheme, rest string, opts Options) (Source, error) {
	s, ok := findScheme(scheme)
	if scheme == Reference {
		s, ok = Scheme{Name: Reference, Rest: "image reference", Image: true, open: openReference}, true
	}
	if !ok || !s.Image {
		return nil, fmt.Errorf("opening %q: %q is no scheme of an image", rest, scheme)
	}
	if rest == "" && s.Rest != "" {
		return nil, fmt.Errorf("opening %s: name the %s after the colon", scheme+":", s.Rest)
	}
	if _, err := parsePlatform(opts.Platform); err != nil {
		return nil, err
	}
	return s.open(ctx, scheme, rest, opts.withDefaults())
}

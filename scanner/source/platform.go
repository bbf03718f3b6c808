package source

import (
	"fmt"
	"strings"
)

// platform is that of an OCI descriptor or configuration.
type platform struct {
	OS           string `json:"os"`
	Architecture string `json:"architecture"`
	Variant      string `json:"variant"`
}

// AllPlatforms is the value of Options.Platform that filters nothing.
const AllPlatforms = "all"

// parsePlatform reads "os/arch[/variant]"; "" and "all" give nil, which matches everything.
func parsePlatform(s string) (*platform, error) {
	if s == "" || s == AllPlatforms {
		return nil, nil
	}
	parts := strings.Split(s, "/")
	if len(parts) < 2 || len(parts) > 3 {
		return nil, fmt.Errorf("reading platform %q: want os/arch or os/arch/variant", s)
	}
	for _, p := range parts {
		if p == "" {
			return nil, fmt.Errorf("reading platform %q: want os/arch or os/arch/variant", s)
		}
	}
	p := &platform{OS: parts[0], Architecture: parts[1]}
	if len(parts) == 3 {
		p.Variant = parts[2]
	}
	return p, nil
}

// String returns "os/arch[/variant]", or "" where p tells nothing: nil, empty, or BuildKit's unknown/unknown.
func (p *platform) String() string {
	if p == nil || p.OS == "" && p.Architecture == "" || p.OS == "unknown" && p.Architecture == "unknown" {
		return ""
	}
	s := p.OS + "/" + p.Architecture
	if p.Variant != "" {
		s += "/" + p.Variant
	}
	return s
}

// defaultVariants are those that an architecture without one means.
var defaultVariants = map[string]string{"arm64": "v8", "arm": "v7"}

// admits tells whether an image of platform s passes the filter p. What tells no platform passes every filter.
func (p *platform) admits(s string) bool {
	if p == nil || s == "" {
		return true
	}
	parts := strings.SplitN(s+"//", "/", 4)
	if parts[0] != p.OS || parts[1] != p.Architecture {
		return false
	}
	variant := parts[2]
	if variant == "" {
		variant = defaultVariants[p.Architecture]
	}
	return p.Variant == "" || p.Variant == variant
}

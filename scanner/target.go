package scanner

import (
	"context"

	"dregs/scanner/source"
)

// ParseTarget reads a target as a user names it: SCHEME:REST, or a name whose scheme is detected by what it is. Its error
// says why no scheme fits; it makes no request to a registry or an engine.
func ParseTarget(spec string) (Target, error) {
	scheme, rest, err := source.Detect(spec)
	if err != nil {
		return Target{}, err
	}
	return Target{Scheme: scheme, Rest: rest, Name: spec}, nil
}

// open opens a target that holds images. A registry is storage where Name is a folder, else a host.
func (t Target) open(ctx context.Context, opts source.Options) (source.Source, error) {
	if t.Registry == nil {
		return source.Open(ctx, t.Scheme, t.Rest, opts)
	}
	return source.OpenRegistry(t.Name, *t.Registry, opts)
}

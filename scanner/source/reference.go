package source

import "context"

// anywhere is an image reference without a scheme: the first local engine that has it, else its registry.
type anywhere struct {
	rest   string
	opts   Options
	chosen Source // the registry until Read
}

func openReference(ctx context.Context, _, rest string, opts Options) (Source, error) {
	registry, err := openRegistry(ctx, SchemeRegistry, rest, opts)
	if err != nil {
		return nil, err
	}
	return &anywhere{rest: rest, opts: opts, chosen: registry}, nil
}

// Scheme implements Source: that of the source which Read chose, registry before.
func (a *anywhere) Scheme() string { return a.chosen.Scheme() }

// Close implements Source.
func (a *anywhere) Close() error { return a.chosen.Close() }

// Read implements Source.
func (a *anywhere) Read(ctx context.Context, blob func(ctx context.Context, b Blob) error) (*Contents, error) {
	for _, scheme := range []string{schemeDocker, schemePodman} {
		e := &engine{scheme: scheme, image: a.rest, opts: a.opts}
		if e.has(ctx) {
			a.chosen = e
			break
		}
	}
	return a.chosen.Read(ctx, blob)
}

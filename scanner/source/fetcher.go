package source

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/google/go-containerregistry/pkg/name"
)

// maxConnections bounds the repositories that a Fetcher stays connected to.
const maxConnections = 256

// Fetcher gets single blobs and images of registries by their digests, as a Source that read the whole repository would. It
// is safe for concurrent use.
type Fetcher struct {
	opts Options
	wait waits

	mu    sync.Mutex
	known map[Origin]*connection
	order []Origin // of known, the oldest first
}

// Origin is a repository of a registry and how to speak to that.
type Origin struct {
	Repository string // HOST/NAME
	PlainHTTP  bool
	Insecure   bool
}

// NewFetcher returns a Fetcher. The PlainHTTP and Insecure of opts hold for every origin, those of an Origin for it alone.
func NewFetcher(opts Options) *Fetcher {
	return &Fetcher{opts: opts.withDefaults(), wait: defaultWaits(), known: map[Origin]*connection{}}
}

// Blob returns the blob of a digest; nothing is asked of the registry before it is opened. size is -1 where it is unknown.
func (f *Fetcher) Blob(from Origin, digest, mediaType string, size int64) (Blob, error) {
	if _, _, ok := splitDigest(digest); !ok {
		return Blob{}, digestError(digest)
	}
	own, other := stated(digest)
	return Blob{
		Key: digest, Digest: own, MediaType: mediaType, Size: size, Remote: true, Repository: from.Repository,
		Open: func(ctx context.Context) (io.ReadCloser, error) {
			c, err := f.connect(ctx, from)
			if err != nil {
				return nil, err
			}
			body, err := c.blob(ctx, digest, f.opts.MaxInflated)
			if err != nil {
				return nil, err // whoever reads it says so
			}
			return checked(body, other), nil
		},
	}, nil
}

// Image gets the manifest of a digest with its configuration; it is nil, beside the problems that tell why, where there is no
// image of that digest. An error says that the registry could not be reached.
func (f *Fetcher) Image(ctx context.Context, from Origin, digest, mediaType string) (*Image, *Contents, error) {
	c, err := f.connect(ctx, from)
	if err != nil {
		return nil, nil, err
	}
	opts := f.opts
	opts.Platform = "" // whoever named the image has chosen
	g, err := newGraph(newRemoteDocuments(c, opts), opts)
	if err != nil {
		return nil, nil, err
	}
	g.eager = true
	if err := g.visit(ctx, descriptor{Digest: digest, MediaType: mediaType}, nil, nil, 0); err != nil {
		return nil, nil, err
	}
	contents, err := g.contents()
	if err != nil {
		return nil, nil, err
	}
	for i := range contents.Images {
		if contents.Images[i].Digest == digest {
			return &contents.Images[i], contents, nil
		}
	}
	return nil, contents, nil
}

// connect returns a connection to a repository, the one of before where there is one.
func (f *Fetcher) connect(ctx context.Context, from Origin) (*connection, error) {
	f.mu.Lock()
	c := f.known[from]
	f.mu.Unlock()
	if c != nil {
		return c, nil
	}
	opts := f.opts
	opts.PlainHTTP = opts.PlainHTTP || from.PlainHTTP
	opts.Insecure = opts.Insecure || from.Insecure
	var how []name.Option
	if opts.PlainHTTP {
		how = append(how, name.Insecure)
	}
	repo, err := name.NewRepository(from.Repository, how...)
	if err != nil {
		return nil, fmt.Errorf("opening %q: it is no repository", from.Repository)
	}
	c, err = connect(ctx, repo, opts, f.wait)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if other := f.known[from]; other != nil {
		return other, nil
	}
	f.known[from] = c
	f.order = append(f.order, from)
	if len(f.order) > maxConnections {
		delete(f.known, f.order[0])
		f.order = f.order[1:]
	}
	return c, nil
}

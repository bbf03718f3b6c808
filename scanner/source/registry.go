package source

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/google/go-containerregistry/pkg/name"
	"golang.org/x/sync/errgroup"
)

// registrySource is one reference of a registry: an image or an index, with what refers to it.
type registrySource struct {
	ref  name.Reference
	opts Options
	wait waits
}

func openRegistry(_ context.Context, _, rest string, opts Options) (Source, error) {
	var how []name.Option
	if opts.PlainHTTP {
		how = append(how, name.Insecure)
	}
	ref, err := name.ParseReference(rest, how...)
	if err != nil {
		return nil, hint(fmt.Errorf("opening %q: it is no image reference", rest), "references look like HOST/NAME:TAG or HOST/NAME@sha256:DIGEST")
	}
	return &registrySource{ref: ref, opts: opts, wait: defaultWaits()}, nil
}

// Scheme implements Source.
func (s *registrySource) Scheme() string { return SchemeRegistry }

// Close implements Source.
func (s *registrySource) Close() error { return nil }

// Read implements Source. It reads the documents and hands the blobs over unread.
func (s *registrySource) Read(ctx context.Context, blob func(ctx context.Context, b Blob) error) (*Contents, error) {
	c, err := connect(ctx, s.ref.Context(), s.opts, s.wait)
	if err != nil {
		return nil, s.fail(err)
	}
	defer c.client.CloseIdleConnections()
	root, err := c.manifest(ctx, s.ref.Identifier(), s.opts.MaxManifest)
	if err != nil {
		return nil, s.fail(err)
	}
	docs := newRemoteDocuments(c, s.opts)
	g, err := newGraph(docs, s.opts)
	if err != nil {
		return nil, err
	}
	g.eager = true
	d, tags := s.root(g, root)
	docs.keep(d.Digest, root.data)
	if err := g.visit(ctx, d, nil, tags, 0); err != nil {
		return nil, err
	}
	if err := g.referrers(ctx, c, d.Digest); err != nil {
		return nil, err
	}
	contents, err := g.contents()
	if err != nil {
		return nil, s.fail(err)
	}
	return contents, docs.handOver(ctx, contents, blob)
}

// root returns the descriptor of what the reference names, and the name it has by its tag. A digest that the registry
// states wrongly is a problem.
func (s *registrySource) root(g *graph, a *answer) (d descriptor, tags []string) {
	d = descriptor{MediaType: a.mediaType, Digest: sha256Of(a.data), Size: int64(len(a.data))}
	if tag, ok := s.ref.(name.Tag); ok {
		tags = []string{familiarName(strings.Replace(tag.Name(), name.DefaultRegistry, "docker.io", 1))}
	} else {
		d.Digest = s.ref.Identifier()
		return d, nil
	}
	if _, _, ok := splitDigest(a.digest); ok {
		d.Digest = a.digest // visit checks it
	} else if a.digest != "" {
		g.problems.add("manifest "+d.Digest, digestError(a.digest))
	}
	return d, tags
}

// fail returns err as why the reference cannot be read at all.
func (s *registrySource) fail(err error) error {
	return hint(fmt.Errorf("reading %s: %w", s.ref, err), registryHint(err, s.ref.String()))
}

// remoteDocuments gets the documents of one repository. It implements documents.
type remoteDocuments struct {
	from *connection
	opts Options

	mu    sync.Mutex
	ahead map[string][]byte // documents that were got before they were asked for, by digest
	held  int64
}

func newRemoteDocuments(c *connection, opts Options) *remoteDocuments {
	return &remoteDocuments{from: c, opts: opts, ahead: map[string][]byte{}}
}

// keep holds a document until it is asked for.
func (r *remoteDocuments) keep(digest string, data []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.held+int64(len(data)) <= maxDocuments {
		r.held += int64(len(data))
		r.ahead[digest] = data
	}
}

func (r *remoteDocuments) take(digest string) ([]byte, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	data, ok := r.ahead[digest]
	if ok {
		r.held -= int64(len(data))
		delete(r.ahead, digest)
	}
	return data, ok
}

func (r *remoteDocuments) document(ctx context.Context, d descriptor, limit int64) ([]byte, string, error) {
	if _, _, ok := splitDigest(d.Digest); !ok {
		return nil, "", digestError(d.Digest)
	}
	if data, ok := r.take(d.Digest); ok {
		return data, d.Digest, nil
	}
	data, err := r.fetch(ctx, d, limit)
	return data, d.Digest, err
}

// fetch gets a document from where its media type says that it is kept.
func (r *remoteDocuments) fetch(ctx context.Context, d descriptor, limit int64) ([]byte, error) {
	if isManifestType(d.MediaType) {
		a, err := r.from.manifest(ctx, d.Digest, limit)
		if err != nil {
			return nil, err
		}
		return a.data, nil
	}
	body, err := r.from.blob(ctx, d.Digest, limit+1)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return readAtMost(body, limit)
}

// isManifestType tells what a registry keeps as a manifest. Descriptors that say nothing name manifests, since those of
// configurations must state their type.
func isManifestType(mediaType string) bool {
	return mediaType == "" || strings.Contains(mediaType, "manifest") || strings.Contains(mediaType, "image.index")
}

func (r *remoteDocuments) layer(ctx context.Context, d descriptor) (string, error) {
	if _, _, ok := splitDigest(d.Digest); !ok {
		return "", digestError(d.Digest)
	}
	if d.isForeign() { // a registry may keep it all the same
		resp, err := r.from.get(ctx, http.MethodHead, r.from.base+"/blobs/"+d.Digest, nil, http.StatusOK)
		if err != nil {
			return "", err
		}
		discard(resp)
	}
	return d.Digest, nil
}

// prefetch gets manifests and their configurations side by side. What fails is got again when it is asked for, and tells
// its error then.
func (r *remoteDocuments) prefetch(ctx context.Context, all []descriptor) {
	var g errgroup.Group
	g.SetLimit(r.opts.Jobs)
	for _, d := range all[:min(len(all), r.opts.MaxImages)] {
		g.Go(func() error {
			r.fetchAhead(ctx, d)
			return nil
		})
	}
	_ = g.Wait() // its functions return no error
}

// fetchAhead gets one manifest and its configuration.
func (r *remoteDocuments) fetchAhead(ctx context.Context, d descriptor) {
	if _, _, ok := splitDigest(d.Digest); !ok || ctx.Err() != nil {
		return
	}
	data, err := r.fetch(ctx, d, r.opts.MaxManifest)
	if err != nil {
		return
	}
	r.keep(d.Digest, data)
	m, err := parseManifest(data)
	if err != nil || m.Config == nil {
		return
	}
	if _, _, ok := splitDigest(m.Config.Digest); !ok {
		return
	}
	if config, err := r.fetch(ctx, *m.Config, r.opts.MaxManifest); err == nil {
		r.keep(m.Config.Digest, config)
	}
}

// handOver calls blob for every layer once.
func (r *remoteDocuments) handOver(ctx context.Context, c *Contents, blob func(context.Context, Blob) error) error {
	given := map[string]bool{}
	for _, l := range slices.Concat(layersOf(c.Images)...) {
		if l.Key == "" || given[l.Key] {
			continue
		}
		given[l.Key] = true
		digest, other := stated(l.Digest)
		b := Blob{Key: l.Key, Digest: digest, MediaType: l.MediaType, Size: l.Size, Remote: true, Open: func(ctx context.Context) (io.ReadCloser, error) {
			body, err := r.from.blob(ctx, l.Digest, r.opts.MaxInflated)
			if err != nil {
				return nil, err // whoever reads it says so
			}
			return checked(body, other), nil
		}}
		if err := blob(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

func layersOf(images []Image) [][]LayerRef {
	var all [][]LayerRef
	for _, image := range images {
		all = append(all, image.Layers)
	}
	return all
}

package source

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"
	"time"

	"dregs/report"
)

const schemeStorage = "registry-storage"

// storageSource is the storage volume of a registry (CNCF distribution, docker/registry/v2), or a containerd content
// store: opened read-only, links that lead out of it not followed.
type storageSource struct {
	root   *os.Root
	name   string
	layout storageLayout
	opts   Options
	choice *choice
}

// storageLayout is where a kind of storage keeps its parts, below the folder that was opened.
type storageLayout struct {
	base         string // of all that follows
	blobs        string
	repositories string // empty where it has none
	uploads      string // of the storage as a whole; empty where each repository has its own
	blobFile     string // the file in a blob's folder; empty where the blob is the file
	sharded      bool   // blobs lie in folders by their first two digits
}

// storageLayouts are tried in order, each at every one of its bases.
var storageLayouts = []storageLayout{
	{base: "docker/registry/v2", blobs: "blobs", repositories: "repositories", blobFile: "data", sharded: true},
	{base: "registry/v2", blobs: "blobs", repositories: "repositories", blobFile: "data", sharded: true},
	{base: "v2", blobs: "blobs", repositories: "repositories", blobFile: "data", sharded: true},
	{base: ".", blobs: "blobs", repositories: "repositories", blobFile: "data", sharded: true},
	{base: "io.containerd.content.v1.content", blobs: "blobs", uploads: "ingest"},
	{base: ".", blobs: "blobs", uploads: "ingest"},
}

// OpenStorage opens all that sel chooses of a registry's storage in a folder. Nothing is read before Read.
func OpenStorage(dir string, sel Selection, opts Options) (Source, error) {
	if _, err := parsePlatform(opts.Platform); err != nil {
		return nil, err
	}
	c, err := sel.choice()
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("opening registry storage: %w", err)
	}
	s := &storageSource{root: root, name: dir, opts: opts.withDefaults(), choice: c}
	var why error
	for _, l := range storageLayouts {
		is, err := s.holds(l)
		if is {
			s.layout = l
			return s, nil
		}
		why = cmp.Or(why, err)
	}
	_ = root.Close() // nothing was read
	if why != nil {
		return nil, fmt.Errorf("opening registry storage: %w", why)
	}
	return nil, hint(fmt.Errorf("opening registry storage: %q holds none", dir),
		"name the folder that holds docker/registry/v2, or a containerd content store with blobs/sha256")
}

// holds tells whether the storage is laid out as l says; an error tells why that cannot be known.
func (s *storageSource) holds(l storageLayout) (bool, error) {
	want := []string{path.Join(l.base, l.blobs)}
	if l.repositories != "" {
		want = []string{path.Join(l.base, l.repositories)}
	} else if l.base == "." {
		want = append(want, path.Join(l.base, l.blobs, "sha256"), path.Join(l.base, l.uploads))
	}
	for _, dir := range want {
		info, err := s.root.Stat(dir)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || err == nil && !info.IsDir() {
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
	return true, nil
}

// Scheme implements Source.
func (s *storageSource) Scheme() string { return schemeStorage }

// Close implements Source.
func (s *storageSource) Close() error { return s.root.Close() }

// Read implements Source.
func (s *storageSource) Read(ctx context.Context, blob func(ctx context.Context, b Blob) error) (*Contents, error) {
	w := &storageWalk{storageSource: s, blobs: map[string]*storedBlob{}, standing: map[string]*Standing{}, lost: map[string]bool{}}
	if err := w.listBlobs(ctx); err != nil {
		return nil, err
	}
	var repositories []string
	if s.layout.repositories != "" {
		repositories = w.listRepositories(ctx)
	}
	w.miss(repositories)
	g, err := newGraph(w, s.opts)
	if err != nil {
		return nil, err
	}
	w.graph = g
	for _, name := range repositories {
		if err := w.repository(ctx, name); err != nil {
			return nil, err
		}
	}
	if err := w.rest(ctx); err != nil {
		return nil, err
	}
	c := w.contents()
	return c, w.handOver(ctx, c, blob)
}

// storedBlob is one blob of the storage.
type storedBlob struct {
	digest string
	name   string // of the file
	size   int64
	since  time.Time
	links  []string // repositories that link it
}

// storageWalk is one reading of the storage. It implements documents.
type storageWalk struct {
	*storageSource
	graph    *graph
	problems problemList
	entries  int
	blobs    map[string]*storedBlob
	standing map[string]*Standing // by digest of a manifest
	lost     map[string]bool      // by repository@digest: a manifest that is linked and not there
	uploads  []storedUpload
	links    []Link
	left     map[string]bool // manifests that only tags or repositories name which were not chosen
}

// storedUpload is what an upload that never ended has left.
type storedUpload struct {
	key, repository string
	size            int64
	since           time.Time
}

// count counts one entry of a folder.
func (w *storageWalk) count() error {
	if w.entries++; w.entries > w.opts.MaxEntries*10 {
		return report.Faultf(report.Limit, "storage has more than %d entries", w.opts.MaxEntries*10)
	}
	return nil
}

// list returns the entries of a folder by name. One that is not there has none; one that cannot be read is a problem.
func (w *storageWalk) list(dir string) []fs.DirEntry {
	all, err := fs.ReadDir(w.root.FS(), dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		w.problems.add(fmt.Sprintf("%q", dir), fmt.Errorf("listing storage: %w", err))
	}
	return all
}

// listBlobs finds all blobs.
func (w *storageWalk) listBlobs(ctx context.Context) error {
	base := path.Join(w.layout.base, w.layout.blobs)
	for _, algorithm := range w.list(base) {
		dir := path.Join(base, algorithm.Name())
		for _, entry := range w.list(dir) {
			if ctx.Err() != nil {
				return fmt.Errorf("listing storage: %w", ctx.Err())
			}
			if !w.layout.sharded {
				w.blob(algorithm.Name(), dir, entry)
				continue
			}
			for _, inner := range w.list(path.Join(dir, entry.Name())) {
				w.blob(algorithm.Name(), path.Join(dir, entry.Name()), inner)
			}
		}
		if err := w.count(); err != nil {
			w.problems.add("blobs", err)
			return nil
		}
	}
	return nil
}

// blob notes one blob.
func (w *storageWalk) blob(algorithm, dir string, entry fs.DirEntry) {
	digest := algorithm + ":" + entry.Name()
	name := path.Join(dir, entry.Name(), w.layout.blobFile)
	if err := w.count(); err != nil {
		return
	}
	info, err := w.root.Stat(name)
	if _, _, ok := splitDigest(digest); !ok || err != nil || !info.Mode().IsRegular() {
		if err == nil {
			err = report.Faultf(report.Unsupported, "it is no blob")
		} else if errors.Is(err, fs.ErrNotExist) {
			err = report.Faultf(report.Missing, "blob has no content")
		}
		w.problems.add(fmt.Sprintf("%q", name), err)
		return
	}
	w.blobs[digest] = &storedBlob{digest: digest, name: name, size: info.Size(), since: info.ModTime().UTC()}
}

// open opens a regular file of the storage. Opening a pipe would wait for whoever writes to it.
func (s *storageSource) open(name string) (*os.File, error) {
	info, err := s.root.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		err = report.Faultf(report.Unsupported, "it is no regular file")
	}
	if err != nil {
		return nil, err
	}
	return s.root.Open(name)
}

// link reads the digest that a link file names, and when it was written.
func (w *storageWalk) link(name string) (digest string, since time.Time, err error) {
	f, err := w.open(name)
	if err != nil {
		return "", since, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil {
		since = info.ModTime().UTC()
	}
	data, err := readAtMost(f, 256)
	if err != nil {
		return "", since, err
	}
	digest = strings.TrimSpace(string(data))
	if _, _, ok := splitDigest(digest); !ok {
		return "", since, report.Faultf(report.Corrupt, "link names no digest")
	}
	return digest, since, nil
}

// linked returns what the links below a folder name: dir/ALGORITHM/HEX/link.
func (w *storageWalk) linked(dir string) []linkTo {
	var all []linkTo
	for _, algorithm := range w.list(dir) {
		for _, entry := range w.list(path.Join(dir, algorithm.Name())) {
			if err := w.count(); err != nil {
				w.problems.add(fmt.Sprintf("%q", dir), err)
				return all
			}
			name := path.Join(dir, algorithm.Name(), entry.Name(), "link")
			digest, since, err := w.link(name)
			if err == nil && digest != algorithm.Name()+":"+entry.Name() {
				err = report.Faultf(report.Corrupt, "link names another digest than its folder")
			}
			if errors.Is(err, fs.ErrNotExist) {
				continue // deleting takes the link and leaves its folder
			}
			if err != nil {
				w.problems.add(fmt.Sprintf("%q", name), err)
				continue
			}
			all = append(all, linkTo{digest, since})
		}
	}
	return all
}

// linkTo is what a link file says.
type linkTo struct {
	digest string
	since  time.Time
}

func (w *storageWalk) document(_ context.Context, d descriptor, limit int64) ([]byte, string, error) {
	b := w.blobs[d.Digest]
	if b == nil {
		return nil, "", report.Faultf(report.Missing, "blob is not there")
	}
	if b.size > limit {
		return nil, "", report.Faultf(report.Limit, "document has %d bytes, more than %d", b.size, limit)
	}
	f, err := w.open(b.name)
	if err != nil {
		return nil, "", fmt.Errorf("opening blob: %w", err)
	}
	defer f.Close()
	data, err := readAtMost(f, limit)
	return data, b.digest, err
}

func (w *storageWalk) layer(_ context.Context, d descriptor) (string, error) {
	if _, _, ok := splitDigest(d.Digest); !ok {
		return "", digestError(d.Digest)
	}
	if w.blobs[d.Digest] == nil {
		return "", report.Faultf(report.Missing, "blob is not there")
	}
	return d.Digest, nil
}

func (w *storageWalk) prefetch(context.Context, []descriptor) {}

// handOver calls blob for every layer, every loose blob and every upload once.
func (w *storageWalk) handOver(ctx context.Context, c *Contents, blob func(context.Context, Blob) error) error {
	given := map[string]bool{}
	give := func(key, name, mediaType, digest string, size int64) error {
		if given[key] {
			return nil
		}
		given[key] = true
		wanted, other := stated(digest)
		return blob(ctx, Blob{Key: key, Digest: wanted, MediaType: mediaType, Size: size, Open: func(context.Context) (io.ReadCloser, error) {
			f, err := w.open(name)
			if err != nil {
				return nil, err // whoever reads it says so
			}
			return checked(f, other), nil
		}})
	}
	for _, l := range slices.Concat(layersOf(c.Images)...) {
		if b := w.blobs[l.Key]; b != nil {
			if err := give(l.Key, b.name, l.MediaType, b.digest, b.size); err != nil {
				return err
			}
		}
	}
	for _, key := range c.Loose {
		if b := w.blobs[key]; b != nil {
			if err := give(key, b.name, "", b.digest, b.size); err != nil {
				return err
			}
		}
	}
	for _, u := range w.uploads {
		if err := give(u.key, u.key, "", "", u.size); err != nil {
			return err
		}
	}
	return nil
}

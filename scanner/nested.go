package scanner

import (
	"context"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"dregs/report"
	"dregs/scanner/source"
	"dregs/scanner/unpack"
)

// nested is what an image archive or layout inside a file gave: images of their own.
type nested struct {
	via      []string // from the file to it; empty for the file itself
	contents *source.Contents
	results  map[string]*blobResult
}

// readNested reads all blobs of a source that lies inside a layer, some of them side by side where there are helpers for it. It
// returns nil where the source holds no image, which then is an ordinary archive.
func (br *blobReader) readNested(ctx context.Context, src source.Source, depth int) *nested {
	br = br.inside()
	n := &nested{results: make(map[string]*blobResult)}
	var (
		mu sync.Mutex
		g  errgroup.Group
	)
	read := func(b source.Blob) {
		r := br.read(ctx, b, depth)
		mu.Lock()
		defer mu.Unlock()
		n.results[b.Key] = r
	}
	contents, err := src.Read(ctx, func(ctx context.Context, b source.Blob) error {
		if b.Sequential || !br.helpers.TryAcquire(1) {
			read(b)
			return ctx.Err()
		}
		g.Go(func() error {
			defer br.helpers.Release(1)
			read(b)
			return nil
		})
		return ctx.Err()
	})
	_ = g.Wait() // its functions return no error
	if err != nil || len(contents.Images) == 0 {
		return nil
	}
	n.contents = contents
	return n
}

// image examines in as an image archive. It returns false where it is none.
func (c *contents) image(ctx context.Context, in unpack.Input, path string, depth int, res *contentResult) bool {
	n := c.blobs.readNested(ctx, source.OpenStream(path, io.NewSectionReader(in.At, 0, in.Size), c.blobs.source), depth-1)
	if n == nil {
		return false
	}
	for _, r := range n.results {
		res.files++
		res.bytes += r.summary.Bytes
	}
	res.nested = append(res.nested, n)
	return true
}

// layoutFile is a file of a layer that may belong to an image layout or content store.
type layoutFile struct {
	entry  int
	root   string // path of the layout in the layer
	name   string // from root
	offset int64  // in the scratch
	size   int64
}

// layouts keeps the files of a layer that may be an image layout's, until the layer is read. The zero value is ready.
type layouts struct {
	scratch *unpack.Scratch
	size    int64
	files   []layoutFile
}

// layoutName splits the path of a file that may belong to a layout: OCI's, containerd's content store, or the storage of
// a registry.
func layoutName(path string) (root, name string, ok bool) {
	slash := "/" + path
	for _, base := range []string{"/index.json", "/oci-layout"} {
		if root, found := strings.CutSuffix(slash, base); found {
			return root, base[1:], true
		}
	}
	at := strings.LastIndex(slash, "/blobs/sha256/")
	if at < 0 {
		return "", "", false
	}
	name = slash[at+1:]
	digest := strings.TrimSuffix(name[strings.LastIndex(strings.TrimSuffix(name, "/data"), "/")+1:], "/data")
	return slash[:at], name, len(digest) == 64 && strings.Trim(digest, "0123456789abcdef") == ""
}

// tee returns a reader of body that keeps what passes, where path may belong to a layout.
func (l *layouts) tee(entry int, path string, body io.Reader) (io.Reader, error) {
	root, name, ok := layoutName(path)
	if !ok {
		return body, nil
	}
	if l.scratch == nil {
		s, err := unpack.NewScratch(layoutBytes)
		if err != nil {
			return nil, err
		}
		l.scratch = s
	}
	l.files = append(l.files, layoutFile{entry: entry, root: root, name: name, offset: l.size})
	return io.TeeReader(body, l), nil
}

// layoutBytes bounds what is kept of one layer's layouts.
const layoutBytes = 16 << 30

// Write implements io.Writer: it appends to the file that was added last.
func (l *layouts) Write(b []byte) (int, error) {
	n, err := l.scratch.Write(b)
	l.size += int64(n)
	l.files[len(l.files)-1].size += int64(n)
	return n, err
}

func (l *layouts) close() {
	if l.scratch != nil {
		_ = l.scratch.Close() // it holds nothing that is needed any more
	}
}

// read reads the layouts of a layer as images of their own. What was found in their files as such is dropped from r:
// the images tell it better.
func (l *layouts) read(ctx context.Context, br *blobReader, depth int, r *blobResult) {
	defer l.close()
	if depth <= 0 {
		return
	}
	byRoot := make(map[string][]layoutFile)
	for _, f := range l.files {
		byRoot[f.root] = append(byRoot[f.root], f)
	}
	for _, root := range slices.Sorted(maps.Keys(byRoot)) {
		files := byRoot[root]
		if !slices.ContainsFunc(files, func(f layoutFile) bool { return strings.HasPrefix(f.name, "blobs/") }) {
			continue
		}
		var opened []source.File
		for _, f := range files {
			opened = append(opened, source.File{Name: f.name, Size: f.size, Open: func() (io.ReadCloser, error) {
				return io.NopCloser(io.NewSectionReader(l.scratch, f.offset, f.size)), nil
			}})
		}
		path := strings.TrimPrefix(root, "/")
		n := br.readNested(ctx, source.OpenFiles(path, opened, br.source), depth-1)
		if n == nil {
			continue
		}
		claimed := make(map[int]bool)
		for _, f := range files {
			claimed[f.entry] = true
		}
		r.hits = slices.DeleteFunc(r.hits, func(h hit) bool { return h.place == report.LayerFile && claimed[h.entry] })
		r.nested = append(r.nested, nestedAt{entry: files[0].entry, path: path, nested: n})
	}
}

// nestedAt is a nested image with the entry of its layer that it lies in: the archive, or the first file of a layout.
type nestedAt struct {
	entry int
	path  string
	*nested
}

// nested adds the images inside the layers of an image. What happened to the file that holds them happened to them.
func (j *join) nested(ctx context.Context, l *imageLife) {
	for i, r := range l.results {
		if r == nil {
			continue
		}
		for _, n := range r.nested {
			outer := l.spanOf(i, n.entry)
			if j.outer != nil && j.outer.visibility != report.Visible {
				outer = *j.outer
			}
			inner := &join{
				outcome: j.outcome, scan: j.scan, target: j.target, results: n.results, told: make(map[string]bool), indexed: make(map[string]bool),
				via: slices.Concat(j.via, []string{n.path}, n.via), outer: &outer,
			}
			inner.where = strings.Join(inner.via, "!") + ", "
			inner.contents(ctx, n.contents)
		}
	}
}

package scanner

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"
	"sync"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"dregs/report"
	"dregs/rules"
	"dregs/scanner/layer"
	"dregs/scanner/origin"
	"dregs/scanner/source"
)

// documentBytes is the size up to which a blob that is JSON is kept, to be read as a document of its image.
const documentBytes = 16 << 20

// hit is a match in a blob, before the blob's place in an image is known.
type hit struct {
	entry int // index into the records, -1 for a hit outside of the entries
	place report.Place
	path  string
	key   string
	match partMatch
	seal  *seal        // in the place of the match's value, where that is not known
	sums  *origin.Sums // of the file, nil where they are not known
}

// blobResult is all that reading one blob gave. It does not depend on the images that share the blob.
type blobResult struct {
	blob     source.Blob
	depth    int
	recalled bool   // from the store: an earlier scan read it
	weak     bool   // recalled, and to be read again unless it was screened
	single   bool   // it is no archive: its content is one file
	document []byte // the blob itself where it is JSON of at most documentBytes
	summary  layer.Summary
	faults   []located
	packages packages // what package databases in the blob tell
	debian   bool     // debianVersion is in it

	mu     sync.Mutex // guards what follows, and faults, while the blob is read
	hits   []hit
	nested []nestedAt
	inner  []innerPart // files of the blob that something was unpacked from
	logs   []logAt     // files of the blob that hold identities of images
	judged judgments
	git    bool // git objects in it tell of those in other blobs

	notes sync.Once
	noted []int // the entries that notes are about

	indexing sync.Once
	indexed  *layer.Catalog // of the records
	byEntry  map[int][]int  // positions of the hits in the files of the blob, by entry
}

// catalog finds the blob's records, once it was read.
func (r *blobResult) catalog() *layer.Catalog {
	r.indexing.Do(r.index)
	return r.indexed
}

// hitsIn returns the positions of the hits in the content of an entry, once the blob was read.
func (r *blobResult) hitsIn(entry int) []int {
	r.indexing.Do(r.index)
	return r.byEntry[entry]
}

func (r *blobResult) index() {
	r.indexed = layer.NewCatalog(r.summary.Records)
	r.byEntry = make(map[int][]int)
	for i := range r.hits {
		if h := &r.hits[i]; h.place == report.LayerFile && h.entry >= 0 {
			r.byEntry[h.entry] = append(r.byEntry[h.entry], i)
		}
	}
}

// secrets returns how many hits are of rules whose matches are secrets.
func (r *blobResult) secrets() int {
	n := 0
	for i := range r.hits {
		if !r.hits[i].match.Rule.Evidence {
			n++
		}
	}
	return n
}

// innerPart tells what unpacking one file of a blob came to.
type innerPart struct {
	entry   int
	path    string
	files   int
	bytes   int64
	skipped []skippedPart
}

// located is an error with the path within a blob that it is about, empty for the blob itself.
type located struct {
	path string
	err  error
}

func (r *blobResult) fault(path string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults = append(r.faults, located{path, err})
}

// tellGit notes that something of the blob tells of git objects in other blobs.
func (r *blobResult) tellGit() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.git = true
}

// take adds what a content at path gave. It returns the end of the scan, if that was what ended the search.
func (r *blobResult) take(entry int, place report.Place, path string, res *contentResult) error {
	return r.takeFile(hit{entry: entry, place: place, path: path}, res)
}

// takeFile is take for a content that at says all of but its matches.
func (r *blobResult) takeFile(at hit, res *contentResult) error {
	entry, path := at.entry, at.path
	if res.err != nil {
		return res.err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range res.matches {
		at.match = m
		r.hits = append(r.hits, at)
	}
	for _, f := range res.faults {
		r.faults = append(r.faults, located{trail(path, f.via), f.err})
	}
	for _, n := range res.nested {
		r.nested = append(r.nested, nestedAt{entry: entry, path: path, nested: n})
	}
	r.judged.add(res.judged)
	r.git = r.git || res.git
	if len(res.sighted) > 0 {
		r.logs = append(r.logs, logAt{entry: entry, path: path, sighted: res.sighted})
	}
	if res.files > 0 || len(res.skipped) > 0 {
		r.inner = append(r.inner, innerPart{entry: entry, path: path, files: res.files, bytes: res.bytes, skipped: res.skipped})
	}
	return nil
}

// blobReader reads blobs: it walks layers and hands their contents to the matching workers.
type blobReader struct {
	contents *contents
	limits   layer.Limits
	source   source.Options // for images inside layers
	jobs     int
	helpers  *semaphore.Weighted // goroutines for layers of images inside of files, beside the one that reads the file
	inner    bool                // it reads such layers
	progress Progress
	capture  *capture // nil for none
}

// inside returns the reader of images inside of files.
func (br *blobReader) inside() *blobReader {
	inner := *br
	inner.inner = true
	return &inner
}

// read reads one blob to its end and returns what it gave; whatever goes wrong is among its faults. What is in its files
// is unpacked to depth.
func (br *blobReader) read(ctx context.Context, b source.Blob, depth int) *blobResult {
	r := &blobResult{blob: b, depth: depth}
	body, err := b.Open(ctx)
	if err != nil {
		r.fault("", fmt.Errorf("opening blob: %w", err))
		return r
	}
	defer body.Close()
	stream, err := layer.Open(&progressReader{r: body, to: br.progress}, br.limits)
	if err != nil {
		r.fault("", err)
		return r
	}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(br.jobs)
	var kept layouts
	if stream.IsTar() {
		br.walk(gctx, g, stream, r, &kept)
	} else {
		r.single = true
		br.content(gctx, stream, r)
	}
	if err := g.Wait(); err != nil {
		r.fault("", err)
	}
	br.slack(ctx, r)
	kept.read(ctx, br, depth, r)
	r.settle()
	br.progress.LayerDone()
	return r
}

// settle checks the digest and puts hits and faults into an order that does not depend on the workers'.
func (r *blobResult) settle() {
	for _, err := range r.summary.Problems {
		r.faults = append(r.faults, located{"", err})
	}
	if want, got := r.blob.Digest, r.summary.Digest; want != "" && got != "" && want != got {
		r.faults = append(r.faults, located{"", report.Faultf(report.DigestMismatch, "verifying blob: content has digest %s", got)})
	}
	r.packages.records.Seal()
	sort.SliceStable(r.faults, func(i, j int) bool {
		a, b := r.faults[i], r.faults[j]
		if a.path != b.path {
			return a.path < b.path
		}
		return a.err.Error() < b.err.Error()
	})
	sort.SliceStable(r.hits, func(i, j int) bool {
		a, b := &r.hits[i], &r.hits[j]
		if a.entry != b.entry {
			return a.entry < b.entry
		}
		if a.place != b.place {
			return a.place < b.place
		}
		return matchLess(&a.match.Match, &b.match.Match)
	})
	sort.SliceStable(r.nested, func(i, j int) bool {
		a, b := &r.nested[i], &r.nested[j]
		if a.entry != b.entry {
			return a.entry < b.entry
		}
		return trail(a.path, a.via) < trail(b.path, b.via)
	})
	sort.SliceStable(r.logs, func(i, j int) bool { return r.logs[i].entry < r.logs[j].entry })
	sort.SliceStable(r.inner, func(i, j int) bool {
		a, b := &r.inner[i], &r.inner[j]
		if a.entry != b.entry {
			return a.entry < b.entry
		}
		return a.path < b.path
	})
}

// matchLess orders matches of one fragment.
func matchLess(a, b *rules.Match) bool {
	if a.Offset != b.Offset {
		return a.Offset < b.Offset
	}
	for i := range min(len(a.Via), len(b.Via)) {
		if a.Via[i] != b.Via[i] {
			return a.Via[i] < b.Via[i]
		}
	}
	if len(a.Via) != len(b.Via) {
		return len(a.Via) < len(b.Via)
	}
	if a.Line != b.Line {
		return a.Line < b.Line
	}
	if a.Column != b.Column {
		return a.Column < b.Column
	}
	if a.Rule.ID != b.Rule.ID {
		return a.Rule.ID < b.Rule.ID
	}
	return a.Value.Reveal() < b.Value.Reveal()
}

// walk reads a layer entry by entry. Contents go to g; what a header holds is searched in batches.
func (br *blobReader) walk(ctx context.Context, g *errgroup.Group, stream *layer.Stream, r *blobResult, kept *layouts) {
	headers := newHeaderBatch(br.contents.search, r)
	files := br.newFileBatch(g, r)
	summary, err := stream.Walk(ctx, func(e *layer.Entry) error {
		if err := headers.add(ctx, e); err != nil {
			return err
		}
		if e.Size == 0 { // of every type that has no body; whiteouts and unknown types may have one
			return nil
		}
		body, err := kept.tee(e.Index, e.Path, e.Body)
		if err != nil {
			return err
		}
		body, end := br.capture.tee(r, r.blob.Key, e.Index, body)
		return errors.Join(br.file(ctx, files, e, body, r), end())
	})
	files.close(ctx)
	r.summary = summary
	if err != nil {
		r.fault("", err)
	}
	if err := headers.flush(ctx); err != nil {
		r.fault("", err)
	}
}

// file searches the content of one entry: a small one is read and given to a worker, a larger one is searched as it
// streams. Only the end of the whole scan is returned as an error.
func (br *blobReader) file(ctx context.Context, files *fileBatch, e *layer.Entry, body io.Reader, r *blobResult) error {
	r.debian = r.debian || e.Path == debianVersion
	if e.Size <= wholeBytes {
		return files.add(ctx, e, body)
	}
	files.flush(ctx)
	return br.large(ctx, e, rules.Fragment{Place: report.LayerFile, Path: e.Path}, body, r)
}

// large searches the content of a large entry as it streams.
func (br *blobReader) large(ctx context.Context, e *layer.Entry, f rules.Fragment, body io.Reader, r *blobResult) error {
	var res *contentResult
	var sums *origin.Sums
	if db := origin.DatabaseAt(e.Path); db != nil {
		watched, finish := r.watch(ctx, db, e.Index, e.Path, body)
		res, sums = br.contents.streamSummed(ctx, f, watched, r.depth, origin.NewHasher(e.Path, false))
		if err := finish(); err != nil {
			r.fault(e.Path, err)
		}
	} else if packaged(e.Path) {
		res, sums = br.contents.streamSummed(ctx, f, body, r.depth, origin.NewHasher(e.Path, r.debian))
	} else {
		res = br.contents.stream(ctx, f, body, r.depth)
	}
	if err := r.takeFile(hit{entry: e.Index, place: report.LayerFile, path: e.Path, sums: sums}, res); err != nil {
		return err
	}
	return ctx.Err()
}

// damage makes a file that ends before its size does a fault.
func damage(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return report.Faultf(report.Corrupt, "the file ends early: %w", err)
	}
	return err
}

// content reads a blob that is no tar archive as one file; JSON is kept as a document beside.
func (br *blobReader) content(ctx context.Context, stream *layer.Stream, r *blobResult) {
	body, end := br.capture.tee(r, r.blob.Key, noEntry, stream.Content())
	var head bytes.Buffer
	n, err := io.CopyN(&head, body, documentBytes)
	if n < documentBytes && errors.Is(err, io.EOF) && isJSON(head.Bytes()) {
		r.document = head.Bytes()
	}
	rest := io.MultiReader(bytes.NewReader(head.Bytes()), body)
	f := rules.Fragment{Place: report.LayerFile}
	if err := r.take(-1, report.LayerFile, "", br.contents.file(ctx, f, rest, r.depth)); err != nil {
		r.fault("", err)
	}
	if err := end(); err != nil {
		r.fault("", err)
	}
	summary, err := stream.Summary()
	r.summary = summary
	if err != nil {
		r.fault("", err)
	}
}

// isJSON tells whether data is a JSON object or array.
func isJSON(data []byte) bool {
	t := bytes.TrimLeft(data, " \t\r\n")
	return len(t) > 0 && (t[0] == '{' || t[0] == '[') && json.Valid(t)
}

// slack searches what no reader of the archive sees.
func (br *blobReader) slack(ctx context.Context, r *blobResult) {
	for _, s := range r.summary.Slack {
		f := rules.Fragment{Place: report.LayerSlack, Data: s.Data}
		if err := r.take(-1, report.LayerSlack, s.Kind, br.contents.whole(ctx, f, r.depth)); err != nil {
			r.fault(s.Kind, err)
		}
	}
}

// progressReader tells progress of each read.
type progressReader struct {
	r  io.Reader
	to Progress
}

func (p *progressReader) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	p.to.Read(int64(n))
	return n, err
}

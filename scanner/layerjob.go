package scanner

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"dregs/report"
	"dregs/rules"
	"dregs/scanner/source"
	"dregs/scanner/store"
)

// LayerReader reads layers of registries one by one and keeps in a store what each gave: what a scan of the same options takes
// from there, and then tells the same as if it had read them itself. It is safe for concurrent use.
type LayerReader struct {
	options     Options
	examination string
}

// NewLayerReader returns the reader of layers for scans of these options, of which Store, Salt (the store's) and Searcher have to be set.
func NewLayerReader(o Options) (*LayerReader, error) {
	if o.Store == nil || o.Searcher == nil || len(o.Salt) == 0 {
		return nil, errors.New("reading layers for others: there is no store, no salt or no rules")
	}
	s, err := newScan(o)
	if err != nil {
		return nil, err
	}
	if s.memory == nil {
		return nil, errors.New("reading layers for others: what shows plaintext is not kept")
	}
	return &LayerReader{options: s.Options, examination: s.memory.examination}, nil
}

// Examination names all that results depend on beside the bytes of a layer: rules, limits, platform, and this program. Results
// of one examination are of no use to another.
func (l *LayerReader) Examination() string { return l.examination }

// LayerReading tells what came of reading a layer.
type LayerReading struct {
	Known    bool           // the store had it already: nothing was read
	Bytes    int64          // as stored, that were read
	Findings map[string]int // distinct pairs of a rule and a value, by the severity of the rule
}

// UnreachableError says that not one byte of a layer came: another who can reach its registry, or may pull from it, might read
// it.
type UnreachableError struct{ Err error }

// Error implements error.
func (e *UnreachableError) Error() string { return e.Err.Error() }

// Unwrap returns why.
func (e *UnreachableError) Unwrap() error { return e.Err }

// Read reads a blob and keeps its result: afterwards the store knows its digest. Of a blob whose result means nothing without
// others, or that is damaged, it keeps the mark that whoever reports has to read it: what is wrong with the bytes themselves is
// theirs to tell, and no error. An error, in which no content is, says that reading it again, or elsewhere, may go better
// (errors.As UnreachableError where nothing of it came), that the store failed, or that ctx ended.
func (l *LayerReader) Read(ctx context.Context, b source.Blob) (*LayerReading, error) {
	if _, known, err := l.options.Store.Layer(ctx, b.Digest, l.examination); err != nil || known {
		return &LayerReading{Known: known}, err
	}
	s, err := newScan(l.options) // its contents are this layer's alone: what is kept must not depend on what was read before
	if err != nil {
		return nil, err
	}
	r := s.reader.read(ctx, b, s.Limits.Depth)
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("reading layer %s: %w", b.Digest, err)
	}
	if err := r.passing(); err != nil {
		return nil, fmt.Errorf("reading layer %s: %w", b.Digest, err)
	}
	kept := store.Layer{Digest: b.Digest, Examination: l.examination, Size: r.summary.Size, Result: readAlone}
	if data, _, err := r.keep(s.printer); err != nil {
		return nil, err
	} else if data != nil && r.summary.Digest == b.Digest {
		kept.Result = data
	}
	if err := l.options.Store.PutLayers(ctx, []store.Layer{kept}); err != nil {
		return nil, err
	}
	return &LayerReading{Bytes: r.summary.Size, Findings: r.findings()}, nil
}

// readAlone is the result of a layer that says no more than that whoever reports has to read it. It decodes to none.
var readAlone = []byte{}

// passing returns why r was not read to its end, where that may pass: a connection that broke, a registry that does not answer
// or refuses.
func (r *blobResult) passing() error {
	if r.summary.Digest != "" {
		return nil
	}
	for _, f := range r.faults {
		kind := report.NewProblem("", f.err).Kind
		if f.path != "" || kind != report.Unreadable && kind != report.Unauthorized && kind != report.Interrupted {
			continue
		}
		if r.summary.Size == 0 {
			return &UnreachableError{f.err}
		}
		return f.err
	}
	return nil
}

// findings counts what rules hit, by severity.
func (r *blobResult) findings() map[string]int {
	type pair struct{ rule, value string }
	seen := make(map[pair]bool)
	counts := make(map[string]int)
	for i := range r.hits {
		m := &r.hits[i].match
		p := pair{m.Rule.ID, m.Value.Reveal()}
		if m.Rule.Evidence || seen[p] {
			continue
		}
		seen[p] = true
		counts[m.Rule.Severity]++
	}
	return counts
}

// Harmless returns a name as it is, or an ellipsis where search, which may be nil, takes anything in it for a secret.
func Harmless(ctx context.Context, name string, search rules.Searcher) string {
	if search == nil || name == "" {
		return name
	}
	m, err := search.Search(ctx, rules.Fragment{Place: report.FileName, Data: []byte(name)})
	if err != nil || len(m) > 0 {
		return report.Ellipsis
	}
	return name
}

// DescribeImage tells of an image what a store keeps for questions before any report: its names, times and layers, and nothing
// that search, which may be nil, takes for a secret.
func DescribeImage(ctx context.Context, img *source.Image, search rules.Searcher) report.Image {
	doc, _ := newDocument(img, nil) // its problems are told by whoever reports
	clean := func(text string) string { return Harmless(ctx, text, search) }
	d := report.Image{Digest: img.Digest, ID: img.ID, Platform: clean(img.Platform), Kind: img.Kind}
	if at, err := time.Parse(time.RFC3339Nano, doc.created()); err == nil {
		d.Created = at.Format(time.RFC3339Nano)
	}
	for _, tag := range img.Tags {
		d.Tags = append(d.Tags, clean(tag))
	}
	for i, ref := range img.Layers {
		layer := report.Layer{Index: i, Digest: ref.Digest, MediaType: clean(ref.MediaType), Size: ref.Size}
		if id := doc.diffID(i); sha256Name.MatchString(id) {
			layer.DiffID = id
		}
		d.Layers = append(d.Layers, layer)
	}
	return d
}

// sha256Name is a digest as the OCI image-spec writes it.
var sha256Name = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

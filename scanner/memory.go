package scanner

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"sync"

	"dregs/report"
	"dregs/scanner/source"
	"dregs/scanner/store"
)

// LayerStore keeps what reading layers gave. *store.Store is one.
type LayerStore interface {
	// Layer returns the result of the layer of a digest; ok is false where there is none.
	Layer(ctx context.Context, digest, examination string) (result []byte, ok bool, err error)
	// AnyOfSize tells whether there is a result of a layer of size bytes.
	AnyOfSize(ctx context.Context, examination string, size int64) (bool, error)
	// PutLayers keeps results, all or none; one that is there already stays as it is.
	PutLayers(ctx context.Context, all []store.Layer) error
	// Screened tells whether a screening was kept.
	Screened(ctx context.Context, what store.Screening) (bool, error)
	// PutScreenings keeps screenings, all or none.
	PutScreenings(ctx context.Context, all []store.Screening) error
}

// memory recalls layers that an earlier scan read, and keeps those of this one once it is known what must not be kept. Its
// methods may be called on nil, which knows nothing. After an error of the store it is used no more.
type memory struct {
	store       LayerStore
	examination string
	progress    Progress
	printer     *report.Fingerprinter
	salt        [sha256.Size]byte // digest of the printer's

	single bool   // one target is all that is scanned
	scope  string // of that target

	mu       sync.Mutex
	held     []heldLayer
	clean    []store.Screening
	recalled map[*blobResult]bool
	err      error
}

// heldLayer is a result that is to be kept.
type heldLayer struct {
	store.Layer
	weak bool // as layerForm.Weak
}

// newMemory returns the memory of a scan; nil for none.
func newMemory(o *Options, printer *report.Fingerprinter) *memory {
	if o.Store == nil || o.ShowSecrets {
		return nil
	}
	l := o.Layer
	h := sha256.New()
	fmt.Fprintf(h, "%d %q %q %q", layerFormat, o.Version, o.Build, o.RuleSet.Digest)
	fmt.Fprintf(h, " %d %d %d %d %d", l.LayerBytes, l.Entries, l.PathBytes, l.NameBytes, l.Window)
	fmt.Fprintf(h, " %d %d %q %d %d", o.Limits.FileBytes, o.Limits.Depth, o.Source.Platform, o.Source.MaxManifest, o.Source.MaxEntries)
	return &memory{
		store: o.Store, examination: hex.EncodeToString(h.Sum(nil)), progress: o.Progress, printer: printer, salt: sha256.Sum256(o.Salt),
		recalled: make(map[*blobResult]bool),
	}
}

// recall returns what reading b gave an earlier scan, nil where that is not known. A blob that a registry would send is told
// by the digest it is asked for; any other is told by the digest that its bytes have, whatever its name says.
func (m *memory) recall(ctx context.Context, b source.Blob) *blobResult {
	if m == nil || b.Sequential || m.failed() {
		return nil
	}
	digest := b.Digest
	if !b.Remote {
		digest = m.hash(ctx, b)
	}
	if digest == "" || b.Digest != "" && b.Digest != digest {
		return nil
	}
	data, ok, err := m.store.Layer(ctx, digest, m.examination)
	if !ok || err != nil {
		m.fail(ctx, err)
		return nil
	}
	form, err := decodeLayerForm(data)
	if err != nil || form.Digest != digest || len(form.Values) > 0 && form.Salt != m.salt {
		return nil // as if it were not there
	}
	r, ok := form.result()
	if !ok {
		return nil
	}
	r.blob, r.weak = b, form.Weak
	m.mu.Lock()
	defer m.mu.Unlock()
	m.recalled[r] = true
	return r
}

// forget takes back that r was recalled.
func (m *memory) forget(r *blobResult) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.recalled, r)
}

// hash returns the digest of b's bytes, empty where nothing of that size is known.
func (m *memory) hash(ctx context.Context, b source.Blob) string {
	if b.Size <= 0 {
		return ""
	}
	known, err := m.store.AnyOfSize(ctx, m.examination, b.Size)
	if !known || err != nil {
		m.fail(ctx, err)
		return ""
	}
	body, err := b.Open(ctx)
	if err != nil {
		return "" // reading it tells why
	}
	defer body.Close()
	m.progress.Expect(0, b.Size)
	h := sha256.New()
	in := contextReader{ctx, &progressReader{r: io.LimitReader(body, b.Size+1), to: m.progress}}
	if n, err := io.Copy(h, in); err != nil || n != b.Size {
		return ""
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// hold notes what reading a blob gave, to be kept at the end of the scan.
func (m *memory) hold(ctx context.Context, r *blobResult) {
	if m == nil || ctx.Err() != nil || m.failed() {
		return
	}
	data, weak, err := r.keep(m.printer)
	if data == nil || err != nil {
		m.fail(ctx, err)
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.held = append(m.held, heldLayer{
		store.Layer{Digest: r.summary.Digest, Examination: m.examination, Size: r.summary.Size, Result: data}, weak,
	})
}

// putLayers is how many results are kept in one transaction.
const putLayers = 64

// keep keeps what was held, but for what holds a value of r, the report of the scan. Of a scan that was interrupted these
// are the layers that had been read to their end: the next one goes on from there.
func (m *memory) keep(ctx context.Context, r *report.Report) {
	if m == nil || m.failed() {
		return
	}
	all := m.clear(r)
	slices.SortFunc(all, func(a, b store.Layer) int { return cmp.Compare(a.Digest, b.Digest) })
	for some := range slices.Chunk(all, putLayers) {
		if err := m.store.PutLayers(ctx, some); err != nil {
			m.fail(ctx, err)
			return
		}
	}
	m.fail(ctx, m.store.PutScreenings(ctx, m.clean))
}

// clear returns what was held and holds no value of r.
func (m *memory) clear(r *report.Report) []store.Layer {
	var all []store.Layer
	if len(m.held) == 0 {
		return all
	}
	guard := report.NewGuard(r)
	for _, l := range m.held {
		if len(r.Secrets) > 0 {
			form, err := decodeLayerForm(l.Result)
			if err != nil || form.holds(guard.Holds) {
				continue
			}
		}
		all = append(all, l.Layer)
	}
	return all
}

// judged returns, by reason, the candidates that were judged to be no secrets in what was recalled and c did not search.
func (m *memory) judged(c *contents) map[string]int {
	counts := make(map[string]int)
	if m == nil {
		return counts
	}
	done := c.searched()
	for r := range m.recalled {
		r.judged.judgedElsewhere(done, counts)
	}
	return counts
}

// fail notes the first error of the store. An error that the end of ctx brought is none of its.
func (m *memory) fail(ctx context.Context, err error) {
	if err == nil || ctx.Err() != nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = cmp.Or(m.err, err)
}

func (m *memory) failed() bool { return m.why() != nil }

// why returns why the store was not used to the end.
func (m *memory) why() error {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.err
}

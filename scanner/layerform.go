package scanner

import (
	"crypto/sha256"
	"maps"

	"dregs/report"
	"dregs/rules"
	"dregs/scanner/layer"
	"dregs/scanner/logs"
	"dregs/scanner/origin"
)

// layerFormat numbers the forms in which a blobResult is kept. It grows with every change of that, and of what reading a
// blob gives, whatever the version of the program.
const layerFormat = 7

// layerForm is a blobResult as it is kept: what joins need of it, and neither contents nor values.
type layerForm struct {
	Salt                        [sha256.Size]byte // digest of the salt of Values; zero where there are none
	Weak                        bool              // a value could be guessed and matters: texts of other layers must be cleared of it
	Single                      bool              // no archive, but one file
	Digest, DiffID, Compression string
	Size, Bytes                 int64
	Files                       int
	Records                     []recordForm
	Noted                       []int // the entries that notes are about
	Inner                       []innerForm
	Logs                        []logForm
	Judged                      []judgedForm
	Rules                       []rules.Rule
	Values                      []report.Sealed
	Hits                        []hitForm
	Packages                    *origin.Form
}

// recordForm is a layer.Record.
type recordForm struct {
	_          struct{} `cbor:",toarray"`
	Path, Link string
	Size       int64
	Mode       uint32
	Type       byte
	Whiteout   layer.Whiteout
}

type innerForm struct {
	Entry   int
	Path    string
	Files   int
	Bytes   int64
	Skipped []skippedForm
}

type skippedForm struct {
	Reason string
	Via    []string
	Bytes  int64
}

type logForm struct {
	Entry   int
	Path    string
	Sighted []sightedForm
}

type sightedForm struct {
	Identity logs.Identity
	Via      []string
}

// judgedForm is one content's judgments.
type judgedForm struct {
	Key    contentKey
	Counts map[string]int
}

// hitForm is a hit without its value, its texts cleared of all values of the layer.
type hitForm struct {
	_            struct{} `cbor:",toarray"`
	Entry        int
	Place        report.Place
	Path, Key    string
	Rule         int // in layerForm.Rules
	Value        int // in layerForm.Values; noValue for a hit of a rule whose matches are no secrets
	Redacted     string
	Prefix       int
	Offset       int64
	Line, Column int
	Via          []string
	Snippet      string
	Verdict      report.Verdict
	Facts        map[string]string
	Sums         *origin.Sums

	ShownPath string // where it or the trail holds a value of the layer
	ShownVia  []string
}

// noValue is the position of none in layerForm.Values.
const noValue = -1

// keep returns r as it is kept, its values under the fingerprints of printer, and whether it is weak, as layerForm.Weak. data is
// nil where it cannot be kept: it means nothing without other layers, it was not read in full, or a text that is needed as it
// is holds a value.
func (r *blobResult) keep(printer *report.Fingerprinter) (data []byte, weak bool, err error) {
	if !r.keepable() {
		return nil, false, nil
	}
	f, err := r.form()
	if err != nil {
		return nil, false, err
	}
	if !f.hits(r, printer) {
		return nil, false, nil
	}
	data, err = f.encode()
	return data, f.Weak, err
}

// keepable tells whether all that r is can be kept: it was read in full and alone.
func (r *blobResult) keepable() bool {
	return len(r.faults) == 0 && len(r.nested) == 0 && !r.git && r.document == nil && r.summary.Digest != "" && r.summary.DiffID != ""
}

// form returns the form of a result that is keepable, without its hits.
func (r *blobResult) form() (*layerForm, error) {
	packages, err := r.packages.records.Form()
	if err != nil {
		return nil, err
	}
	s := &r.summary
	f := &layerForm{
		Single: r.single, Digest: s.Digest, DiffID: s.DiffID, Compression: s.Compression, Size: s.Size, Bytes: s.Bytes, Files: s.Files,
		Noted: r.notable(), Packages: packages,
	}
	for i := range s.Records {
		rec := &s.Records[i]
		f.Records = append(f.Records, recordForm{Path: rec.Path, Link: rec.Link, Size: rec.Size, Mode: rec.Mode, Type: rec.Type, Whiteout: rec.Whiteout})
	}
	for _, p := range r.inner {
		in := innerForm{Entry: p.entry, Path: p.path, Files: p.files, Bytes: p.bytes}
		for _, s := range p.skipped {
			in.Skipped = append(in.Skipped, skippedForm{s.reason, s.via, s.bytes})
		}
		f.Inner = append(f.Inner, in)
	}
	for _, l := range r.logs {
		form := logForm{Entry: l.entry, Path: l.path}
		for _, s := range l.sighted {
			form.Sighted = append(form.Sighted, sightedForm{s.Identity, s.via})
		}
		f.Logs = append(f.Logs, form)
	}
	for key, counts := range r.judged {
		f.Judged = append(f.Judged, judgedForm{key, counts})
	}
	return f, nil
}

// result returns the blobResult that f is the form of, as far as joins need it; ok is false where f is damaged.
func (f *layerForm) result() (r *blobResult, ok bool) {
	r = &blobResult{recalled: true, single: f.Single, summary: layer.Summary{
		Digest: f.Digest, DiffID: f.DiffID, Compression: f.Compression, Size: f.Size, Bytes: f.Bytes, Files: f.Files,
	}}
	r.summary.Records = make([]layer.Record, len(f.Records))
	for i := range f.Records {
		rec := &f.Records[i]
		r.summary.Records[i] = layer.Record{Path: rec.Path, Link: rec.Link, Size: rec.Size, Mode: rec.Mode, Type: rec.Type, Whiteout: rec.Whiteout}
	}
	if !f.noted(r) {
		return nil, false
	}
	if f.Packages != nil {
		if r.packages.records, ok = f.Packages.Records(); !ok {
			return nil, false
		}
	}
	for _, in := range f.Inner {
		p := innerPart{entry: in.Entry, path: in.Path, files: in.Files, bytes: in.Bytes}
		for _, s := range in.Skipped {
			p.skipped = append(p.skipped, skippedPart{s.Reason, s.Via, s.Bytes})
		}
		r.inner = append(r.inner, p)
	}
	for _, l := range f.Logs {
		at := logAt{entry: l.Entry, path: l.Path}
		for _, s := range l.Sighted {
			at.sighted = append(at.sighted, sighted{s.Identity, s.Via})
		}
		r.logs = append(r.logs, at)
	}
	for _, j := range f.Judged {
		r.judged.put(j.Key, j.Counts)
	}
	for i := range f.Hits {
		h, ok := f.hit(&f.Hits[i])
		if !ok {
			return nil, false
		}
		r.hits = append(r.hits, h)
	}
	return r, true
}

// noted gives r the entries that notes are about; it returns false where f is damaged.
func (f *layerForm) noted(r *blobResult) bool {
	for _, n := range f.Noted {
		if n < 0 || n >= len(f.Records) {
			return false
		}
	}
	r.notes.Do(func() { r.noted = f.Noted })
	return true
}

// holds tells whether any text of f is one that holds.
func (f *layerForm) holds(holds func(text string) bool) bool {
	held := false
	ask := func(texts ...string) {
		for _, text := range texts {
			held = held || holds(text)
		}
	}
	facts := func(all map[string]string) {
		for name, text := range all {
			ask(name, text)
		}
	}
	for i := range f.Records {
		ask(f.Records[i].Path, f.Records[i].Link)
	}
	for _, in := range f.Inner {
		ask(in.Path)
		for _, s := range in.Skipped {
			ask(s.Via...)
		}
	}
	for _, l := range f.Logs {
		ask(l.Path)
		for _, s := range l.Sighted {
			ask(s.Identity.Value, s.Identity.Source, s.Identity.Snippet)
			ask(s.Via...)
		}
	}
	for i := range f.Hits {
		h := &f.Hits[i]
		ask(h.Path, h.Key, h.Snippet)
		ask(h.Via...)
		facts(h.Verdict.Facts)
		facts(h.Facts)
	}
	if f.Packages != nil {
		f.Packages.Texts(func(text string) { ask(text) })
	}
	return held
}

// judgedElsewhere adds to counts those of j that are not in done, and notes their keys there.
func (j judgments) judgedElsewhere(done map[contentKey]bool, counts map[string]int) {
	for key, own := range j {
		if done[key] {
			continue
		}
		if key != (contentKey{}) {
			done[key] = true
		}
		for reason, n := range own {
			counts[reason] += n
		}
	}
}

// of returns the keys of what a scan searched.
func (c *contents) searched() map[contentKey]bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	done := make(map[contentKey]bool, len(c.seen))
	for key := range maps.Keys(c.seen) {
		done[key] = true
	}
	return done
}

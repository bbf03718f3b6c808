package scanner

import (
	"sort"

	"dregs/report"
	"dregs/rules"
	"dregs/scanner/layer"
	"dregs/scanner/origin"
	"dregs/scanner/source"
)

// found is a match with the whole of its occurrence; what it is worth is judged later.
type found struct {
	match rules.Match
	seal  *seal // in the place of the match's value, where that is not known
	at    report.Occurrence
	entry int // position in its layer, to order duplicates of one path

	origin origin.Origin
	stored stored
}

// imageLife resolves the life of all that was found in one image.
type imageLife struct {
	target, image int
	src           *source.Image
	doc           *document
	layers        []report.Layer
	results       []*blobResult // by layer; nil where the layer was not read
	facts         func(map[string]string) map[string]string
	packages      *belonging
	halves        map[half]bool // of the whole scan
	known         *partials     // of the whole scan
	resolved      *layer.Timeline
	partial       *layer.Partial // of what something was found in
}

// files appends the occurrences that lie in the image's layers to out.
func (l *imageLife) files(out []found) []found {
	if !l.anyHit() {
		return out
	}
	if l.src.Kind != "" {
		return append(out, l.artifactFiles()...)
	}
	t := l.fates()
	for i, r := range l.results {
		if r == nil || l.readsAsDocument(i) {
			continue
		}
		for k := range r.hits {
			switch h := &r.hits[k]; {
			case h.entry < 0:
				out = append(out, l.outside(i, *h))
			case h.match.Rule.Evidence:
				out = l.evidence(out, i, h.entry, h, h.path)
			default:
				out = append(out, l.inside(i, h.entry, *h, t.Fate(i, h.entry)))
			}
		}
	}
	return l.linked(out, t)
}

func (l *imageLife) anyHit() bool {
	for _, r := range l.results {
		if r != nil && len(r.hits) > 0 {
			return true
		}
	}
	return false
}

// half is a hit of a rule whose matches are no secrets, and the path that it lies at.
type half struct {
	hit  *hit
	path string
}

// evidence appends h, found at an entry of layer i, for what it tells of secrets: that is the same in whatever image, so that
// the first of the scan is enough. A distribution's certificates are in every image.
func (l *imageLife) evidence(out []found, i, entry int, h *hit, path string) []found {
	if l.halves[half{h, path}] {
		return out
	}
	l.halves[half{h, path}] = true
	at := l.spot(i, h)
	at.Path = path
	return append(out, found{match: h.match.Match, at: at, entry: entry})
}

// linked appends the occurrences of contents under their further names: a hard link keeps what it names, whatever
// becomes of the first name.
func (l *imageLife) linked(out []found, t *layer.Partial) []found {
	for i, r := range l.results {
		if r == nil {
			continue
		}
		for _, n := range r.catalog().Links() {
			j := int(n)
			content := t.Content(i, j)
			if content == (layer.Ref{Layer: i, Entry: j}) {
				continue
			}
			for _, k := range l.results[content.Layer].hitsIn(content.Entry) {
				h := l.results[content.Layer].hits[k]
				if h.match.Rule.Evidence {
					out = l.evidence(out, i, j, &l.results[content.Layer].hits[k], r.summary.Records[j].Path)
					continue
				}
				h.path = r.summary.Records[j].Path
				f := l.inside(i, j, h, t.Fate(i, j))
				f.stored = stored{blob: l.results[content.Layer], layer: content.Layer, entry: content.Entry}
				out = append(out, f)
			}
		}
	}
	return out
}

// inside is the occurrence of h at an entry of layer i.
func (l *imageLife) inside(i, entry int, h hit, fate layer.Fate) found {
	f := l.occurrence(i, h)
	f.entry = entry
	span := l.span(fate)
	f.at.Visibility, f.at.RemovedBy = span.visibility, span.removedBy
	return f
}

// lifeSpan is what became of an entry and what removed it.
type lifeSpan struct {
	visibility string
	removedBy  *report.Remover
}

func (l *imageLife) span(fate layer.Fate) lifeSpan {
	s := lifeSpan{visibility: fate.Visibility}
	if fate.Visibility != report.Visible && fate.Layer >= 0 {
		s.removedBy = l.remover(fate.Layer)
	}
	return s
}

// spanOf is what became of an entry of layer i; the layers of an artifact hide nothing.
func (l *imageLife) spanOf(i, entry int) lifeSpan {
	if entry < 0 || l.src.Kind != "" {
		return lifeSpan{visibility: report.Visible}
	}
	return l.span(l.fates().Fate(i, entry))
}

// timeline resolves the fate of all entries, once.
func (l *imageLife) timeline() *layer.Timeline {
	if l.resolved == nil {
		l.resolved = layer.NewTimeline(l.records())
	}
	return l.resolved
}

// records are those of the image's layers; nil for a layer that was not read.
func (l *imageLife) records() [][]layer.Record {
	records := make([][]layer.Record, len(l.results))
	for i, r := range l.results {
		if r != nil {
			records[i] = r.summary.Records
		}
	}
	return records
}

// outside is the occurrence of h in what no running container shows: slack, or a layer that is no archive.
func (l *imageLife) outside(i int, h hit) found {
	f := l.occurrence(i, h)
	f.entry = -1
	f.at.Visibility = report.InHistory
	if f.at.Path == "" {
		f.at.Path = fileOfBlob(&l.src.Layers[i])
	}
	return f
}

// artifactFiles are the occurrences in an artifact, whose layers are files side by side and hide nothing.
func (l *imageLife) artifactFiles() []found {
	var out []found
	for i, r := range l.results {
		if r == nil || l.readsAsDocument(i) {
			continue
		}
		for _, h := range r.hits {
			f := l.occurrence(i, h)
			f.entry = h.entry
			f.at.Visibility = report.Visible
			if h.place == report.LayerSlack {
				f.at.Visibility = report.InHistory
			} else if f.at.Path == "" {
				f.at.Path = fileOfBlob(&l.src.Layers[i])
			}
			out = append(out, f)
		}
	}
	return out
}

// readsAsDocument tells whether layer i is a document that the image's metadata reads value by value.
func (l *imageLife) readsAsDocument(i int) bool {
	return l.results[i].document != nil && l.doc.reads(l.src.Layers[i])
}

// fileOfBlob names a blob that is one file: by its title, else by its digest.
func fileOfBlob(ref *source.LayerRef) string {
	if title := ref.Annotations["org.opencontainers.image.title"]; title != "" {
		return title
	}
	return ref.Digest
}

func (l *imageLife) occurrence(i int, h hit) found {
	at := l.spot(i, &h)
	at.Facts = l.facts(h.match.facts)
	from := l.packages.of(&h)
	at.Origin = from.text
	return found{match: h.match.Match, seal: h.seal, at: at, origin: from.origin, stored: stored{blob: l.results[i], layer: i, entry: h.entry}}
}

// spot is where h lies in layer i.
func (l *imageLife) spot(i int, h *hit) report.Occurrence {
	at := spotOf(&h.match.Match)
	at.Target, at.Image, at.Place, at.Path, at.Key = l.target, &l.image, h.place, h.path, h.key
	n := l.layers[i].Index
	at.Layer = &n
	at.LayerDigest = l.layers[i].Digest
	at.History = l.layers[i].History
	at.Instruction = l.layers[i].Instruction
	at.Created = l.layers[i].Created
	return at
}

// remover tells that layer i removed something.
func (l *imageLife) remover(i int) *report.Remover {
	n := l.layers[i].Index
	return &report.Remover{Layer: &n, History: l.layers[i].History, Instruction: l.layers[i].Instruction}
}

// spotOf is an occurrence with what a match itself knows.
func spotOf(m *rules.Match) report.Occurrence {
	return report.Occurrence{
		Rule: m.Rule.ID, Via: m.Via, Line: m.Line, Column: m.Column, Offset: m.Offset, Snippet: m.Context.Reveal(),
	}
}

// sortFound puts what was found into report order; duplicates of a path in one layer keep the archive's order.
func sortFound(all []found) {
	rank := placeRanks()
	sort.SliceStable(all, func(i, j int) bool {
		a, b := &all[i], &all[j]
		switch x, y := &a.at, &b.at; {
		case x.Target != y.Target:
			return x.Target < y.Target
		case number(x.Image) != number(y.Image):
			return number(x.Image) < number(y.Image)
		case rank[x.Place] != rank[y.Place]:
			return rank[x.Place] < rank[y.Place]
		case number(x.Layer) != number(y.Layer):
			return number(x.Layer) < number(y.Layer)
		case x.LayerDigest != y.LayerDigest:
			return x.LayerDigest < y.LayerDigest
		case x.Path != y.Path:
			return x.Path < y.Path
		case number(x.History) != number(y.History):
			return number(x.History) < number(y.History)
		case a.entry != b.entry:
			return a.entry < b.entry
		}
		return matchLess(&a.match, &b.match)
	})
}

func placeRanks() map[report.Place]int {
	rank := make(map[report.Place]int, len(report.Places))
	for i, p := range report.Places {
		rank[p] = i
	}
	return rank
}

// number is an index that may be absent; an absent one sorts last.
func number(n *int) int {
	if n == nil {
		return int(^uint(0) >> 1)
	}
	return *n
}

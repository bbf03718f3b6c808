package scanner

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"dregs/report"
	"dregs/rules"
	"dregs/scanner/source"
)

// join ties what was read of the blobs of one target, or of an image archive inside one, to its images.
type join struct {
	*outcome
	scan    *scan
	target  int
	results map[string]*blobResult
	told    map[string]bool // blobs whose faults and coverage are told already
	indexed map[string]bool // indexes that are read already, by their names

	via   []string  // where the images lie, if inside another
	where string    // the same, before the place of a problem
	outer *lifeSpan // what became of that; nil for a target itself
}

// outcome is what a target comes to.
type outcome struct {
	images   []report.Image
	links    []report.Link
	indexes  []report.Index
	sources  []*source.Image // of the images
	problems []report.Problem
	found    []found
}

// contents adds the images and the loose blobs of a source.
func (j *join) contents(ctx context.Context, c *source.Contents) {
	j.found = slices.Grow(j.found, j.expected(c))
	for i := range c.Images {
		j.image(ctx, &c.Images[i])
	}
	j.links, j.indexes = links(c)
	j.loose(c)
	j.problem("", c.Problems...)
}

// expected returns how many occurrences the images of c have in their layers, but for hard links and documents.
func (j *join) expected(c *source.Contents) int {
	n := 0
	secrets := make(map[*blobResult]int)
	for i := range c.Images {
		for _, ref := range c.Images[i].Layers {
			r := j.results[ref.Key]
			if r == nil {
				continue
			}
			count, met := secrets[r]
			if !met {
				count = r.secrets()
				secrets[r] = count
				n += len(r.hits) - count // evidence is told once
			}
			n += count
		}
	}
	return n
}

// image adds one image: its place in the report, the life of what is in its layers, and its metadata.
func (j *join) image(ctx context.Context, src *source.Image) {
	index := len(j.images)
	doc, problems := newDocument(src, j.documents(src))
	j.problem(imageName(src), problems...)
	life := &imageLife{target: j.target, image: index, src: src, doc: doc, facts: j.scan.reader.contents.facts, halves: j.scan.halves, known: &j.scan.partials}
	history := doc.history
	ri := report.Image{
		Platform: src.Platform, Digest: src.Digest, ID: src.ID, Created: doc.created(),
		Tags: src.Tags, Kind: src.Kind, Subject: src.Subject, History: history, Via: j.via,
	}
	if st := src.Standing; st != nil {
		ri.State, ri.Repositories, ri.PastTags = st.State, st.Repositories, st.PastTags
		j.seen(index, st.Since, st.SinceSource)
	}
	for i := range src.Layers {
		l, r := j.layer(i, src, doc)
		ri.Layers = append(ri.Layers, l)
		life.results = append(life.results, r)
	}
	life.layers = ri.Layers
	life.packages = j.scan.belonging(life.results)
	if c := j.scan.chronicler; c != nil && src.Kind == "" {
		c.lives = append(c.lives, life)
	}
	j.images = append(j.images, ri)
	j.sources = append(j.sources, src)
	if st, ok := newStack(src, doc, ri.Layers); ok {
		st.target, st.image = j.target, index
		j.scan.stacks = append(j.scan.stacks, st)
	}
	for i := range src.Above {
		if above := src.Above[i]; above.Raw != nil && !j.indexed[above.What] {
			j.indexed[above.What] = true
			doc.indexes = append(doc.indexes, above)
		}
		if digest, ok := strings.CutPrefix(src.Above[i].What, "index "); ok {
			j.scan.indexes = append(j.scan.indexes, indexAbove{digest: digest, target: j.target, image: index})
		}
	}
	j.scan.coverage.images++
	j.scan.note(life)
	first := len(j.found)
	j.found = life.files(j.found)
	j.pullable(src, j.found[first:])
	j.metadata(ctx, index, doc)
	j.hide(j.found[first:])
	j.nested(ctx, life)
}

// hide gives what was found in an inner image the life of what holds the image, where that is no longer visible.
func (j *join) hide(all []found) {
	if j.outer == nil || j.outer.visibility == report.Visible {
		return
	}
	for i := range all {
		if at := &all[i].at; at.Visibility == report.Visible {
			at.Visibility, at.RemovedBy = j.outer.visibility, j.outer.removedBy
		}
	}
}

// imageName tells an image in a problem.
func imageName(src *source.Image) string {
	return fmt.Sprintf("image %s", cmp.Or(src.Digest, src.ID, "without digest"))
}

func (j *join) problem(where string, problems ...report.Problem) {
	for _, p := range problems {
		if p.Where == "" {
			p.Where = where
		}
		p.Where = j.where + p.Where
		j.problems = append(j.problems, p)
	}
}

// documents are the JSON blobs among the image's layers.
func (j *join) documents(src *source.Image) map[string][]byte {
	docs := make(map[string][]byte)
	for _, ref := range src.Layers {
		if r := j.results[ref.Key]; r != nil && r.document != nil {
			docs[ref.Key] = r.document
		}
	}
	return docs
}

// layer describes layer i of an image and tells what was wrong with it, once a blob.
func (j *join) layer(i int, src *source.Image, doc *document) (report.Layer, *blobResult) {
	ref := &src.Layers[i]
	l := report.Layer{Index: i, Digest: ref.Digest, MediaType: ref.MediaType, Size: ref.Size}
	tie := doc.layer(i)
	l.History, l.Instruction, l.Created = tie.history, tie.instruction, tie.created
	where := fmt.Sprintf("layer %d %s", i, cmp.Or(ref.Digest, ref.Key))
	if ref.Missing != nil {
		j.problem("", report.NewProblem(where, ref.Missing))
		return l, nil
	}
	r := j.results[ref.Key]
	if r == nil {
		if ref.Foreign {
			j.skip(foreignLayer, where, j.where+where, ref.Size)
			return l, nil
		}
		j.problem("", report.NewProblem(where, report.Faultf(report.Missing, "the layer was not read")))
		return l, nil
	}
	l.DiffID, l.Bytes, l.Files = r.summary.DiffID, r.summary.Bytes, r.summary.Files
	l.Digest = cmp.Or(l.Digest, r.summary.Digest)
	l.Size = max(l.Size, r.summary.Size)
	if want := doc.diffID(i); want != "" && l.DiffID != "" && want != l.DiffID && src.Kind == "" {
		j.problem("", report.NewProblem(where,
			report.Faultf(report.DigestMismatch, "verifying layer: the configuration says diff ID %s, the content has %s", want, l.DiffID)))
	}
	if r.single && src.Kind == "" && archived(ref.MediaType) && l.DiffID != "" {
		j.problem("", report.NewProblem(where, report.Faultf(report.Unsupported,
			"reading layer: its content is no tar archive; it was read as one file")))
	}
	j.sight(r, len(j.images), i)
	j.tell(where, r)
	return l, r
}

// archived tells whether layers of a media type are tar archives. Docker archives tell no type.
func archived(mediaType string) bool {
	return mediaType == "" || strings.Contains(mediaType, ".tar") || strings.Contains(mediaType, "+tar")
}

// tell adds the faults and the coverage of a blob, the first time that it is met.
func (j *join) tell(where string, r *blobResult) {
	if j.told[r.blob.Key] {
		return
	}
	j.told[r.blob.Key] = true
	j.scan.coverage.blob(r)
	for i := range r.inner {
		for _, s := range r.inner[i].skipped {
			j.strict(where+", "+trail(r.inner[i].path, s.via), s.reason)
		}
	}
	for _, f := range r.faults {
		at := where
		if f.path != "" {
			at += ", " + f.path
		}
		j.problem("", report.NewProblem(at, f.err))
	}
}

// skip counts something as left out under the name path, and tells it at where if the scan is strict.
func (j *join) skip(reason, where, path string, bytes int64) {
	j.scan.coverage.skip(reason, path, bytes)
	j.strict(where, reason)
}

// strict tells what was left out if the scan is strict.
func (j *join) strict(where, reason string) {
	if j.scan.Strict {
		j.problem("", leftOut(where, reason))
	}
}

// loose adds the blobs that no manifest names. Nothing shows what is in them but a pull by digest.
func (j *join) loose(c *source.Contents) {
	keys := slices.Sorted(slices.Values(c.Loose))
	for _, key := range keys {
		r := j.results[key]
		if r == nil {
			continue
		}
		name := cmp.Or(r.blob.Digest, r.summary.Digest, key)
		orphan, isOrphan := c.Orphans[key]
		if isOrphan {
			name = orphan.Name
			spot := spotKey{j.target, -1, name}
			j.stamp(spot, orphan.Since, orphan.SinceSource)
			j.held(spot, orphan.Repositories)
		}
		if orphan.State == report.Upload {
			j.unfinished(name, r)
		}
		j.tell("blob "+name, r)
		first := len(j.found)
		packages := belongingIn([]*blobResult{r})
		for _, h := range r.hits {
			at := spotOf(&h.match.Match)
			at.Facts = j.scan.reader.contents.facts(h.match.facts)
			at.Target, at.Place, at.Path, at.Key = j.target, h.place, cmp.Or(h.path, name), h.key
			at.LayerDigest, at.Visibility = name, report.InHistory
			at.State, at.Pullable = orphan.State, len(orphan.Repositories) > 0
			at.Via = slices.Concat(j.via, at.Via)
			from := packages.of(&h)
			at.Origin = from.text
			j.found = append(j.found, found{
				match: h.match.Match, seal: h.seal, at: at, entry: h.entry, origin: from.origin, stored: stored{blob: r, layer: noLayer, entry: h.entry},
			})
		}
		j.hide(j.found[first:])
	}
}

// metadata searches what the image's documents say.
func (j *join) metadata(ctx context.Context, image int, doc *document) {
	var texts []fragment
	problems := metadata(doc, func(f fragment) { texts = append(texts, f) })
	memory, digest := j.scan.memory, textsDigest(texts)
	if !memory.cleanTexts(ctx, digest) && j.search(ctx, image, doc, texts) {
		memory.noteClean(digest)
	}
	j.problem(imageName(doc.image), problems...)
}

// search searches texts of an image's documents, and tells whether all were searched and nothing is in them.
func (j *join) search(ctx context.Context, image int, doc *document, texts []fragment) (clean bool) {
	clean = true
	var tally rules.Tally
	for i := range texts {
		f := &texts[i]
		matches, err := j.scan.Searcher.Search(ctx, rules.Fragment{Place: cmp.Or(f.like, f.place), Key: f.key, Via: f.via, Data: f.text, Tally: &tally})
		if err != nil {
			j.problem("", report.NewProblem(fmt.Sprintf("%s, %s %s", imageName(doc.image), f.place, f.path), err))
		}
		clean = clean && err == nil && len(matches) == 0
		for _, m := range matches {
			at := spotOf(&m)
			at.Target, at.Image, at.Place = j.target, &image, f.place
			at.Path, at.Key, at.Offset, at.Line, at.Column = f.spot(&m)
			at.History, at.Layer, at.Visibility, at.RemovedBy = f.history, f.layer, f.visibility, f.removedBy
			if f.history != nil && *f.history < len(doc.history) {
				h := &doc.history[*f.history]
				at.Instruction, at.Created = h.Instruction, h.Created
				if at.Layer == nil {
					at.Layer = h.Layer
				}
			}
			if at.Layer != nil && *at.Layer < len(j.images[image].Layers) {
				at.LayerDigest = j.images[image].Layers[*at.Layer].Digest
			}
			j.found = append(j.found, found{match: m, at: at, stored: j.storedIn(doc, f)})
		}
	}
	return clean && len(tally.Counts()) == 0
}

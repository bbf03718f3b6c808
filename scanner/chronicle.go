package scanner

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"dregs/report"
	"dregs/scanner/layer"
)

// History scans one image target and returns the life of its images, and the report of the scan. paths choose the paths
// whose versions are told. Errors are those of Scan; a target that is no image is one.
func History(ctx context.Context, t Target, o Options, paths report.Glob) (*report.Chronicle, *report.Report, error) {
	if kindOf(t.Scheme) != report.KindImage {
		return nil, nil, fmt.Errorf("reading the history of %q: it is no image", t.Name)
	}
	s, err := newScan(o)
	if err != nil {
		return nil, nil, err
	}
	s.chronicler = &chronicler{paths: paths}
	r, err := s.run(ctx, []Target{t})
	if r == nil {
		return nil, nil, err
	}
	return s.chronicler.told, r, err
}

// chronicler tells the lives of the images of a scan.
type chronicler struct {
	paths report.Glob
	lives []*imageLife
	told  *report.Chronicle
}

// tell makes the chronicle of what r reports. It is not cleared.
func (c *chronicler) tell(r *report.Report) *report.Chronicle {
	c.told = &report.Chronicle{
		Schema: report.ChronicleSchema, Tool: r.Tool, Complete: r.Complete, Images: []report.ImageLife{}, Problems: []report.Problem{},
	}
	for i := range r.Targets {
		t := &r.Targets[i]
		c.told.Target, c.told.Source = t.Name, t.Source
		c.told.Problems = append(c.told.Problems, t.Problems...)
	}
	for _, l := range c.lives {
		b := chapter{imageLife: l, report: r, image: &r.Targets[l.target].Images[l.image]}
		c.told.Images = append(c.told.Images, b.tell(c.paths))
	}
	return c.told
}

// chapter makes the life of one image.
type chapter struct {
	*imageLife
	report    *report.Report
	image     *report.Image
	life      report.ImageLife
	byHistory map[int]int // steps
	byLayer   map[int]int
}

func (b *chapter) tell(paths report.Glob) report.ImageLife {
	img := b.image
	b.life = report.ImageLife{
		Platform: img.Platform, Digest: img.Digest, ID: img.ID, Created: img.Created, Tags: slices.Clone(img.Tags), Via: slices.Clone(img.Via),
		Base: img.Base, Layers: len(img.Layers), Entries: len(img.History), Steps: []report.Step{},
	}
	b.byHistory, b.byLayer = make(map[int]int), make(map[int]int)
	b.steps()
	b.changes()
	b.secrets()
	b.base()
	b.reconstruct()
	if b.life.Entries == 0 {
		b.life.Note = "the image tells no history: only its layers are known"
	} else if tied := b.tied(); tied < len(img.Layers) {
		b.life.Note = fmt.Sprintf("%d of %d layers are tied to no history entry: the history and the layers do not pair up", len(img.Layers)-tied, len(img.Layers))
	}
	b.paths(paths)
	return b.life
}

// steps lays out the history entries, and after them the layers that none is tied to.
func (b *chapter) steps() {
	for i := range b.image.History {
		h := &b.image.History[i]
		s := report.Step{
			History: &h.Index, Created: h.Created, Instruction: h.Instruction, Comment: h.Comment, Untied: h.Untied,
			CameIn: []report.StepSecret{}, TakenAway: []report.StepSecret{},
		}
		if b.doc.config != nil && i < len(b.doc.config.builds) && b.doc.config.builds[i].run {
			for _, a := range b.doc.config.builds[i].args {
				s.Arguments = append(s.Arguments, clip(a.name, jsonNameBytes))
			}
		}
		b.byHistory[h.Index] = len(b.life.Steps)
		if h.Layer != nil {
			b.layerOf(&s, *h.Layer)
		}
		b.life.Steps = append(b.life.Steps, s)
	}
	for i := range b.image.Layers {
		if _, tied := b.byLayer[i]; tied {
			continue
		}
		l := &b.image.Layers[i]
		s := report.Step{Created: l.Created, Instruction: l.Instruction, CameIn: []report.StepSecret{}, TakenAway: []report.StepSecret{}}
		b.layerOf(&s, i)
		b.life.Steps = append(b.life.Steps, s)
	}
}

// layerOf makes a step, the next one, that of layer i.
func (b *chapter) layerOf(s *report.Step, i int) {
	l := &b.image.Layers[i]
	s.Layer = &report.LayerLife{Index: i, Digest: l.Digest, DiffID: l.DiffID, Size: l.Size, Unread: b.results[i] == nil}
	b.byLayer[i] = len(b.life.Steps)
	b.life.Size += max(0, l.Size)
}

func (b *chapter) tied() int {
	n := 0
	for i := range b.life.Steps {
		if b.life.Steps[i].History != nil && b.life.Steps[i].Layer != nil {
			n++
		}
	}
	return n
}

// changes tells what each layer did to the files.
func (b *chapter) changes() {
	t := b.timeline()
	for i, c := range t.Changes() {
		l := b.life.Steps[b.byLayer[i]].Layer
		l.Bytes, l.Hidden = c.Bytes, c.Hidden
		l.Added, l.Replaced, l.Deleted = len(c.Added), len(c.Replaced), len(c.Deleted)
		b.life.Bytes += c.Bytes
		b.life.Hidden += c.Hidden
		for _, k := range []struct {
			change string
			refs   []layer.Ref
		}{{report.FileAdded, c.Added}, {report.FileReplaced, c.Replaced}, {report.FileDeleted, c.Deleted}} {
			for _, ref := range k.refs {
				l.Changes = append(l.Changes, b.change(t, ref, k.change))
			}
		}
	}
}

func (b *chapter) change(t *layer.Timeline, ref layer.Ref, change string) report.FileChange {
	rec := &b.results[ref.Layer].summary.Records[ref.Entry]
	f := report.FileChange{Path: rec.Path, Change: change, Size: rec.Size, Mode: octal(rec.Mode), Link: rec.Link}
	fate := t.Fate(ref.Layer, ref.Entry)
	f.Fate = fate.Visibility
	if fate.Layer >= 0 {
		f.Until = &fate.Layer
	}
	return f
}

func octal(mode uint32) string { return fmt.Sprintf("%04s", strconv.FormatUint(uint64(mode), 8)) }

// secrets tells each step what it brought and what it took away.
func (b *chapter) secrets() {
	for i := range b.report.Secrets {
		sec := &b.report.Secrets[i]
		for k := range sec.Occurrences {
			at := &sec.Occurrences[k]
			if at.Target != b.target || at.Image == nil || *at.Image != b.imageLife.image {
				continue
			}
			told := stepSecret(sec, at)
			if n, ok := b.step(at.History, at.Layer); ok {
				b.life.Steps[n].CameIn = append(b.life.Steps[n].CameIn, told)
			}
			if at.RemovedBy == nil {
				continue
			}
			if n, ok := b.step(at.RemovedBy.History, at.RemovedBy.Layer); ok {
				b.life.Steps[n].TakenAway = append(b.life.Steps[n].TakenAway, told)
			}
		}
	}
}

func stepSecret(sec *report.Secret, at *report.Occurrence) report.StepSecret {
	return report.StepSecret{
		ID: sec.ID, Rule: cmp.Or(at.Rule, sec.Rule), Severity: sec.Severity, Redacted: sec.Redacted,
		Place: at.Place, Path: at.Trail(), Line: at.Line, Visibility: at.Visibility,
	}
}

// step returns the step of a history entry or, where that is not known, of a layer.
func (b *chapter) step(history, layer *int) (int, bool) {
	if history != nil {
		n, ok := b.byHistory[*history]
		return n, ok
	}
	if layer == nil {
		return 0, false
	}
	n, ok := b.byLayer[*layer]
	return n, ok
}

// base marks the steps that are the base image's.
func (b *chapter) base() {
	base := b.image.Base
	if base == nil || base.Layers == 0 {
		return
	}
	last := -1
	for i := range b.life.Steps {
		s := &b.life.Steps[i]
		byEntry := s.History != nil && base.History > 0 && *s.History < base.History
		byLayer := s.Layer != nil && s.Layer.Index < base.Layers
		if byEntry || byLayer {
			last = i
			s.Base = true
		}
	}
	if last < 0 {
		return
	}
	b.life.Steps[last].BaseEnd = true
	for i := range last {
		if b.life.Steps[i].Layer == nil {
			b.life.Steps[i].Base = true
		}
	}
}

// paths tells the versions of the paths that match.
func (b *chapter) paths(match report.Glob) {
	t := b.timeline()
	for _, path := range t.Paths() {
		if !match.Match(path) {
			continue
		}
		p := report.PathLife{Path: path}
		for _, ref := range t.Versions(path) {
			p.Versions = append(p.Versions, b.version(t, ref))
		}
		b.life.Paths = append(b.life.Paths, p)
	}
}

func (b *chapter) version(t *layer.Timeline, ref layer.Ref) report.PathVersion {
	rec := &b.results[ref.Layer].summary.Records[ref.Entry]
	l := &b.image.Layers[ref.Layer]
	v := report.PathVersion{
		Layer: ref.Layer, History: l.History, Instruction: l.Instruction, Size: rec.Size, Mode: octal(rec.Mode), Link: rec.Link,
	}
	span := b.span(t.Fate(ref.Layer, ref.Entry))
	v.Fate, v.RemovedBy = span.visibility, span.removedBy
	for i := range b.report.Secrets {
		sec := &b.report.Secrets[i]
		for k := range sec.Occurrences {
			at := &sec.Occurrences[k]
			if at.Target == b.target && at.Image != nil && *at.Image == b.imageLife.image && at.Layer != nil && *at.Layer == ref.Layer && at.Path == rec.Path {
				v.Secrets = append(v.Secrets, stepSecret(sec, at))
			}
		}
	}
	return v
}

// reconstruct writes each step as a Dockerfile has it.
func (b *chapter) reconstruct() {
	if b.doc.config == nil {
		return
	}
	for i := range b.life.Steps {
		s := &b.life.Steps[i]
		if s.History == nil || *s.History >= len(b.doc.config.entries) {
			continue
		}
		w := rewriter{config: b.doc.config, entry: *s.History, hide: b.valuesOf(*s.History)}
		s.Dockerfile = w.lines()
	}
}

// valuesOf returns the secrets that history entry i holds, with what stands for each.
func (b *chapter) valuesOf(i int) *strings.Replacer {
	var pairs []string
	for k := range b.report.Secrets {
		sec := &b.report.Secrets[k]
		value := sec.Value().Reveal()
		if value == "" {
			continue
		}
		for n := range sec.Occurrences {
			at := &sec.Occurrences[n]
			if at.Target == b.target && at.Image != nil && *at.Image == b.imageLife.image && at.History != nil && *at.History == i && at.Place != report.LayerFile {
				pairs = append(pairs, value, sec.Redacted)
				break
			}
		}
	}
	return strings.NewReplacer(pairs...)
}

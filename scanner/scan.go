package scanner

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"dregs/report"
	"dregs/rules"
	"dregs/scanner/source"
)

// ErrNothingScanned says that not one of the targets could be opened.
var ErrNothingScanned = errors.New("nothing could be scanned")

// Scan reads every place of the targets and returns the report of their secrets. It searches targets one after the
// other, and the layers and files of each side by side; the report does not depend on Options.Jobs.
//
// What could not be read is a problem of its target, and then the report is not complete. An error comes with a
// report only where ctx ended (the report tells what was read until then) and where no target at all could be opened
// (errors.Is ErrNothingScanned); else the report is nil.
func Scan(ctx context.Context, targets []Target, o Options) (*report.Report, error) {
	s, err := newScan(o)
	if err != nil {
		return nil, err
	}
	return s.run(ctx, targets)
}

// run is Scan.
func (s *scan) run(ctx context.Context, targets []Target) (*report.Report, error) {
	started := s.now()
	var declared []stack
	if s.Base != nil {
		var err error
		if declared, err = s.baseStacks(ctx, *s.Base); err != nil {
			return nil, err
		}
	}
	s.memory.expect(targets)
	opened := 0
	var firstErr error
	for i, t := range targets {
		rt, all, err := s.target(ctx, i, t)
		if err == nil {
			opened++
		} else {
			if firstErr == nil {
				firstErr = err
			}
			rt.Problems = append(rt.Problems, report.NewProblem(t.Name, err))
		}
		s.targets = append(s.targets, rt)
		if len(s.found) == 0 {
			s.found = all // most often there is one target
		} else {
			s.found = append(s.found, all...)
		}
	}
	s.markBases(declared)
	s.tieDockerfiles()
	r, err := s.report(context.WithoutCancel(ctx))
	if err != nil {
		return nil, err
	}
	s.memory.keep(context.WithoutCancel(ctx), r)
	s.warn(r)
	r.Started = started.UTC()
	r.DurationMS = s.now().Sub(started).Milliseconds()
	switch {
	case ctx.Err() != nil:
		return r, ctx.Err()
	case opened == 0:
		return r, fmt.Errorf("%w: %w", ErrNothingScanned, firstErr)
	}
	return r, nil
}

// scan is one run of Scan.
type scan struct {
	Options
	reader   *blobReader
	targets  []report.Target
	found    []found
	sighted  []exposedAt
	indexes  []indexAbove // above the images
	stacks   []stack      // of all images, to tell which is the base of which
	coverage coverage

	dockerfiles []*dockerfileTarget
	practices   []report.Practice
	ties        map[entryKey]tie
	chronicler  *chronicler // nil unless the history is asked for

	belongings []*belonging // of the images before
	partials   partials

	halves    map[half]bool        // of key pairs that were told already
	sightings map[spotKey]sighting // of registries
	holders   map[spotKey][]string // repositories that link what no image explains
	now       func() time.Time

	admit   func(source.Blob) bool // whether a blob is to be read; nil for all
	memory  *memory                // of earlier scans; nil for none
	printer *report.Fingerprinter
}

// saltBytes is the length of a salt that this run makes.
const saltBytes = 16

func newScan(o Options) (*scan, error) {
	if o.Jobs <= 0 {
		o.Jobs = runtime.GOMAXPROCS(0)
	}
	if o.Progress == nil {
		o.Progress = silent{}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Limits = o.Limits.withDefaults()
	if len(o.Salt) == 0 {
		o.Salt = make([]byte, saltBytes)
		if _, err := rand.Read(o.Salt); err != nil {
			return nil, fmt.Errorf("making a salt: %w", err)
		}
	}
	if o.Searcher == nil {
		set, err := rules.Load(rules.LoadOptions{Now: o.Now()})
		if err != nil {
			return nil, fmt.Errorf("loading rules: %w", err)
		}
		o.Searcher, o.RuleSet = set.Searcher(), set.RuleSet()
	}
	if o.Source.Jobs == 0 {
		o.Source.Jobs = o.Jobs
	}
	if o.Source.Stdin == nil {
		o.Source.Stdin = o.Stdin
	}
	reader := &blobReader{
		contents: newContents(o.Searcher, o.Limits),
		limits:   o.Layer,
		source:   source.Options{Platform: o.Source.Platform, MaxManifest: o.Source.MaxManifest, MaxEntries: o.Source.MaxEntries},
		jobs:     o.Jobs,
		helpers:  semaphore.NewWeighted(int64(o.Jobs)),
		progress: o.Progress,
	}
	reader.contents.blobs = reader
	printer := report.NewFingerprinter(o.Salt)
	memory := newMemory(&o, printer)
	reader.contents.judges = memory != nil
	return &scan{
		Options: o, now: o.Now, reader: reader, coverage: coverage{judged: judged(o.Searcher)}, printer: printer,
		memory: memory, halves: make(map[half]bool),
	}, nil
}

// silent is the progress that nobody watches.
type silent struct{}

func (silent) Expect(int, int64) {}
func (silent) Read(int64)        {}
func (silent) LayerDone()        {}

// target scans one target; an error says that it could not be opened.
func (s *scan) target(ctx context.Context, index int, t Target) (report.Target, []found, error) {
	opts := s.Source
	if t.Scheme == source.Stdin {
		archive, all, err := source.SniffStdin(s.Stdin)
		if err != nil {
			return report.Target{Name: t.Name, Source: t.Scheme, Kind: report.KindLog}, nil, err
		}
		if t.Scheme = "log"; archive {
			t.Scheme = "docker-archive"
		}
		opts.Stdin, s.Stdin = all, all
	}
	rt := report.Target{Name: t.Name, Source: t.Scheme, Kind: kindOf(t.Scheme)}
	if t.Registry != nil {
		rt.Kind, rt.Source = report.KindRegistry, "registry"
	}
	if rt.Kind != report.KindImage && rt.Kind != report.KindRegistry {
		all, problems, err := s.textTarget(ctx, index, t)
		rt.Problems = problems
		return rt, all, err
	}
	src, err := t.open(ctx, opts)
	if err != nil {
		return rt, nil, err
	}
	defer src.Close()
	j, err := s.images(ctx, index, t.Name, src)
	rt.Source = src.Scheme() // known once it was read
	if j == nil {
		return rt, nil, err
	}
	if err != nil {
		rt.Problems = append(rt.Problems, report.NewProblem(t.Name, err))
	}
	rt.Images, rt.Links, rt.Indexes = j.images, j.links, j.indexes
	rt.Problems = append(rt.Problems, j.problems...)
	if err := j.nothing(t.Name, rt.Kind); err != nil && len(rt.Problems) == 0 && ctx.Err() == nil {
		if len(j.found) == 0 {
			return rt, nil, err
		}
		rt.Problems = append(rt.Problems, report.NewProblem(t.Name, err))
	}
	if ctx.Err() != nil && len(rt.Problems) == 0 {
		rt.Problems = append(rt.Problems, report.NewProblem(t.Name, ctx.Err()))
	}
	return rt, j.found, nil
}

// images reads the images of a source. What it returns is nil where the source cannot be read at all; an error beside it
// tells what ended the reading.
func (s *scan) images(ctx context.Context, index int, name string, src source.Source) (*join, error) {
	results, contents, err := s.blobs(ctx, index, src)
	if err != nil && contents == nil {
		return nil, err
	}
	s.rescan(ctx, index, name, results, contents)
	s.observeDocuments(index, contents)
	j := &join{outcome: &outcome{}, scan: s, target: index, results: results, told: make(map[string]bool), indexed: make(map[string]bool)}
	j.contents(ctx, contents)
	return j, err
}

// nothing returns an error where no image was in what was read: a report of it would look like that of a clean image. What
// deletion left in a registry is looked for, so blobs of one are enough.
func (j *join) nothing(name, kind string) error {
	if len(j.images) > 0 || kind == report.KindRegistry && len(j.results) > 0 {
		return nil
	}
	return report.Faultf(report.Missing, "reading %s: no image is in it that was asked for", name)
}

// warn tells why the store was not used to the end.
func (s *scan) warn(r *report.Report) {
	err := s.memory.why()
	if err == nil {
		return
	}
	r.Notes = append(r.Notes, fmt.Sprintf("The store of earlier results was not used to the end: %v", err))
	if s.Warn != nil {
		s.Warn(err)
	}
}

// layer returns what a blob gives: as an earlier scan read it, or read now.
func (s *scan) layer(ctx context.Context, b source.Blob) *blobResult {
	if r := s.memory.recall(ctx, b); r != nil {
		s.Progress.LayerDone()
		return r
	}
	if s.Elsewhere != nil {
		if err := s.Elsewhere(ctx, b); err != nil {
			r := &blobResult{blob: b}
			r.fault("", err)
			s.Progress.LayerDone()
			return r
		}
	}
	r := s.reader.read(ctx, b, s.Limits.Depth)
	s.memory.hold(ctx, r)
	return r
}

// blobs reads all blobs of a source that are asked for, side by side where it allows that.
func (s *scan) blobs(ctx context.Context, index int, src source.Source) (map[string]*blobResult, *source.Contents, error) {
	var (
		mu      sync.Mutex
		results = make(map[string]*blobResult)
		g       errgroup.Group
	)
	g.SetLimit(s.Jobs)
	read := func(b source.Blob) {
		r := s.layer(ctx, b)
		if !r.weak { // it may be read again
			s.observeBlob(index, r)
		}
		mu.Lock()
		defer mu.Unlock()
		results[b.Key] = r
	}
	contents, err := src.Read(ctx, func(ctx context.Context, b source.Blob) error {
		if s.admit != nil && !s.admit(b) {
			return ctx.Err()
		}
		s.Progress.Expect(1, max(0, b.Size))
		if b.Sequential {
			read(b)
		} else {
			g.Go(func() error { read(b); return nil })
		}
		return ctx.Err()
	})
	_ = g.Wait() // its functions return no error
	if contents == nil && ctx.Err() != nil {
		contents = &source.Contents{Problems: []report.Problem{report.NewProblem("target", ctx.Err())}}
	}
	return results, contents, err
}

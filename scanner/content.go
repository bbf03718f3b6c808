package scanner

import (
	"bytes"
	"context"
	"crypto/sha256"
	"hash/maphash"
	"io"
	"slices"
	"sync"

	"golang.org/x/sync/semaphore"

	"dregs/report"
	"dregs/rules"
	"dregs/scanner/logs"
	"dregs/scanner/unpack"
)

// wholeBytes is the size up to which a file is held in memory and searched in one piece by a matching worker; a larger
// one is searched while it streams.
const wholeBytes = 8 << 20

// spoolBytes bounds a file that is read by random access and does not lie in memory.
const spoolBytes = 4 << 30

// contents searches file contents and what unpacks from them, each distinct one once. It is safe for concurrent use.
type contents struct {
	search rules.Searcher
	limits unpack.Limits
	blobs  *blobReader         // reads images inside contents
	git    *unpack.GitGraph    // all git objects of the scan: a commit in one layer explains a blob in another
	flight *semaphore.Weighted // bytes held for matching
	most   int64               // the weight of flight
	memory unpack.Memory
	seeds  [2]maphash.Seed
	judges bool // judgments are wanted by content: results will be kept for later scans

	mu      sync.Mutex
	met     map[metKey]*contentResult
	silence contentResult       // of all contents that have nothing to tell
	seen    map[contentKey]bool // contents with candidates that were judged to be no secrets
}

// contentResult is what was found in one content and all that is in it, whatever its paths. The trails in it start at
// the content.
type contentResult struct {
	meeting
	matches []partMatch
	files   int   // unpacked, at any depth
	bytes   int64 // in those files
	skipped []skippedPart
	faults  []partFault
	nested  []*nested
	sighted []sighted
	judged  judgments
	height  int   // levels of containers in it, itself being one
	cut     bool  // it might be another where it lies less deep
	git     bool  // it told the git objects of the scan something
	err     error // the end of the scan
}

// partMatch is a match inside a content, with what the container of its part tells of it: a git object's commit, a key
// store's alias.
type partMatch struct {
	rules.Match
	facts map[string]string
}

// skippedPart is something inside a content that was left out for an ordinary reason.
type skippedPart struct {
	reason string
	via    []string
	bytes  int64
}

// partFault is a problem inside a content.
type partFault struct {
	via []string
	err error
}

func newContents(search rules.Searcher, l Limits) *contents {
	return &contents{
		search: search,
		limits: unpack.Limits{FileBytes: l.FileBytes, SpoolBytes: spoolBytes},
		git:    unpack.NewGitGraph(),
		flight: semaphore.NewWeighted(l.BytesInFlight),
		most:   l.BytesInFlight,
		seeds:  [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()},

		met:  make(map[metKey]*contentResult),
		seen: make(map[contentKey]bool),
	}
}

// reserve waits until n more bytes may be held and returns the function that gives them back.
func (c *contents) reserve(ctx context.Context, n int64) (release func(), err error) {
	n = min(n, c.most)
	if err := c.flight.Acquire(ctx, n); err != nil {
		return nil, err
	}
	return func() { c.flight.Release(n) }, nil
}

// reserveIfRoom is reserve for what is held in any case: it does not wait.
func (c *contents) reserveIfRoom(_ context.Context, n int64) (release func(), err error) {
	if n = min(n, c.most); !c.flight.TryAcquire(n) {
		return func() {}, nil
	}
	return func() { c.flight.Release(n) }, nil
}

// whole examines f.Data, or returns what an equal content gave before. f.Path is what path rules see. It keeps nothing of
// f.Data.
func (c *contents) whole(ctx context.Context, f rules.Fragment, depth int) *contentResult {
	class, log := c.search.Class(f), rules.IsLog(f)
	in := unpack.Input{At: bytes.NewReader(f.Data), Size: int64(len(f.Data)), Data: f.Data, Git: c.git, Memory: &c.memory}
	head := f.Data[:min(len(f.Data), unpack.HeadBytes)]
	format := unpack.Detect(head)
	if format == nil {
		format = unpack.DetectBinary(f.Data)
	}
	plain := format == nil && !unpack.IsImageArchive(head) && unpack.DetectTail(tailOf(in)) == nil
	if plain {
		depth = 0 // so that it is the same inside an archive and outside
	}
	r, mine := c.meet(ctx, c.metKeyOf(f.Data, examined[uint64]{size: len(f.Data), class: class, log: log}), depth)
	if !mine {
		return r
	}
	defer c.finish(r)
	if plain {
		c.raw(ctx, f, in, r)
	} else {
		c.container(r.inside(ctx), head, format, in, f, depth, r)
	}
	if r.judged[contentKey{}] != nil {
		if !r.cut {
			depth = 0
		}
		full := keyOf(examined[[sha256.Size]byte]{sha256.Sum256(f.Data), len(f.Data), class, log}, depth)
		r.judged.name(full)
		c.mu.Lock()
		c.seen[full] = true
		c.mu.Unlock()
	}
	return r
}

// container examines a content with random access, in f.Data too where it is small, that begins with head and is of that
// format, if any: what its beginning and its end tell of it, and its own bytes where those do not show all.
func (c *contents) container(ctx context.Context, head []byte, format *unpack.Format, in unpack.Input, f rules.Fragment, depth int, res *contentResult) {
	if unpack.IsImageArchive(head) {
		if depth > 0 && c.image(ctx, in, f.Path, depth, res) {
			res.cut = true // what its layers hold is not looked at
			return
		}
		res.cut = res.cut || depth <= 0
	}
	raw := true
	if format != nil {
		raw = c.unpack(ctx, format, in, f, depth, res) || format.Raw
	}
	if raw {
		if behind := unpack.DetectTail(tailOf(in)); behind != nil && behind != format {
			c.unpack(ctx, behind, in, f, depth, res)
		}
		c.raw(ctx, f, in, res)
	}
}

// tailOf is the end of a content.
func tailOf(in unpack.Input) []byte {
	if in.Data != nil {
		return in.Data[max(0, len(in.Data)-unpack.TailBytes):]
	}
	tail := make([]byte, min(in.Size, unpack.TailBytes))
	n, _ := in.At.ReadAt(tail, in.Size-int64(len(tail))) // a short tail tells less
	return tail[:n]
}

// raw searches the bytes of a content as they are.
func (c *contents) raw(ctx context.Context, f rules.Fragment, in unpack.Input, res *contentResult) {
	var own contentResult
	if f.Data != nil {
		c.searchWhole(ctx, f, &own)
	} else {
		c.searchReader(ctx, f, io.NewSectionReader(in.At, 0, in.Size), &own)
	}
	res.addRaw(&own)
}

// addRaw adds what the raw bytes of a container show and its members do not.
func (r *contentResult) addRaw(own *contentResult) {
	type identity struct{ rule, value string }
	known := make(map[identity]bool, len(r.matches))
	for i := range r.matches {
		known[identity{r.matches[i].Rule.ID, r.matches[i].Value.Reveal()}] = true
	}
	own.matches = slices.DeleteFunc(own.matches, func(m partMatch) bool {
		return known[identity{m.Rule.ID, m.Value.Reveal()}]
	})
	r.matches = append(r.matches, own.matches...)
	r.faults = append(r.faults, own.faults...)
	r.sighted = append(r.sighted, own.sighted...)
	r.judged.add(own.judged)
	if r.err == nil {
		r.err = own.err
	}
}

// tally returns what is to count the judgments of one search, nil where they are not wanted.
func (c *contents) tally() *rules.Tally {
	if !c.judges {
		return nil
	}
	return new(rules.Tally)
}

func (c *contents) searchWhole(ctx context.Context, f rules.Fragment, res *contentResult) {
	if rules.IsLog(f) {
		res.sightWhole(f)
	}
	f.Tally = c.tally()
	err := guarded("searching content", func() error {
		m, err := c.search.Search(ctx, f)
		res.put(m)
		return err
	})
	res.judged.count(f.Tally)
	res.end(ctx, f.Via, err)
}

func (c *contents) searchReader(ctx context.Context, f rules.Fragment, r io.Reader, res *contentResult) {
	if rules.IsLog(f) {
		finder := logs.NewFinder()
		r = io.TeeReader(r, finder)
		defer func() { res.sightRead(f, finder) }()
	}
	f.Tally = c.tally()
	err := guarded("searching content", func() error {
		m, _, err := c.search.SearchReader(ctx, f, r)
		res.put(m)
		return err
	})
	res.judged.count(f.Tally)
	res.end(ctx, f.Via, err)
}

func (r *contentResult) put(matches []rules.Match) {
	for _, m := range matches {
		r.matches = append(r.matches, partMatch{Match: m})
	}
}

// end records err: as the end of the scan where that is what it is, else as a problem at via.
func (r *contentResult) end(ctx context.Context, via []string, err error) {
	switch {
	case err == nil:
	case ctx.Err() != nil:
		r.err = ctx.Err()
	default:
		r.fault(via, err)
	}
}

func (r *contentResult) fault(via []string, err error) {
	r.faults = append(r.faults, partFault{via: slices.Clone(via), err: err})
}

// guarded turns a panic of work, which hostile content may have caused, into a fault. The panic's value is not shown:
// it may hold content.
func guarded(what string, work func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = report.Faultf(report.Unreadable, "%s: panic of type %T", what, p)
		}
	}()
	return work()
}

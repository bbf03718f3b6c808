package rules

import (
	"cmp"
	"context"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/klauspost/compress/gzip"
)

// The text of a fragment is searched in blocks that lie at multiples of blockSize, each with margin bytes around it in
// sight. What is found depends on these alone: not on how the text arrives, nor on how many blocks are searched at once.
const (
	blockSize = 2 << 20
	margin    = 256 << 10
	maxMatch  = 128 << 10 // a longer match is not found
	stretch   = maxScan   // keyword hits are worked off after so many bytes
	verge     = 8 << 10   // bytes beside a block whose keywords open windows too
	slack     = 4         // bytes of context around a window, so that assertions in it see what they should
)

// block is a run of bytes to be searched: data[lo:hi], with what surrounds it.
type block struct {
	data   []byte
	lo, hi int
	base   int64 // where data begins in the text
}

// span is a match of a rule's regex in a block's data.
type span struct{ lo, hi int }

// scratch is what one search needs besides the text. It is used by one goroutine at a time.
type scratch struct {
	plan     *plan
	lanes    lanes
	caches   []*acceptorCache // by anchor
	blocks   uint64           // how many were searched
	sweeps   []*acceptorCache // by rule
	roughs   []roughTest      // by rule
	tests    []*acceptorCache // by allowlist, of its regex
	windows  [][]span         // by rule
	touched  []int            // rules that have windows
	led      []found          // what detectors found
	last     []ruled          // of each rule with windows, its last match in the block
	odd      []span           // around the oddLetters of the block
	around   []span           // where it may have keywords with such letters
	seen     []bool           // by rule that is gated: one of its keywords occurs in the block
	signs    []signed         // of the block
	path     pathView
	families familyView
	look     look           // the fragment as the assigner sees it
	dropped  map[string]int // by reason: candidates that were judged to be no secrets
	spans    []span
	gzip     *gzip.Reader  // of packed runs; nil until there is one
	zlib     io.ReadCloser // likewise
}

func newScratch(p *plan) *scratch {
	return &scratch{
		plan:    p,
		caches:  make([]*acceptorCache, len(p.anchors)),
		sweeps:  make([]*acceptorCache, len(p.rules)),
		roughs:  make([]roughTest, len(p.rules)),
		tests:   make([]*acceptorCache, len(p.allows)),
		windows: make([][]span, len(p.rules)),
		seen:    make([]bool, len(p.rules)),
		dropped: map[string]int{},
	}
}

// ruled is a match of a rule, whether or not it is a secret.
type ruled struct {
	rule  int // its number
	match span
}

// found is a match of a rule, and the secret in it.
type found struct {
	rule          *ruleRun
	match, secret span
}

// search calls emit for each match of a rule in b, rule by rule and in order of position.
func (s *scratch) search(ctx context.Context, b block, emit func(found)) error {
	clear(s.seen)
	s.odd = s.odd[:0]
	s.blocks++
	s.led, s.last, s.signs = s.led[:0], s.last[:0], s.signs[:0]
	s.verge(b, span{max(0, b.lo-verge), b.lo})
	if err := s.keywords(ctx, b, &s.plan.main); err != nil {
		s.drop()
		return err
	}
	s.verge(b, span{b.hi, min(len(b.data), b.hi+verge)})
	s.oddKeywords(b)
	s.tokens(b)
	for _, number := range s.plan.sweeps {
		s.sweep(b, s.plan.rules[number])
	}
	slices.Sort(s.touched)
	for _, number := range s.touched {
		if err := ctx.Err(); err != nil {
			s.drop()
			return err
		}
		r := s.plan.rules[number]
		if s.barred(b, r) {
			s.windows[number] = s.windows[number][:0]
			continue
		}
		s.spans = s.spans[:0]
		for _, w := range merge(s.windows[number]) {
			w = span{max(0, w.lo-slack), min(len(b.data), w.hi+slack)}
			if s.holds(b.data, r, w) {
				s.spans = r.findAll(b.data, w, s.spans)
			}
		}
		for n := len(s.spans); n > 0 && s.spans[n-1].lo >= b.hi; n-- {
			s.spans = s.spans[:n-1] // the next block's, which knows where it ends
		}
		s.windows[number] = s.windows[number][:0]
		if n := len(s.spans); n > 0 {
			s.last = append(s.last, ruled{number, s.spans[n-1]})
		}
		for _, m := range s.spans {
			if f, ok := inMatch(b.data, r, m); ok {
				emit(f)
			}
		}
	}
	s.touched = s.touched[:0]
	for _, f := range s.led {
		emit(f)
	}
	return nil
}

// verge opens windows for the keywords at an edge of b, before or behind it. A match there takes its bytes from those that
// would begin inside of it, and one that begins in b may have its keyword behind.
func (s *scratch) verge(b block, in span) {
	l := &s.plan.main
	for _, h := range l.words().scan(b.data, in.lo, in.hi, &s.lanes) {
		s.open(b, h.start, l.uses[h.keyword].anchors)
	}
}

// keywords looks for those of l in b and works them off.
func (s *scratch) keywords(ctx context.Context, b block, l *lexicon) error {
	for lo := b.lo; lo < b.hi; lo += stretch {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.anchor(b, l, l.words().scan(b.data, lo, min(lo+stretch, b.hi), &s.lanes))
	}
	return nil
}

// oddKeywords looks for the keywords that are spelled with oddLetters, around each of those: binaries have many by chance.
func (s *scratch) oddKeywords(b block) {
	odd := &s.plan.odd
	s.around = s.around[:0]
	edge := func(in span) {
		for at := in.lo; at < in.hi; at++ {
			if hasAt(b.data, at, oddLetters[0]) || hasAt(b.data, at, oddLetters[1]) {
				s.around = appendSpan(s.around, odd.around(at))
			}
		}
	}
	edge(span{max(0, b.lo-odd.longest), b.lo}) // a keyword may lie across an edge of the block
	for _, w := range s.odd {
		s.around = appendSpan(s.around, w)
	}
	edge(span{max(b.lo, b.hi-utf8.UTFMax), min(len(b.data), b.hi+odd.longest)})
	for _, w := range s.around {
		if w = (span{max(b.lo, w.lo), min(b.hi, w.hi)}); w.lo < w.hi {
			s.anchor(b, odd, odd.words().scan(b.data, w.lo, w.hi, &s.lanes))
		}
	}
}

// around is where a keyword that holds what stands at a position can lie.
func (l *lexicon) around(at int) span { return span{at - l.longest, at + l.longest} }

// appendSpan appends w to spans, which are in order, or widens the last one if they meet.
func appendSpan(spans []span, w span) []span {
	if n := len(spans); n > 0 && w.lo <= spans[n-1].hi {
		spans[n-1].hi = max(spans[n-1].hi, w.hi)
		return spans
	}
	return append(spans, w)
}

// drop forgets the windows of a search that was given up.
func (s *scratch) drop() {
	for _, number := range s.touched {
		s.windows[number] = s.windows[number][:0]
	}
	s.touched = s.touched[:0]
}

// runs tells whether a rule looks at fragments of the path in view.
func (s *scratch) runs(r *ruleRun) bool {
	return (r.onPath < 0 || s.path.holds(r.onPath)) && (len(r.skip) == 0 || !s.path.holdsAny(r.skip))
}

// anchor turns keyword hits into windows, where the rest of the pattern can match behind the keyword.
func (s *scratch) anchor(b block, l *lexicon, hits []hit) {
	p := s.plan
	for _, h := range hits {
		u := &l.uses[h.keyword]
		if u.odd {
			s.odd = appendSpan(s.odd, p.odd.around(h.start))
		}
		for _, number := range u.gates {
			s.seen[number] = true
		}
		for _, l := range u.leads {
			if r := p.rules[l.rule]; s.runs(r) {
				r.detector.find(b.data, l.word, h.start, func(secret span) {
					s.led = append(s.led, found{r, secret, secret})
				})
			}
		}
		for _, word := range u.names {
			s.assignment(b, word, h.start)
		}
		s.open(b, h.start, u.anchors)
		if u.sign != noSign {
			s.note(b.data, u.sign, span{h.start, h.start + u.size})
		}
	}
}

// open opens windows for the anchors of the literal at data[start] from which the rest of their pattern can match.
func (s *scratch) open(b block, start int, anchors []int) {
	p := s.plan
	for _, number := range anchors {
		a := &p.anchors[number]
		r := p.rules[a.rule]
		if !a.behind.at(b.data, start) || !s.runs(r) {
			continue
		}
		c := s.caches[number]
		if c == nil {
			c = a.accept.newCache()
			s.caches[number] = c
		}
		if c.block != s.blocks {
			c.block, c.back = s.blocks, span{}
			c.trail.forget()
		}
		end := c.reach(b.data, start, min(len(b.data), a.limit(start)))
		if end < 0 {
			continue
		}
		c.back = span{a.back(b.data, start, c.back), start}
		s.window(a.rule, span{c.back.lo, end})
	}
}

// limit returns where no match of a's rule that holds the literal at start goes on. Literals near each other share one, so that
// a later one profits by how far an earlier one has looked.
func (a *anchorRun) limit(start int) int {
	if a.most == unbounded {
		return start + maxMatch
	}
	return (start/a.most + 2) * a.most
}

// back returns where a match that holds the literal at data[start] can begin at the earliest. It does not go again over
// the last way that was gone, which keeps the cost linear.
func (a *anchorRun) back(data []byte, start int, last span) int {
	far := a.lead
	if far == unbounded || far > maxMatch {
		far = maxMatch
	}
	lo := start
	stop := max(0, start-far)
	for lo > stop && a.before[data[lo-1]] {
		lo--
		if lo == last.hi {
			return max(last.lo, stop)
		}
	}
	return lo
}

// window notes where matches of a rule may lie, joined with the window before it if one of them may lie in both.
func (s *scratch) window(number int, w span) {
	ws := s.windows[number]
	if len(ws) == 0 {
		s.touched = append(s.touched, number)
	}
	if n := len(ws); n > 0 && w.lo >= ws[n-1].lo && w.lo < ws[n-1].hi {
		ws[n-1].hi = max(ws[n-1].hi, w.hi)
		return
	}
	s.windows[number] = append(ws, w)
}

// merge sorts windows and joins those that overlap.
func merge(ws []span) []span {
	byStart := func(a, b span) int { return cmp.Compare(a.lo, b.lo) }
	if !slices.IsSortedFunc(ws, byStart) {
		slices.SortFunc(ws, byStart)
	}
	out := ws[:0]
	for _, w := range ws {
		if n := len(out); n > 0 && w.lo < out[n-1].hi {
			out[n-1].hi = max(out[n-1].hi, w.hi)
		} else {
			out = append(out, w)
		}
	}
	return out
}

// runeStart returns i, or the beginning of the code point that i is inside of.
func runeStart(data []byte, i int) int {
	if i <= 0 || i >= len(data) || utf8.RuneStart(data[i]) {
		return i
	}
	for back := 1; back < utf8.UTFMax && back <= i; back++ {
		if utf8.RuneStart(data[i-back]) {
			if _, size := utf8.DecodeRune(data[i-back:]); size > back {
				return i - back
			}
			return i
		}
	}
	return i
}

// findAll appends the matches of the rule's regex in window w of data that it also has in the whole of data. A match that
// touches an edge of the window where the text goes on may owe itself to the edge: then the window is widened.
func (r *ruleRun) findAll(data []byte, w span, out []span) []span {
	n := len(out)
	for grow := 64; ; grow *= 4 {
		w = span{runeStart(data, max(0, w.lo)), min(len(data), w.hi)}
		touches := false
		out = out[:n]
		for _, m := range r.matches(data[w.lo:w.hi]) {
			lo, hi := w.lo+m[0], w.lo+m[1]
			if lo == w.lo && lo > 0 || hi == w.hi && hi < len(data) {
				touches = true
				continue
			}
			if lo < hi && (len(out) == 0 || lo >= out[len(out)-1].hi) {
				out = append(out, span{lo, hi})
			}
		}
		if !touches || grow > maxMatch {
			return out
		}
		w.lo, w.hi = w.lo-grow, w.hi+grow
	}
}

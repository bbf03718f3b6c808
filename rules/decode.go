package rules

import (
	"bytes"
	"cmp"
	"context"
	"slices"
)

// What decodes: base64 and hexadecimal runs, also of what is packed by gzip, zlib or UTF-16, and stretches of text with
// percent, backslash, HTML and quoted-printable escapes, in each other to maxDepth. Every decoded text is searched by all the rules. What is found depends on the text
// alone, not on how it arrives. Bounds: of a run that goes on for more than a block and its margin, and of escapes across
// the border of a cell, a match longer than cutOverlap before decoding may be missed; all that one block decodes is at
// most maxDecoded times its size and what it inflates to, maxInflated at most; more is told as a limit.
const (
	maxDepth   = 5
	maxDecoded = 8
	minBudget  = 1 << 20

	wrapRoom   = 8 << 10  // what is looked at behind a run to see whether it goes on
	cutOverlap = 64 << 10 // what two pieces of a long run have in common
	cutLead    = 1 << 10  // what a later piece has before that
)

// origin tells how a candidate was decoded. at is where it stands in the innermost text that is not the fragment's; nil
// where only escapes were undone: then its place is in the fragment's text.
type origin struct {
	via []string
	at  *extent
}

// decoding is the decoding of one block.
type decoding struct {
	ctx     context.Context
	scratch *scratch
	inline  bool
	left    int // bytes that may still be decoded
	full    bool

	inflatable int  // bytes that compressed runs may still inflate to
	cut        bool // one of them ended early

	found []candidate
	err   error
}

// decode adds to found, the candidates of b, those in what b holds encoded. full tells that it had to stop.
func (s *scratch) decode(ctx context.Context, b block, inline bool, found []candidate) (all []candidate, full bool, err error) {
	d := &decoding{ctx: ctx, scratch: s, inline: inline, left: max(minBudget, maxDecoded*(b.hi-b.lo)), inflatable: maxInflated}
	root := &frame{data: b.data, keep: span{0, len(b.data)}}
	d.open(root, b, slices.Clone(s.signs))
	if d.err != nil {
		return nil, false, d.err
	}
	news := d.news(found)
	return append(escapedless(b.data, found, news), news...), d.full, nil
}

// escapedless returns plain without the candidates of addresses that decoded has as they are meant: in an address, and nowhere
// else for certain, a percent sign and two digits stand for a character. plain is changed.
func escapedless(data []byte, plain, decoded []candidate) []candidate {
	type key struct {
		rule   int
		secret span
	}
	meant, anyhow := map[key]bool{}, map[span]bool{}
	for _, c := range decoded {
		if c.origin.at == nil && slices.Contains(c.origin.via, escapeSteps[percentEscape]) {
			meant[key{c.rule.number, c.secret}], anyhow[c.secret] = true, true
		}
	}
	if len(meant) == 0 {
		return plain
	}
	return slices.DeleteFunc(plain, func(c candidate) bool {
		told := meant[key{c.rule.number, c.secret}] || c.rule.rule.Generic && anyhow[c.secret] // a specific rule names it instead
		return told && (bytes.Contains(data[c.match.lo:c.secret.lo], addressMark) || asked(data[:c.secret.lo]))
	})
}

// asked tells whether before ends in the name of a parameter of an address and its equals sign.
func asked(before []byte) bool {
	name, ok := bytes.CutSuffix(before, []byte("="))
	for ok && len(name) > 0 && isWord(name[len(name)-1]) {
		name = name[:len(name)-1]
	}
	return ok && (bytes.HasSuffix(name, []byte("?")) || bytes.HasSuffix(name, []byte("&")) || bytes.HasSuffix(name, []byte("&amp;")))
}

// news returns what was found decoded and not, with fewer steps, in the same place already.
func (d *decoding) news(plain []candidate) []candidate {
	if len(d.found) == 0 {
		return nil
	}
	type key struct {
		rule  int
		value string
	}
	known := map[key][]span{}
	add := func(all []candidate) {
		changed := map[key]bool{}
		for i := range all {
			c := &all[i]
			k := key{c.rule.number, c.value}
			known[k] = append(known[k], c.match)
			changed[k] = true
		}
		for k := range changed {
			known[k] = merge(known[k])
		}
	}
	add(plain)
	slices.SortStableFunc(d.found, func(x, y candidate) int { return cmp.Compare(len(x.origin.via), len(y.origin.via)) })
	var out []candidate
	for len(d.found) > 0 {
		n := 1
		for n < len(d.found) && len(d.found[n].origin.via) == len(d.found[0].origin.via) {
			n++
		}
		before := len(out)
		for _, c := range d.found[:n] {
			spans := known[key{c.rule.number, c.value}]
			i, _ := slices.BinarySearchFunc(spans, c.match.lo, func(s span, at int) int { return cmp.Compare(s.hi, at+1) })
			if i == len(spans) || spans[i].lo >= c.match.hi {
				out = append(out, c)
			}
		}
		add(out[before:])
		d.found = d.found[n:]
	}
	return out
}

// open decodes what b, the data of f, holds. signs are those in it.
func (d *decoding) open(f *frame, b block, signs []signed) {
	marked := d.runs(f, b)
	marked[colourDialect] = d.announced(f, signs)
	for i := range marked {
		d.escapes(f, b, &dialects[i], marked[i])
	}
}

// examine searches a decoded text, and then what it holds encoded.
func (d *decoding) examine(f *frame) {
	f.depth = f.up.depth + 1
	if f.keep == (span{}) {
		f.keep = span{0, len(f.data)}
	}
	if d.left -= len(f.data); d.left < 0 {
		d.full = true
	}
	if d.full || d.err != nil {
		return
	}
	var all []candidate
	var signs []signed
	b := block{data: f.data, hi: len(f.data)}
	d.err = d.scratch.search(d.ctx, b, func(hit found) {
		if hit.secret.hi <= f.shift || !f.tells(hit.match) {
			return
		}
		if c, ok := d.scratch.judge(b, hit, d.inline); ok {
			all = append(all, c)
		}
	})
	if d.err != nil {
		return
	}
	if f.depth < maxDepth {
		signs = slices.Clone(d.scratch.signs)
	}
	all = d.scratch.compose(b, d.inline, all)
	slices.SortStableFunc(all, func(x, y candidate) int {
		return cmp.Or(cmp.Compare(x.secret.lo, y.secret.lo), cmp.Compare(x.rule.number, y.rule.number))
	})
	for i := range all {
		c := &all[i]
		c.at = f.extent(c.secret.lo)
		c.above = bytes.Count(f.data[min(c.match.lo+1, c.secret.lo):c.secret.lo], newline)
		c.context = contextOf(f.data, c.secret.lo, c.secret.hi)
		c.verdict = verdict(c.rule.rule, f.data, c.secret, d.scratch.plan.set.now)
	}
	for _, c := range distinct(all) {
		if d.place(f, &c) && len(d.found) <= maxMatches {
			d.found = append(d.found, c)
		}
	}
	if f.depth < maxDepth {
		d.open(f, block{data: f.data, lo: f.shift, hi: len(f.data)}, signs)
	}
}

// tells reports whether a match owes itself to what was decoded, and not to where the text was cut.
func (f *frame) tells(m span) bool {
	if f.edits == nil {
		return true
	}
	return len(f.edited(m, false)) > 0 && !(f.clipped[0] && m.lo == 0) && !(f.clipped[1] && m.hi == len(f.data))
}

// place moves a candidate of f to its place in the block and notes how it was decoded, or returns false where it is not
// for this block to tell.
func (d *decoding) place(f *frame, c *candidate) bool {
	o := &origin{}
	loosely := false
	secret, m := c.secret, c.match
	for ; f.up != nil; f = f.up {
		if secret.lo < f.keep.lo || secret.lo >= f.keep.hi {
			return false
		}
		held := f.edited(m, loosely)
		if f.edits != nil && (len(held) == 0 || int(held[0].from) < f.cell.lo || int(held[0].from) >= f.cell.hi) {
			return false
		}
		o.via = append(f.steps(held), o.via...)
		if f.edits == nil && o.at == nil {
			at := f.extent(secret.lo)
			o.at = &at
		}
		secret, m = f.outerSpan(secret), f.outerSpan(m)
		loosely = true
	}
	if d.inline && allowedInline(f.data, secret.lo, secret.hi-secret.lo) {
		return false
	}
	c.match, c.secret, c.origin = m, secret, o
	return true
}

// runs decodes the runs that begin in b, which is the data of f. It returns, by dialect, the escapes there that are reason
// enough to look at what stands around them.
func (d *decoding) runs(f *frame, b block) (marked [len(dialects)][]int) {
	from, whole, earlier := b.lo, len(b.data), len(b.data)
	if f.up == nil {
		from = runsBefore(b.data, b.lo)
		whole, earlier = b.hi+margin-wrapRoom, b.lo+margin-wrapRoom
	}
	runsIn(b.data, from, b.hi, func(r run) bool {
		switch {
		case d.full || d.err != nil:
			return false
		case !f.touched(span{r.lo, r.hi}):
		case r.lo >= b.lo && r.hi <= whole:
			d.run(f, r)
		case r.lo >= b.lo:
			d.piece(f, run{r.lo, whole, r.wrapped}, span{r.lo, whole - cutOverlap})
		case r.hi > earlier: // the block before told what begins before the cut
			cut := earlier - cutOverlap
			told := span{cut, r.hi}
			if r.hi > whole {
				told.hi = whole - cutOverlap
			}
			d.piece(f, run{cut - cutLead, min(r.hi, whole), r.wrapped}, told)
		}
		return true
	}, func(at int) {
		i := dialectOf(b.data[at])
		if e, ok := dialects[i].parse(b.data, at); at >= b.lo && ok && dialects[i].starts(b.data, e) && f.touched(span{e.lo, e.hi}) {
			marked[i] = append(marked[i], at)
		}
	})
	return marked
}

// runsBefore returns where to begin to look for runs so that one which begins before data[lo] is seen in full.
func runsBefore(data []byte, lo int) int {
	for lo > 0 && (alphabet[data[lo-1]] || bytes.IndexByte([]byte(" \t\r\n\\="), data[lo-1]) >= 0) {
		lo--
	}
	return lo
}

package rules

import "math/bits"

// run is an unbroken stretch of base64 characters of either alphabet, or several of equal length that are wrapped over
// lines. It may hold hexadecimal digits as well, or nothing but a long word.
type run struct {
	lo, hi  int
	wrapped bool
}

const (
	shortRun = 8       // the shortest run that is looked at: the value of an assignment
	longRun  = 16      // the shortest one that stands alone
	maxWrap  = 1 << 10 // the longest line that is joined with the next
)

// runsIn calls found for each run of at least shortRun characters in data that begins in [lo, hi), in order, until found
// returns false; of those under longRun, only where they are assigned and may stand for text. What follows hi in data belongs to a run that
// begins before it. It calls mark for each byte of data[lo:hi] that may begin an escape.
func runsIn(data []byte, lo, hi int, found func(run) bool, mark func(at int)) {
	var masks [maskedGroups]groupMasks
	open := -1   // where the run that goes on at the end of the last group begins
	resume := lo // what is before has been looked at
	emit := func(from, to int) (next int, ok bool) {
		r := run{lo: from, hi: to}
		switch {
		case to-from < longRun:
			if !maybeText(data[from:to]) || !assigned(data, from) {
				return to, true
			}
		case to-from <= maxWrap:
			r.hi, r.wrapped = joinLines(data, from, to)
		}
		return r.hi, found(r)
	}
	for base := lo; base < len(data) && (base < hi || open >= 0); base += 64 * maskedGroups {
		for g, m := range masks[:masksOf(data[base:], &masks)] {
			at := base + 64*g
			if resume >= at+64 {
				continue
			}
			in := m.in
			if resume > at {
				in, m.first = above(in, resume-at), above(m.first, resume-at)
			}
			for first := m.first; first != 0; first &= first - 1 {
				if i := at + bits.TrailingZeros64(first); i < hi && follows(data, i) {
					mark(i)
				}
			}
			if open >= 0 {
				n := bits.TrailingZeros64(^in)
				if n == 64 {
					continue
				}
				from := open
				open = -1
				if at+n-from >= shortRun {
					var ok bool
					if resume, ok = emit(from, at+n); !ok {
						return
					}
					n = max(n, resume-at)
				}
				in = above(in, n)
			}
			if tail := bits.LeadingZeros64(^in); tail > 0 && at+64-tail < hi {
				open = at + 64 - tail
				in = in << tail >> tail
			}
			x := in & (in >> 1)
			x &= x >> 2
			x &= x >> 4
			for x != 0 {
				s := bits.TrailingZeros64(x)
				n := bits.TrailingZeros64(^(in >> s))
				if at+s >= hi {
					return
				}
				if n >= longRun || beginsText[data[at+s]] { // most words end here
					var ok bool
					if resume, ok = emit(at+s, at+s+n); !ok {
						return
					}
					if open >= 0 && open < resume {
						open = -1
					}
				}
				x = above(x, max(s+n, resume-at))
			}
		}
	}
	if open >= 0 && len(data)-open >= shortRun {
		emit(open, len(data))
	}
}

// above returns mask without its lowest n bits.
func above(mask uint64, n int) uint64 { return mask >> n << n }

// joinLines returns the end of a run whose first line is data[lo:hi]: lines of the same length follow it, and a last one
// that may be shorter. Lines end in a newline, after which blanks may stand, or in its escape as JSON writes it.
func joinLines(data []byte, lo, hi int) (end int, wrapped bool) {
	length := hi - lo
	end = hi
	if length%4 != 0 {
		return end, false
	}
	for {
		from := nextLine(data, end)
		if from < 0 {
			return end, end > hi
		}
		n := 0
		for from+n < len(data) && n <= length && alphabet[data[from+n]] {
			n++
		}
		after := from + n
		for after < len(data) && after < from+n+3 && data[after] == '=' {
			after++
		}
		padded := after > from+n
		switch {
		case n == 0 || n > length || !endsRun(data, after) || n < length && !padded && length < minWrap:
			return end, end > hi
		case n < length || padded:
			return from + n, true
		}
		end = from + n
	}
}

// minWrap is the length from which on a line is joined with a shorter one without padding: below, that may be any word.
const minWrap = 48

// nextLine returns where the text of the next line begins if the line ends at data[i], or -1.
func nextLine(data []byte, i int) int {
	switch {
	case i >= len(data):
		return -1
	case data[i] == '\n':
		i++
	case hasAt(data, i, "\r\n"):
		i += 2
	case hasAt(data, i, `\r\n`):
		return i + 4
	case hasAt(data, i, `\n`):
		return i + 2
	default:
		return -1
	}
	for stop := i + maxIndent; i < len(data) && i < stop && (data[i] == ' ' || data[i] == '\t'); {
		i++
	}
	return i
}

const maxIndent = 64

// hasAt tells whether s stands at data[i].
func hasAt(data []byte, i int, s string) bool {
	return i >= 0 && i+len(s) <= len(data) && string(data[i:i+len(s)]) == s
}

// endsRun tells whether what stands at data[i] may follow the last line of a wrapped run.
func endsRun(data []byte, i int) bool {
	if i >= len(data) {
		return true
	}
	switch data[i] {
	case '\n', '\r', '"', '\'', '`', '<', '\\', ' ', '\t', ',', ';', ')', '}', ']':
		return true
	}
	return false
}

// characters returns the characters of a run of data without what wraps them.
func (r run) characters(data []byte) []byte {
	if !r.wrapped {
		return data[r.lo:r.hi]
	}
	out := make([]byte, 0, r.hi-r.lo)
	for i := r.lo; i < r.hi; {
		if alphabet[data[i]] {
			out = append(out, data[i])
			i++
		} else if next := nextLine(data, i); next >= 0 {
			i = next
		} else {
			i++ // not reached: runs hold nothing else
		}
	}
	return out
}

// alphabet holds the characters of base64, in both of its alphabets.
var alphabet = newAlphabet()

func newAlphabet() (a [256]bool) {
	for c := range a {
		a[c] = sextet[c] < 64
	}
	return a
}

// firsts gives the bytes that may begin an escape a bit each, and seconds tells after which of them a byte may follow.
var firsts, seconds = newFirsts()

func newFirsts() (first, second [256]uint8) {
	for i, follow := range []struct {
		first   byte
		seconds string
	}{{'%', hexDigits}, {'&', "#" + letters}, {'\\', `uUx\`}, {'=', hexDigits + "\r\n"}} {
		first[follow.first] = 1 << i
		for _, c := range []byte(follow.seconds) {
			second[c] |= 1 << i
		}
	}
	return first, second
}

const (
	hexDigits = "0123456789abcdefABCDEF"
	letters   = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// follows tells whether what follows data[i] lets it begin an escape.
func follows(data []byte, i int) bool {
	return i+1 < len(data) && firsts[data[i]]&seconds[data[i+1]] != 0
}

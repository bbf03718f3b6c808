package rules

const (
	laneCount   = 8
	laneSize    = 8<<10 + 64 // no power of two, or the lanes' bytes would share few lines of the processor's cache
	maxScan     = laneCount * laneSize
	minParallel = 256 // the length from which scan walks parts of a text side by side
)

// lanes is what scan works with: parts of a text that are walked side by side, at equal distances so that few registers
// tell where they are, and what is found in them. It is used by one goroutine at a time.
type lanes struct {
	text   [maxScan + maxPiece]byte
	states [laneCount]uint16
	hits   [laneCount][]hit
}

// scan returns the occurrences whose piece ends in data[lo:hi], of maxScan bytes at most, in order of that end. They are
// l's, and hold until its next use.
func (a *automaton) scan(data []byte, lo, hi int, l *lanes) []hit {
	for i := range l.hits {
		l.hits[i] = l.hits[i][:0]
	}
	if hi-lo < minParallel || a.wide == nil {
		l.hits[0] = a.walk(data, a.warm(data, lo), lo, hi, l.hits[0])
		return l.hits[0]
	}
	size := (hi - lo) / laneCount
	text := &l.text
	if begin := lo - a.depth; begin >= 0 && size == laneSize && len(data)-begin >= len(text) {
		text = (*[maxScan + maxPiece]byte)(data[begin:])
	} else {
		for k := range laneCount {
			l.fill(k, data, lo+k*size-a.depth, size+a.depth)
		}
	}
	l.states = [laneCount]uint16{}
	for i := 0; i < a.depth; { // the state at the beginning of a lane depends on the bytes of one piece alone
		i = stride(a.wide, &a.class, text, &l.states, i, a.depth)
	}
	for i := a.depth; i < a.depth+size; {
		i = stride(a.wide, &a.class, text, &l.states, i, a.depth+size)
		for k, s := range &l.states {
			if s&ends != 0 {
				l.hits[k] = a.compare(data, s, lo+k*size+i-a.depth, l.hits[k])
			}
		}
	}
	last := laneCount - 1
	l.hits[last] = a.walk(data, l.states[last], lo+laneCount*size, hi, l.hits[last])
	for _, more := range l.hits[1:] {
		l.hits[0] = append(l.hits[0], more...)
	}
	return l.hits[0]
}

// fill fills a lane, and the beginning of the next, with n bytes of data from at on. What would lie before data is zero.
func (l *lanes) fill(lane int, data []byte, at, n int) {
	to := l.text[lane*laneSize:][:n]
	if at < 0 {
		clear(to[:-at])
		to, at = to[-at:], 0
	}
	copy(to, data[at:])
}

// stride walks the lanes of text from position i of each on, until in one of them a piece ends or position end is reached,
// and returns that position.
func stride(next *table, class *[256]uint8, text *[maxScan + maxPiece]byte, states *[laneCount]uint16, i, end int) int {
	s0, s1, s2, s3, s4, s5, s6, s7 := states[0], states[1], states[2], states[3], states[4], states[5], states[6], states[7]
	_, _, _ = next[0], class[0], text[0] // none is nil: not to be asked again at every step
	for i < end && uint(i) < laneSize+maxPiece {
		s0 = next[uint32(s0)<<widthBits|uint32(class[text[i]])]
		s1 = next[uint32(s1)<<widthBits|uint32(class[text[i+laneSize]])]
		s2 = next[uint32(s2)<<widthBits|uint32(class[text[i+2*laneSize]])]
		s3 = next[uint32(s3)<<widthBits|uint32(class[text[i+3*laneSize]])]
		s4 = next[uint32(s4)<<widthBits|uint32(class[text[i+4*laneSize]])]
		s5 = next[uint32(s5)<<widthBits|uint32(class[text[i+5*laneSize]])]
		s6 = next[uint32(s6)<<widthBits|uint32(class[text[i+6*laneSize]])]
		s7 = next[uint32(s7)<<widthBits|uint32(class[text[i+7*laneSize]])]
		i++
		if (s0|s1|s2|s3|s4|s5|s6|s7)&ends != 0 {
			break
		}
	}
	*states = [laneCount]uint16{s0, s1, s2, s3, s4, s5, s6, s7}
	return i
}

package layer

import "math/bits"

// ordered is a set of small numbers that finds the next one in it at a cost that hardly depends on how far that is: a
// bit for each number, and above it a bit for each word that is not zero, and so on.
type ordered struct {
	size   int32
	levels [][]uint64
}

// newOrdered returns an empty set of numbers below n.
func newOrdered(n int) ordered {
	s := ordered{size: int32(n)}
	for {
		n = (n + 63) / 64
		s.levels = append(s.levels, make([]uint64, n))
		if n <= 1 {
			return s
		}
	}
}

func (s *ordered) has(i int32) bool { return s.levels[0][i>>6]>>(i&63)&1 != 0 }

func (s *ordered) add(i int32) {
	for _, words := range s.levels {
		words[i>>6] |= 1 << (i & 63)
		i >>= 6
	}
}

func (s *ordered) drop(i int32) {
	for _, words := range s.levels {
		words[i>>6] &^= 1 << (i & 63)
		if words[i>>6] != 0 {
			return
		}
		i >>= 6
	}
}

// next returns the least number in the set that is not less than i, or the size of the set's range.
func (s *ordered) next(i int32) int32 {
	for level := 0; level < len(s.levels); level++ {
		words := s.levels[level]
		if int(i>>6) >= len(words) {
			return s.size
		}
		if rest := words[i>>6] >> (i & 63); rest != 0 {
			i += int32(bits.TrailingZeros64(rest))
			for ; level > 0; level-- {
				i = i<<6 + int32(bits.TrailingZeros64(s.levels[level-1][i]))
			}
			return i
		}
		i = i>>6 + 1
	}
	return s.size
}

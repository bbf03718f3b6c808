package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// size is a number of bytes as flags write it: digits and an optional unit, binary (KiB, MiB, GiB, TiB; also K, M, G, T).
type size int64

// units are the factors of size, by their upper-case spelling.
var units = map[string]int64{
	"": 1, "B": 1,
	"K": 1 << 10, "KB": 1 << 10, "KIB": 1 << 10,
	"M": 1 << 20, "MB": 1 << 20, "MIB": 1 << 20,
	"G": 1 << 30, "GB": 1 << 30, "GIB": 1 << 30,
	"T": 1 << 40, "TB": 1 << 40, "TIB": 1 << 40,
}

// UnmarshalText implements encoding.TextUnmarshaler. It refuses zero, negative numbers, fractions and what does not fit.
func (s *size) UnmarshalText(text []byte) error {
	digits := strings.TrimRight(string(text), "BKMGTIbkmgti ")
	unit := strings.ToUpper(strings.TrimSpace(string(text[len(digits):])))
	factor, ok := units[unit]
	n, err := strconv.ParseInt(digits, 10, 64)
	switch {
	case err != nil || !ok:
		return fmt.Errorf("%q is no size such as 512MiB or 16GiB", text)
	case n <= 0:
		return fmt.Errorf("%q is not more than zero", text)
	case n > math.MaxInt64/factor:
		return fmt.Errorf("%q is more bytes than can be counted", text)
	}
	*s = size(n * factor)
	return nil
}

package rules

import (
	_ "embed"
	"math"
)

//go:generate go run rarity_make.go

// rarityModel holds how much each character tells after the two before it, in sixteenths of a bit, as it is in the
// identifiers, the comments and the paths of the Go source tree; and the same of the kinds of characters.
//
//go:embed rarity.bin
var rarityModel string

// The symbols of the model: letters whatever their case, digits as one, and anything else as one.
const (
	raritySymbols = 28
	rarityDigit   = 27
	rarityKinds   = 4
)

// raritySymbol returns the symbol and the kind of a byte.
func raritySymbol(c byte) (symbol, kind int) {
	switch {
	case 'a' <= c && c <= 'z':
		return int(c-'a') + 1, 1
	case 'A' <= c && c <= 'Z':
		return int(c-'A') + 1, 2
	case '0' <= c && c <= '9':
		return rarityDigit, 3
	}
	return 0, 0
}

// rarity returns how unlike language a token is: the bits that a character of it tells to somebody who knows English,
// identifiers and paths, on average. Words have some 3 of them, random letters and digits 6 and more.
func rarity[T string | []byte](token T) float64 {
	if len(token) == 0 {
		return 0
	}
	const letters, kinds = raritySymbols * raritySymbols * raritySymbols, rarityKinds * rarityKinds * rarityKinds
	_ = rarityModel[letters+kinds-1]
	var a, b, ka, kb, sum int
	for i := range len(token) {
		c, k := raritySymbol(token[i])
		sum += int(rarityModel[(a*raritySymbols+b)*raritySymbols+c]) + int(rarityModel[letters+(ka*rarityKinds+kb)*rarityKinds+k])
		a, b, ka, kb = b, c, kb, k
	}
	return float64(sum) / 16 / float64(len(token))
}

// rareBits is what a random token exceeds and language does not, and rareShort how much more a short one must have: of
// random tokens of 20 letters and digits 999 in 1,000 do, of words, identifiers and paths one in a hundred.
const (
	rareBits  = 6.0
	rareShort = 4.0
)

// minRare is the shortest token that can be told to be rare, minRareHex the shortest of hexadecimal digits alone.
const (
	minRare    = 8
	minRareHex = 16
)

// rare tells whether a token is unlike language. One that has few different characters is not, nor one that counts up.
func rare[T string | []byte](token T) bool {
	n := len(token)
	if n < minRare || distinctBytes(token) < min(8, n/2+1) {
		return false
	}
	if hexadecimal(token) {
		digits, letters := countKinds(token)
		return n >= minRareHex && digits >= 3 && letters >= 3
	}
	return rarity(token) > rareBits+rareShort/math.Sqrt(float64(n))
}

// hexadecimal tells whether a token is of hexadecimal digits alone, its letters of one case.
func hexadecimal[T string | []byte](token T) bool {
	lower, upper := false, false
	for i := range len(token) {
		switch c := token[i]; {
		case '0' <= c && c <= '9':
		case 'a' <= c && c <= 'f':
			lower = true
		case 'A' <= c && c <= 'F':
			upper = true
		default:
			return false
		}
	}
	return !lower || !upper
}

// countKinds counts the digits and the letters of a token.
func countKinds[T string | []byte](token T) (digits, letters int) {
	for i := range len(token) {
		switch _, kind := raritySymbol(token[i]); kind {
		case 1, 2:
			letters++
		case 3:
			digits++
		}
	}
	return digits, letters
}

// distinctBytes counts the different bytes of a token.
func distinctBytes[T string | []byte](token T) int {
	var seen [256]bool
	n := 0
	for i := range len(token) {
		if c := token[i]; !seen[c] {
			seen[c] = true
			n++
		}
	}
	return n
}

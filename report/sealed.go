package report

import (
	"crypto/hmac"
	"crypto/sha256"
	"maps"
	"math"
	"slices"
)

// Sealed is what may be kept of a value between runs: enough to tell it from others under one salt and to clear texts of it,
// and never the value.
type Sealed struct {
	Fingerprint string
	Length      int     // as NewSecret shows it: zero for a short value
	Entropy     float64 // the same
	Wordy       bool    // as Value.Wordy
	Guessable   bool    // its fingerprint is slow, so that no text can be cleared of it
	Common      bool    // under 8 bytes, or a common word: cleared at its own places only
	Pieces      []SealedPiece
}

// SealedPiece is the value, or one line of it, as texts are cleared of it.
type SealedPiece struct {
	Length int
	Tag    uint16 // of its rolling hash: so few bits that they tell nothing of it
	MAC    [fingerprintBytes]byte
}

// Seal returns what may be kept of v, under the salt of f. entropy is as of NewSecret.
func (f *Fingerprinter) Seal(v Value, entropy float64) Sealed {
	text := v.Reveal()
	s := Sealed{Fingerprint: f.Fingerprint(v), Wordy: v.Wordy(), Common: len(text) < gram || commonWord(text)}
	if len(text) >= shownLength {
		s.Length, s.Entropy = len(text), math.Round(entropy*10)/10
	}
	if s.Guessable = !unguessable(text); s.Guessable {
		return s
	}
	for _, n := range appendNeedle(nil, needle{text: text}) {
		s.Pieces = append(s.Pieces, f.piece(n.text))
	}
	for _, l := range linesOf(text) {
		if line := text[l.start:l.end]; unguessable(line) {
			s.Pieces = append(s.Pieces, f.piece(line))
		}
	}
	return s
}

func (f *Fingerprinter) piece(text string) SealedPiece {
	p := SealedPiece{Length: len(text), Tag: rollingTag(rollingHash([]byte(text)))}
	copy(p.MAC[:], f.mac([]byte(text)))
	return p
}

// mac is the whole HMAC of text.
func (f *Fingerprinter) mac(text []byte) []byte {
	m := hmac.New(sha256.New, f.salt)
	m.Write(text)
	return m.Sum(nil)
}

// unguessable reports whether a value cannot be found by trying.
func unguessable(text string) bool { return len(text) >= randomFrom && !likelyWord(text) }

// rollingFactor is the base of the rolling hash, a polynomial modulo 2^64.
const rollingFactor = 0x9E3779B97F4A7C15

func rollingHash(text []byte) (h uint64) {
	for _, b := range text {
		h = h*rollingFactor + uint64(b) + 1
	}
	return h
}

func rollingTag(h uint64) uint16 { return uint16((h ^ h>>29) * 0xBF58476D1CE4E5B9 >> 48) }

// NewSealedSecret returns a secret of which only s is known; redacted is what may be shown of it.
func NewSealedSecret(s *Sealed, redacted string) Secret {
	return Secret{Redacted: redacted, Length: s.Length, Entropy: s.Entropy, Verdict: Verdict{State: Unknown}, Fingerprint: s.Fingerprint, sealed: s}
}

// Sealed returns what is known of a secret whose value is not; nil where its value is.
func (s *Secret) Sealed() *Sealed { return s.sealed }

// sealedNeedles finds values of which only the seal is known.
type sealedNeedles struct {
	printer *Fingerprinter
	lengths []sealedLength
}

// sealedLength are the pieces of one length.
type sealedLength struct {
	length int
	drop   uint64 // rollingFactor to the power of length
	tags   [1 << 16 / 64]uint64
	pieces map[[fingerprintBytes]byte]sealedFound
}

type sealedFound struct {
	redacted string
	whole    bool
}

// newSealedNeedles returns what finds the sealed secrets of r; nil where it has none.
func newSealedNeedles(r *Report) *sealedNeedles {
	byLength := make(map[int]*sealedLength)
	for i := range r.Secrets {
		s := &r.Secrets[i]
		if s.sealed == nil {
			continue
		}
		for j, p := range s.sealed.Pieces {
			l := byLength[p.Length]
			if l == nil {
				l = &sealedLength{length: p.Length, drop: 1, pieces: make(map[[fingerprintBytes]byte]sealedFound)}
				for range p.Length {
					l.drop *= rollingFactor
				}
				byLength[p.Length] = l
			}
			l.tags[p.Tag/64] |= 1 << (p.Tag % 64)
			if _, there := l.pieces[p.MAC]; !there || j == 0 {
				l.pieces[p.MAC] = sealedFound{s.Redacted, j == 0}
			}
		}
	}
	salt, err := r.Fingerprints.SaltBytes()
	if len(byLength) == 0 || err != nil {
		return nil
	}
	n := &sealedNeedles{printer: NewFingerprinter(salt)}
	for _, length := range slices.Sorted(maps.Keys(byLength)) {
		n.lengths = append(n.lengths, *byLength[length])
	}
	return n
}

// find calls emit for every piece in text; redacted is empty for a line of a value.
func (n *sealedNeedles) find(text []byte, emit func(s span, redacted string)) {
	if n == nil {
		return
	}
	for i := range n.lengths {
		n.lengths[i].find(n.printer, text, emit)
	}
}

func (l *sealedLength) find(printer *Fingerprinter, text []byte, emit func(s span, redacted string)) {
	if len(text) < l.length {
		return
	}
	h := rollingHash(text[:l.length])
	for end := l.length; ; end++ {
		if tag := rollingTag(h); l.tags[tag/64]>>(tag%64)&1 != 0 {
			window := text[end-l.length : end]
			if found, ok := l.pieces[[fingerprintBytes]byte(printer.mac(window)[:fingerprintBytes])]; ok {
				shown := found.redacted
				if !found.whole {
					shown = ""
				}
				emit(span{end - l.length, end}, shown)
			}
		}
		if end == len(text) {
			return
		}
		h = h*rollingFactor + uint64(text[end]) + 1 - l.drop*(uint64(text[end-l.length])+1)
	}
}

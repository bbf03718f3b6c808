package report

import (
	"math"
	"slices"
)

// shownLength is the length in bytes from which length and entropy are told: of a shorter value they would say too much.
const shownLength = 16

// NewSecret returns a secret of value with Redacted, Length and Entropy set: prefix leading bytes are a documented prefix
// that may be shown, entropy is in bits a byte. Length and entropy stay zero for a value under 16 bytes.
func NewSecret(value Value, prefix int, entropy float64) Secret {
	s := Secret{Redacted: Redact(value.Reveal(), prefix), Verdict: Verdict{State: Unknown}, value: value}
	if n := value.Len(); n >= shownLength {
		s.Length = n
		s.Entropy = math.Round(entropy*10) / 10
	}
	return s
}

// KnownRule is the rule of a value that the user gave as known to have leaked.
const KnownRule = "known-value"

// Hide leaves nothing of the value in s but its fingerprint: not its end, its prefix, its length or its entropy.
func (s *Secret) Hide() { s.Redacted, s.Length, s.Entropy = Ellipsis, 0, 0 }

// Known reports whether the value of s is one that the user gave as known to have leaked.
func (s *Secret) Known() bool { return s.Rule == KnownRule || slices.Contains(s.Also, KnownRule) }

// Value returns the plaintext of the secret, which is empty in a report that was read from a file.
func (s *Secret) Value() Value { return s.value }

// SetValue gives the secret its plaintext. No writer shows it; Clear finds it.
func (s *Secret) SetValue(v Value) { s.value = v }

// Show puts the plaintext into the field that every format prints: --show-secrets, and nothing else, calls it.
func (s *Secret) Show() { s.Secret = s.value.Reveal() }

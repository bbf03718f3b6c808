package report

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"unique"
)

// Value is the plaintext of a secret. Every way in which Go prints a value shows its redacted form, or an address where it
// is an unexported field, whose methods fmt does not call; only Reveal gives the plaintext. Values of equal plaintext are
// equal. The zero Value is empty.
type Value struct{ plain unique.Handle[string] }

// NewValue wraps plain.
func NewValue(plain string) Value {
	if plain == "" {
		return Value{}
	}
	return Value{unique.Make(plain)}
}

// Reveal returns the plaintext. Its callers are the matcher, fingerprints, clearing, --show-secrets and reveal.
func (v Value) Reveal() string {
	if v == (Value{}) {
		return ""
	}
	return v.plain.Value()
}

// Equal reports whether v and other have the same plaintext.
func (v Value) Equal(other Value) bool { return v == other }

// Len returns the length of the plaintext in bytes.
func (v Value) Len() int { return len(v.Reveal()) }

// Wordy reports whether the value reads as if a person chose it: words, with few digits in between.
func (v Value) Wordy() bool { return likelyWord(v.Reveal()) }

// String returns the redacted form with no prefix.
func (v Value) String() string { return Redact(v.Reveal(), 0) }

// Format implements fmt.Formatter: every verb prints the redacted form.
func (v Value) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(v.String())) }

// GoString returns the redacted form.
func (v Value) GoString() string { return v.String() }

// MarshalJSON encodes the redacted form.
func (v Value) MarshalJSON() ([]byte, error) { return json.Marshal(v.String()) }

// MarshalText encodes the redacted form.
func (v Value) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// LogValue implements slog.LogValuer with the redacted form.
func (v Value) LogValue() slog.Value { return slog.StringValue(v.String()) }

// Guessable reports whether the value could be found by trying, and is yet no common word: Clear takes it out of every text,
// which no fingerprint of it can.
func (v Value) Guessable() bool {
	text := v.Reveal()
	return len(text) >= gram && !commonWord(text) && !unguessable(text)
}

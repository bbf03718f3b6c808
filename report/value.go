package report

import (
	"fmt"
	"log/slog"
)

// Value is the plaintext of a secret. Every way in which Go prints a value shows its redacted form; only Reveal gives
// the plaintext. The zero Value is empty.
type Value struct{ plain string }

// NewValue wraps plain.
func NewValue(plain string) Value { return Value{plain} }

// Reveal returns the plaintext. Its callers are the matcher, fingerprints, clearing, --show-secrets and reveal.
func (v Value) Reveal() string { return v.plain }

// Len returns the length of the plaintext in bytes.
func (v Value) Len() int { return len(v.plain) }

// String returns the redacted form with no prefix.
func (v Value) String() string { return Redact(v.plain, 0) }

// Format implements fmt.Formatter: every verb prints the redacted form.
func (v Value) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(v.String())) }

// GoString returns the redacted form.
func (v Value) GoString() string { return v.String() }

// MarshalJSON encodes the redacted form.
func (v Value) MarshalJSON() ([]byte, error) { return []byte(fmt.Sprintf("%q", v.String())), nil }

// MarshalText encodes the redacted form.
func (v Value) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// LogValue implements slog.LogValuer with the redacted form.
func (v Value) LogValue() slog.Value { return slog.StringValue(v.String()) }

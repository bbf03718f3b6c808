package report

import (
	"strings"
	"sync"
	"testing"
)

func TestFingerprint(t *testing.T) {
	f := NewFingerprinter([]byte("0123456789abcdef"))
	other := NewFingerprinter([]byte("0123456789abcdeF"))
	tests := []struct{ name, value, kind string }{
		{"token", "ghp" + "_" + "x7Kd93mQ0aZpL2v8Rt5Yw1Bn6Hc4Jf9Ges3U", "hm:"},
		{"hexadecimal", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c", "hm:"},
		{"short", "hunter2", "a2:"},
		{"19 bytes", "x7Kd93mQ0aZpL2v8Rt5", "a2:"},
		{"20 bytes", "x7Kd93mQ0aZpL2v8Rt5Y", "hm:"},
		{"words", "correct-horse-battery-staple", "a2:"},
		{"words run together", "CorrectHorseBatteryStaple", "a2:"},
		{"word and digits", "administratorpassword2024", "a2:"},
		{"few characters", strings.Repeat("ab1", 10), "a2:"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := f.Fingerprint(NewValue(tt.value))
			if !strings.HasPrefix(got, tt.kind) || len(got) != 3+22 {
				t.Errorf("fingerprint %q, want %s and 22 characters", got, tt.kind)
			}
			if again := f.Fingerprint(NewValue(tt.value)); again != got {
				t.Errorf("second fingerprint %q, want %q", again, got)
			}
			if salted := other.Fingerprint(NewValue(tt.value)); salted == got {
				t.Errorf("same fingerprint %q under another salt", got)
			}
		})
	}
	if got := f.Fingerprint(Value{}); got != "" {
		t.Errorf("fingerprint of nothing is %q", got)
	}
}

func TestFingerprintIsStable(t *testing.T) {
	f := NewFingerprinter([]byte("0123456789abcdef"))
	for value, want := range map[string]string{
		"hunter2":              goldenShort,
		"x7Kd93mQ0aZpL2v8Rt5Y": goldenLong,
	} {
		if got := f.Fingerprint(NewValue(value)); got != want {
			t.Errorf("fingerprint of %q is %q, want %q: baselines in use would break", value, got, want)
		}
	}
}

func TestFingerprintConcurrently(t *testing.T) {
	f := NewFingerprinter([]byte("0123456789abcdef"))
	want := f.Fingerprint(NewValue("hunter2"))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if got := f.Fingerprint(NewValue("hunter2")); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
	wg.Wait()
}

func BenchmarkFingerprint(b *testing.B) {
	for _, v := range []string{"hunter2", "x7Kd93mQ0aZpL2v8Rt5Y"} {
		b.Run(v, func(b *testing.B) {
			for b.Loop() {
				NewFingerprinter([]byte("0123456789abcdef")).Fingerprint(NewValue(v))
			}
		})
	}
}

// Pinned: the first was computed apart from this package by Python's hmac, the second is golang.org/x/crypto's Argon2id.
const (
	goldenLong  = "hm:I6sd9BwkYSz-IM9A_2x2ag"
	goldenShort = "a2:viEIgmKloQq_-I9ooxp1nQ"
)

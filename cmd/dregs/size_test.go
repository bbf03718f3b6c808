package main

import (
	"math"
	"testing"
)

func TestSize(t *testing.T) {
	for text, want := range map[string]size{
		"1":                   1,
		"4096B":               4096,
		"1K":                  1 << 10,
		"3kb":                 3 << 10,
		"512MiB":              512 << 20,
		"16 GiB":              16 << 30,
		"2T":                  2 << 40,
		"9223372036854775807": math.MaxInt64,
	} {
		var got size
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%q: got %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "0", "-1", "1.5GiB", "GiB", "1X", "9223372036854775808", "9007199254740992KiB", "1KMB", "1 0"} {
		var got size
		if err := got.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q: got %d, want an error", text, got)
		}
	}
}

package report

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// asKept is a report of values as an earlier scan kept them, and asFound one that knows them.
func asKept(t testing.TB, salt []byte, snippet string, values ...string) (kept, found *Report) {
	t.Helper()
	f := NewFingerprinter(salt)
	kept, found = &Report{Fingerprints: f.Fingerprints()}, &Report{Fingerprints: f.Fingerprints()}
	for _, v := range values {
		s := NewSecret(NewValue(v), 4, 3.5)
		s.Fingerprint = f.Fingerprint(s.Value())
		s.Occurrences = []Occurrence{{Place: LayerFile, Path: "a", Line: 1, Column: 1, Snippet: snippet}}
		found.Secrets = append(found.Secrets, s)
		seal := f.Seal(s.Value(), 3.5)
		s = NewSealedSecret(&seal, s.Redacted)
		s.Occurrences = []Occurrence{{Place: LayerFile, Path: "a", Line: 1, Column: 1, Snippet: snippet}}
		kept.Secrets = append(kept.Secrets, s)
	}
	return kept, found
}

func TestTextsAreClearedOfSealedValues(t *testing.T) {
	random, other := "vq8Zr2Lw"+"0Xk5Tn7Bd3Jm4", "tok_"+"Zr2Lw9Xk5Tn7Bd3Jm4q8"
	lines := "-----BEGIN X-----\n" + strings.Repeat("aB3dE6gH", 8) + "\n" + strings.Repeat("zY7xW4vU", 8) + "\n-----END X-----"
	for name, text := range map[string]string{
		"nothing":      "COPY . /app",
		"plain":        "RUN echo " + random + " and " + other,
		"twice":        random + random,
		"base64":       "x " + base64.StdEncoding.EncodeToString([]byte("user:"+random)),
		"hex":          hex.EncodeToString([]byte(other)),
		"percent":      url.QueryEscape("=" + random + "&"),
		"json":         `{"a":"\u0076` + random[1:] + `"}`,
		"whole key":    "x" + lines + "y",
		"line of key":  "RUN echo " + strings.Repeat("aB3dE6gH", 8),
		"part of none": random[:12],
	} {
		t.Run(name, func(t *testing.T) {
			kept, found := asKept(t, []byte("a salt of a test"), "", random, other, lines)
			for _, r := range []*Report{kept, found} {
				r.Targets = []Target{{Images: []Image{{History: []History{{Instruction: text}}}}}}
				Clear(r, nil)
			}
			want, got := found.Targets[0].Images[0].History[0].Instruction, kept.Targets[0].Images[0].History[0].Instruction
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("cleared of %q (-by value +by seal):\n%s", text, diff)
			}
		})
	}
}

func TestASealHoldsNothingThatCanBeTried(t *testing.T) {
	f := NewFingerprinter([]byte("a salt of a test"))
	for name, c := range map[string]struct {
		value             string
		guessable, common bool
	}{
		"random":      {"vq8Zr2Lw" + "0Xk5Tn7Bd3Jm4", false, false},
		"a password":  {"correct-" + "horse-battery", true, false},
		"short":       {"hun" + "ter2", true, true},
		"common word": {"pass" + "word", true, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := f.Seal(NewValue(c.value), 3)
			if s.Guessable != c.guessable || s.Common != c.common || len(s.Pieces) > 0 == c.guessable {
				t.Errorf("sealed as %+v", s)
			}
			if c.guessable && !strings.HasPrefix(s.Fingerprint, "a2:") {
				t.Errorf("the fingerprint is %q", s.Fingerprint)
			}
		})
	}
}

func FuzzSealedValues(f *testing.F) {
	f.Add("RUN echo vq8Zr2Lw0Xk5Tn7Bd3Jm4", "vq8Zr2Lw0Xk5Tn7Bd3Jm4")
	f.Add(base64.StdEncoding.EncodeToString([]byte("xvq8Zr2Lw0Xk5Tn7Bd3Jm4")), "vq8Zr2Lw0Xk5Tn7Bd3Jm4")
	f.Fuzz(func(t *testing.T, text, value string) {
		if !unguessable(value) {
			return
		}
		kept, _ := asKept(t, []byte("a salt of a test"), text, value)
		Clear(kept, nil)
		if got := kept.Secrets[0].Occurrences[0].Snippet; strings.Contains(got, value) && !strings.Contains(Ellipsis, value) {
			t.Errorf("%q is left in %q", value, got)
		}
	})
}

func TestStraysAreToldOfGuessableValues(t *testing.T) {
	weak := "correct-" + "horse-battery"
	for name, c := range map[string]struct {
		instruction, path, layer string
		want                     bool
	}{
		"nowhere else":       {"RUN make", "a", "sha256:1", false},
		"in an instruction":  {"RUN echo " + weak, "a", "sha256:1", true},
		"in its own layer":   {"RUN make", "a/" + weak, "sha256:1", false},
		"in another's path":  {"RUN make", "a/" + weak, "sha256:2", true},
		"encoded in another": {"RUN make", "a/" + hex.EncodeToString([]byte(weak)), "sha256:2", true},
	} {
		t.Run(name, func(t *testing.T) {
			one, two := NewSecret(NewValue(weak), 0, 3), NewSecret(NewValue("vq8Zr2Lw"+"0Xk5Tn7Bd3Jm4"), 0, 4)
			one.Occurrences = []Occurrence{{LayerDigest: "sha256:1", Path: "b"}}
			two.Occurrences = []Occurrence{{LayerDigest: c.layer, Path: c.path}}
			r := &Report{Secrets: []Secret{one, two}, Targets: []Target{{Images: []Image{{History: []History{{Instruction: c.instruction}}}}}}}
			if got := Strays(r, []int{0})[0]; got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

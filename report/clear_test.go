package report

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// leaks returns the spelling in which text holds value, or "".
func leaks(text, value string) string {
	for _, s := range testSpellings {
		e := strings.Trim(s.encode(value), "=\"")
		if strings.HasPrefix(s.name, "base64 shifted") || strings.HasPrefix(s.name, "base64 url shifted") || s.name == "base64 of json" {
			e = e[4 : len(e)-4] // the first and last characters spell the neighbours too
		}
		if len(e) >= 8 && strings.Contains(text, e) {
			return s.name
		}
	}
	return ""
}

func TestClearLeavesNoValueInAnyString(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 1))
		r, values := testReport(rng)
		Clear(r, nil)
		words := vocabulary(r)
		walkReport(r, func(s, tag string) string {
			for _, v := range values {
				if localOnly(v, words) {
					continue
				}
				if name := leaks(s, v); name != "" {
					t.Errorf("seed %d: a string holds value %q as %s: %q", seed, v, name, s)
				}
			}
			return s
		})
		for _, s := range r.Secrets {
			v := s.value.Reveal()
			for _, o := range s.Occurrences {
				if len(v) > 1 && (strings.Contains(o.Snippet, v) || strings.Contains(o.Instruction, v)) && v != Ellipsis {
					t.Errorf("seed %d: the snippet %q of %q holds it", seed, o.Snippet, v)
				}
			}
		}
		if t.Failed() {
			return
		}
	}
}

func TestClear(t *testing.T) {
	token := "ghp" + "_" + "abcdefghijklmnopqrstuvwxyz0123456789"
	key := "-----BEGIN " + "PRIVATE KEY-----\n" + strings.Repeat("QUJD", 16) + "\n" + strings.Repeat("REVG", 16) + "\n-----END " + "PRIVATE KEY-----"
	tests := []struct {
		name, value, text, want string
		window                  bool
	}{
		{name: "plain", value: token, text: "a " + token + " b", want: "a ghp_…6789 b"},
		{name: "twice", value: token, text: token + token, want: "ghp_…6789ghp_…6789"},
		{name: "cut at its end", value: token, text: "a " + token[:20], want: "a …", window: true},
		{name: "cut at its start", value: token, text: token[20:] + " b", want: "… b", window: true},
		{name: "cut at both", value: token, text: token[8:30], want: "…", window: true},
		{name: "cut in the middle of a text", value: token, text: "a " + token[:20] + "… b", want: "a …… b", window: true},
		{name: "prefix in other text", value: token, text: "a " + token[:12] + " b", want: "a " + token[:12] + " b"},
		{name: "larger half", value: token, text: "a " + token[:30] + " b", want: "a … b"},
		{name: "line of a key", value: key, text: "+" + strings.Repeat("REVG", 16), want: "+…"},
		{name: "armour", value: key, text: "-----BEGIN " + "PRIVATE KEY-----", want: "-----BEGIN " + "PRIVATE KEY-----"},
		{name: "key on one line", value: key, text: strings.ReplaceAll(key, "\n", `\n`), want: "…----"},
		{name: "other text", value: token, text: "apt-get install --yes ca-certificates", want: "apt-get install --yes ca-certificates"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := &Report{Secrets: []Secret{NewSecret(NewValue(tt.value), 4, 0)}}
			if tt.value == key {
				r.Secrets[0] = NewSecret(NewValue(tt.value), 0, 0)
			}
			got := newClearing(r, nil).clear(tt.text, tt.window)
			if got != tt.want {
				t.Errorf("clear(%q) = %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

func TestClearShortAtItsOwnPlaces(t *testing.T) {
	zero, one := 0, 1
	s := NewSecret(NewValue("hunter2"), 0, 0)
	s.Occurrences = []Occurrence{{Image: &zero, Place: HistoryEntry, Key: "DB_PASSWORD", History: &one, Instruction: "ENV DB_PASSWORD=hunter2", Snippet: "ENV DB_PASSWORD=hunter2"}}
	long := NewSecret(NewValue("s3cr3t-"+"s3cr3t-1"), 0, 0)
	long.Occurrences = []Occurrence{{Image: &zero, Place: HistoryEntry, History: &one, Instruction: "ENV DB_PASSWORD=hunter2", Snippet: "DB_PASSWORD=hunter2 A=s3cr3t-" + "s3cr3t-1"}}
	r := &Report{
		Targets: []Target{{Name: "hunter2.tar", Images: []Image{{
			Layers:  []Layer{{Index: 0, Instruction: "RUN echo hunter2"}},
			History: []History{{Index: 0, Instruction: "RUN echo hunter2"}, {Index: 1, Instruction: "ENV DB_PASSWORD=hunter2"}},
		}}}},
		Secrets: []Secret{s, long},
	}
	Clear(r, nil)
	for what, got := range map[string][2]string{
		"snippet":           {r.Secrets[0].Occurrences[0].Snippet, "ENV DB_PASSWORD=…"},
		"instruction":       {r.Secrets[0].Occurrences[0].Instruction, "ENV DB_PASSWORD=…"},
		"neighbour":         {r.Secrets[1].Occurrences[0].Snippet, "DB_PASSWORD=… A=…"},
		"its instruction":   {r.Secrets[1].Occurrences[0].Instruction, "ENV DB_PASSWORD=…"},
		"history":           {r.Targets[0].Images[0].History[1].Instruction, "ENV DB_PASSWORD=…"},
		"other history":     {r.Targets[0].Images[0].History[0].Instruction, "RUN echo hunter2"},
		"name of an target": {r.Targets[0].Name, "hunter2.tar"},
	} {
		if got[0] != got[1] {
			t.Errorf("%s = %q, want %q", what, got[0], got[1])
		}
	}
}

func TestClearOfTextThatCannotBeLookedThrough(t *testing.T) {
	r := &Report{Secrets: []Secret{NewSecret(NewValue("ghq"+"_0123456789"), 0, 0)}}
	c := newClearing(r, nil)
	text := strings.Repeat(strings.Repeat("QUJDREVGR0hJSktMTU5PUA", 10)+"&amp;amp;amp;%252541\\x5cx5cx41+", 10)
	if all := spellings([]byte(text), func([]byte, func(span) span) {}); all {
		t.Fatal("the text does not reach the bound")
	}
	if got := c.clear(text, false); got != Ellipsis {
		t.Errorf("got %q, want %q", got, Ellipsis)
	}
}

// FuzzClear holds that no text shows a value after it was cleared.
func FuzzClear(f *testing.F) {
	f.Add("a ghq_0123456789", "ghq_0123456789")
	f.Add("%67hq_0123456789 Z2hxXzAxMjM0NTY3ODk=", "ghq_0123456789")
	f.Fuzz(func(t *testing.T, text, value string) {
		r := &Report{Secrets: []Secret{NewSecret(NewValue(value), 0, 0)}}
		c := newClearing(r, nil)
		if len(c.needles.all) == 0 {
			return
		}
		for _, s := range testSpellings {
			got := c.clear(text+" "+s.encode(value)+" "+text, false)
			if strings.Contains(got, value) {
				t.Errorf("as %s: %q holds %q", s.name, got, value)
			}
		}
	})
}

func BenchmarkClear(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		r := largeReport(5000, 10)
		b.StartTimer()
		Clear(r, nil)
	}
}

// largeReport returns a report of n secrets with some occurrences each, not yet cleared.
func largeReport(n, occurrences int) *Report {
	rng := rand.New(rand.NewPCG(1, 2))
	zero := 0
	r := &Report{Schema: Schema, Complete: true, Targets: []Target{{Name: "app.tar", Kind: KindImage, Images: []Image{{Platform: "linux/amd64"}}}}}
	for i := range n {
		v := "ghp" + "_" + randomToken(rng, 36)
		s := NewSecret(NewValue(v), 4, 4.8)
		s.ID, s.Rule, s.Description, s.Severity, s.Status = fmt.Sprintf("s%d", i+1), "github-pat", "GitHub token", High, Exposed
		s.Fingerprint, s.New = fmt.Sprintf("hm:%022d", i), true
		for j := range occurrences {
			s.Occurrences = append(s.Occurrences, Occurrence{
				Image: &zero, Place: LayerFile, Path: fmt.Sprintf("srv/app/%d/config-%d.yaml", i, j), Line: j, Column: 9, Layer: &zero, Visibility: Visible,
				Instruction: fmt.Sprintf("COPY --chown=app:app ./config/%d /srv/app", i%100),
				Snippet:     fmt.Sprintf("api:\n  url: https://api.example.com/v1/%d\n  token: %q # rotate yearly\n  retries: 5", j, v),
			})
		}
		r.Secrets = append(r.Secrets, s)
	}
	r.Summarize()
	return r
}

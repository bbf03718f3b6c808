package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// comparable returns a complete report of one image for platform, with no secrets.
func comparable(platform string) *Report {
	return &Report{
		Schema: Schema, Complete: true, Fingerprints: Fingerprints{Salt: "AAECAwQFBgcICQoLDA0ODw==", Argon2id: Argon2Parameters},
		Tool:    Tool{Name: "dregs", Rules: RuleSet{Count: 1, Digest: "sha256:aa"}},
		Targets: []Target{{Name: "app.tar", Kind: KindImage, Images: []Image{{Platform: platform}}}},
	}
}

func (r *Report) with(fingerprint, status, severity string) *Report {
	s := Secret{ID: fmt.Sprintf("s%d", len(r.Secrets)+1), Fingerprint: fingerprint, Rule: "rule", Severity: severity, Status: status, Redacted: "abc…", Length: 40, New: true}
	s.Occurrences = []Occurrence{{Image: number(0), Place: LayerFile, Path: "etc/x", Visibility: map[string]string{Exposed: Visible, Buried: Deleted}[status]}}
	r.Secrets = append(r.Secrets, s)
	return r
}

func compare(t *testing.T, before, after *Report, g Gate) *Diff {
	t.Helper()
	d, err := Compare(before, after, [2]string{"old", "new"})
	if err != nil {
		t.Fatal(err)
	}
	d.Judge(g)
	return d
}

// changes returns what became of each fingerprint.
func changes(d *Diff) map[string]string {
	all := make(map[string]string)
	for _, c := range d.Secrets {
		all[c.Fingerprint] = c.Change
	}
	return all
}

// TestCompareIsSetDifference holds the comparison of complete reports to what the two statuses of each value say.
func TestCompareIsSetDifference(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	oracle := map[[2]string]string{
		{"", Exposed}: ChangeNew, {"", Buried}: ChangeNew, {Buried, Exposed}: ChangeNew,
		{Exposed, Buried}: ChangeHidden, {Buried, Buried}: ChangeHidden, {Exposed, Exposed}: ChangeStill,
		{Exposed, ""}: ChangeGone, {Buried, ""}: ChangeGone,
	}
	statuses := []string{"", Exposed, Buried}
	for round := range 500 {
		before, after, want := comparable("linux/amd64"), comparable("linux/amd64"), make(map[string]string)
		exit := ExitClean
		for i := range rnd.IntN(8) {
			fp, was, now := fmt.Sprintf("hm:%d", i), statuses[rnd.IntN(3)], statuses[rnd.IntN(3)]
			if was != "" {
				before.with(fp, was, High)
			}
			if now != "" {
				after.with(fp, now, High)
			}
			if change := oracle[[2]string{was, now}]; change != "" {
				want[fp] = change
				if change == ChangeNew || change == ChangeHidden {
					exit = ExitFound
				}
			}
		}
		d := compare(t, before, after, Gate{})
		if diff := cmp.Diff(changes(d), want); diff != "" {
			t.Fatalf("round %d: changes (got -, want +):\n%s", round, diff)
		}
		if d.Outcome.Exit != exit {
			t.Fatalf("round %d: outcome %v, want exit %d", round, d.Outcome, exit)
		}
	}
}

// TestCompareProvesNothingWeakly holds every way in which a secret can seem gone without being so to "unproven".
func TestCompareProvesNothingWeakly(t *testing.T) {
	before := func() *Report { return comparable("linux/amd64").with("hm:1", Exposed, High) }
	for name, c := range map[string]struct {
		before, after *Report
		change        string
		exit          int
	}{
		"complete": {before(), comparable("linux/amd64"), ChangeGone, ExitClean},
		"the new one has a problem": {before(), func() *Report {
			r := comparable("linux/amd64")
			r.Complete, r.Targets[0].Problems = false, []Problem{{Kind: Corrupt}}
			return r
		}(), ChangeUnproven, ExitIncomplete},
		"the new one was interrupted": {before(), func() *Report { r := comparable("linux/amd64"); r.Complete = false; return r }(), ChangeUnproven, ExitIncomplete},
		"the old one was interrupted": {func() *Report { r := before(); r.Complete = false; return r }(), comparable("linux/amd64"), ChangeGone, ExitIncomplete},
		"other rules":                 {before(), func() *Report { r := comparable("linux/amd64"); r.Tool.Rules.Digest = "sha256:bb"; return r }(), ChangeUnproven, ExitIncomplete},
		"another platform":            {before(), comparable("linux/arm64"), ChangeUnproven, ExitIncomplete},
		"an image of no platform":     {before(), comparable(""), ChangeGone, ExitClean},
		"only a log": {before(), func() *Report {
			r := comparable("")
			r.Targets[0] = Target{Name: "x.log", Kind: KindLog}
			return r
		}(), ChangeUnproven, ExitIncomplete},
		"a low secret that may be it": {before(), comparable("linux/amd64").with("", Exposed, Low), ChangeUnproven, ExitIncomplete},
		"a registry in place of an image": {before(), func() *Report {
			r := comparable("linux/amd64")
			r.Targets[0].Kind = KindRegistry
			return r
		}(), ChangeGone, ExitClean},
	} {
		t.Run(name, func(t *testing.T) {
			d := compare(t, c.before, c.after, Gate{})
			if got := changes(d)["hm:1"]; got != c.change || d.Outcome.Exit != c.exit {
				t.Errorf("change %q, outcome %v, want %q and exit %d", got, d.Outcome, c.change, c.exit)
			}
		})
	}
}

func TestDiffGate(t *testing.T) {
	was, now := comparable(""), comparable("").with("hm:low", Exposed, Low)
	for name, c := range map[string]struct {
		after *Report
		gate  Gate
		exit  int
	}{
		"low passes":         {now, Gate{}, ExitClean},
		"low at the gate":    {now, Gate{FailOn: Low}, ExitFound},
		"low without a name": {comparable("").with("", Exposed, Low), Gate{FailOn: Low}, ExitIncomplete},
		"high":               {comparable("").with("hm:h", Buried, High), Gate{}, ExitFound},
		"high, told only":    {comparable("").with("hm:h", Buried, High), Gate{FailOn: Never}, ExitClean},
		"high, below":        {comparable("").with("hm:h", Buried, High), Gate{FailOn: Critical}, ExitClean},
		"high, ignored": {func() *Report {
			r := comparable("").with("hm:h", Buried, High)
			r.Secrets[0].Ignored = &Ignored{}
			return r
		}(), Gate{}, ExitClean},
		"skipped, and strict":     {func() *Report { r := comparable(""); r.Coverage.Skipped = []Skipped{{Count: 1}}; return r }(), Gate{Strict: true}, ExitIncomplete},
		"skipped, but not strict": {func() *Report { r := comparable(""); r.Coverage.Skipped = []Skipped{{Count: 1}}; return r }(), Gate{}, ExitClean},
		"interrupted, told only":  {func() *Report { r := comparable("").with("hm:h", Buried, High); r.Complete = false; return r }(), Gate{FailOn: Never}, ExitIncomplete},
	} {
		t.Run(name, func(t *testing.T) {
			if d := compare(t, was, c.after, c.gate); d.Outcome.Exit != c.exit {
				t.Errorf("outcome %v, want exit %d", d.Outcome, c.exit)
			}
		})
	}
	graver := comparable("").with("hm:1", Exposed, High)
	if d := compare(t, graver, comparable("").with("hm:1", Buried, Low), Gate{}); d.Outcome.Exit != ExitFound {
		t.Errorf("a secret that was high and is called low now: outcome %v", d.Outcome)
	}
}

func TestCompareSalts(t *testing.T) {
	other := comparable("")
	other.Fingerprints.Salt = "EBECAwQFBgcICQoLDA0ODw=="
	if _, err := Compare(comparable(""), other, [2]string{}); !errors.Is(err, ErrSalt) {
		t.Errorf("reports of different salts: error %v, want ErrSalt", err)
	}
}

// TestDiffWriters writes a comparison with hostile text in all formats.
func TestDiffWriters(t *testing.T) {
	before, after := sampleReport(), sampleReport()
	before.Secrets = before.Secrets[:2]
	after.Secrets = after.Secrets[1:]
	for _, format := range DiffFormats {
		t.Run(format, func(t *testing.T) {
			d := compare(t, before, after, Gate{})
			var out bytes.Buffer
			if err := d.Write(&out, format, Options{Verbose: true}); err != nil {
				t.Fatal(err)
			}
			for _, hostile := range []string{"\x1b", "\u202e", "\n::error"} {
				if strings.Contains(out.String(), hostile) {
					t.Errorf("the %s holds %q", format, hostile)
				}
			}
			for _, s := range sampleValues() {
				if strings.Contains(out.String(), s) {
					t.Errorf("the %s holds a plaintext", format)
				}
			}
			if format == "json" && !json.Valid(out.Bytes()) {
				t.Error("it is no JSON")
			}
		})
	}
	if err := compare(t, before, after, Gate{}).Write(&bytes.Buffer{}, "xml", Options{}); err == nil {
		t.Error("a format that is none was written")
	}
}

func sampleValues() []string {
	return []string{"ghp" + "_" + strings.Repeat("aB3dE6gH9", 4), "AKIA" + "QYLPMN5HFIQR7XYA"}
}

// BenchmarkCompare compares and writes two reports of 5,000 secrets with 50,000 occurrences.
func BenchmarkCompare(b *testing.B) {
	large := func(from int) *Report {
		r := comparable("linux/amd64")
		for i := range 5000 {
			r.with(fmt.Sprintf("hm:%d", from+i), []string{Exposed, Buried}[i%2], High)
			s := &r.Secrets[i]
			for range 9 {
				s.Occurrences = append(s.Occurrences, s.Occurrences[0])
			}
		}
		return r
	}
	before, after := large(0), large(2500)
	for b.Loop() {
		d, err := Compare(before, after, [2]string{"old", "new"})
		if err != nil {
			b.Fatal(err)
		}
		d.Judge(Gate{})
		for _, format := range DiffFormats {
			if err := d.Write(io.Discard, format, Options{}); err != nil {
				b.Fatal(err)
			}
		}
	}
}

package scanner

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
	"dregs/rules"
	"dregs/scanner/unpack"
)

// TestPartsAreSearchedAlone holds that what lies in the parts of a member is found as if each were a member of its own.
func TestPartsAreSearchedAlone(t *testing.T) {
	set, err := defaultRules()
	if err != nil {
		t.Fatal(err)
	}
	token := "ghp_" + strings.Repeat("aB3dE5gH7j", 3) + "aB3dE5"
	texts := map[string][]string{
		"nothing":        {"one\ntwo\n", "three\n", "\x00\x01"},
		"in the first":   {"TOKEN=" + token + "\n", "three\n"},
		"in the second":  {"one\n", "two\n" + token + "\n"},
		"across the two": {"one\n" + token[:20], token[20:] + "\n"},
		"an archive":     {"one\n", "PK\x05\x06" + strings.Repeat("\x00", 18)},
		"a candidate":    {"password=changeme123\n", "user=nobody\n"},
	}
	for name, parts := range texts {
		t.Run(name, func(t *testing.T) {
			data := []byte(strings.Join(parts, ""))
			m := unpack.Member{Kind: unpack.Content, Data: data}
			want := &contentResult{}
			apart, together := newContents(set.Searcher(), Limits{}.withDefaults()), newContents(set.Searcher(), Limits{}.withDefaults())
			apart.judges, together.judges = true, true
			f := rules.Fragment{Place: report.LayerFile, Path: "a.class"}
			at := 0
			for i, p := range parts {
				part := unpack.Part{Step: "part " + string(rune('a'+i)), Data: data[at:][:len(p)]}
				at += len(p)
				m.Parts = append(m.Parts, part)
				one := part.Member(m.Kind)
				want.add(&one, apart.member(context.Background(), f, one, 3))
			}
			got := together.member(context.Background(), f, m, 3)
			if diff := cmp.Diff(tellOf(want), tellOf(got)); diff != "" {
				t.Errorf("parts differ from members (-want +got):\n%s", diff)
			}
		})
	}
}

// tellOf is what a result tells, as text.
func tellOf(r *contentResult) []string {
	var out []string
	for _, m := range r.matches {
		out = append(out, strings.Join(append([]string{m.Rule.ID, m.Value.Reveal()}, m.Via...), " "))
	}
	for _, s := range r.skipped {
		out = append(out, s.reason+" "+strings.Join(s.via, " "))
	}
	for key, counts := range r.judged {
		for reason, n := range counts {
			out = append(out, strings.Repeat(reason+string(key[:]), n))
		}
	}
	slices.Sort(out)
	return append(out, strings.Repeat("file ", r.files))
}

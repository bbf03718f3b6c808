package trial

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"dregs/rules"
)

// searcher returns a matcher of three small rules.
func searcher(t *testing.T) rules.Searcher {
	t.Helper()
	config := filepath.Join(t.TempDir(), "rules.toml")
	text := "[[rules]]\nid = 'acme-token'\nvendor = 'Acme'\nregex = 'acme_[a-z0-9]{8}'\nkeywords = ['acme_']\n" +
		"[[rules]]\nid = 'other-token'\nvendor = 'Other Works'\nregex = 'ow_[a-z0-9]{8}'\nkeywords = ['ow_']\n" +
		"[[rules]]\nid = 'generic-secret'\nregex = 'secret=([a-z0-9]{8,})'\nkeywords = ['secret']\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	set, err := rules.Load(rules.LoadOptions{Config: config})
	if err != nil {
		t.Fatal(err)
	}
	return set.Searcher()
}

const cases = `{"id":"1","source":"s","rule":"a","vendor":"acme","kind":"positive","text":"k: acme_12345678","secret":"acme_12345678"}
{"id":"2","source":"s","rule":"a","vendor":"acme","kind":"positive","text":"k: acme_1234","secret":"acme_1234"}

{"id":"3","source":"s","rule":"b","vendor":"acme","kind":"positive","text":"acme_12345678 beside abcd","secret":null,"peer_match":"abcd"}
{"id":"4","source":"s","rule":"c","vendor":"acme","kind":"positive","text":"x acme_87654321zz","secrets":["none","4321zz"]}
{"id":"5","source":"s","rule":"d","vendor":"acme","kind":"positive","text":"nothing","secret":"nothing","aux":true}
{"id":"6","source":"s","rule":"d","vendor":"acme","kind":"positive","text":"nothing said"}
{"id":"7","source":"s","rule":"a","vendor":"acme","kind":"negative","text":"ow_12345678 twice ow_12345678"}
{"id":"8","source":"s","rule":"a","vendor":"otherworks","kind":"negative","text":"ow_12345678"}
{"id":"9","source":"s","rule":"a","vendor":"acme","kind":"negative","text":"acme_12345678","conflict":true}
{"id":"10","source":"t","rule":"g","vendor":"generic","kind":"negative","text":"secret=abcdefgh1"}
{"id":"11","source":"t","rule":"g","vendor":"generic","kind":"negative","text":"ow_12345678"}
{"id":"12","source":"t","rule":"g","vendor":"acme","kind":"negative","text":"quiet"}
`

func TestScores(t *testing.T) {
	all, err := Read(strings.NewReader(cases))
	if err != nil {
		t.Fatal(err)
	}
	outcomes, err := Run(context.Background(), searcher(t), all)
	if err != nil {
		t.Fatal(err)
	}
	want := []Score{
		{Source: "s", Positives: 4, Found: 2, Recall: 0.5, MacroRecall: (0.5 + 0 + 1) / 3, Negatives: 2, Hit: 2, HitVendor: 1},
		{Source: "t", Negatives: 3, Hit: 2, HitVendor: 1},
	}
	near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })
	if d := cmp.Diff(want, Scores(outcomes), near); d != "" {
		t.Error(d)
	}
	var missed, wrong []string
	for i := range outcomes {
		if outcomes[i].Missed() {
			missed = append(missed, outcomes[i].Case.ID)
		}
		if outcomes[i].False() {
			wrong = append(wrong, outcomes[i].Case.ID)
		}
	}
	if d := cmp.Diff([][]string{{"2", "3"}, {"7", "8", "10", "11"}}, [][]string{missed, wrong}); d != "" {
		t.Error(d)
	}
	twice := []Finding{{Rule: "other-token", Vendor: "Other Works", Secret: "ow_12345678"}}
	if d := cmp.Diff(twice, outcomes[6].Findings, cmpopts.IgnoreUnexported(Finding{})); d != "" {
		t.Errorf("a secret that occurs twice: %s", d)
	}
}

func TestOverlaps(t *testing.T) {
	for name, test := range map[string]struct {
		text, secret, want string
		offset             int64
		overlap            bool
	}{
		"equal":                        {"a=abcdefgh", "abcdefgh", "abcdefgh", 2, true},
		"four bytes in common":         {"a=abcdefgh", "abcdef", "cdefgh", 2, true},
		"three bytes in common":        {"a=abcdefgh", "abcde", "cdefgh", 2, false},
		"a short value":                {"a=abc", "a=abc", "abc", 0, true},
		"beside it":                    {"abcdefgh ijklmnop", "abcdefgh", "ijklmnop", 0, false},
		"at its second place":          {"abcd abcdwxyz", "abcdwxyz", "abcd", 5, true},
		"decoded from it":              {"a=YWJjZGVmZ2g=", "abcdefgh", "YWJjZGVmZ2g=", 2, true},
		"decoded from somewhere else":  {"a=YWJjZGVmZ2g= b=other123", "abcdefgh", "other123", 2, false},
		"expected as it reads decoded": {"a=YWJjZGVmZ2g=", "abcdefgh", "abcdefgh", 2, true},
		"nothing is expected":          {"a=b", "b", "", 2, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := Finding{Secret: test.secret, offset: test.offset}
			if got := f.overlaps(test.text, test.want); got != test.overlap {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestReadErrors(t *testing.T) {
	const held = "plaintext-of-nobody"
	for name, test := range map[string]struct{ in, want string }{
		"nothing":        {"\n\n", "there is none"},
		"no JSON":        {"{}x" + held, "line 1: it is no JSON object"},
		"a wrong kind":   {`{"id":"1","kind":"` + "maybe" + `"}`, `line 1: its kind is "maybe"`},
		"no id":          {"\n" + `{"kind":"positive"}`, "line 2 has no id"},
		"a wrong type":   {`{"id":"1","kind":"positive","secret":["` + held + `"]}`, `key "secret"`},
		"an endless one": {strings.Repeat("x", maxLine+1), "line 1: bufio"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read(strings.NewReader(test.in))
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), held) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add(cases)
	f.Add(`{"id":"1","kind":"negative","text":"\ud800"}`)
	f.Fuzz(func(t *testing.T, in string) {
		all, err := Read(strings.NewReader(in))
		if (err == nil) != (len(all) > 0) {
			t.Fatalf("%d cases, %v", len(all), err)
		}
		for i := range all {
			if all[i].ID == "" || all[i].Kind != Positive && all[i].Kind != Negative {
				t.Errorf("case %+v", all[i])
			}
		}
	})
}

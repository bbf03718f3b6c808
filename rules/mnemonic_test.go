package rules

import (
	"bytes"
	"context"
	"encoding/base64"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tyler-smith/go-bip39"

	"dregs/report"
)

// phrase returns the mnemonic of a new wallet.
func phrase(t testing.TB, rng *rand.Rand, words int) string {
	t.Helper()
	raw := make([]byte, words*4/3)
	for i := range raw {
		raw[i] = byte(rng.Uint32())
	}
	text, err := bip39.NewMnemonic(raw)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// ofMnemonics returns the matches of mnemonicRule.
func ofMnemonics(t testing.TB, e Searcher, f Fragment) []Match {
	t.Helper()
	ms, err := e.Search(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	var out []Match
	for _, m := range ms {
		if m.Rule.ID == mnemonicRule {
			out = append(out, m)
		}
	}
	return out
}

// TestMnemonics finds phrases in files, variables and encoded text by the rule set as a whole, once each.
func TestMnemonics(t *testing.T) {
	e := load(t, LoadOptions{}).Searcher()
	rng := rand.New(rand.NewPCG(1, 12))
	long, short := phrase(t, rng, 24), phrase(t, rng, 12)
	wrong := strings.Replace(short, short[:strings.Index(short, " ")], "zoo", 1)
	array := `["` + strings.ReplaceAll(short, " ", `", "`) + `"]`
	for name, test := range map[string]struct {
		f                  Fragment
		value, state, from string // what is found, its verdict, and how it was decoded
	}{
		"file":               {Fragment{Path: ".env", Data: []byte("A=1\nMNEMONIC='" + short + "'\nB=2\n")}, short, report.WellFormed, ""},
		"variable":           {Fragment{Key: "WALLET_MNEMONIC", Data: []byte(long)}, long, report.WellFormed, ""},
		"secret of a name":   {Fragment{Key: "MNEMONIC_SECRET", Data: []byte(long)}, long, report.WellFormed, ""},
		"note":               {Fragment{Path: "notes.md", Data: []byte("Recovery phrase:\n\n" + strings.ReplaceAll(long, " ", "\n"))}, strings.ReplaceAll(long, " ", "\n"), report.WellFormed, ""},
		"array":              {Fragment{Path: "a.json", Data: []byte(`{"mnemonic": ` + array + `}`)}, array[2 : len(array)-2], report.WellFormed, ""},
		"base64":             {Fragment{Path: "a.yaml", Data: []byte("data: " + base64.StdEncoding.EncodeToString([]byte("seed phrase: "+short+"\n")))}, short, report.WellFormed, "base64"},
		"checksum":           {Fragment{Path: ".env", Data: []byte("MNEMONIC=\"" + wrong + "\"\n")}, wrong, report.Malformed, ""},
		"published":          {Fragment{Path: ".env", Data: []byte("MNEMONIC=" + strings.Repeat("abandon ", 11) + "about")}, strings.Repeat("abandon ", 11) + "about", report.Test, ""},
		"published in lines": {Fragment{Path: "a", Data: []byte("mnemonic\n" + strings.Repeat("zoo\n", 11) + "wrong\n")}, strings.Repeat("zoo\n", 11) + "wrong", report.Test, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := ofMnemonics(t, e, test.f)
			if len(got) != 1 {
				t.Fatalf("%d matches", len(got))
			}
			m := got[0]
			if m.Value.Reveal() != test.value || m.Verdict.State != test.state || strings.Join(m.Via, " ") != test.from {
				t.Errorf("%q by %q is %s", m.Value.Reveal(), m.Via, m.Verdict.State)
			}
			if m.Rule.Severity != report.Critical || m.Rule.Confidence != report.High || m.Prefix != report.ShowNothing {
				t.Errorf("severity %s, confidence %s, prefix %d", m.Rule.Severity, m.Rule.Confidence, m.Prefix)
			}
			if at := bytes.Index(test.f.Data, []byte(test.value)); test.from == "" && int(m.Offset) != at {
				t.Errorf("found at %d, and lies at %d", m.Offset, at)
			}
		})
	}
}

// TestMnemonicsCut finds a phrase across the cut of a block, and not twice.
func TestMnemonicsCut(t *testing.T) {
	set := load(t, LoadOptions{Enable: []string{mnemonicRule}})
	small := cutInto(newEngine(set), 256, 2)
	text := "\nBIP39 mnemonic, the seed phrase:\n" + phrase(t, rand.New(rand.NewPCG(2, 2)), 24) + "\n"
	for shift := 0; shift < 300; shift += 7 {
		data := []byte(strings.Repeat(".", shift) + text + strings.Repeat("tail ", 100))
		whole, err := newEngine(set).Search(context.Background(), Fragment{Data: data})
		if err != nil || len(whole) != 1 {
			t.Fatalf("%d matches, %v", len(whole), err)
		}
		cut, _, err := small.SearchReader(context.Background(), Fragment{}, bytes.NewReader(data))
		if diff := cmp.Diff(spots(whole), spots(cut)); diff != "" || err != nil {
			t.Errorf("%d bytes on: %v\n%s", shift, err, diff)
		}
	}
}

package validate

import (
	"strings"
	"testing"

	"dregs/report"
)

// TestMnemonics judges phrases that everybody has, however they are written, and what a word more or another makes of them.
func TestMnemonics(t *testing.T) {
	vector := "legal winner thank year wave sausage worth useful legal winner thank " + "yellow"
	for name, test := range map[string]struct {
		value, state, as string
	}{
		"Hardhat":           {strings.Repeat("test ", 11) + "junk", report.Test, "mnemonic of Hardhat's and Foundry's development nodes"},
		"BIP 39":            {vector, report.Test, "example of BIP 39"},
		"in an array":       {strings.ReplaceAll(vector, " ", `", "`), report.Test, "example of BIP 39"},
		"in lines":          {strings.ReplaceAll(vector, " ", "\n  "), report.Test, "example of BIP 39"},
		"in capitals":       {strings.ToUpper(vector), report.Test, "example of BIP 39"},
		"another word":      {strings.Replace(vector, "yellow", "year", 1), report.Malformed, ""},
		"words for nothing": {strings.Repeat("letter ", 11) + "advice", report.Malformed, ""},
		"eleven words":      {strings.TrimSuffix(vector, " yellow"), report.Unknown, ""},
		"a token":           {"mnemonic", report.Unknown, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := Judge(Input{Rule: "bip39-mnemonic", Value: test.value, Now: now})
			if got.State != test.state || got.Facts["known as"] != test.as {
				t.Errorf("it is %+v", got)
			}
			if test.state != report.Unknown && (got.Facts["words"] != "12" || got.Facts["language"] != "English") {
				t.Errorf("its facts are %v", got.Facts)
			}
		})
	}
}

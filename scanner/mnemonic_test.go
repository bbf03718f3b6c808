package scanner_test

import (
	"bytes"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/tyler-smith/go-bip39"

	"dregs/report"
	"dregs/scanner"
	"dregs/scanner/imagetest"
)

// TestMnemonicsAreNotShown scans an image with mnemonics in files, a variable and the history, of one line and of several, and
// beside other secrets: no format shows two words of one, or the last.
func TestMnemonicsAreNotShown(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 24))
	var all []string
	phrase := func(words int) string {
		raw := make([]byte, words*4/3)
		for i := range raw {
			raw[i] = byte(rng.Uint32())
		}
		text, err := bip39.NewMnemonic(raw)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
		return text
	}
	given := phrase(12)
	img := imagetest.Image{
		Config: map[string]any{"Env": []string{"WALLET_MNEMONIC=" + phrase(15)}},
		History: []imagetest.History{
			{CreatedBy: "RUN |1 MNEMONIC=" + given + " /bin/sh -c tool --mnemonic \"$MNEMONIC\" # buildkit"},
			{CreatedBy: "RUN echo 'seed phrase: " + phrase(24) + "' > /srv/note", EmptyLayer: true},
		},
		Layers: []imagetest.Layer{{Entries: []imagetest.Entry{
			imagetest.File("srv/.env", "API_TOKEN="+imagetest.GitHubToken("beside")+"\nMNEMONIC=\""+given+"\"\nDB_PASSWORD="+imagetest.Password("beside")+"\n"),
			imagetest.File("srv/a.json", `{"token": "`+imagetest.GitHubToken("a")+`", "mnemonic": ["`+strings.ReplaceAll(phrase(24), " ", `", "`)+`"]}`),
			imagetest.File("srv/b.json", `{"mnemonic": "`+phrase(24)+`", "token": "`+imagetest.GitHubToken("b")+`"}`),
			imagetest.File("srv/note.md", "Recovery phrase:\n"+strings.ReplaceAll(phrase(12), " ", "\n")+"\n"),
			imagetest.File("srv/c.yaml", "seed_phrase: >-\n  "+strings.Replace(phrase(24), " ", "\n  ", 5)+"\n"),
		}}},
	}
	r := scanFile(t, imagetest.WriteFile(t, "wallets.tar", imagetest.OCIArchive(img.Build())), scanner.Options{})
	found := 0
	for i := range r.Secrets {
		if s := &r.Secrets[i]; s.Rule == "bip39-mnemonic" {
			found++
			if s.Severity != report.Critical || s.Confidence != report.High || s.Redacted != report.Ellipsis {
				t.Errorf("severity %s, confidence %s, shown as %q", s.Severity, s.Confidence, s.Redacted)
			}
		}
	}
	if found != len(all) {
		t.Errorf("%d of %d are found", found, len(all))
	}
	for _, format := range report.Formats {
		var out bytes.Buffer
		if err := format.Write(&out, r, report.Options{Verbose: true}); err != nil {
			t.Fatal(err)
		}
		for _, text := range all {
			words := strings.Fields(text)
			for i, w := range words[1:] {
				pair := regexp.MustCompile(`(?i)\b` + words[i] + `\b\W{1,16}\b` + w + `\b`)
				if at := pair.FindString(out.String()); at != "" {
					t.Errorf("%s shows %q", format.Name, at)
				}
			}
			if strings.Contains(out.String(), report.Ellipsis+words[len(words)-1]) {
				t.Errorf("%s shows the last word", format.Name)
			}
		}
	}
}

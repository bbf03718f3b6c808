package mnemonic

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tyler-smith/go-bip39"
	"github.com/tyler-smith/go-bip39/wordlists"
	"golang.org/x/text/unicode/norm"
)

// mint returns a phrase whose checksum holds, of a list.
func mint(t testing.TB, rng *rand.Rand, list []string, words int) string {
	t.Helper()
	bip39.SetWordList(list)
	defer bip39.SetWordList(wordlists.English)
	raw := make([]byte, words*4/3)
	for i := range raw {
		raw[i] = byte(rng.Uint32())
	}
	phrase, err := bip39.NewMnemonic(raw)
	if err != nil {
		t.Fatal(err)
	}
	return phrase
}

// broken returns a phrase with its last word but one changed, so that its checksum does not hold.
func broken(phrase string) string {
	words := strings.Fields(phrase)
	for _, w := range wordlists.English {
		words[len(words)-2] = w
		if text := strings.Join(words, " "); !bip39.IsMnemonicValid(text) {
			return text
		}
	}
	return ""
}

// found returns what Find finds behind all leads of text.
func found(text string) []string {
	var out []string
	lower := strings.ToLower(text)
	for at := range lower {
		for _, l := range leads {
			if strings.HasPrefix(lower[at:], l) {
				Find([]byte(text), at, len(l), func(lo, hi int) { out = append(out, text[lo:hi]) })
			}
		}
	}
	return out
}

// numbered writes words with their numbers.
func numbered(words []string, form, between string) string {
	var out []string
	for i, w := range words {
		out = append(out, fmt.Sprintf(form, i+1, w))
	}
	return strings.Join(out, between)
}

// forms are the ways in which a phrase is written: what stands before it, it, and what stands behind it.
var forms = map[string]func(words []string) (before, phrase, after string){
	".env":                plain(`MNEMONIC="`, "\"\nPRIVATE_KEY=1"),
	".env without quotes": plain("export WALLET_MNEMONIC=", "\nADDRESS=0x12\n"),
	"JSON":                plain(`{"mnemonic": "`, `", "path": "m/44"}`),
	"JSON in a string":    plain(`{\"seed_phrase\":\"`, `\"}`),
	"YAML":                plain("seed_phrase: ", "\naddress: 1\n"),
	"YAML, folded":        plain("recovery-phrase: >-\n    ", "\nnumber: 1\n"),
	"Go":                  plain("mnemonic := `", "`\n"),
	"Ruby":                plain("{ :mnemonic => '", "' }"),
	"ethers":              plain("Wallet.fromPhrase('", "', provider)"),
	"truffle":             plain("new HDWalletProvider(\n  \"", "\",\n  url)"),
	"hardhat":             plain("accounts: { mnemonic: {\n phrase: '", "' } }"),
	"flag":                plain("keys add --seed '", "' --hd 1"),
	"note":                plain("My recovery phrase (24 words, never show!):\n\n", "\n\nKeep it safe."),
	"prose":               plain("The wallet seed is “", "”, he said."),
	"a lead after a lead": plain("BIP39 mnemonic, the seed phrase: ", "."),
	"escaped newline":     plain(`"Secret phrase:\n`, `\n\n"`),
	"Substrate's URI":     plain(`suri: mnemonic "`, `//Alice"`),
	"comma":               joined("mnemonic: ", ", ", "\n"),
	"lines":               joined("Backup phrase\n", "\n", "\n"),
	"lines of Windows":    joined("Backup phrase:\r\n", "\r\n", "\r\n"),
	"JSON array":          joined(`{"mnemonic":["`, `","`, `"]}`),
	"JSON array on lines": joined("\"seedPhrase\": [\n      \"", "\",\n      \"", "\"\n    ]"),
	"YAML list":           joined("mnemonic:\n  - ", "\n  - ", "\nother: 1\n"),
	"capitals": func(w []string) (string, string, string) {
		return "MNEMONIC ", strings.ToUpper(strings.Join(w, " ")), ""
	},
	"numbers": func(w []string) (string, string, string) {
		return "Seed phrase: 1. ", numbered(w, "%d. %s", " ")[3:], "\n"
	},
	"numbers in lines": func(w []string) (string, string, string) {
		return "Seed words\n01) ", numbered(w, "%02d) %s", "\n")[4:], "\n"
	},
	"numbers in brackets": func(w []string) (string, string, string) {
		return "mnemonic (1) ", numbered(w, "(%d) %s", "\t")[4:], ""
	},
	"numbers and colons": func(w []string) (string, string, string) {
		return "mnemonic\n1: ", numbered(w, "%d: %s", "\n")[3:], "\n"
	},
	"table": func(w []string) (string, string, string) {
		return "mnemonic\n| 1 | ", numbered(w, "| %d | %s", " |\n")[6:], " |\n"
	},
	"pipe":          plain("echo mnemonic ", " | tool"),
	"lines of four": func(w []string) (string, string, string) { return "mnemonic = ", rows(w, 4, " ", "\n   "), "\n" },
	"strings joined": func(w []string) (string, string, string) {
		return "mnemonic = (\"", rows(w, 6, " ", " \"\n    \""), "\")"
	},
	"strings joined by +":   func(w []string) (string, string, string) { return "mnemonic = '", rows(w, 6, " ", " ' +\n  '"), "';" },
	"strings joined by \\":  func(w []string) (string, string, string) { return "MNEMONIC=\"", rows(w, 3, " ", " \\\n  "), "\"" },
	"a word of prose after": func(w []string) (string, string, string) { return "mnemonic ", strings.Join(w, " "), " that is it" },
}

func plain(before, after string) func([]string) (string, string, string) {
	return joined(before, " ", after)
}

func joined(before, between, after string) func([]string) (string, string, string) {
	return func(w []string) (string, string, string) { return before, strings.Join(w, between), after }
}

// rows writes words n to a line.
func rows(words []string, n int, blank, newline string) string {
	var b strings.Builder
	for i, w := range words {
		switch {
		case i == 0:
		case i%n == 0:
			b.WriteString(newline)
		default:
			b.WriteString(blank)
		}
		b.WriteString(w)
	}
	return b.String()
}

func TestFindForms(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 9))
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			for _, n := range []int{12, 15, 18, 21, 24} {
				good := mint(t, rng, wordlists.English, n)
				for want, text := range map[bool]string{true: good, false: broken(good)} {
					before, phrase, after := form(strings.Fields(text))
					if name == "a word of prose after" && !want {
						continue // nothing tells where the phrase ends
					}
					if diff := cmp.Diff([]string{phrase}, found(before+phrase+after)); diff != "" {
						t.Fatalf("%q\n%s", before+phrase+after, diff)
					}
					p, ok := Read(phrase)
					if !ok || p != (Phrase{n, "English", want, text}) {
						t.Errorf("%q is %+v, %v", phrase, p, ok)
					}
				}
			}
		})
	}
}

// TestFindLists checks that each phrase of a list is told.
func TestFindLists(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	for name, form := range map[string][3]string{
		"strings": {`mnemonics: ["`, `", "`, `"]`},
		"lines":   {"Seed phrases:\nseed phrase\n", "\n", "\n"},
		"YAML":    {"mnemonics:\n- ", "\n- ", "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var want []string
			for range 5 {
				want = append(want, mint(t, rng, wordlists.English, 12))
			}
			text := form[0] + strings.Join(want, form[1]) + form[2]
			if diff := cmp.Diff(want, found(text)); diff != "" {
				t.Errorf("%q\n%s", text, diff)
			}
		})
	}
}

func TestFindLanguages(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	for l, language := range languages {
		t.Run(language.name, func(t *testing.T) {
			for range 20 {
				phrase := mint(t, rng, *language.words, 24)
				for _, text := range []string{phrase, norm.NFC.String(phrase), strings.ReplaceAll(phrase, " ", "\u3000")} {
					if diff := cmp.Diff([]string{text}, found("mnemonic: \""+text+"\"\n")); diff != "" {
						t.Fatal(diff)
					}
					p, ok := Read(text)
					if !ok || !p.Holds || p.Language != language.name && l < len(languages)-2 || p.Text != phrase {
						t.Errorf("%q is %+v, %v", text, p, ok)
					}
				}
			}
		})
	}
}

func TestFindNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	phrase := mint(t, rng, wordlists.English, 12)
	words := strings.Fields(phrase)
	for name, text := range map[string]string{
		"no lead":            phrase,
		"far off":            "mnemonic" + strings.Repeat(".", reach) + phrase,
		"eleven words":       "mnemonic: " + strings.Join(words[1:], " "),
		"a word of no list":  "mnemonic: " + strings.Join(words[:6], " ") + " mnemonics " + strings.Join(words[6:], " "),
		"prose":              "A mnemonic code or sentence is a group of easy to remember words for the generation of deterministic wallets, and the seed phrase should never be shared with anybody you do not trust.",
		"assembler":          "the mnemonic of this code will have when then else move load store jump add test call push into",
		"a word list":        "bip39 words: " + strings.Join(wordlists.English[100:124], " "),
		"all of a word list": "bip39 words:\n" + strings.Join(wordlists.English, "\n"),
		"one word":           "mnemonic: " + strings.Repeat("word ", 12),
		"placeholder":        "MNEMONIC=\"your twelve word mnemonic phrase goes here and nobody else should ever see it\"",
		"counts":             `{"mnemonic": {"` + strings.Join(words, `": 1, "`) + `": 2}}`,
		"a path":             "mnemonic/" + strings.Join(words, "/"),
		"names":              "mnemonic_" + strings.Join(words, "_"),
		"calls":              "mnemonic: " + strings.Join(words, "() "),
		"cut off":            "mnemonic: " + strings.Join(words[:4], " ") + "...",
		"menu":               "setMnemonic(KeyEvent.VK_A); button.setText(\"Open\"); add(button); setMnemonic('B')",
	} {
		t.Run(name, func(t *testing.T) {
			if got := found(text); len(got) > 0 {
				t.Errorf("%q in %q", got, text)
			}
		})
	}
}

// TestChecksAgrees holds the checksum to that of the library.
func TestChecksAgrees(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	held := 0
	for i := range 5000 {
		words := make([]string, 12+i%5*3)
		for j := range words {
			words[j] = wordlists.English[rng.IntN(len(wordlists.English))]
		}
		text := strings.Join(words, " ")
		_, err := bip39.EntropyFromMnemonic(text)
		p, ok := Read(text)
		if !ok || p.Holds != (err == nil) {
			t.Fatalf("%q: %+v, %v; the library says %v", text, p, ok, err)
		}
		if p.Holds {
			held++
		}
	}
	if held == 0 {
		t.Error("none holds")
	}
}

// FuzzFind looks for phrases behind any position of any bytes: those that are told lie there, in order, and are read.
func FuzzFind(f *testing.F) {
	rng := rand.New(rand.NewPCG(8, 8))
	for _, form := range forms {
		before, phrase, after := form(strings.Fields(mint(f, rng, wordlists.English, 12)))
		f.Add([]byte(before+phrase+after), 0, 4)
	}
	f.Add([]byte("seed:"+mint(f, rng, wordlists.Japanese, 12)), 0, 5)
	f.Fuzz(func(t *testing.T, data []byte, at, size int) {
		if at < 0 || size <= 0 || size > 32 || at+size > len(data) || at+size < 0 {
			return
		}
		last := at + size
		Find(data, at, size, func(lo, hi int) {
			if lo < last || hi <= lo || hi > len(data) || hi-lo > 2*maxSequence {
				t.Fatalf("bounds %d and %d of %d, after %d", lo, hi, len(data), last)
			}
			last = hi
			if p, ok := Read(string(data[lo:hi])); !ok || !allowed(p.Words) {
				t.Errorf("%q is not read", data[lo:hi])
			}
		})
	})
}

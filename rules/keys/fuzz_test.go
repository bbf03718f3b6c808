package keys

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"dregs/report"
)

// maxFact bounds what a fact of hostile text may come to before it is shown.
const maxFact = 1 << 20

func checkFacts(t *testing.T, facts map[string]string) {
	t.Helper()
	for name, text := range facts {
		if name == "" || text == "" || len(text) > maxFact {
			t.Errorf("fact %q is %q", name, text)
		}
	}
}

// FuzzPrivate reads any text as a private key: armour, OpenSSH, PGP and PuTTY. What it tells depends on the text alone.
func FuzzPrivate(f *testing.F) {
	all := samples(f)
	for _, name := range []string{"RSA 1024", "P-256", "Ed25519", "DSA", "X25519"} {
		open, encrypted := encodings(f, all[name])
		for _, text := range open {
			f.Add(text)
		}
		for _, text := range encrypted {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		k, found := Private(text)
		if !found {
			return
		}
		checkFacts(t, k.Facts)
		switch k.State {
		case report.WellFormed, report.Malformed, report.Encrypted, report.Test, report.Unknown:
		default:
			t.Errorf("state %q", k.State)
		}
		again, _ := Private(text)
		if again.State != k.State || len(again.Facts) != len(k.Facts) {
			t.Error("told otherwise the second time")
		}
		if !Holds(text) && !strings.Contains(strings.ToUpper(text), "PRIVATE KEY") {
			t.Error("Holds does not tell it")
		}
	})
}

// FuzzBody reads any bytes as the body of a key of any kind.
func FuzzBody(f *testing.F) {
	all := samples(f)
	for _, name := range []string{"RSA 1024", "P-256", "Ed25519", "DSA"} {
		open, _ := encodings(f, all[name])
		for _, text := range open {
			if b, ok := findBlock(text); ok {
				f.Add(b.kind, b.body)
			}
		}
	}
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		if len(body) > 32<<10 {
			return
		}
		b := &block{kind: kind, body: body}
		for _, k := range []*key{readDER(b), readOpenSSH(body), readPGP(b)} {
			checkFacts(t, k.tell().Facts)
		}
	})
}

// FuzzPublic looks for public halves in any text, from any position.
func FuzzPublic(f *testing.F) {
	for _, text := range publicSamples(f) {
		f.Add([]byte(text), 0)
	}
	f.Fuzz(func(t *testing.T, data []byte, at int) {
		if at < 0 || at >= len(data) {
			return
		}
		lo, hi, ok := PublicAt(data, at)
		if !ok {
			return
		}
		if lo < 0 || lo > at || hi <= at && hi != lo || hi > len(data) {
			t.Fatalf("bounds %d and %d of %d, from %d", lo, hi, len(data), at)
		}
		text := string(bytes.ToValidUTF8(data[lo:hi], nil))
		facts := Public(text)
		if facts != nil && facts[FactPublic] == "" && facts[FactSSH] == "" || !utf8.ValidString(facts[FactPublic]) {
			t.Errorf("a public half without fingerprint: %q", facts)
		}
	})
}

// FuzzTable takes any bytes for the list of published keys.
func FuzzTable(f *testing.F) {
	f.Add(publishedTable)
	f.Add([]byte(publishedMagic + "a\nb\n\n" + strings.Repeat("0", 2*entryBytes)))
	f.Fuzz(func(t *testing.T, table []byte) {
		names, entries := splitPublished(table)
		if len(entries)%entryBytes != 0 || len(names) > len(table) {
			t.Errorf("%d names, %d bytes of entries", len(names), len(entries))
		}
	})
}

// FuzzGnuPGAt looks for a key of gpg-agent at any position of any bytes: one that is told lies there and is read.
func FuzzGnuPGAt(f *testing.F) {
	f.Add([]byte("Key: "+agentKey(f, `(comment "me@host")`)), 5)
	f.Add([]byte(agentKey(f, agentKey(f, ""))), 0)
	for _, name := range []string{"RSA 1024", "P-256", "DSA"} {
		f.Add([]byte(gnupgText(samples(f)[name], true)), strings.Index(gnupgText(samples(f)[name], true), "("))
	}
	f.Fuzz(func(t *testing.T, data []byte, at int) {
		if at < 0 || at >= len(data) {
			return
		}
		lo, hi, ok := GnuPGAt(data, at)
		if !ok {
			return
		}
		if lo != at || hi <= lo || hi > len(data) || hi-lo > maxGnuPG {
			t.Fatalf("bounds %d and %d of %d, from %d", lo, hi, len(data), at)
		}
		if k, found := Private(string(data[lo:hi])); !found || k.State == "" {
			t.Errorf("%q is not read", data[lo:hi])
		}
	})
}

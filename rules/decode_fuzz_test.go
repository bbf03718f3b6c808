package rules

import (
	"bytes"
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// checkDecode holds for any bytes that decoding adds to what is found without it and takes nothing away, that it does not
// depend on how the text is read, and that it tells positions in the text. Printable text is also encoded once more: what
// is found in it is then found there.
func checkDecode(t *testing.T, on, off *engine, data []byte, encoder uint8, key string) {
	fragment := Fragment{Key: key, Data: data}
	found, plain := find(t, on, fragment), find(t, off, fragment)
	var undecoded []Match
	for _, m := range found {
		if m.Offset < 0 || m.Offset > int64(len(data)) || m.Line < 1 || m.Column < 1 {
			t.Errorf("%s at offset %d, line %d, column %d", m.Rule.ID, m.Offset, m.Line, m.Column)
		}
		if m.Via == nil {
			undecoded = append(undecoded, m)
		}
	}
	if diff := cmp.Diff(show(plain), show(undecoded)); diff != "" {
		t.Errorf("without decoding -, with it +: %s", diff)
	}
	read, _, err := on.SearchReader(context.Background(), fragment, iotest.HalfReader(bytes.NewReader(data)))
	if diff := cmp.Diff(decodedShown(found), decodedShown(read)); diff != "" || err != nil {
		t.Errorf("read: %v %s", err, diff)
	}
	if key != "" || bytes.IndexFunc(data, func(r rune) bool { return r > '~' || r < ' ' && r != '\n' }) >= 0 {
		return
	}
	all := slices.Concat(encoders, packers)
	e := all[int(encoder)%len(all)]
	again := find(t, on, Fragment{Data: []byte(e.encode(string(data)))})
	for _, m := range plain {
		if !slices.ContainsFunc(again, func(n Match) bool { return n.Rule.ID == m.Rule.ID && n.Value.Reveal() == m.Value.Reveal() }) {
			t.Errorf("%s %q is not found in %s (%s)", m.Rule.ID, m.Value.Reveal(), e.step, e.name)
		}
	}
}

// decoders returns two matchers, of which one does not decode.
func decoders(t testing.TB) (on, off *engine) {
	enable := []string{"github-pat", "generic-api-key", "private-key", "jwt"}
	return newEngine(load(t, LoadOptions{Enable: enable})), newEngine(load(t, LoadOptions{Enable: enable, NoDecode: true}))
}

func FuzzDecode(f *testing.F) {
	on, off := decoders(f)
	for i, e := range slices.Concat(encoders, packers) {
		f.Add([]byte("token: "+e.encode("x "+pat()+" y")+"\n"), uint8(i), "")
	}
	for _, s := range signForms(pat()) {
		f.Add([]byte(s.text), uint8(0), "")
	}
	f.Fuzz(func(t *testing.T, data []byte, encoder uint8, key string) {
		if len(data) <= 1<<14 {
			checkDecode(t, on, off, data, encoder, key)
		}
	})
}

// TestDecodeGenerated does the same for texts put together from what encodings are made of.
func TestDecodeGenerated(t *testing.T) {
	on, off := decoders(t)
	n := 400
	if full() {
		n = 4_000
	}
	random := rand.New(rand.NewPCG(21, 22))
	for range n {
		var b []byte
		for range random.IntN(40) {
			text := pick(random, pat(), "x ", "token: ", "key='x9Qz7Lw2Kp4Vt8Rb3'", "\n", "plain words", "=", "%", `\`, "&", "&amp;", "é", "/")
			for range random.IntN(4) {
				text = encoders[random.IntN(len(encoders))].encode(text)
			}
			b = append(b, text...)
			b = append(b, pick(random, "", " ", "\n", "\n", "\"", "/", "=", `\n`, "\r\n", "-")...)
		}
		checkDecode(t, on, off, b, uint8(random.Uint32()), pick(random, "", "", "API_TOKEN"))
		if t.Failed() {
			t.Fatalf("in %q", b)
		}
	}
}

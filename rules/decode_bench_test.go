//go:build unix

package rules

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// BenchmarkDecodePass measures what decoding adds to the matcher, against inflation: on text with nothing to decode, and on
// real files.
func BenchmarkDecodePass(b *testing.B) {
	e := newEngine(load(b, LoadOptions{}))
	if _, err := e.ready(); err != nil {
		b.Fatal(err)
	}
	s := newScratch(e.plan())
	s.path.open(e.plan().paths, "")
	pass := func(b *testing.B, samples []sample) {
		ratio(b, samples, func() {
			for _, sample := range samples {
				for lo := 0; lo < len(sample.text); lo += blockSize {
					if _, _, err := s.decode(context.Background(), e.cut(sample.text, lo), false, nil); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
	b.Run("nothing", func(b *testing.B) { pass(b, []sample{{"prose.txt", prose(4 << 20)}}) })
	for i, c := range corpora {
		b.Run(c.name, func(b *testing.B) { pass(b, corpus(b, i)) })
	}
}

// prose returns text of size bytes that holds nothing to decode.
func prose(size int) []byte {
	words := strings.Fields(`the layer that was removed is still part of every image which was built upon it and so is all that it
		holds; nobody reads what an older one kept, but whoever pulls it can. Names, dates and numbers stay (as they were), too:
		a file, once written, is there for good - until its layer goes. Take care what you copy! "Delete" means "hide" here`)
	random := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	for b.Len() < size {
		fmt.Fprintf(&b, "%s %d", words[random.IntN(len(words))], random.IntN(1000))
		b.WriteByte(" \n"[random.IntN(8)/7])
	}
	return b.Bytes()
}

package layer_test

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"dregs/scanner/layer"
)

// headed is an archive of one file called "final", the headers before that, and change made to its own header.
func headed(t *testing.T, change func(block []byte), before ...[]byte) []byte {
	t.Helper()
	plain := archiveOf(t, file{name: "final", body: "content"})
	if change != nil {
		change(plain)
		checksum(plain)
	}
	return append(bytes.Join(before, nil), plain...)
}

// extended is an extended header called name.
func extended(typeflag byte, name, data string) []byte {
	block := make([]byte, 512, 1024)
	copy(block, name)
	copy(block[100:], "0000644\x000000000\x000000000\x00")
	copy(block[124:], fmt.Sprintf("%011o\x0000000000000\x00", len(data)))
	block[156] = typeflag
	copy(block[257:], "ustar\x0000")
	checksum(block)
	block = append(block, data...)
	return append(block, make([]byte, -len(data)&511)...)
}

// paxRecord is a record of an extended header.
func paxRecord(key, value string) string {
	rest := " " + key + "=" + value + "\n"
	n := len(rest)
	for len(fmt.Sprint(n))+len(rest) != n {
		n = len(fmt.Sprint(n)) + len(rest)
	}
	return fmt.Sprint(n) + rest
}

// sparse is a file of PAX format 1.0 with the map and the bytes stored.
func sparse(sizes, stored string) []byte {
	records := paxRecord("GNU.sparse.major", "1") + paxRecord("GNU.sparse.minor", "0") +
		paxRecord("GNU.sparse.name", "final") + paxRecord("GNU.sparse.realsize", "1000")
	return append(extended('x', "PaxHeaders.7/final", records), extended('0', "GNUSparseFile.7/final", sizes+strings.Repeat("\x00", 512-len(sizes))+stored)...)
}

func TestWalkKeepsWhatHeadersHide(t *testing.T) {
	const hidden = "hidden-in-a-header"
	at := func(offset int) func([]byte) { return func(b []byte) { copy(b[offset:], hidden) } }
	seventh := func(b []byte) {
		copy(b[257:265], make([]byte, 8))
		copy(b[400:], hidden)
	}
	tests := []struct {
		name  string
		layer []byte
	}{
		{"behind the prefix's end", headed(t, at(350))},
		{"in the prefix of a GNU header", headed(t, func(b []byte) { copy(b[257:], "ustar  \x00"); copy(b[400:], hidden) })},
		{"behind the fields of the seventh edition", headed(t, seventh)},
		{"name under a PAX path", headed(t, at(0), extended('x', "PaxHeaders.0/p", paxRecord("path", "p")))},
		{"prefix under a PAX path", headed(t, at(345), extended('x', "PaxHeaders.0/p", paxRecord("path", "p")))},
		{"name under a GNU long name", headed(t, at(0), extended('L', "././@LongLink", "long\x00"))},
		{"user under a PAX user", headed(t, at(265), extended('x', "PaxHeaders.0/final", paxRecord("uname", "u")))},
		{"name of an extended header", headed(t, nil, extended('x', "PaxHeaders.0/"+hidden, paxRecord("comment", "c")))},
		{"disguised name of an extended header", headed(t, nil, extended('x', "PaxHeaders"+hidden, paxRecord("comment", "c")))},
		{"record that is replaced", headed(t, nil, extended('x', "p/final", paxRecord("comment", hidden)+paxRecord("comment", "c")))},
		{"record that is taken back", headed(t, nil, extended('x', "final", paxRecord("comment", hidden)+paxRecord("comment", "")))},
		{"global record that is replaced", headed(t, nil, extended('g', "final", paxRecord("comment", hidden)+paxRecord("comment", "c")))},
		{"behind a long name", headed(t, nil, extended('L', "././@LongLink", "long\x00"+hidden))},
		{"long link of a file", headed(t, nil, extended('K', "././@LongLink", hidden+"\x00"))},
		{"behind the map of a sparse file", sparse("1\n10\n1\n"+hidden, "x")},
		{"behind the content of a sparse file", sparse("1\n10\n1\n", "x"+hidden)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := layer.Open(bytes.NewReader(tt.layer), layer.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			summary, err := s.Walk(context.Background(), readWhole)
			if err != nil {
				t.Fatal(err)
			}
			for _, item := range summary.Slack {
				if bytes.Contains(item.Data, []byte(hidden)) {
					return
				}
			}
			t.Errorf("slack %q does not hold it", summary.Slack)
		})
	}
}

// readWhole reads as many bytes of an entry as it says that it has.
func readWhole(e *layer.Entry) error {
	_, err := io.ReadFull(e.Body, make([]byte, e.Size))
	return err
}

func TestWalkKeepsNoUsualHeaders(t *testing.T) {
	long := strings.Repeat("directory/", 20) + "naïve"
	for _, format := range []tar.Format{tar.FormatPAX, tar.FormatGNU} {
		var buf bytes.Buffer
		w := tar.NewWriter(&buf)
		for _, h := range []*tar.Header{
			{Name: long, Typeflag: tar.TypeReg, Format: format, Uname: "someone"},
			{Name: "link", Linkname: long, Typeflag: tar.TypeSymlink, Format: format},
		} {
			if err := w.WriteHeader(h); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		s, err := layer.Open(&buf, layer.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		summary, err := s.Walk(context.Background(), func(*layer.Entry) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		if len(summary.Slack) > 0 {
			t.Errorf("%v: slack %q, want none", format, summary.Slack)
		}
	}
}

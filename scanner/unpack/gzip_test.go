package unpack

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// found is a member as a test compares it.
type found struct {
	Kind  Kind
	Steps []string
	Text  string
}

// unpackAll detects and unpacks data, and returns all members with their content.
func unpackAll(t testing.TB, data []byte, lim Limits) ([]found, error) {
	t.Helper()
	f := Detect(data[:min(len(data), HeadBytes)])
	if f == nil {
		t.Fatalf("Detect found no format")
	}
	return unpackWith(f, data, lim)
}

// unpackWith unpacks data as f.
func unpackWith(f *Format, data []byte, lim Limits) ([]found, error) {
	var got []found
	err := f.Unpack(context.Background(), Input{Reader: bytes.NewReader(data)}, lim, func(m Member) error {
		text, _ := io.ReadAll(m.Body)
		got = append(got, found{m.Kind, m.Steps, string(text)})
		return nil
	})
	return got, err
}

// gzipped returns text as one gzip member with the header given.
func gzipped(t testing.TB, text string, header gzip.Header) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	w.Header = header
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestGzip(t *testing.T) {
	one := gzipped(t, "one\n", gzip.Header{Name: "a.txt", Comment: "by hand", Extra: []byte("xtra")})
	two := gzipped(t, "two\n", gzip.Header{})
	tests := []struct {
		name string
		data []byte
		want []found
	}{
		{"header", one, []found{
			{Content, []string{"gzip"}, "one\n"},
			{Metadata, []string{"gzip", "extra field"}, "xtra"},
			{Name, []string{"gzip", "name"}, "a.txt"},
			{Comment, []string{"gzip", "comment"}, "by hand"},
		}},
		{"an index in the comment", gzipped(t, "one\n", gzip.Header{Comment: strings.Repeat("offset ", 1<<18)}), []found{
			{Content, []string{"gzip"}, "one\n"},
			{Comment, []string{"gzip", "comment"}, strings.Repeat("offset ", 1<<18)},
		}},
		{"members", bytes.Join([][]byte{two, two}, nil), []found{{Content, []string{"gzip"}, "two\ntwo\n"}}},
		{"padding", append(bytes.Clone(two), make([]byte, 5000)...), []found{{Content, []string{"gzip"}, "two\n"}}},
		{"trailing", append(append(bytes.Clone(two), make([]byte, 50_000)...), "tail"...), []found{
			{Content, []string{"gzip"}, "two\n"},
			{Content, []string{"gzip", "trailing bytes"}, "tail"},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := unpackAll(t, tt.data, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(got, tt.want); diff != "" {
				t.Errorf("members (-got +want):\n%s", diff)
			}
		})
	}
}

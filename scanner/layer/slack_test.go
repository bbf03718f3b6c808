package layer_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
	"dregs/scanner/layer"
)

// skippable returns a skippable frame of zstd.
func skippable(data string) []byte {
	b := binary.LittleEndian.AppendUint32(nil, 0x184d2a53)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	return append(b, data...)
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func TestWalkSlack(t *testing.T) {
	plain := archiveOf(t, file{name: "a", body: "content"})
	second := archiveOf(t, file{name: "b", body: "hidden"})
	member := gzipped(t, plain, gzip.Header{})
	zeros := make([]byte, 9000)
	padded := bytes.Clone(plain)
	copy(padded[512+7:], "in the padding")
	named := bytes.Clone(plain)
	copy(named[50:], "behind the name") // the checksum no longer holds, so it is made anew
	copy(named[170:], "in the link")
	checksum(named)
	tests := []struct {
		name   string
		stored []byte
		want   []layer.Slack
	}{
		{"none", plain, nil},
		{"zeros after the archive", join(plain, zeros), nil},
		{"text after the archive", join(plain, []byte("left behind\n\x00\x00")), []layer.Slack{{Kind: layer.TarTail, Data: []byte("left behind\n")}}},
		{"text far after the archive", join(plain, zeros, []byte("left"), zeros, []byte("behind")),
			[]layer.Slack{{Kind: layer.TarTail, Data: join(make([]byte, 9000%512), []byte("left"), zeros, []byte("behind"))}}},
		{"a further archive", join(plain, make([]byte, 2048), second), []layer.Slack{{Kind: layer.TarTail, Data: bytes.TrimRight(second, "\x00")}}},
		{"padding", padded, []layer.Slack{{Kind: layer.TarPadding, Data: []byte("in the padding")}}},
		{"header fields", named, []layer.Slack{{Kind: layer.TarPadding, Data: []byte("behind the name\nin the link")}}},
		{"gzip tail", join(member, []byte("left behind")), []layer.Slack{{Kind: layer.CompressedTail, Data: []byte("left behind")}}},
		{"gzip zero tail", join(member, zeros), nil},
		{"gzip tail after zeros", join(member, zeros, []byte("left behind")), []layer.Slack{{Kind: layer.CompressedTail, Data: []byte("left behind")}}},
		{"gzip tail like a member", join(member, []byte("\x1f\x8b\x08\xffno member")),
			[]layer.Slack{{Kind: layer.CompressedTail, Data: []byte("\x1f\x8b\x08\xffno member")}}},
		{"gzip header", gzipped(t, plain, gzip.Header{Name: "a name", Comment: "a comment", Extra: []byte("extra")}), []layer.Slack{
			{Kind: layer.GzipExtra, Data: []byte("extra")},
			{Kind: layer.GzipName, Data: []byte("a name")},
			{Kind: layer.GzipComment, Data: []byte("a comment")},
		}},
		{"gzip headers", join(gzipped(t, plain[:700], gzip.Header{Name: "one"}), gzipped(t, plain[700:], gzip.Header{Name: "one"}), gzipped(t, nil, gzip.Header{Name: "two"})),
			[]layer.Slack{{Kind: layer.GzipName, Data: []byte("one\ntwo")}}},
		{"zstd tail", join(zstded(t, plain), []byte("left behind")), []layer.Slack{{Kind: layer.CompressedTail, Data: []byte("left behind")}}},
		{"zstd skippable frames", join(skippable("before"), zstded(t, plain), skippable("after")),
			[]layer.Slack{{Kind: layer.ZstdSkippable, Data: []byte("before\nafter")}}},
		{"xz tail", join(xzed(t, plain), zeros[:8], []byte("left behind")), []layer.Slack{{Kind: layer.CompressedTail, Data: []byte("left behind")}}},
		{"bzip2 tail", join(bzip2ed(t, plain), []byte("left behind")), []layer.Slack{{Kind: layer.CompressedTail, Data: []byte("left behind")}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := walk(t, tt.stored, layer.Limits{})
			if got.err != nil || got.summary.Problems != nil {
				t.Fatal(got.err, got.summary.Problems)
			}
			if d := cmp.Diff(tt.want, got.summary.Slack); d != "" {
				t.Errorf("slack (-want +got):\n%s", d)
			}
			if d := cmp.Diff([]string{"content"}, got.bodies); d != "" {
				t.Errorf("bodies (-want +got):\n%s", d)
			}
			if got.summary.Digest != digest(tt.stored) || got.summary.Size != int64(len(tt.stored)) {
				t.Error("the stored bytes were not read to their end")
			}
		})
	}
}

// checksum makes the checksum of the header at the start of b hold.
func checksum(b []byte) {
	copy(b[148:156], "        ")
	sum := 0
	for _, c := range b[:512] {
		sum += int(c)
	}
	copy(b[148:156], []byte{'0' + byte(sum>>15&7), '0' + byte(sum>>12&7), '0' + byte(sum>>9&7), '0' + byte(sum>>6&7), '0' + byte(sum>>3&7), '0' + byte(sum&7), 0, ' '})
}

func TestSlackLimit(t *testing.T) {
	tail := bytes.Repeat([]byte("0123456789abcdef"), 40<<20/16)
	got := walk(t, join(archiveOf(t, file{name: "a"}), tail), layer.Limits{})
	if got.err != nil {
		t.Fatal(got.err)
	}
	if d := cmp.Diff([]string{report.Limit}, kinds(got.summary.Problems)); d != "" {
		t.Errorf("problems (-want +got):\n%s", d)
	}
	if n := len(got.summary.Slack[0].Data); n != 32<<20 {
		t.Errorf("slack: got %d bytes, want %d", n, 32<<20)
	}
}

func TestIsTar(t *testing.T) {
	tests := []struct {
		name    string
		content []byte
		want    bool
	}{
		{"empty", nil, true},
		{"two zero blocks", make([]byte, 1024), true},
		{"twenty zero blocks", make([]byte, 10240), true},
		{"a megabyte of zeros", make([]byte, 1<<20), false},
		{"zeros, then text", append(make([]byte, 1024), "text"...), false},
		{"an archive", archiveOf(t, file{name: "a"}), true},
		{"JSON", []byte(`{"a": 1}`), false},
		{"long text", []byte(strings.Repeat("text\n", 1000)), false},
	}
	for _, tt := range tests {
		for name, stored := range map[string][]byte{"plain": tt.content, "gzip": gzipped(t, tt.content, gzip.Header{}), "zstd": zstded(t, tt.content)} {
			t.Run(tt.name+" "+name, func(t *testing.T) {
				s, err := layer.Open(bytes.NewReader(stored), layer.Limits{})
				if err != nil {
					t.Fatal(err)
				}
				if got := s.IsTar(); got != tt.want {
					t.Errorf("IsTar: got %v, want %v", got, tt.want)
				}
				if tt.want {
					got, err := s.Walk(context.Background(), func(*layer.Entry) error { return nil })
					if err != nil || got.DiffID != digest(tt.content) || len(got.Problems) > 0 {
						t.Errorf("Walk: got %v, %v", got, err)
					}
					return
				}
				content, err := io.ReadAll(s.Content())
				if err != nil || !bytes.Equal(content, tt.content) {
					t.Errorf("Content: got %d bytes, error %v", len(content), err)
				}
				got, err := s.Summary()
				if err != nil || got.DiffID != digest(tt.content) || got.Digest != digest(stored) {
					t.Errorf("Summary: got %v, %v", got, err)
				}
			})
		}
	}
}

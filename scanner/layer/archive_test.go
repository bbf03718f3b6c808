package layer_test

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"dregs/scanner/layer"
)

// seen is what one reader made of an entry.
type seen struct {
	Name, Link string
	Type       byte
	Size       int64
	UID, GID   int
	User       string
	Group      string
	Mode       uint32
	ModTime    time.Time
	PAX        map[string]string
	Body       string
	Bad        bool // the body ended in an error
}

// bodyMost is how much of a body is compared: sparse ones can be endless.
const bodyMost = 64 << 10

func readBody(r io.Reader) (string, bool) {
	b, err := io.ReadAll(io.LimitReader(r, bodyMost))
	return string(b), err != nil
}

// withArchiveTar reads data with archive/tar up to its end or the first error, and returns whether it came to the end.
func withArchiveTar(data []byte) (entries []seen, complete bool) {
	r := tar.NewReader(bytes.NewReader(data))
	for {
		h, err := r.Next()
		if err != nil {
			return entries, err == io.EOF
		}
		s := seen{
			Name: h.Name, Type: h.Typeflag, Size: h.Size, UID: h.Uid, GID: h.Gid, User: h.Uname, Group: h.Gname,
			Mode: uint32(h.Mode & 0o7777), ModTime: h.ModTime, PAX: h.PAXRecords,
		}
		switch h.Typeflag {
		case tar.TypeGNUSparse, tar.TypeCont:
			s.Type = tar.TypeReg
		case tar.TypeSymlink:
			s.Link = h.Linkname
		case tar.TypeDir, tar.TypeLink, tar.TypeChar, tar.TypeBlock, tar.TypeFifo, tar.TypeXGlobalHeader:
			s.Size = 0
		}
		if h.Typeflag == tar.TypeSymlink {
			s.Size = 0
		}
		s.Body, s.Bad = readBody(r)
		entries = append(entries, s)
		if s.Bad {
			return entries, false
		}
	}
}

// againstArchiveTar holds that a walk gives every entry that archive/tar gives, in the same order, and, where that
// reads the archive to its end, no other and no error.
func againstArchiveTar(t *testing.T, data []byte) {
	t.Helper()
	want, complete := withArchiveTar(data)
	s, err := layer.Open(bytes.NewReader(data), layer.Limits{PathBytes: 2 << 20})
	if err != nil {
		t.Fatal(err)
	}
	if !s.IsTar() {
		if len(want) > 0 {
			t.Fatal("IsTar: got false for what archive/tar reads")
		}
		return
	}
	var got []seen
	summary, err := s.Walk(context.Background(), func(e *layer.Entry) error {
		s := seen{
			Name: e.RawName, Type: e.Type, Size: e.Size, UID: e.UID, GID: e.GID, User: e.User, Group: e.Group,
			Mode: e.Mode, ModTime: e.ModTime, PAX: e.PAX,
		}
		if e.Type == tar.TypeSymlink {
			s.Link = e.Link
		}
		s.Body, s.Bad = readBody(e.Body)
		got = append(got, s)
		return nil
	})
	switch {
	case complete && err != nil:
		t.Fatalf("Walk: %v, but archive/tar reads it all", err)
	case complete && len(got) != len(want), len(got) < len(want):
		t.Fatalf("Walk: got %d entries, archive/tar %d (to its end: %v); problems %v, error %v", len(got), len(want), complete, summary.Problems, err)
	}
	if d := cmp.Diff(want, got[:len(want)], cmpopts.EquateEmpty()); d != "" {
		t.Fatalf("entries (-archive/tar +Walk):\n%s", d)
	}
	if summary.Digest != digest(data) || err == nil && summary.Bytes != int64(len(data)) && summary.Compression == "" {
		t.Fatalf("the bytes were not read to their end: %+v", summary)
	}
	if len(summary.Records) != len(got) {
		t.Fatalf("records: got %d, want %d", len(summary.Records), len(got))
	}
}

// corpus returns archives of every shape that the test can make.
func corpus(t testing.TB) map[string][]byte {
	long := strings.Repeat("long/", 60) + "name"
	gnu := func(h *tar.Header, body string) []byte {
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		h.Format = tar.FormatGNU
		h.Size = int64(len(body))
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, body); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	return map[string][]byte{
		"kinds": archiveOf(t, file{name: "dir/", typ: '5'}, file{name: "dir/file", body: "text"}, file{name: "link", typ: '2', link: "dir/file"},
			file{name: "hard", typ: '1', link: "dir/file"}, file{name: "fifo", typ: '6'}, file{name: "odd", typ: 'Z', body: "odd"}),
		"pax":        archiveOf(t, file{name: long, body: "text", pax: map[string]string{"SCHILY.xattr.user.key": "value"}}),
		"global":     archiveOf(t, file{name: "g", typ: 'g', pax: map[string]string{"comment": "text"}}, file{name: "a", body: "text"}),
		"gnu long":   gnu(&tar.Header{Name: long, Linkname: long, Typeflag: '2'}, ""),
		"base 256":   gnu(&tar.Header{Name: "a", Typeflag: '0', Uid: 1 << 30, Mode: 0o644}, "text"),
		"sparse 1.0": sparse10(t),
		"sparse old": sparseOld(t),
		"sparse 0.1": sparse01(t),
	}
}

// sparse10 returns an archive with a sparse file of GNU's PAX format 1.0: a map in the body, then the data.
func sparse10(t testing.TB) []byte {
	m := "2\n0\n3\n1000\n3\n"
	body := m + strings.Repeat("\x00", 512-len(m)) + "abcdef"
	data := archiveOf(t, file{name: "sparse", body: body, pax: map[string]string{"XXX.sparse.major": "1", "XXX.sparse.minor": "0", "XXX.sparse.realsize": "2000", "XXX.sparse.name": "real"}}, file{name: "after", body: "text"})
	return bytes.ReplaceAll(data, []byte("XXX.sparse"), []byte("GNU.sparse"))
}

// sparse01 returns one of format 0.1: the map is a record.
func sparse01(t testing.TB) []byte {
	data := archiveOf(t, file{name: "sparse", body: "abcdef", pax: map[string]string{"XXX.sparse.map": "0,3,1000,3", "XXX.sparse.numblocks": "2", "XXX.sparse.size": "2000", "XXX.sparse.name": "real"}}, file{name: "after", body: "text"})
	return bytes.ReplaceAll(data, []byte("XXX.sparse"), []byte("GNU.sparse"))
}

// sparseOld returns one of GNU's old format: the map is in the header and, as it is long, in a block after it.
func sparseOld(t testing.TB) []byte {
	data := archiveOf(t, file{name: "sparse", body: strings.Repeat("abc", 6)}, file{name: "after", body: "text"})
	header := data[:512:512]
	header[156] = 'S'
	copy(header[257:], "ustar  \x00")
	clear(header[329:500])
	more := make([]byte, 512)
	for i := range 6 {
		entry := more[(i-4)&7*24:]
		if i < 4 {
			entry = header[386+i*24:]
		}
		copy(entry, fmt.Sprintf("%011o\x00%011o\x00", i*1000, 3))
	}
	header[482] = 1
	copy(header[483:], fmt.Sprintf("%011o\x00", 6000))
	checksum(header)
	return join(header, more, data[512:])
}

func TestWalkAgainstArchiveTar(t *testing.T) {
	for name, data := range corpus(t) {
		t.Run(name, func(t *testing.T) {
			if entries, complete := withArchiveTar(data); !complete || len(entries) == 0 {
				t.Fatal("archive/tar does not read it")
			}
			againstArchiveTar(t, data)
			rng := rand.New(rand.NewPCG(7, 7))
			for range 150 {
				againstArchiveTar(t, damaged(rng, data))
			}
		})
	}
}

// damaged returns a copy of data with a few bytes changed, in headers mostly, whose checksums are then made to hold, and
// sometimes the end cut off.
func damaged(rng *rand.Rand, data []byte) []byte {
	b := bytes.Clone(data)
	for range 1 + rng.IntN(4) {
		blk := rng.IntN(len(b) / 512)
		header := b[blk*512:][:512]
		header[[]int{rng.IntN(512), 124 + rng.IntN(12), 156, 257 + rng.IntN(8)}[rng.IntN(4)]] = byte(rng.IntN(256))
		if rng.IntN(4) > 0 {
			checksum(header)
		}
	}
	if rng.IntN(4) == 0 {
		b = b[:rng.IntN(len(b))]
	}
	return b
}

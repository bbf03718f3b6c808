package unpack

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"

	"dregs/report"
)

// What is read back is what was written, at any offset; what lies on the disk is neither.
func TestScratch(t *testing.T) {
	s, err := NewScratch(1 << 20)
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	want := []byte(prose(700_001, 1))
	for rest := want; len(rest) > 0; {
		n := min(len(rest), 1+len(rest)/3)
		_, err := s.Write(rest[:n])
		must(t, err)
		rest = rest[n:]
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		off := r.Int64N(s.Size())
		got := make([]byte, 1+r.IntN(5000))
		n, err := s.ReadAt(got, off)
		if end := off+int64(len(got)) > s.Size(); end != errors.Is(err, io.EOF) || !end && err != nil {
			t.Fatalf("ReadAt(%d bytes, %d) = %d, %v", len(got), off, n, err)
		}
		if !bytes.Equal(got[:n], want[off:off+int64(n)]) {
			t.Fatalf("ReadAt(%d bytes, %d) reads other bytes", len(got), off)
		}
	}
	raw := make([]byte, s.Size())
	if _, err := s.file.ReadAt(raw, 0); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(raw, want[:16]) || bytes.Contains(raw, want[1000:1016]) {
		t.Error("the file holds plaintext")
	}
	if _, err := s.Write(make([]byte, 1<<20)); kind(err) != report.Limit {
		t.Errorf("Write beyond the bound = %v", err)
	}
}

// The temporary folder is empty while a scratch file is open.
func TestScratchHasNoName(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	s, err := NewScratch(100)
	must(t, err)
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	must(t, err)
	if len(names) > 0 && os.PathSeparator == '/' {
		t.Errorf("the temporary folder holds %v", names)
	}
	must(t, s.Close())
}

func TestSpool(t *testing.T) {
	for _, size := range []int{0, 1, spoolStart, spoolChunk - 1, spoolChunk, spoolChunk + 1, 3*spoolChunk + 17, spoolMemory + spoolChunk + 5} {
		want := bytes.Repeat(noise(1021), size/1021+1)[:size]
		s, err := Spool(bytes.NewReader(want), 1<<30)
		must(t, err)
		if s.Size() != int64(size) || (s.scratch != nil) != (size > spoolMemory) {
			t.Errorf("%d bytes: Size = %d, scratch %t", size, s.Size(), s.scratch != nil)
		}
		got, err := io.ReadAll(io.NewSectionReader(s, 0, s.Size()))
		must(t, err)
		if !bytes.Equal(got, want) {
			t.Errorf("%d bytes: other bytes come back", size)
		}
		if n, err := s.ReadAt(make([]byte, 1), s.Size()); n != 0 || !errors.Is(err, io.EOF) {
			t.Errorf("%d bytes: reading at the end = %d, %v", size, n, err)
		}
		must(t, s.Close())
	}
}

// An error of the source, and a bound, come beside what was read before.
func TestSpoolErrors(t *testing.T) {
	broken := errors.New("broken")
	s, err := Spool(io.MultiReader(bytes.NewReader(make([]byte, 5000)), iotest.ErrReader(broken)), 1<<20)
	if !errors.Is(err, broken) || s.Size() != 5000 {
		t.Errorf("Spool = %d bytes, %v", s.Size(), err)
	}
	s, err = Spool(bytes.NewReader(make([]byte, 5000)), 4999)
	if kind(err) != report.Limit || s.Size() != 4999 {
		t.Errorf("Spool = %d bytes, %v", s.Size(), err)
	}
	if s, err := Spool(bytes.NewReader(make([]byte, 5000)), 5000); err != nil || s.Size() != 5000 {
		t.Errorf("Spool at the bound: %v", err)
	}
}

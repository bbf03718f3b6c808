package unpack

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
)

// file is one file of an archive that a test packs.
type file struct{ name, text string }

// archives packs files by each archive format that can be written here.
var archives = []struct {
	name string
	pack func(t testing.TB, files []file) []byte
}{
	{"tar", tarOf},
	{"zip", zipOf},
	{"ar", arOf},
	{"cpio", cpioOf(cpioNew)},
	{"cpio", cpioOf(cpioOld)},
	{"cpio", cpioOf("binary")},
	{"7z", sevenZipOf},
}

func tarOf(t testing.TB, files []file) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, f := range files {
		must(t, w.WriteHeader(&tar.Header{Name: f.name, Mode: 0o644, Size: int64(len(f.text)), Typeflag: tar.TypeReg}))
		_, err := io.WriteString(w, f.text)
		must(t, err)
	}
	must(t, w.Close())
	return buf.Bytes()
}

func zipOf(t testing.TB, files []file) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, f := range files {
		e, err := w.Create(f.name)
		must(t, err)
		_, err = io.WriteString(e, f.text)
		must(t, err)
	}
	must(t, w.Close())
	return buf.Bytes()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// archived returns the members that are files of the archive, slack and trailing bytes left out.
func archived(all []found) []file {
	var files []file
	for _, m := range all {
		last := m.Steps[len(m.Steps)-1]
		if m.Kind == Content && !strings.HasPrefix(last, "slack at ") && last != "trailing bytes" {
			files = append(files, file{last, m.Text})
		}
	}
	return files
}

// sampleFiles are files as archives hold them: empty, large, binary, with names that only a hostile archive has.
func sampleFiles() []file {
	return []file{
		{"a.txt", "first\n"},
		{"empty", ""},
		{"etc/long.conf", prose(70_000, 5)},
		{"../../etc/passwd", "root\n"},
		{"esc\x1b[31mape", "escape codes\n"},
		{"lib/noise.bin", string(noise(9_001))},
		{strings.Repeat("deep/", 40) + "f", "a name that does not fit the old header\n"},
		{"a.txt", "the same name once more\n"},
	}
}

func TestArchives(t *testing.T) {
	for _, a := range archives {
		t.Run(a.name, func(t *testing.T) {
			want := sampleFiles()
			data := a.pack(t, want)
			if f := Detect(data[:min(len(data), HeadBytes)]); f == nil || f.Name != a.name {
				t.Fatalf("Detect = %v, want %s", f, a.name)
			}
			got, err := unpackAll(t, data, Limits{})
			must(t, err)
			if diff := cmp.Diff(archived(got), want, cmp.AllowUnexported(file{})); diff != "" {
				t.Errorf("files (-got +want):\n%.2000s", diff)
			}
			var names []string
			for _, f := range want {
				names = append(names, f.name)
			}
			i := slices.IndexFunc(got, func(m found) bool { return m.Kind == Name })
			if i < 0 || got[i].Text != strings.Join(names, "\n")+"\n" {
				t.Errorf("names = %v", got[max(i, 0)])
			}
		})
	}
}

// Every prefix of an archive yields a prefix of its files, the last of them perhaps cut short, and never runs away.
func TestArchivesTruncated(t *testing.T) {
	files := slices.DeleteFunc(sampleFiles(), func(f file) bool { return len(f.text) > 10_000 })
	for _, a := range archives {
		t.Run(a.name, func(t *testing.T) {
			data := a.pack(t, files)
			f := Detect(data)
			for n := 0; n < len(data); n += 1 + n/150 {
				all, err := unpackWith(f, data[:n], Limits{})
				got := archived(all)
				if len(got) > len(files) {
					t.Fatalf("prefix of %d bytes yields %d files", n, len(got))
				}
				for i := range got {
					whole := i < len(got)-1
					if got[i].name != files[i].name || whole && got[i].text != files[i].text ||
						!strings.HasPrefix(files[i].text, got[i].text) {
						t.Fatalf("prefix of %d bytes: file %d is not that of the archive", n, i)
					}
				}
				cut := len(got) > 0 && got[len(got)-1].text != files[len(got)-1].text
				marked := a.name != "tar" && a.name != "ar" // the others have an end mark, or a directory
				if len(got) < len(files) && err == nil && (cut || marked) {
					t.Fatalf("prefix of %d of %d bytes lacks files and tells nothing", n, len(data))
				}
			}
		})
	}
}

func TestArchivesLimits(t *testing.T) {
	files := sampleFiles()
	for _, a := range archives {
		t.Run(a.name, func(t *testing.T) {
			data := a.pack(t, files)
			got, err := unpackAll(t, data, Limits{Entries: 3})
			if kind(err) != report.Limit || len(archived(got)) != 3 {
				t.Errorf("with 3 entries allowed: %d files, %v", len(archived(got)), err)
			}
			got, err = unpackAll(t, data, Limits{FileBytes: 1000})
			if kind(err) != report.Limit {
				t.Errorf("with 1000 bytes allowed: %v", err)
			}
			sum := 0
			for _, m := range got {
				sum += len(m.Text)
			}
			if sum != 1000 {
				t.Errorf("with 1000 bytes allowed: %d bytes", sum)
			}
		})
	}
}

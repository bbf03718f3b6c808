package report

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestWriteFile(t *testing.T) {
	errWrite := errors.New("no more")
	whole := func(w io.Writer) error { _, err := io.WriteString(w, "new"); return err }
	half := func(w io.Writer) error { _, _ = io.WriteString(w, "ne"); return errWrite }
	tests := []struct {
		name, before string
		write        func(io.Writer) error
		want         string
		err          error
	}{
		{"new file", "", whole, "new", nil},
		{"file in place of another", "old", whole, "new", nil},
		{"failure leaves no file", "", half, "", errWrite},
		{"failure leaves the old file", "old", half, "old", errWrite},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "out.json")
			if tt.before != "" {
				if err := os.WriteFile(path, []byte(tt.before), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if err := WriteFile(path, tt.write); !errors.Is(err, tt.err) {
				t.Errorf("error %v, want %v", err, tt.err)
			}
			got, _ := os.ReadFile(path)
			if string(got) != tt.want {
				t.Errorf("content %q, want %q", got, tt.want)
			}
			names, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			if want := map[bool]int{true: 1, false: 0}[tt.want != ""]; len(names) != want {
				t.Errorf("%d files in the folder, want %d", len(names), want)
			}
			if info, err := os.Stat(path); tt.want == "new" && runtime.GOOS != "windows" && (err != nil || info.Mode().Perm() != 0o600) {
				t.Errorf("mode %v, error %v, want 0600", info.Mode(), err)
			}
		})
	}
}

func TestWriteFileWhereItCannot(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{dir, filepath.Join(dir, "missing", "out.json")} {
		called := false
		err := WriteFile(path, func(io.Writer) error { called = true; return nil })
		if err == nil || called {
			t.Errorf("%s: error %v, write called: %v", path, err, called)
		}
	}
	if runtime.GOOS != "windows" {
		if err := WriteFile(os.DevNull, func(w io.Writer) error { _, err := io.WriteString(w, "x"); return err }); err != nil {
			t.Errorf("writing to the null device: %v", err)
		}
		if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
			t.Fatalf("the null device was replaced: %v, %v", info, err)
		}
	}
}

func TestWriteFileToDescriptor(t *testing.T) {
	if _, err := os.Stat("/proc/self/fd"); err != nil {
		t.Skip("no folder of descriptors here")
	}
	dir := t.TempDir()
	out, err := os.Create(filepath.Join(dir, "out.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	link := filepath.Join(dir, "stdout") // as /dev/stdout is one
	if err := os.Symlink(fmt.Sprintf("/proc/self/fd/%d", out.Fd()), link); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"one", "two"} {
		if err := WriteFile(link, func(w io.Writer) error { _, err := io.WriteString(w, text); return err }); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v, %v", info, err)
	}
	if got, err := os.ReadFile(out.Name()); err != nil || string(got) != "onetwo" {
		t.Errorf("the file that is open has %q (%v), want what was written", got, err)
	}
}

// TestWriteFileThroughLinks has links to a file, to none yet, to one through a linked folder, and to a link.
func TestWriteFileThroughLinks(t *testing.T) {
	dir := t.TempDir()
	real, links := filepath.Join(dir, "real"), filepath.Join(dir, "links")
	for _, folder := range []string{real, filepath.Join(real, "below"), links} {
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(real, "old"), []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, to := range map[string]string{
		"links/old": "../real/old", "links/new": filepath.Join(real, "new"), "links/folder": "../real/below", "real/below/up": "../through",
		"links/again": "old", "links/loop": "loop",
	} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Skip("no links here:", err)
		}
	}
	for _, tt := range []struct{ link, file string }{{"old", "old"}, {"new", "new"}, {"folder/up", "through"}, {"again", "old"}} {
		link := filepath.Join(links, tt.link)
		if err := WriteFile(link, func(w io.Writer) error { _, err := io.WriteString(w, tt.link); return err }); err != nil {
			t.Errorf("%s: %v", tt.link, err)
		}
		if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
			t.Errorf("%s: the link was replaced: %v, %v", tt.link, info, err)
		}
		if got, err := os.ReadFile(filepath.Join(real, tt.file)); err != nil || string(got) != tt.link {
			t.Errorf("%s: the file that it leads to has %q (%v)", tt.link, got, err)
		}
	}
	if err := WriteFile(filepath.Join(links, "loop"), func(io.Writer) error { return nil }); err == nil {
		t.Error("a link to itself was written")
	}
	for _, folder := range []string{real, links} {
		if left, err := filepath.Glob(filepath.Join(folder, ".dregs-*")); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	}
}

package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "report.json")
	put := func(text string) func(io.Writer) error {
		return func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return err
		}
	}
	check := func(want string) {
		t.Helper()
		got, err := os.ReadFile(path)
		if err != nil || string(got) != want {
			t.Errorf("the file holds %q, %v, want %q", got, err, want)
		}
		if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
			t.Errorf("the folder holds %v, %v, want the report alone", files, err)
		}
	}
	if err := writeFile(path, put("first")); err != nil {
		t.Fatal(err)
	}
	check("first")
	if info, err := os.Stat(path); runtime.GOOS != "windows" && (err != nil || info.Mode().Perm() != 0o600) {
		t.Errorf("mode %v, %v, want 0600", info.Mode(), err)
	}
	if err := writeFile(path, put("second")); err != nil {
		t.Fatal(err)
	}
	check("second")
	broken := errors.New("half way")
	err := writeFile(path, func(w io.Writer) error { return errors.Join(put("third, cut")(w), broken) })
	if !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
	check("second")
	if err := writeFile(filepath.Join(dir, "no", "folder"), put("x")); err == nil {
		t.Error("wrote into a folder that is not there")
	}
}

func TestWriteFileToADevice(t *testing.T) {
	if err := writeFile(os.DevNull, func(w io.Writer) error { _, err := io.WriteString(w, "gone"); return err }); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Errorf("%s became %v, %v", os.DevNull, info, err)
	}
}

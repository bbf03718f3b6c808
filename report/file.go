package report

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// WriteFile gives path the content that write writes, whole or not at all: into a new file beside it, of mode 0600, which
// is synced and then takes its name. Where write or anything after it fails, path is as it was and nothing is left beside
// it. A link stays, and the file that it leads to (Destination) is written so. A device, a pipe, and what a process has
// open (Descriptor) are written to as they are.
func WriteFile(path string, write func(io.Writer) error) (err error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return fmt.Errorf("writing file: %w", err)
	case info.IsDir():
		return fmt.Errorf("writing file: %q is a folder", path)
	case !info.Mode().IsRegular() || Descriptor(path):
		return writeDevice(path, write)
	}
	path = Destination(path)
	f, err := os.CreateTemp(filepath.Dir(path), ".dregs-*")
	if err != nil {
		return fmt.Errorf("writing file: %w", err)
	}
	defer func() {
		if err != nil {
			_ = f.Close() // it is closed already where Close or Rename failed
			err = errors.Join(fmt.Errorf("writing %q: %w", path, err), os.Remove(f.Name()))
		}
	}()
	if err := f.Chmod(0o600); err != nil && runtime.GOOS != "windows" {
		return err
	}
	if err := write(f); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// maxLinks is how many links are followed from a name.
const maxLinks = 40

// Descriptor tells whether path leads to what a process has open, as /dev/stdout and /dev/fd/3 do: also where that is a
// regular file, it is no name that another file could take.
func Descriptor(path string) bool {
	for range maxLinks {
		dir := filepath.ToSlash(filepath.Dir(path))
		if dir == "/dev/fd" || strings.HasPrefix(dir, "/proc/") && strings.HasSuffix(dir, "/fd") {
			return true
		}
		to, ok := linked(path)
		if !ok {
			return false
		}
		path = to
	}
	return false
}

// Destination returns the file that path leads to through links, whether it exists or not; path itself where it is no link.
func Destination(path string) string {
	for range maxLinks {
		to, ok := linked(path)
		if !ok {
			break
		}
		path = to
	}
	return path
}

// linked returns what the link path names; ok is false where it is no link.
func linked(path string) (to string, ok bool) {
	to, err := os.Readlink(path)
	if err != nil {
		return "", false
	}
	if filepath.IsAbs(to) {
		return to, true
	}
	dir := filepath.Dir(path)
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real // or ".." in what the link names would mean another folder
	}
	return filepath.Join(dir, to), true
}

// writeDevice writes to what no other file can take the name of: behind what is there, where that is a file.
func writeDevice(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return fmt.Errorf("writing file: %w", err)
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		return fmt.Errorf("writing %q: %w", path, err)
	}
	return nil
}

package report

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// WriteFile gives path the content that write writes, whole or not at all: into a new file beside it, of mode 0600, which
// is synced and then takes its name. Where write or anything after it fails, path is as it was and nothing is left beside
// it. A device or pipe is written to as it is.
func WriteFile(path string, write func(io.Writer) error) (err error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return fmt.Errorf("writing file: %w", err)
	case info.IsDir():
		return fmt.Errorf("writing file: %q is a folder", path)
	case !info.Mode().IsRegular():
		return writeDevice(path, write)
	}
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".dregs-*")
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

// writeDevice writes to what is no regular file.
func writeDevice(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("writing file: %w", err)
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		return fmt.Errorf("writing %q: %w", path, err)
	}
	return nil
}

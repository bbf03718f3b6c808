//go:build !windows

package unpack

import "os"

// scratchFile returns an open file that has no name any more.
func scratchFile() (*os.File, error) {
	f, err := os.CreateTemp("", "dregs-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

package unpack

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"syscall"
)

// Flags of CreateFile: FILE_FLAG_DELETE_ON_CLOSE and FILE_ATTRIBUTE_TEMPORARY.
const (
	fileFlagDeleteOnClose  = 0x04000000
	fileAttributeTemporary = 0x100
)

// scratchFile returns an open file that the system deletes when it is closed, however the process ends.
func scratchFile() (*os.File, error) {
	name := filepath.Join(os.TempDir(), "dregs-"+rand.Text())
	path, err := syscall.UTF16PtrFromString(name)
	if err != nil {
		return nil, err
	}
	h, err := syscall.CreateFile(path, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil, syscall.CREATE_NEW,
		fileAttributeTemporary|fileFlagDeleteOnClose, 0)
	if err != nil {
		return nil, &os.PathError{Op: "CreateFile", Path: name, Err: err}
	}
	return os.NewFile(uintptr(h), name), nil
}

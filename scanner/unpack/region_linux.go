package unpack

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// newRegion returns memory for the buffers of owner, of large pages where the kernel has them. It is given back when nothing
// knows of owner any more.
func newRegion(owner *buffers) []byte {
	all, err := unix.Mmap(-1, 0, regionBytes, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return make([]byte, regionBytes)
	}
	runtime.AddCleanup(owner, func(all []byte) { _ = unix.Munmap(all) }, all)
	_ = unix.Madvise(all, unix.MADV_HUGEPAGE) // small pages do as well
	return all
}

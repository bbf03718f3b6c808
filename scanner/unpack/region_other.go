//go:build !linux

package unpack

// newRegion returns memory for buffers.
func newRegion(*buffers) []byte { return make([]byte, regionBytes) }

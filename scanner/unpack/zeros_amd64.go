package unpack

import "golang.org/x/sys/cpu"

// vectors tells whether the processor has what vectorZeros needs.
var vectors = cpu.X86.HasAVX2

// vectorZeros is nextZeros by 64 bytes at a time. Where it finds none, it returns the complement of the position from which on
// fewer are left, and from which on it was not looked.
//
//go:noescape
func vectorZeros(data []byte, p int) int

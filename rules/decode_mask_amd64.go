package rules

import "golang.org/x/sys/cpu"

// wide tells whether the processor has what wideMasks needs.
var wide = cpu.X86.HasAVX2

// wideMasks is masksOf for 64 bytes at once.
//
//go:noescape
func wideMasks(data *[64]byte) (in, first uint64)

package rules

import "golang.org/x/sys/cpu"

// wide tells whether the processor has what wideMasks needs.
var wide = cpu.X86.HasAVX2

// wideMasks sets masks to those of groups of 64 bytes from data on, one or more.
//
//go:noescape
func wideMasks(masks *[maskedGroups]groupMasks, data *byte, groups int)

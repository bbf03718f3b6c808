//go:build !amd64

package rules

// wide tells that there is no other way than by words.
const wide = false

func wideMasks(*[maskedGroups]groupMasks, *byte, int) {}

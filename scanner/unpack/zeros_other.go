//go:build !amd64

package unpack

// vectors tells that there is no other way than by words.
const vectors = false

func vectorZeros(_ []byte, p int) int { return ^p }

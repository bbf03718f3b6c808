package main

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// maxKey bounds the bytes of a key file: a certificate with all its chain is far smaller.
const maxKey = 1 << 20

// readKey reads the key in a file as parse takes it. Its errors tell nothing of the key but its kind.
func readKey[K any](file string, parse func([]byte) (K, error)) (K, error) {
	var none K
	f, err := os.Open(file)
	if err != nil {
		return none, fmt.Errorf("opening the key: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxKey+1))
	switch {
	case err != nil:
		return none, fmt.Errorf("reading the key: %w", err)
	case len(text) > maxKey:
		return none, fmt.Errorf("reading the key %q: %w", file, errors.New("it is too large for one"))
	}
	key, err := parse(text)
	if err != nil {
		return none, fmt.Errorf("reading the key %q: %w", file, err)
	}
	return key, nil
}

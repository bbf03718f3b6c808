package rules

import (
	"context"
	"testing"
)

// TestSearchAllocatesNothingMuch holds the hot path: a text with keywords and no match must not cost memory by its size.
func TestSearchAllocatesNothingMuch(t *testing.T) {
	e := load(t, LoadOptions{}).Searcher()
	text := make([]byte, 0, 1<<16)
	for len(text) < 1<<16 {
		text = append(text, "the key of a token is no secret: func (a *api) auth() { return a.password }\n"...)
	}
	f := Fragment{Path: "src/main.go", Data: text}
	allocs := testing.AllocsPerRun(50, func() {
		if ms, err := e.Search(context.Background(), f); err != nil || len(ms) != 0 {
			t.Fatal(spots(ms), err)
		}
	})
	if allocs > 6 {
		t.Errorf("%v allocations for one search", allocs)
	}
}

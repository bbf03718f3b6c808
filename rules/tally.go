package rules

import (
	"maps"
	"sync"
)

// Tally counts, by reason, the candidates that one search judged to be no secrets, beside the count of the whole Searcher.
// The zero value is ready; it is safe for concurrent use.
type Tally struct {
	mu     sync.Mutex
	counts map[string]int
}

// Counts returns what was counted; nil for nothing.
func (t *Tally) Counts() map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.counts)
}

// add adds counts. A nil Tally counts nothing.
func (t *Tally) add(counts map[string]int) {
	if t == nil || len(counts) == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts == nil {
		t.counts = map[string]int{}
	}
	for reason, n := range counts {
		t.counts[reason] += n
	}
}

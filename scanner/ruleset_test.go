package scanner

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"dregs/rules"
	"dregs/scanner/imagetest"
)

// defaultRules are those of most tests, inside and outside of this package: loading them takes longer than most scans.
var defaultRules = sync.OnceValues(func() (*rules.Set, error) { return rules.Load(rules.LoadOptions{Now: imagetest.Epoch}) })

// WithRules returns o with the default rules, which judge as at imagetest.Epoch, unless o has some.
func WithRules(t testing.TB, o Options) Options {
	t.Helper()
	if o.Searcher != nil {
		return o
	}
	set, err := defaultRules()
	if err != nil {
		t.Fatal(err)
	}
	o.Searcher, o.RuleSet = set.Searcher(), set.RuleSet()
	return o
}

// SearchCount counts the texts that are searched whole.
type SearchCount struct {
	rules.Searcher
	Texts atomic.Int64
}

// Search implements rules.Searcher.
func (c *SearchCount) Search(ctx context.Context, f rules.Fragment) ([]rules.Match, error) {
	c.Texts.Add(1)
	return c.Searcher.Search(ctx, f)
}

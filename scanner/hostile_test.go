package scanner

import (
	"strings"
	"testing"
	"time"

	"dregs/report"
	"dregs/scanner/source"
)

// TestHostileText: texts made to cost more than their length are read in a time in proportion to it, and stay searched.
func TestHostileText(t *testing.T) {
	const size = 2 << 20
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	tests := []struct {
		name   string
		config map[string]any
		by     string
	}{
		{"pairs without end", nil, "ENV A=x" + fill(" A=x")},
		{"a final value that nearly fits", map[string]any{"Env": []string{"A=x" + fill(" A=x") + "y"}}, "ENV A=x" + fill(" A=x")},
		{"quotes without end", nil, nop + "ENV A=\"" + fill("\\\"")},
		{"names without values", nil, "ARG " + fill("A ")},
		{"arguments without end", nil, "|1 A=x" + fill(" A=x")},
		{"shells without end", nil, "|9 A=x" + fill(" /bin/sh -c")},
		{"a shell of options", nil, "|9 A=x /bin/sh" + fill(" -e")},
		{"spaces", nil, "ENV " + fill(" ")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Now()
			config := configOf(tt.config, built{by: tt.by + " hidden"})
			fragments, _, _ := readMetadata(t, &source.Image{Config: config, Layers: layersOf(1)}, nil)
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
			if !holds(fragments, "", "", "hidden") {
				t.Error("the end of the text is in no fragment")
			}
		})
	}
	t.Run("many entries", func(t *testing.T) {
		start := time.Now()
		entries := make([]built, 2_000)
		for i := range entries {
			entries[i] = built{by: "ENV A=x" + strings.Repeat(" B=y", 1_000), empty: true}
		}
		fragments, _, _ := readMetadata(t, &source.Image{Config: configOf(nil, entries...)}, nil)
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("took %v", took)
		}
		if limit := 2*historyBytes/4 + 3*len(entries); len(fragments) > limit {
			t.Errorf("%d fragments, want at most %d", len(fragments), limit)
		}
		if !holds(fragments, report.HistoryEntry, "", entries[0].by) {
			t.Error("an entry behind the bound is not searched as text")
		}
	})
}

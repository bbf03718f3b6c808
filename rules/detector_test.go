package rules

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
)

func TestKnownValues(t *testing.T) {
	values := []report.Value{report.NewValue("hunter22"), report.NewValue("Ünïcode!"), report.NewValue("hunter22"), report.NewValue("ter2")}
	set := load(t, LoadOptions{Known: values, Enable: []string{"github-pat"}})
	e := set.Searcher()
	text := []byte("HUNTER22 xhunter22y\né Ünïcode! " + pat() + "\n")
	want := []spot{{"known-value", 10, 1, 11}, {"known-value", 13, 1, 14}, {"known-value", 23, 2, 3}, {"github-pat", 34, 2, 12}}
	for _, f := range []Fragment{{Data: text}, {Path: "node_modules/x.png", Data: text}} {
		got, err := e.Search(context.Background(), f)
		if diff := cmp.Diff(want, spots(got)); diff != "" || err != nil {
			t.Error(err, diff)
		}
	}
	got, _, err := cutInto(newEngine(set), 16, 2).SearchReader(context.Background(), Fragment{}, bytes.NewReader(text))
	if diff := cmp.Diff(want, spots(got)); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if other := load(t, LoadOptions{Known: values[:1], Enable: []string{"github-pat"}}); other.Digest() == set.Digest() {
		t.Error("other values give the same digest")
	}
	if _, err := set.Gitleaks().Search(context.Background(), Fragment{Data: text}); err == nil {
		t.Error("gitleaks' detector passes over known values in silence")
	}
	_, err = Load(LoadOptions{Known: []report.Value{report.NewValue("hunter22"), report.NewValue("abc")}})
	if err == nil || strings.Contains(err.Error(), "abc") || !strings.Contains(err.Error(), "number 2") {
		t.Errorf("a value that is too short: %v", err)
	}
}

package report

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
)

func TestWrap(t *testing.T) {
	tests := []struct {
		name, in string
		width    int
		want     []string
	}{
		{"short", "a b", 10, []string{"a b"}},
		{"at spaces", "aaa bbb ccc", 7, []string{"aaa bbb", "ccc"}},
		{"not at hyphens", "token=glpat-x yy", 14, []string{"token=glpat-x", "yy"}},
		{"long word", "aaaaaaaaaa b", 4, []string{"aaaa", "aaaa", "aa b"}},
		{"after a word", "x aaaaaaaaaa", 4, []string{"x", "aaaa", "aaaa", "aa"}},
		{"wide runes", "日本語 日本", 6, []string{"日本語", "日本"}},
		{"nothing", "", 5, []string{""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(wrap(tt.in, tt.width), tt.want); diff != "" {
				t.Errorf("lines (got -, want +):\n%s", diff)
			}
		})
	}
}

// FuzzWrap holds that wrapped lines fit, and hold the text.
func FuzzWrap(f *testing.F) {
	f.Add("a bb ccc\u0301 日本語", 5)
	f.Fuzz(func(t *testing.T, s string, width int) {
		s = Escape(s)
		width = 4 + max(width, -width)%80
		if width < 4 {
			return
		}
		lines := wrap(s, width)
		for _, l := range lines {
			if ansi.StringWidth(l) > width {
				t.Errorf("line %q is wider than %d", l, width)
			}
		}
		if got, want := strings.ReplaceAll(strings.Join(lines, ""), " ", ""), strings.ReplaceAll(s, " ", ""); got != want {
			t.Errorf("%q became %q", want, got)
		}
	})
}

package rules

import (
	"regexp/syntax"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDocumentedPrefixes(t *testing.T) {
	for _, test := range []struct {
		name, pattern string
		want          []string
	}{
		{"a literal", `\b(ab_[0-9]{8})`, []string{"ab_"}},
		{"the first capture", `key=(ab_[0-9]{8})(?:x|$)`, []string{"ab_"}},
		{"alternatives", `(ab_(?:live|test)_[0-9]{8})`, []string{"ab_live_", "ab_test_"}},
		{"a choice of characters", `(gh[ou]_[0-9]{8})`, []string{"gho_", "ghu_"}},
		{"a part that may be absent", `(ab(?:-x)?_[0-9]{8})`, []string{"ab-x_", "ab_"}},
		{"a part that repeats", `(xo[bp](?:-[0-9]{4}){3}-[a-z]{4})`, []string{"xob-", "xop-"}},
		{"capital letters", `(AB_[0-9]{8})`, []string{"ab_"}},
		{"an alphabet", `([01]{8}ab_)`, nil},
		{"no fixed beginning", `([0-9a-f]{32})`, nil},
		{"one character", `(a[0-9a-f]{32})`, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			tree, err := syntax.Parse(test.pattern, syntax.Perl)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, documentedPrefixes(tree, 0)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

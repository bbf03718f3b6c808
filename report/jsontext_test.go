package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestIndentIsThatOfTheStandardLibrary(t *testing.T) {
	deep := any("bottom")
	for range 40 {
		deep = []any{map[string]any{"k": deep}, nil}
	}
	for name, v := range map[string]any{
		"a string":  `a "quoted" \ \\" end\`,
		"a number":  -1.5e300,
		"null":      nil,
		"empty":     map[string]any{"list": []int{}, "map": map[string]int{}, "lists": [][]int{{}, {1}, {}}},
		"marks":     []string{"{", "}", "[", "]", ":", ",", `","`, `\",`, "\n", "<&>", "é\u2028"},
		"deep":      deep,
		"all kinds": map[string]any{"a": true, "b": false, "c": nil, "d": 1, "e": []any{1, "x", nil, true, map[string]any{"f": 0.5}}},
		"a report":  filled(&Report{Schema: Schema, Secrets: []Secret{{ID: "s1", Occurrences: []Occurrence{{Path: `a"b\`, Via: []string{"", `"`}}}}}}),
	} {
		t.Run(name, func(t *testing.T) {
			var want bytes.Buffer
			e := json.NewEncoder(&want)
			e.SetEscapeHTML(false)
			e.SetIndent("..", "  ")
			if err := e.Encode(v); err != nil {
				t.Fatal(err)
			}
			text, err := newJSONText().of(v)
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			out := bufio.NewWriter(&got)
			if err := newIndenter(out, "..", "  ").write(text); err != nil {
				t.Fatal(err)
			}
			if err := out.Flush(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(quoteJSON([]byte(strings.TrimSuffix(want.String(), "\n")))), got.String()); diff != "" {
				t.Errorf("it is another (-want +got):\n%s", diff)
			}
		})
	}
}

package report

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestEscape(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "app/.env", "app/.env"},
		{"other scripts", "café 日本 😀", "café 日本 😀"},
		{"escape code", "\x1b[31mred", `\x1b[31mred`},
		{"second control range", "a\u009b31m", `a\u009b31m`},
		{"raw C1 byte", "a\x9b31m", `a\x9b31m`},
		{"line breaks", "a\r\nb\tc", `a\r\nb\tc`},
		{"separators", "a\u2028b\u2029c", `a\u2028b\u2029c`},
		{"bidi", "a\u202eb\u2066c", `a\u202eb\u2066c`},
		{"zero width", "a\u200bb\ufeffc", `a\u200bb\ufeffc`},
		{"tags", "a\U000e0041", `a\U000e0041`},
		{"not UTF-8", "a\xff", `a\xff`},
		{"runner command", "##[error]x ##vso[y] ###", `#\#[error]x #\#vso[y] #\#\#`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Escape(tt.in); got != tt.want {
				t.Errorf("Escape(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

// FuzzEscape holds that what is escaped is one line of UTF-8 that no terminal obeys, and that JSON stays what it means.
func FuzzEscape(f *testing.F) {
	f.Add("a\x1b]0;x\x07\u202e\xff##[")
	f.Fuzz(func(t *testing.T, s string) {
		got := Escape(s)
		if i := strings.IndexFunc(got, obeyed); i >= 0 || strings.Contains(got, "\n") || strings.Contains(got, "##") || !utf8.ValidString(got) {
			t.Errorf("Escape(%q) = %q", s, got)
		}
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var back string
		if err := json.Unmarshal(quoteJSON(text), &back); err != nil {
			t.Fatal(err)
		}
		if want := strings.ToValidUTF8(s, "\ufffd"); utf8.ValidString(s) && back != want {
			t.Errorf("quoteJSON: %q means %q", s, back)
		}
	})
}

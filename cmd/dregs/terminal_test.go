package main

import (
	"io"
	"os"
	"strings"
	"testing"
	"unicode"
)

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"":                           "",
		"reading größe 文書":           "reading größe 文書",
		"two\nlines\tand a tab":      "two\nlines\tand a tab",
		"\x1b[2Jgone":                `\x1b[2Jgone`,
		"\u009b31mred":               `\u009b31mred`,
		"bell\a":                     `bell\a`,
		"right \u202eto left":        `right \u202eto left`,
		"carriage\rreturn":           `carriage\rreturn`,
		"bad \xff byte":              `bad \xff byte`,
		"the character \uFFFD":       "the character \uFFFD",
		"zero\u200bwidth \U000e0041": `zero\u200bwidth \U000e0041`,
	} {
		if got := printable(in); got != want {
			t.Errorf("printable(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzPrintable(f *testing.F) {
	f.Add("\x1b]0;title\a\xff\u202e")
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range printable(s) {
			if r != '\n' && r != '\t' && !unicode.IsPrint(r) {
				t.Fatalf("printable(%q) holds %U", s, r)
			}
		}
	})
}

func TestColored(t *testing.T) {
	for name, c := range map[string]struct {
		env  map[string]string
		want bool
	}{
		"no terminal":                    {nil, false},
		"forced":                         {map[string]string{"CLICOLOR_FORCE": "1"}, true},
		"force set to zero":              {map[string]string{"CLICOLOR_FORCE": "0"}, false},
		"NO_COLOR wins over force":       {map[string]string{"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, false},
		"an empty NO_COLOR says nothing": {map[string]string{"NO_COLOR": "", "CLICOLOR_FORCE": "1"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			for _, key := range []string{"NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"} {
				t.Setenv(key, c.env[key])
			}
			if got := colored(io.Discard); got != c.want {
				t.Errorf("colored = %v, want %v", got, c.want)
			}
		})
	}
}

func TestWidth(t *testing.T) {
	for columns, want := range map[string]int{"": defaultWidth, "132": 132, "0": defaultWidth, "-3": defaultWidth, "wide": defaultWidth} {
		t.Setenv("COLUMNS", columns)
		if got := width(&strings.Builder{}); got != want {
			t.Errorf("COLUMNS=%q: width %d, want %d", columns, got, want)
		}
	}
	t.Setenv("COLUMNS", "")
	file, err := os.CreateTemp(t.TempDir(), "out")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if got := width(file); got != defaultWidth {
		t.Errorf("of a file: width %d, want %d", got, defaultWidth)
	}
}

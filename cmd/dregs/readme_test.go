package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"dregs/report"
	"dregs/rules"
	"dregs/scanner/source"
)

// TestReadme holds the README to the flags, formats and files that there are.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	readme := string(text)
	parser, err := newParser(streams{out: io.Discard, err: io.Discard}, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	defaults := map[string]string{"--full": ""} // of .ci/run
	for _, command := range parser.Model.Leaves(true) {
		for _, flags := range command.AllFlags(true) {
			for _, flag := range flags {
				defaults["--"+flag.Name] = flag.Default
			}
		}
	}
	for _, flag := range regexp.MustCompile(`--[a-z][a-z-]+`).FindAllString(readme, -1) {
		if _, ok := defaults[flag]; !ok {
			t.Errorf("the README names %s, which is no flag", flag)
		}
	}
	bounds := regexp.MustCompile("(?m)^\\| `(--max-[a-z-]+)` \\| ([^|]+) \\|").FindAllStringSubmatch(readme, -1)
	for _, row := range bounds {
		if told := strings.NewReplacer(",", "", " ", "").Replace(row[2]); told != defaults[row[1]] {
			t.Errorf("the README tells %s of %s, whose default is %s", told, row[1], defaults[row[1]])
		}
	}
	for flag := range defaults {
		told := slices.ContainsFunc(bounds, func(row []string) bool { return row[1] == flag })
		if strings.HasPrefix(flag, "--max-") && !told {
			t.Errorf("the README does not tell of %s", flag)
		}
	}
	for _, format := range report.FormatNames() {
		if !strings.Contains(readme, "`"+format+"`") {
			t.Errorf("the README does not tell of the format %s", format)
		}
	}
	for _, link := range regexp.MustCompile(`\]\(([^)#:]+)\)`).FindAllStringSubmatch(readme, -1) {
		if _, err := os.Stat(filepath.Join("..", "..", filepath.FromSlash(link[1]))); err != nil {
			t.Errorf("the README links to what is not there: %v", err)
		}
	}
}

// TestHelpNamesEveryScheme keeps the help of scan beside the targets that it takes.
func TestHelpNamesEveryScheme(t *testing.T) {
	help := scanCommand{}.Help()
	for _, scheme := range source.Schemes() {
		if !strings.Contains(help, scheme.Name+":") {
			t.Errorf("the help of scan does not name %s:", scheme.Name)
		}
	}
}

// TestReadmeCountsRules keeps the README's "over 1,300" true.
func TestReadmeCountsRules(t *testing.T) {
	set, err := rules.Load(rules.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if set.Count() <= 1300 {
		t.Errorf("there are %d rules, and the README tells of over 1,300", set.Count())
	}
}

package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// direction says which packages of the module each package may import; its own sub-packages always, and report from
// anywhere. A package that is not listed, nor below one that is, fails the test: it has to be given its place first.
var direction = map[string][]string{
	"report":             {},
	"rules":              {},
	"scanner/source":     {},
	"scanner/layer":      {},
	"scanner/unpack":     {},
	"scanner/origin":     {},
	"scanner/store":      {},
	"scanner/dockerfile": {},
	"scanner/logs":       {},
	"scanner/imagetest":  {},
	"scanner": {
		"rules", "scanner/source", "scanner/layer", "scanner/unpack", "scanner/origin", "scanner/store", "scanner/dockerfile",
		"scanner/logs",
	},
	"scanner/queue": {
		"rules", "scanner", "scanner/source", "scanner/layer", "scanner/store", "scanner/registry",
	},
	"scanner/registry": {
		"rules", "scanner", "scanner/source", "scanner/layer", "scanner/store", "scanner/logs",
	},
	"cmd": {
		"rules", "scanner", "scanner/source", "scanner/layer", "scanner/store", "scanner/queue", "scanner/registry", "scanner/logs",
		"scanner/dockerfile",
	},
}

// confined names what only one part of the tree may import, tests included but for those of oracles.
var confined = map[string]string{
	"github.com/zricethezav/gitleaks":     "rules",
	"github.com/alecthomas/kong":          "cmd",
	"github.com/schollz/progressbar":      "cmd",
	"github.com/chromedp/chromedp":        "report",
	"github.com/prometheus/client_golang": "scanner/queue",
	"github.com/riverqueue/river":         "scanner/queue",
	"github.com/moby/buildkit/frontend":   "scanner/dockerfile",
	"modernc.org/sqlite":                  "scanner/store",
}

// oracles names packages whose tests may import what is confined to another.
var oracles = map[string][]string{
	"modernc.org/sqlite": {"scanner/unpack", "scanner"},
}

const (
	module    = "dregs/"
	testsOnly = "scanner/imagetest"
)

func TestImportDirection(t *testing.T) {
	root := filepath.Join("..", "..")
	files := 0
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go"):
			return nil
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		files++
		checkImports(t, filepath.ToSlash(rel), name)
		return nil
	})
	if err != nil {
		t.Fatalf("walking the module: %v", err)
	}
	if files < 10 {
		t.Errorf("read %d Go files; the module has more", files)
	}
}

func checkImports(t *testing.T, rel, name string) {
	t.Helper()
	source, err := os.ReadFile(name)
	if err != nil {
		t.Fatalf("reading %s: %v", rel, err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), rel, source, parser.ImportsOnly)
	if err != nil {
		t.Errorf("parsing %s: %v", rel, err)
		return
	}
	home := owner(path.Dir(rel))
	if home == "" {
		t.Errorf("%s lies in a package that has no place in the direction table", rel)
		return
	}
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Errorf("%s: unquoting %s: %v", rel, spec.Path.Value, err)
			continue
		}
		if why := forbidden(home, imported, strings.HasSuffix(rel, "_test.go")); why != "" {
			t.Errorf("%s imports %s: %s", rel, imported, why)
		}
	}
}

// owner returns the entry of the direction table that dir belongs to: the longest one that is dir or above it.
func owner(dir string) string {
	for ; dir != "."; dir = path.Dir(dir) {
		if _, ok := direction[dir]; ok {
			return dir
		}
	}
	return ""
}

// forbidden returns why a package of home must not import imported, or "" where it may.
func forbidden(home, imported string, test bool) string {
	for prefix, only := range confined {
		if (imported == prefix || strings.HasPrefix(imported, prefix+"/")) && home != only && !(test && slices.Contains(oracles[prefix], home)) {
			return "only " + only + " does"
		}
	}
	own, ok := strings.CutPrefix(imported, module)
	if !ok {
		return ""
	}
	to := owner(own)
	switch {
	case to == "":
		return "it has no place in the direction table"
	case to == testsOnly && home != testsOnly:
		if test {
			return ""
		}
		return "it is for tests"
	case to == home, to == "report" && home != testsOnly, slices.Contains(direction[home], to):
		return ""
	}
	return "packages of " + home + " do not know it"
}

func TestForbidden(t *testing.T) {
	for name, c := range map[string]struct {
		home, imported string
		test, want     bool
	}{
		"the standard library":             {"report", "encoding/json", false, false},
		"report from a leaf":               {"scanner/layer", "dregs/report", false, false},
		"a leaf from report":               {"report", "dregs/scanner/layer", false, true},
		"a leaf from a leaf":               {"scanner/source", "dregs/scanner/layer", false, true},
		"a leaf from the scanner":          {"scanner", "dregs/scanner/layer", false, false},
		"the scanner from a leaf":          {"scanner/unpack", "dregs/scanner", false, true},
		"a sub-package of one's own":       {"rules", "dregs/rules/validate", false, false},
		"a sub-package of another":         {"report", "dregs/rules/validate", false, true},
		"gitleaks from rules":              {"rules", "github.com/zricethezav/gitleaks/v8/config", false, false},
		"gitleaks from elsewhere":          {"scanner", "github.com/zricethezav/gitleaks/v8/config", false, true},
		"gitleaks from another's test":     {"scanner", "github.com/zricethezav/gitleaks/v8/config", true, true},
		"a name that begins alike":         {"scanner", "github.com/alecthomas/kongress", false, false},
		"imagetest from a test":            {"scanner/source", "dregs/scanner/imagetest", true, false},
		"imagetest from the program":       {"scanner/source", "dregs/scanner/imagetest", false, true},
		"imagetest imports nothing of us":  {"scanner/imagetest", "dregs/report", false, true},
		"a package nobody gave a place":    {"cmd", "dregs/helpers", false, true},
		"the command from the scanner":     {"scanner", "dregs/cmd/dregs", false, true},
		"the queue from the command":       {"cmd", "dregs/scanner/queue", false, false},
		"a database in its package":        {"scanner/store", "modernc.org/sqlite", false, false},
		"a database as an oracle":          {"scanner/unpack", "modernc.org/sqlite", true, false},
		"a database in a parser":           {"scanner/unpack", "modernc.org/sqlite", false, true},
		"flags outside the command's tree": {"report", "github.com/alecthomas/kong", false, true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := forbidden(c.home, c.imported, c.test); (got != "") != c.want {
				t.Errorf("forbidden(%q, %q, %v) = %q, want forbidden %v", c.home, c.imported, c.test, got, c.want)
			}
		})
	}
}

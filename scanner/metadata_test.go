package scanner

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"dregs/report"
	"dregs/rules"
	"dregs/scanner/source"
)

// fakeToken returns a value that looks like a secret, made at run time.
func fakeToken(n int) string { return strings.Join([]string{"ghp", fmt.Sprintf("%036d", n)}, "_") }

// read returns the fragments of an image's metadata.
func readMetadata(t testing.TB, img *source.Image, blobs map[string][]byte) ([]fragment, *document, []report.Problem) {
	t.Helper()
	d, problems := newDocument(img, blobs)
	var out []fragment
	problems = append(problems, metadata(d, func(f fragment) { out = append(out, f) })...)
	return out, d, problems
}

// shown renders a fragment for comparison: place, path, key, via, text, and its life.
func shown(f fragment) string {
	s := fmt.Sprintf("%s %s", f.place, f.path)
	if f.key != f.path {
		s += " key=" + f.key
	}
	if len(f.via) > 0 {
		s += " via=" + strings.Join(f.via, "›")
	}
	if f.history != nil {
		s += fmt.Sprintf(" history=%d", *f.history)
	}
	if f.layer != nil {
		s += fmt.Sprintf(" layer=%d", *f.layer)
	}
	s += " " + f.visibility
	if r := f.removedBy; r != nil {
		s += " removed by"
		if r.History != nil {
			s += fmt.Sprintf(" %d", *r.History)
		}
		s += " " + r.Instruction
	}
	return s + ": " + string(f.text)
}

func shownAll(fragments []fragment) []string {
	var out []string
	for _, f := range fragments {
		out = append(out, shown(f))
	}
	return out
}

// holds tells whether some fragment of place holds text whole, under key where key is not empty.
func holds(fragments []fragment, place report.Place, key, text string) bool {
	return slices.ContainsFunc(fragments, func(f fragment) bool {
		if place != "" && f.place != place {
			return false
		}
		at := strings.Index(string(f.text), text)
		if at < 0 {
			return false
		}
		_, got, _, _, _ := f.spot(&rules.Match{Offset: int64(at), Line: 1 + strings.Count(string(f.text[:at]), "\n"), Column: 1})
		return key == "" || got == key
	})
}

func layersOf(n int) []source.LayerRef {
	out := make([]source.LayerRef, n)
	for i := range out {
		out[i] = source.LayerRef{Key: fmt.Sprintf("k%d", i), Digest: fmt.Sprintf("sha256:%064x", i)}
	}
	return out
}

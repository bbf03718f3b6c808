package scanner

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"dregs/report"
	"dregs/rules"
	"dregs/scanner/source"
)

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

// checkFragments fails where a fragment has no place, cannot tell where its values lie, or costs more than its document.
func checkFragments(t *testing.T, fragments []fragment, size int) {
	t.Helper()
	total := 0
	for i := range fragments {
		f := &fragments[i]
		if f.place == "" || f.visibility == "" {
			t.Fatalf("fragment %d has no place or visibility: %s", i, shown(*f))
		}
		total += len(f.text)
		line := 1 + strings.Count(string(f.text), "\n")
		_, _, offset, at, column := f.spot(&rules.Match{Offset: int64(len(f.text)), Line: line, Column: 1})
		if offset < 0 || at < 1 || column < 1 {
			t.Fatalf("the end of fragment %d lies at byte %d, line %d, column %d", i, offset, at, column)
		}
	}
	// A value is emitted whole, in its part by name, and in what it encodes.
	if total > 8*size+1024 {
		t.Fatalf("%d bytes of fragments for a document of %d", total, size)
	}
}

func FuzzConfig(f *testing.F) {
	g := &grower{rand: rand.New(rand.NewPCG(1, 1))}
	f.Add(g.config())
	f.Add(configOf(map[string]any{"Env": []string{"A=b"}}, buildahSteps...))
	f.Add([]byte(`{"config":{"Cmd":"x","Env":null,"Labels":{"a":1}},"history":[[],{"created_by":{}}],"rootfs":{"diff_ids":"x"}}`))
	f.Add([]byte(`{"config":{"Healthcheck":{"Test":["a"],"x":"y"}},"moby.buildkit.buildinfo.v1":"e30="}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		fragments, _, problems := readMetadata(t, &source.Image{Config: data, Layers: layersOf(2)}, nil)
		checkFragments(t, fragments, len(data))
		if len(data) > 0 && !json.Valid(data) && len(problems) == 0 && strings.Count(string(data), "\n") == 0 {
			walk, rest, err := walked(data)
			if err != nil || len(rest) > 0 {
				t.Fatalf("no problem is told for %q, read as %v", data, walk)
			}
		}
	})
}

func FuzzStatement(f *testing.F) {
	g := &grower{rand: rand.New(rand.NewPCG(1, 1))}
	f.Add(g.statement(1), inTotoType)
	f.Add(largeSBOM(3), "application/spdx+json")
	f.Add(jsonOf(object{"payload": inBase64(`{"predicateType":"https://spdx.dev/Document","x":["y"]}`), "payloadType": inTotoType}), "")
	f.Add([]byte(`{"_type":"in-toto","args":["a",{"args":["b"]},"--c","d"],"env":["A=b"],"data":"AAAAAAAA","path":"p"}`), "")
	f.Fuzz(func(t *testing.T, data []byte, mediaType string) {
		img := &source.Image{Kind: "attestation", Layers: []source.LayerRef{{Key: "k", MediaType: mediaType}}}
		fragments, _, _ := readMetadata(t, img, map[string][]byte{"k": data})
		checkFragments(t, fragments, len(data))
	})
}

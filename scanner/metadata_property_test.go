package scanner

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"dregs/report"
	"dregs/scanner/source"
)

// planted is a value that a generated document holds.
type planted struct {
	place report.Place // empty where it does not matter
	key   string       // empty where the value has no name of its own
	text  string
}

// grower makes random documents in which every string is unique.
type grower struct {
	rand *rand.Rand
	n    int
	all  []planted
}

// text returns a new value with characters that are hard on those who quote or split.
func (g *grower) text() string {
	g.n++
	hard := []string{"", " ", "=", "\"", "'", "\\", "\n", "/", "~", "{", "[", "$", "é", "\t", " B=", " /bin/sh -c ", "--x=", "sha256:", "|1 ", "\x00"}
	var b strings.Builder
	for range g.rand.IntN(4) {
		b.WriteString(hard[g.rand.IntN(len(hard))])
	}
	fmt.Fprintf(&b, "v%dv", g.n)
	for range g.rand.IntN(4) {
		b.WriteString(hard[g.rand.IntN(len(hard))])
	}
	fmt.Fprintf(&b, "w%dw", g.n)
	return b.String()
}

func (g *grower) name() string {
	g.n++
	return fmt.Sprintf("%s%d", []string{"N", "a/b", "c~d", "Env", "Labels", "data", "args"}[g.rand.IntN(7)], g.n)
}

// plant notes that the document holds a value.
func (g *grower) plant(place report.Place, key, text string) string {
	g.all = append(g.all, planted{place, key, text})
	return text
}

// tree returns a random value under the name key.
func (g *grower) tree(place report.Place, key string, depth int) any {
	switch n := g.rand.IntN(6); {
	case depth > 0 && n == 0:
		var list []any
		for range g.rand.IntN(4) {
			list = append(list, g.tree(place, key, depth-1))
		}
		return list
	case depth > 0 && n <= 2:
		return g.object(place, depth)
	default:
		return g.plant(place, key, g.text())
	}
}

func (g *grower) object(place report.Place, depth int) object {
	o := object{}
	for range g.rand.IntN(5) {
		name := g.name()
		o[name] = g.tree(place, name, depth-1)
	}
	return o
}

// list returns n values under the name key.
func (g *grower) list(place report.Place, key string, n int) []string {
	out := []string{}
	for range n {
		out = append(out, g.plant(place, key, g.text()))
	}
	return out
}

// settings returns NAME=VALUE texts whose values are planted under their names.
func (g *grower) settings(place report.Place, n int) []string {
	out := []string{}
	for range n {
		g.n++
		name := fmt.Sprintf("NAME_%d", g.n)
		out = append(out, name+"="+g.plant(place, name, g.text()))
	}
	return out
}

// labels returns an object whose values are planted under their names, with a prefix before each.
func (g *grower) labels(place report.Place, prefix string, n int) object {
	o := object{}
	for range n {
		g.n++
		name := fmt.Sprintf("label.%d", g.n)
		o[prefix+name] = g.plant(place, name, g.text())
	}
	return o
}

func (g *grower) config() []byte {
	env := g.settings(report.ConfigEnv, 3)
	args := g.settings("", 2)
	names := make([]string, len(args))
	for i, a := range args {
		names[i], _, _ = strings.Cut(a, "=")
	}
	count := len(args)
	if g.rand.IntN(4) == 0 {
		count += g.rand.IntN(5) // as buildah does
	}
	old := g.settings("", 2)
	history := []object{
		{"created_by": g.plant(report.HistoryEntry, "", "COPY "+g.text()), "comment": g.plant(report.HistoryEntry, "", g.text()), "author": g.plant(report.HistoryEntry, "", g.text())},
		{"created_by": "ARG " + strings.Join(names, " "), "comment": "buildkit.dockerfile.v0"},
		{"created_by": fmt.Sprintf("RUN |%d %s /bin/sh -c %s", count, strings.Join(args, " "), g.plant(report.HistoryEntry, "", g.text()))},
		{"created_by": "ENV " + strings.Join(old, " "), "comment": "buildkit.dockerfile.v0", "odd": g.tree(report.ConfigOther, "odd", 2)},
		{"created_by": "ENV " + strings.Join(env, " "), "comment": "buildkit.dockerfile.v0"},
	}
	config := object{
		"Env": env, "Labels": g.labels(report.ConfigLabel, "", 3),
		"Cmd": g.list(report.ConfigCmd, "", 3), "Entrypoint": g.list(report.ConfigEntrypoint, "", 3), "OnBuild": g.list(report.ConfigOnbuild, "", 2),
		"Healthcheck": object{"Test": g.list(report.ConfigHealthcheck, "", 2)},
		"User":        g.plant(report.ConfigOther, "User", g.text()), "Unknown": g.tree(report.ConfigOther, "Unknown", 3),
	}
	top := g.object(report.ConfigOther, 3)
	maps.Copy(top, object{"config": config, "history": history, "container_config": g.tree(report.ConfigOther, "container_config", 3)})
	return jsonOf(top)
}

func (g *grower) manifest() []byte {
	o := g.object(report.Annotation, 3)
	maps.Copy(o, object{
		"annotations": g.labels(report.Annotation, "", 3),
		"layers":      []any{object{"annotations": g.labels(report.Annotation, "", 2), "odd": g.tree(report.Annotation, "odd", 2)}},
	})
	return jsonOf(o)
}

func (g *grower) statement(depth int) []byte {
	predicate := g.object("", 3)
	maps.Copy(predicate, object{
		"args": g.labels(report.BuildArg, argPrefix, 2),
		"more": object{"args": g.labels(report.Provenance, "label:", 2)},
		"exec": object{"meta": object{"args": g.list(report.Provenance, "", 3), "env": g.settings(report.Provenance, 2)}},
		"info": object{"data": inBase64(g.plant("", "", g.text()+g.text())), "filename": "Dockerfile"},
	})
	if depth > 0 {
		predicate["payload"] = inBase64(string(g.statement(depth - 1)))
		predicate["Data"] = string(g.statement(depth - 1))
	}
	return jsonOf(object{"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://example.org/p", "predicate": predicate})
}

// TestEveryValueIsFound: whatever string stands in a configuration, a manifest or a statement, some fragment holds it
// whole, in its place, with its name.
func TestEveryValueIsFound(t *testing.T) {
	for seed := range uint64(200) {
		g := &grower{rand: rand.New(rand.NewPCG(seed, 1))}
		img := &source.Image{
			Config: g.config(), Manifest: g.manifest(),
			Layers: []source.LayerRef{{Key: "a", MediaType: inTotoType}, {Key: "b", MediaType: "application/spdx+json"}},
		}
		blobs := map[string][]byte{"a": g.statement(2), "b": jsonOf(g.object(report.SBOM, 4))}
		fragments, _, problems := readMetadata(t, img, blobs)
		if len(problems) > 0 {
			t.Fatalf("seed %d: problems %v", seed, problems)
		}
		for _, p := range g.all {
			if !holds(fragments, p.place, p.key, p.text) && !holds(fragments, "", "", p.text) {
				t.Fatalf("seed %d: %s %s %q is in no fragment of:\n%s\n%q", seed, p.place, p.key, p.text, img.Config, shownAll(fragments))
			}
			if p.place != "" && !holds(fragments, p.place, p.key, p.text) && !ambiguous(p.text) {
				t.Fatalf("seed %d: %s %s %q is not found with its name and place:\n%s", seed, p.place, p.key, p.text, strings.Join(shownAll(fragments), "\n"))
			}
		}
		again, _, _ := readMetadata(t, img, blobs)
		if !slices.Equal(shownAll(fragments), shownAll(again)) {
			t.Fatalf("seed %d: two readings differ", seed)
		}
	}
}

// ambiguous tells whether a value of the history can be taken for several.
func ambiguous(text string) bool {
	return strings.Contains(text, " B=") || strings.Contains(text, " /bin/sh -c ")
}

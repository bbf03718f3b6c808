package scanner

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/scanner/source"
)

// built is one history entry as a builder writes it.
type built struct {
	by      string
	comment string
	empty   bool
}

// configOf returns a configuration with the history told, and config as its "config" member.
func configOf(config map[string]any, entries ...built) []byte {
	history := []map[string]any{}
	for _, e := range entries {
		h := map[string]any{"created_by": e.by, "created": "2026-01-02T03:04:05Z"}
		if e.comment != "" {
			h["comment"] = e.comment
		}
		if e.empty {
			h["empty_layer"] = true
		}
		history = append(history, h)
	}
	data, err := json.Marshal(map[string]any{"config": config, "history": history})
	if err != nil {
		panic(err)
	}
	return data
}

const nop = "/bin/sh -c #(nop) "

// buildahSteps is what buildah 1.28 wrote of a Dockerfile with two stages, the last FROM the first, and built without
// intermediate layers: each stage is one layer, declared by its last instruction, and the count after the bar is no count.
var buildahSteps = []built{
	{by: nop + "ARG NPM_TOKEN", empty: true},
	{by: nop + "ARG NPM_TOKEN SPACED", empty: true},
	{by: nop + "ADD file:dd82 in / ", empty: true},
	{by: "|7 NPM_TOKEN=it's a \"q\" = x SPACED=two words\nline2 /bin/sh -c echo \"$NPM_TOKEN\" > /t", empty: true},
	{by: nop + `ENV OLD="a b" B=2`, empty: true},
	{by: nop + "COPY file:0e29 in /app/.env ", empty: true},
	{by: nop + "ENV OLD="},
	{by: nop + "ARG OTHER", empty: true},
	{by: nop + "COPY file:3211 in /u ", empty: true},
	{by: `|1 OTHER=dflt /bin/sh -c touch /w`, empty: true},
	{by: nop + `CMD ["-c", "echo hi"]`, comment: "FROM 971b9ed09255"},
}

func TestTieHistory(t *testing.T) {
	buildah := map[string]any{"Labels": map[string]string{"io.buildah.version": "1.28.2"}}
	kept := append([]built(nil), buildahSteps...)
	for i := range kept {
		kept[i].empty = !strings.Contains(kept[i].by, "ADD") && !strings.Contains(kept[i].by, "COPY") && kept[i].by[0] != '|'
	}
	tests := []struct {
		name    string
		config  map[string]any
		entries []built
		layers  int
		made    []string // the instruction of each layer
		by      []int    // the history entry of each layer, -1 for none
		untied  int
	}{
		{"buildkit", nil, []built{
			{by: "ENV A=b", comment: "buildkit.dockerfile.v0", empty: true},
			{by: "RUN /bin/sh -c apk add x # buildkit", comment: "buildkit.dockerfile.v0"},
			{by: "WORKDIR /app", comment: "buildkit.dockerfile.v0"},
			{by: "COPY . . # buildkit", comment: "buildkit.dockerfile.v0"},
			{by: `CMD ["x"]`, comment: "buildkit.dockerfile.v0", empty: true},
		}, 3, []string{"RUN apk add x", "WORKDIR /app", "COPY . ."}, []int{1, 2, 3}, 0},
		{"classic, with a RUN that changed nothing", nil, []built{
			{by: nop + "ADD file:1 in / "}, {by: nop + ` CMD ["sh"]`, empty: true}, {by: "/bin/sh -c true", empty: true}, {by: "/bin/sh -c make"},
		}, 2, []string{"ADD file:1 in /", "RUN make"}, []int{0, 3}, 0},
		{"buildah without intermediate layers", nil, buildahSteps, 2, []string{
			"ADD file:dd82 in /; RUN NPM_TOKEN=… SPACED=… echo \"$NPM_TOKEN\" > /t; COPY file:0e29 in /app/.env",
			"COPY file:3211 in /u; RUN OTHER=… touch /w",
		}, []int{6, 10}, 0},
		{"buildah with layers", buildah, kept, 5, []string{
			"ADD file:dd82 in /", "RUN NPM_TOKEN=… SPACED=… echo \"$NPM_TOKEN\" > /t", "COPY file:0e29 in /app/.env", "COPY file:3211 in /u", "RUN OTHER=… touch /w",
		}, []int{2, 3, 5, 8, 9}, 0},
		{"buildah whose last step is a RUN", buildah, []built{{by: nop + "ADD a in /", empty: true}, {by: "/bin/sh -c rm /a"}}, 1,
			[]string{"ADD a in /; RUN rm /a"}, []int{1}, 0},
		{"buildah whose last step is a WORKDIR", buildah, []built{{by: "/bin/sh -c echo", empty: true}, {by: nop + "WORKDIR /wd"}}, 1,
			[]string{"RUN echo; WORKDIR /wd"}, []int{1}, 0},
		{"buildah commit", buildah, []built{{by: nop + "ENV X=y", empty: true}, {by: "/bin/sh"}}, 1, []string{"/bin/sh"}, []int{1}, 0},
		{"squashed to one layer", nil, []built{{by: "RUN a"}, {by: "RUN b"}, {by: "ENV A=b", empty: true}}, 1, []string{""}, []int{-1}, 2},
		{"more layers than entries", nil, []built{{by: "RUN a"}}, 2, []string{"", ""}, []int{-1, -1}, 1},
		{"all said to be empty", nil, []built{{by: "RUN a", empty: true}, {by: "ENV A=b", empty: true}}, 1, []string{""}, []int{-1}, 1},
		{"no history", nil, nil, 2, []string{"", ""}, []int{-1, -1}, 0},
		{"windows", nil, []built{{by: "cmd /S /C #(nop)  ENV A=b", empty: true}, {by: "cmd /S /C dir"}}, 1, []string{"RUN dir"}, []int{1}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, problems := newDocument(&source.Image{Config: configOf(tt.config, tt.entries...), Layers: layersOf(tt.layers)}, nil)
			if len(problems) > 0 {
				t.Errorf("problems: %v", problems)
			}
			var made []string
			var by []int
			for i := range tt.layers {
				o := d.layer(i)
				made = append(made, o.instruction)
				if o.history == nil {
					by = append(by, -1)
					continue
				}
				by = append(by, *o.history)
				if l := d.history[*o.history].Layer; l == nil || *l != i {
					t.Errorf("layer %d is tied to entry %d, that to %v", i, *o.history, l)
				}
			}
			if diff := cmp.Diff(made, tt.made); diff != "" {
				t.Errorf("instructions (-got +want):\n%s", diff)
			}
			if diff := cmp.Diff(by, tt.by); diff != "" {
				t.Errorf("entries (-got +want):\n%s", diff)
			}
			untied := 0
			for _, h := range d.history {
				if h.Untied != "" {
					untied++
				}
			}
			if untied != tt.untied {
				t.Errorf("%d entries say why they are not tied, want %d", untied, tt.untied)
			}
		})
	}
}

func TestHistoryFragments(t *testing.T) {
	bk := "buildkit.dockerfile.v0"
	tests := []struct {
		name    string
		config  map[string]any
		entries []built
		layers  int
		want    []string // of places build-arg and history, without comments
	}{
		{"an ENV that was changed and one that stands", map[string]any{"Env": []string{"PASS=two", "KEPT=k v"}}, []built{
			{by: "ENV PASS=one KEPT=k v", comment: bk, empty: true},
			{by: "RUN /bin/sh -c x # buildkit", comment: bk},
			{by: "ENV PASS=two", comment: bk, empty: true},
		}, 1, []string{
			"history PASS history=0 history removed by 2 ENV PASS=two: one",
			"history KEPT history=0 history: k v",
			"history /history/0/created_by key= history=0 history: ENV PASS=one KEPT=k v",
			"history /history/1/created_by key= history=1 layer=0 history: RUN /bin/sh -c x # buildkit",
			"history PASS history=2 history: two",
		}},
		{"an ENV that only the final configuration lost", nil, []built{{by: "ENV PASS=one", comment: bk, empty: true}}, 0, []string{
			"history PASS history=0 history removed by the final configuration does not have PASS: one",
		}},
		{"a value that goes and comes back", map[string]any{"Env": []string{"P=a"}}, []built{
			{by: "ENV P=a", empty: true}, {by: "ENV P=b", empty: true}, {by: "ENV P=a", empty: true},
		}, 0, []string{
			"history P history=0 history: a",
			"history P history=1 history removed by 2 ENV P=a: b",
			"history P history=2 history: a",
		}},
		{"quoted, as buildah repeats the Dockerfile", map[string]any{"Env": []string{"OLD=", "B=2", "REF=v/x", "L=some value"}, "Labels": map[string]string{"a.b": "c d"}}, []built{
			{by: nop + `ENV OLD="a \"b\"" B=2 E=a\ b`, empty: true},
			{by: nop + "ENV OLD=", empty: true},
			{by: nop + "ENV REF=$L/x", empty: true},
			{by: nop + "ENV L some value", empty: true},
			{by: nop + `LABEL "a.b"="c d"`, empty: true},
		}, 0, []string{
			`history OLD history=0 history removed by 1 ENV OLD=: a "b"`,
			"history B history=0 history: 2",
			"history E history=0 history removed by the final configuration does not have E: a b",
			"history REF history=2 history: $L/x",
			"history L history=3 history: some value",
			"history a.b history=4 history: c d",
		}},
		{"plain with quotes in the value, as the classic builder writes it", map[string]any{"Env": []string{`A="x"`}}, []built{
			{by: "/bin/sh -c #(nop)  ENV A=\"x\"", empty: true},
		}, 0, []string{`history A history=0 history: "x"`}},
		{"build arguments", nil, []built{
			{by: "ARG TOKEN=default value", comment: bk, empty: true},
			{by: "ARG OTHER", comment: bk, empty: true},
			{by: "RUN |2 TOKEN=a b=c OTHER=\"q\"\nr /bin/sh -c npm ci # buildkit", comment: bk},
		}, 1, []string{
			"build-arg TOKEN history=0 history: default value",
			"build-arg TOKEN history=2 layer=0 history: a b=c",
			"build-arg OTHER history=2 layer=0 history: \"q\"\nr",
			"history /history/2/created_by key= history=2 layer=0 history: /bin/sh -c npm ci # buildkit",
		}},
		{"arguments whose count is wrong", nil, buildahSteps[:4], 0, []string{
			"build-arg NPM_TOKEN history=3 history: it's a \"q\" = x",
			"build-arg SPACED history=3 history: two words\nline2",
			"history /history/2/created_by key= history=2 history: " + nop + "ADD file:dd82 in / ",
			"history /history/3/created_by key= history=3 history: /bin/sh -c echo \"$NPM_TOKEN\" > /t",
		}},
		{"arguments of which it is not clear where they end are text too", nil, []built{{by: "|1 A=x y /app --flag"}}, 1, []string{
			"build-arg A history=0 layer=0 history: x",
			"history /history/0/created_by key= history=0 layer=0 history: |1 A=x y /app --flag",
		}},
		{"a shell of the image's own", map[string]any{"Shell": []string{"/bin/bash", "-o", "pipefail", "-c"}}, []built{{by: "|1 A=x y /bin/bash -o pipefail -c z"}}, 1, []string{
			"build-arg A history=0 layer=0 history: x y",
			"history /history/0/created_by key= history=0 layer=0 history: /bin/bash -o pipefail -c z",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fragments, _, problems := readMetadata(t, &source.Image{Config: configOf(tt.config, tt.entries...), Layers: layersOf(tt.layers)}, nil)
			if len(problems) > 0 {
				t.Errorf("problems: %v", problems)
			}
			var got []string
			for _, f := range fragments {
				if (f.place == "build-arg" || f.place == "history") && !strings.HasSuffix(f.path, "/comment") {
					got = append(got, shown(f))
				}
			}
			if diff := cmp.Diff(got, tt.want); diff != "" {
				t.Errorf("fragments (-got +want):\n%s", diff)
			}
		})
	}
}

package scanner

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
	"dregs/rules"
	"dregs/scanner/source"
)

const inTotoType = "application/vnd.in-toto+json"

// object is a JSON object in tests.
type object = map[string]any

func jsonOf(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}

func inBase64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// attestation reads one statement as the attestation manifest of an image holds it.
func readStatement(t testing.TB, blob []byte, ref source.LayerRef) ([]fragment, []report.Problem) {
	t.Helper()
	ref.Key, ref.Digest = "k", "sha256:"+strings.Repeat("0", 64)
	img := &source.Image{Kind: "attestation", Layers: []source.LayerRef{ref}}
	fragments, d, problems := readMetadata(t, img, map[string][]byte{"k": blob})
	if !d.reads(ref) {
		t.Errorf("the blob is not read as a document")
	}
	return fragments, problems
}

// llbSteps are the steps of a build as BuildKit records them.
var llbSteps = []any{
	object{"id": "step0", "op": object{"Op": object{"source": object{"identifier": "git://u:pw@example.org/repo"}}}},
	object{"id": "step1", "op": object{"Op": object{"exec": object{"meta": object{
		"args": []string{"/bin/sh", "-c", "curl -u a:b x"}, "env": []string{"PATH=/bin", "NPM_TOKEN=tok"}, "cwd": "/",
	}}}}, "inputs": []string{"step0:0"}},
	object{"id": "step2", "op": object{"Op": object{"file": object{"actions": []any{object{"Action": object{"mkfile": object{
		"path": "/etc/cred", "data": inBase64("password=here-it-is\n"),
	}}}}}}}},
}

func TestProvenance(t *testing.T) {
	dockerfile := "FROM scratch\nENV A=b\n"
	infos := []any{object{"filename": "app.Dockerfile", "language": "Dockerfile", "data": inBase64(dockerfile), "llbDefinition": llbSteps}}
	args := object{"build-arg:NPM_TOKEN": "tok tok", "label:who": "me", "vcs:source": "https://u:p@example.org/x.git"}
	v02 := object{"_type": "https://in-toto.io/Statement/v0.1", "predicateType": "https://slsa.dev/provenance/v0.2", "predicate": object{
		"invocation":  object{"parameters": object{"frontend": "dockerfile.v0", "args": args}},
		"buildConfig": object{"llbDefinition": llbSteps},
		"metadata":    object{"https://mobyproject.org/buildkit@v1#metadata": object{"source": object{"infos": infos}}},
	}}
	v1 := object{"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://slsa.dev/provenance/v1", "predicate": object{
		"buildDefinition": object{
			"externalParameters": object{"request": object{
				"args":   args,
				"inputs": object{"ctx": object{"request": object{"args": object{"build-arg:INNER": "in"}, "root": object{"request": object{"args": object{"build-arg:ROOT": "rt"}}}}}},
			}},
			"internalParameters": object{"buildConfig": object{"llbDefinition": llbSteps}},
		},
		"runDetails": object{"metadata": object{"buildkit_metadata": object{"source": object{"infos": infos}}}},
	}}
	request := "/predicate/invocation/parameters/args"
	source1 := "/predicate/metadata/https:~1~1mobyproject.org~1buildkit@v1#metadata/source/infos/0"
	steps := "/predicate/buildConfig/llbDefinition"
	request1 := "/predicate/buildDefinition/externalParameters/request/args"
	source2 := "/predicate/runDetails/metadata/buildkit_metadata/source/infos/0"
	steps1 := "/predicate/buildDefinition/internalParameters/buildConfig/llbDefinition"
	want := func(request, source, steps string) []string {
		return []string{
			"build-arg NPM_TOKEN layer=0 history: tok tok",
			"provenance " + request + "/label:who key=who layer=0 history: me",
			"provenance " + request + "/vcs:source key=vcs:source layer=0 history: https://u:p@example.org/x.git",
			"provenance " + source + "/data key= via=app.Dockerfile›base64 layer=0 history: " + dockerfile,
			"provenance " + source + "/llbDefinition/1/op/Op/exec/meta/env/1 key=NPM_TOKEN layer=0 history: tok",
			"provenance " + steps + "/0/op/Op/source/identifier key=identifier layer=0 history: git://u:pw@example.org/repo",
			"provenance " + steps + "/1/op/Op/exec/meta/args key=args layer=0 history: /bin/sh -c curl -u a:b x",
			"provenance " + steps + "/1/op/Op/exec/meta/env/1 key=NPM_TOKEN layer=0 history: tok",
			"provenance " + steps + "/2/op/Op/file/actions/0/Action/mkfile/data key= via=/etc/cred›base64 layer=0 history: password=here-it-is\n",
		}
	}
	tests := []struct {
		name      string
		statement object
		want      []string
	}{
		{"SLSA v0.2", v02, want(request, source1, steps)},
		{"SLSA v1", v1, append(want(request1, source2, steps1),
			"build-arg INNER layer=0 history: in",
			"build-arg ROOT layer=0 history: rt",
		)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fragments, problems := readStatement(t, jsonOf(tt.statement), source.LayerRef{MediaType: inTotoType})
			if len(problems) > 0 {
				t.Errorf("problems: %v", problems)
			}
			got := make(map[string]bool)
			for _, f := range fragments {
				got[shown(f)] = true
			}
			for _, w := range tt.want {
				if !got[w] {
					t.Errorf("not found: %s", w)
				}
			}
			if t.Failed() {
				t.Logf("found:\n%s", strings.Join(shownAll(fragments), "\n"))
			}
		})
	}
}

func TestOtherDocuments(t *testing.T) {
	statement := object{"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://example.org/odd/v1", "predicate": object{"list": []any{object{"k": "v"}}}}
	sbom := object{"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://spdx.dev/Document", "predicate": object{"comment": "v"}}
	tests := []struct {
		name      string
		blob      any
		mediaType string
		want      string
	}{
		{"an unknown predicate", statement, "", "provenance /predicate/list/0/k key=k layer=0 history: v"},
		{"a DSSE envelope", object{"payload": inBase64(string(jsonOf(statement))), "payloadType": inTotoType}, "",
			"provenance /payload/predicate/list/0/k key=k via=base64 layer=0 history: v"},
		{"a sigstore bundle", object{"dsseEnvelope": object{"payload": inBase64(string(jsonOf(statement)))}}, "",
			"provenance /dsseEnvelope/payload/predicate/list/0/k key=k via=base64 layer=0 history: v"},
		{"a predicate in a string", object{"_type": "x", "predicate": object{"Data": string(jsonOf(object{"k": "v"}))}}, inTotoType,
			"provenance /predicate/Data/k key=k via=json layer=0 history: v"},
		{"a signature's payload", object{"critical": object{"type": "cosign container image signature"}, "optional": object{"who": "v"}}, "",
			"provenance /optional/who key=who layer=0 history: v"},
		{"SPDX", sbom, "", "sbom  layer=0 history: https://in-toto.io/Statement/v1\nv\nhttps://spdx.dev/Document\n"},
		{"SPDX in an envelope", object{"payload": inBase64(string(jsonOf(sbom))), "payloadType": inTotoType}, "",
			"sbom /payload key= via=base64 layer=0 history: https://in-toto.io/Statement/v1\nv\nhttps://spdx.dev/Document\n"},
		{"CycloneDX alone", object{"bomFormat": "CycloneDX", "x": "v"}, "", "sbom  layer=0 history: CycloneDX\nv\n"},
		{"told by its media type", object{"x": "v"}, "application/spdx+json", "sbom  layer=0 history: v\n"},
		{"a long member name", object{"_type": inTotoType, "https://u:p@example.org": 1}, "",
			"provenance /https:~1~1u:p@example.org key= layer=0 history: https://u:p@example.org"},
		{"a list", []any{[]any{"v"}}, inTotoType, "provenance /0/0 key= layer=0 history: v"},
		{"arguments inside arguments", object{"_type": inTotoType, "args": []any{"a", object{"args": []any{"b"}}, "c"}}, "", "provenance /args key=args layer=0 history: a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fragments, problems := readStatement(t, jsonOf(tt.blob), source.LayerRef{MediaType: tt.mediaType})
			if len(problems) > 0 {
				t.Errorf("problems: %v", problems)
			}
			got := shownAll(fragments)
			for _, g := range got {
				if g == tt.want {
					return
				}
			}
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), tt.want)
		})
	}
}

func TestNestedWithoutEnd(t *testing.T) {
	doc := `{"_type":"in-toto","x":"hidden"}`
	for range 2 * statementNesting {
		doc = string(jsonOf(object{"payload": inBase64(doc), "payloadType": "x"}))
	}
	fragments, problems := readStatement(t, []byte(doc), source.LayerRef{})
	if len(problems) != 1 || problems[0].Kind != report.Limit || len(fragments) == 0 {
		t.Errorf("%d fragments, problems %v, want one of kind limit", len(fragments), problems)
	}
}

// TestManyValues: a statement of any size makes few fragments, and its last value is found with its name.
func TestManyValues(t *testing.T) {
	last := object{"env": []string{"A=last one"}, "args": object{"build-arg:B": "last two"}, "c": "last three"}
	blob := jsonOf(object{"_type": "in-toto", "a": make([]int, 10), "list": slices.Repeat([]string{"value"}, 10*statementSingles), "z": last})
	fragments, problems := readStatement(t, blob, source.LayerRef{})
	if len(problems) > 0 {
		t.Errorf("problems: %v", problems)
	}
	if len(fragments) > statementSingles+1_000 {
		t.Errorf("%d fragments", len(fragments))
	}
	for key, text := range map[string]string{"env": "A=last one", "build-arg:B": "last two", "c": "last three"} {
		if !holds(fragments, report.Provenance, key, text) {
			t.Errorf("%s %q is not found", key, text)
		}
	}
}

func TestPlainBlobIsLeft(t *testing.T) {
	img := &source.Image{Kind: "artifact", Layers: []source.LayerRef{{Key: "k"}}}
	d, _ := newDocument(img, map[string][]byte{"k": []byte(`{"a":"b"}`)})
	if d.reads(img.Layers[0]) {
		t.Error("a JSON file that is no attestation is read as one")
	}
}

// largeSBOM returns an SPDX document with n packages.
func largeSBOM(n int) []byte {
	packages := make([]object, n)
	for i := range packages {
		packages[i] = object{
			"SPDXID": fmt.Sprintf("SPDXRef-Package-%d", i), "name": fmt.Sprintf("package-%d", i), "versionInfo": "1.2.3",
			"downloadLocation": fmt.Sprintf("https://example.org/pool/package-%d.tar.gz", i),
			"licenseConcluded": "NOASSERTION",
		}
	}
	return jsonOf(object{"spdxVersion": "SPDX-2.3", "packages": packages})
}

func TestBatchesFindTheirValues(t *testing.T) {
	blob := largeSBOM(3_000)
	fragments, problems := readStatement(t, blob, source.LayerRef{})
	if len(problems) > 0 {
		t.Errorf("problems: %v", problems)
	}
	if len(fragments) > 30 {
		t.Errorf("%d fragments for 15,000 values", len(fragments))
	}
	found := 0
	for _, f := range fragments {
		text := string(f.text)
		for at := strings.Index(text, "/package-"); at >= 0; {
			m := &rules.Match{Offset: int64(at), Line: 1 + strings.Count(text[:at], "\n"), Column: 9}
			path, key, offset, line, _ := f.spot(m)
			var n int
			if _, err := fmt.Sscanf(text[at:], "/package-%d.tar.gz", &n); err != nil {
				t.Fatal(err)
			}
			want := fmt.Sprintf("/packages/%d/downloadLocation", n)
			if path != want || key != "downloadLocation" || offset != int64(len("https://example.org/pool")) || line != 1 {
				t.Fatalf("at %d: got %s %s %d:%d, want %s", at, path, key, offset, line, want)
			}
			found++
			next := strings.Index(text[at+1:], "/package-")
			if next < 0 {
				break
			}
			at += 1 + next
		}
	}
	if found != 3_000 {
		t.Errorf("found %d of 3000", found)
	}
}

func TestAnnotations(t *testing.T) {
	manifest := jsonOf(object{
		"schemaVersion": 2, "annotations": object{"a": "m"},
		"config": object{"digest": "sha256:" + strings.Repeat("0", 64), "data": inBase64(`{"k":"embedded"}`)},
		"layers": []any{object{"annotations": object{"a": "l"}, "urls": []string{"https://u:p@x"}}},
		"odd":    "o",
	})
	tag := strings.Repeat("tag", 8)
	above := []source.Document{{What: "index sha256:1", Annotations: map[string]string{"b": "2", "a": "1"}}}
	tests := []struct {
		name string
		img  source.Image
		want []string
	}{
		{"manifest and what is above it", source.Image{Manifest: manifest, Layers: layersOf(1), Above: above}, []string{
			"annotation a history: m",
			`annotation /config/data key= via=base64 history: {"k":"embedded"}`,
			"annotation a layer=0 history: l",
			"annotation /layers/0/urls/0 key=urls layer=0 history: https://u:p@x",
			"annotation /odd key=odd history: o",
			"annotation index sha256:1 a key=a history: 1",
			"annotation index sha256:1 b key=b history: 2",
		}},
		{"names", source.Image{Tags: []string{"x.example:5000/team/app:" + tag, "short:1", tag, "named-above-as-it-is", "x.example/" + tag + "@sha256:1"}, Standing: &source.Standing{
			Repositories: []string{"team/" + tag + tag}, PastTags: []string{"team/app:" + tag, "team/app:past" + tag},
		}, Above: []source.Document{{What: "index sha256:1", Annotations: map[string]string{"io.containerd.image.name": "x.example/named-above-as-it-is:1"}}}}, []string{
			"annotation index sha256:1 io.containerd.image.name key= history: x.example",
			"annotation index sha256:1 io.containerd.image.name key= history: named-above-as-it-is",
			"annotation index sha256:1 io.containerd.image.name key= history: 1",
			"annotation index sha256:1 io.containerd.image.name key= history: io.containerd.image.name",
			"annotation tag of x.example:5000/team/app key= history: " + tag,
			"annotation tag of team/app key= history: past" + tag,
			"annotation repository team/" + tag + tag + " key= history: " + tag + tag,
		}},
		{"no manifest", source.Image{Layers: []source.LayerRef{{Annotations: map[string]string{"a": "l"}}}}, []string{"annotation a layer=0 history: l"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fragments, _, problems := readMetadata(t, &tt.img, nil)
			if len(problems) > 0 {
				t.Errorf("problems: %v", problems)
			}
			if diff := cmp.Diff(shownAll(fragments), tt.want); diff != "" {
				t.Errorf("fragments (-got +want):\n%s", diff)
			}
		})
	}
	t.Run("broken manifest", func(t *testing.T) {
		fragments, _, problems := readMetadata(t, &source.Image{Manifest: []byte(`{"annotations":{"a":"m"},"x":"hid`)}, nil)
		if !holds(fragments, report.Annotation, "a", "m") || !holds(fragments, report.Annotation, "", "hid") || len(problems) != 1 || problems[0].Kind != report.Corrupt {
			t.Errorf("got %v and %v", shownAll(fragments), problems)
		}
	})
}

func TestInlineBuildInfo(t *testing.T) {
	info := object{"frontend": "dockerfile.v0", "attrs": object{"build-arg:TOKEN": "tok", "vcs:source": "https://u:p@x"}}
	config := jsonOf(object{inlineBuildInfo: inBase64(string(jsonOf(info)))})
	fragments, _, problems := readMetadata(t, &source.Image{Config: config}, nil)
	want := []string{
		"config-other /moby.buildkit.buildinfo.v1/attrs/vcs:source key=vcs:source via=base64 history: https://u:p@x",
		"config-other /moby.buildkit.buildinfo.v1/frontend key=frontend via=base64 history: dockerfile.v0",
		"build-arg TOKEN history: tok",
	}
	if diff := cmp.Diff(shownAll(fragments)[1:], want); diff != "" || len(problems) > 0 {
		t.Errorf("fragments (-got +want):\n%s\nproblems %v", diff, problems)
	}
}

func BenchmarkSBOM(b *testing.B) {
	blob := largeSBOM(40_000)
	img := &source.Image{Kind: "attestation", Layers: []source.LayerRef{{Key: "k"}}}
	b.SetBytes(int64(len(blob)))
	b.ReportAllocs()
	for b.Loop() {
		d, _ := newDocument(img, map[string][]byte{"k": blob})
		metadata(d, func(fragment) {})
	}
}

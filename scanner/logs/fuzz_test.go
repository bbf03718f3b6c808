package logs

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func FuzzFind(f *testing.F) {
	for _, c := range contexts {
		f.Add([]byte(fill(c.log)), uint16(7))
	}
	f.Fuzz(func(t *testing.T, text []byte, part uint16) {
		all, err := Find(text)
		if err != nil {
			t.Fatalf("finding: %v", err)
		}
		for i := range all {
			checkIdentity(t, &all[i], text)
		}
		if diff := cmp.Diff(all, written(t, text, func() int { return int(part) + 1 })); diff != "" {
			t.Errorf("written in parts of %d (-whole +written):\n%s", part+1, diff)
		}
	})
}

// checkIdentity holds an identity to what its documentation says.
func checkIdentity(t *testing.T, id *Identity, text []byte) {
	t.Helper()
	lines := bytes.Count(text, []byte("\n")) + 1
	switch {
	case id.Line < 1 || id.Line > lines || id.Column < 1 || len(id.Lines) == 0 || id.Lines[0] != id.Line && !slices.Contains(id.Lines, id.Line):
		t.Errorf("%+v: its place is out of range", id)
	case !slices.IsSorted(id.Lines) || id.Count < len(id.Lines) || id.Lines[len(id.Lines)-1] > lines:
		t.Errorf("%+v: its lines are out of order or range", id)
	case !utf8.ValidString(id.Snippet) || strings.ContainsFunc(id.Snippet, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
		t.Errorf("%+v: its snippet holds control codes", id)
	case id.Source == "":
		t.Errorf("%+v: no tool printed it", id)
	}
	digits := strings.TrimPrefix(id.Value, algorithm)
	hex := strings.Trim(digits, "0123456789abcdef") == ""
	switch id.Kind {
	case ImageID, ImageDigest, LayerDigest:
		if !hex || len(digits) != fullDigits && (len(id.Value) < leastDigits-1 || len(id.Value) > mostShort) {
			t.Errorf("%+v: not an identity by its form", id)
		}
	case ContainerID:
		if !hex || digits != id.Value {
			t.Errorf("%+v: not an identity by its form", id)
		}
	case PrivateImageRef:
		if ref, ok := parseReference(strings.Split(id.Value, "@")[0]); !ok || !ref.private() {
			t.Errorf("%+v: not a private reference", id)
		}
	default:
		t.Errorf("%+v: of no kind", id)
	}
}

func FuzzReadInventory(f *testing.F) {
	for _, text := range inventories {
		f.Add([]byte(fill(text)))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := ReadInventory(bytes.NewReader(text))
		if err != nil {
			if v != nil {
				t.Errorf("an inventory beside the error %v", err)
			}
			return
		}
		for _, d := range v.sorted {
			if got := v.Match(ImageDigest, algorithm+d); got != v.digests[d] || !bytes.Contains(text, []byte(d)) && !bytes.ContainsRune(text, '\\') {
				t.Errorf("digest %s: %q, and the text holds it not", d, got)
			}
		}
		for name := range v.repositories {
			if got := v.Match(PrivateImageRef, name); got != "repository" {
				t.Errorf("repository %s: %q", name, got)
			}
		}
	})
}

// inventories are what ReadInventory reads: each names digest A, and the repository registry.corp.example/team/app.
var inventories = map[string]string{
	"lines":                "# our images\nregistry.corp.example/team/app:1\nsha256:{A}\n",
	"references":           "registry.corp.example/team/app@sha256:{A}",
	"a table":              "registry.corp.example/team/app 1 {A}\n",
	"commas":               "registry.corp.example/team/app,sha256:{A}\r\n",
	"JSON":                 `{"repositories":[{"name":"registry.corp.example/team/app","manifests":[{"digest":"sha256:{A}"}]}]}`,
	"JSON lines":           `{"repository":"registry.corp.example/team/app"}` + "\n" + `{"digest":"sha256:{A}"}` + "\n",
	"names that are keys":  `{"repositories":{"registry.corp.example/team/app":{"1":"sha256:{A}"}}}`,
	"a report":             `{"schema":"dregs/report/v1","tool":{"rules":{"digest":"sha256:{B}"}},"targets":[{"images":[{"digest":"sha256:{A}","tags":["registry.corp.example/team/app:1"]}]}],"exposures":[{"value":"sha256:{B}"}]}`,
	"docker image inspect": `[{"Id":"sha256:{A}","RepoTags":["registry.corp.example/team/app:1"]}]`,
}

func TestInventory(t *testing.T) {
	for name, text := range inventories {
		t.Run(name, func(t *testing.T) {
			v, err := ReadInventory(strings.NewReader(fill(text)))
			if err != nil {
				t.Fatalf("reading: %v", err)
			}
			for _, c := range []struct {
				kind, value string
				want        bool
			}{
				{ImageDigest, algorithm + hashA, true},
				{ImageID, hashA[:12], true},
				{PrivateImageRef, "registry.corp.example/other@" + algorithm + hashA, true},
				{PrivateImageRef, "registry.corp.example/team/app:2", true},
				{PrivateImageRef, "registry.corp.example/team/app@" + algorithm + hashB, true},
				{PrivateImageRef, "registry.corp.example/team/app2:1", false},
				{ImageDigest, algorithm + hashB, false},
				{ImageID, hashB[:12], false},
				{ContainerID, hashB, false},
			} {
				if got := v.Match(c.kind, c.value); (got != "") != c.want {
					t.Errorf("Match(%s, %s) = %q, want a match: %v", c.kind, c.value, got, c.want)
				}
			}
		})
	}
	for name, text := range map[string]string{"empty": "", "words": "nothing of this is an image\n", "other JSON": `{"a":["b",1]}`} {
		t.Run(name, func(t *testing.T) {
			if _, err := ReadInventory(strings.NewReader(text)); !errors.Is(err, ErrNoInventory) {
				t.Errorf("reading: %v, want ErrNoInventory", err)
			}
		})
	}
	if _, err := ReadInventory(strings.NewReader(`{"digest":`)); err == nil || errors.Is(err, ErrNoInventory) {
		t.Errorf("reading broken JSON: %v, want another error", err)
	}
}

// TestAnchors holds the words that make a line worth reading to what is read in it.
func TestAnchors(t *testing.T) {
	for _, a := range anchors {
		if len(a) < 7 {
			t.Errorf("anchor %q has less than 7 bytes", a)
		}
	}
	for _, n := range namings {
		if !slices.ContainsFunc(anchors, func(a string) bool { return strings.Contains(n.before, a) }) {
			t.Errorf("no anchor lies in %q", n.before)
		}
	}
}

package scanner_test

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1" // git names its objects so
	"encoding/hex"
	"fmt"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/scanner"
	"dregs/scanner/imagetest"
)

// looseObject returns a git object as the file that holds it, and its identity.
func looseObject(kind, content string) (file imagetest.Entry, id string) {
	data := fmt.Sprintf("%s %d\x00%s", kind, len(content), content)
	sum := sha1.Sum([]byte(data))
	id = hex.EncodeToString(sum[:])
	var out bytes.Buffer
	z := zlib.NewWriter(&out)
	if _, err := z.Write([]byte(data)); err != nil {
		panic(err)
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return imagetest.File("srv/.git/objects/"+id[:2]+"/"+id[2:], out.String()), id
}

// treeOf returns a tree with one file.
func treeOf(name, blob string) string {
	id, err := hex.DecodeString(blob)
	if err != nil {
		panic(err)
	}
	return "100644 " + name + "\x00" + string(id)
}

// TestTagsExplainCommits: the first tag that contains the commit of a blob is told, whichever layers hold them.
func TestTagsExplainCommits(t *testing.T) {
	first, second, alone, message := imagetest.GitHubToken("tag-1"), imagetest.GitHubToken("tag-2"), imagetest.GitHubToken("tag-3"), imagetest.GitHubToken("tag-4")
	blobs, trees, commits := make([]imagetest.Entry, 3), make([]imagetest.Entry, 2), make([]imagetest.Entry, 3)
	ids := make([]string, 3)
	for i, token := range []string{first, second, alone} {
		blobs[i], ids[i] = looseObject("blob", "token="+token+"\n")
	}
	var commitIDs []string
	parent := ""
	for i, blob := range []string{ids[0], ids[1], ids[0]} {
		tree, treeID := looseObject("tree", treeOf("conf", blob))
		trees[i%2] = tree
		var id string
		commits[i], id = looseObject("commit", fmt.Sprintf("tree %s\n%sauthor A <a@b> %d +0000\n\nmessage %d\n", treeID, parent, 1700000000+i*86400, i))
		parent = "parent " + id + "\n"
		commitIDs = append(commitIDs, id)
	}
	tag, tagID := looseObject("tag", fmt.Sprintf("object %s\ntype commit\ntag v2\ntagger A <a@b> 1700000000 +0000\n\nuse %s\n", commitIDs[2], message))
	reference := func(name, id string) imagetest.Entry { return imagetest.File("srv/.git/refs/tags/"+name, id+"\n") }
	for name, tt := range map[string]struct {
		names []imagetest.Entry
		want  map[string]string // by value: the tag
	}{
		"no tag":      {nil, map[string]string{first: "", second: "", alone: "", message: ""}},
		"annotated":   {[]imagetest.Entry{tag}, map[string]string{first: "v2", second: "v2", alone: ""}},
		"lightweight": {[]imagetest.Entry{reference("rc/1", commitIDs[1])}, map[string]string{first: "rc/1", second: "rc/1"}},
		"the first of several": {
			[]imagetest.Entry{tag, reference("v2", tagID), reference("v1", commitIDs[0]), reference("v1.1", commitIDs[1])},
			map[string]string{first: "v1", second: "v1.1"},
		},
		"packed": {
			[]imagetest.Entry{imagetest.File("srv/.git/packed-refs", fmt.Sprintf(
				"# pack-refs with: peeled fully-peeled sorted \n%s refs/heads/main\n%s refs/tags/v0\n%s refs/tags/v2\n^%s\n", commitIDs[2], commitIDs[1], tagID, commitIDs[2]))},
			map[string]string{first: "v0", second: "v0"},
		},
		"of a blob": {[]imagetest.Entry{reference("key", ids[2])}, map[string]string{first: "", alone: "key"}},
	} {
		t.Run(name, func(t *testing.T) {
			outer := imagetest.Image{Layers: []imagetest.Layer{{Entries: blobs}, {Entries: append(trees[:2:2], commits...)}}}
			if len(tt.names) > 0 {
				outer.Layers = append(outer.Layers, imagetest.Layer{Entries: tt.names})
			}
			r := scanFile(t, imagetest.WriteFile(t, "o.tar", imagetest.OCIArchive(outer.Build())), scanner.Options{})
			if !r.Complete {
				t.Errorf("problems: %+v", r.Targets[0].Problems)
			}
			got := make(map[string]string)
			for _, s := range r.Secrets {
				for _, o := range s.Occurrences {
					got[o.Path] = o.Facts["tag"]
				}
			}
			want := maps.Clone(got)
			for value, tag := range tt.want {
				for i, token := range []string{first, second, alone} {
					if value == token {
						want[blobs[i].Name] = tag
					}
				}
			}
			if diff := cmp.Diff(want, got); diff != "" || len(got) < 3 {
				t.Errorf("tags by path (-want +got):\n%s", diff)
			}
			if _, found := got[tag.Name]; name == "annotated" && !found {
				t.Error("the message of the tag is not searched")
			}
		})
	}
}

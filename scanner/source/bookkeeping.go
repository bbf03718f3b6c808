package source

import (
	"encoding/json"
	"path"
	"strings"
	"time"
)

// An image archive repeats itself: docker's ID/json, a blob since Docker 25, holds parts of the configuration, repositories
// the names. Such a file is left out only where each of its strings is known from elsewhere; anything more in it makes it
// a loose blob.

// known are the strings that the images of an archive have anyway.
type known struct {
	files   *members
	strings map[string]bool
}

func newKnown(g *graph, files *members) *known {
	k := &known{files: files, strings: map[string]bool{}}
	for _, n := range g.nodes {
		for _, tag := range n.Tags {
			k.strings[tag] = true
			if i := strings.LastIndexByte(tag, ':'); i >= 0 {
				k.strings[tag[:i]], k.strings[tag[i+1:]] = true, true // repositories has the two apart
			}
		}
		eachString(n.Config, func(s string) bool { k.strings[s] = true; return true })
	}
	return k
}

// shortest is the length from which a string can be a secret worth telling of.
const shortest = 8

// isBookkeeping tells that m repeats only what is known.
func (k *known) isBookkeeping(m *member) bool {
	switch base := path.Base(m.name); {
	case base == "VERSION", m.name == layoutFileName, m.name == repositories, base == "json":
		return k.explains(m)
	}
	return digestOfName(m.key) != "" && k.isV1Image(m) && k.explains(m)
}

// isV1Image tells docker's description of one layer, from when a layer was an image.
func (k *known) isV1Image(m *member) bool {
	if m.size > defaultMaxManifest || m.passed || !k.files.beginsAsJSON(m) {
		return false
	}
	data, err := m.content()
	if err != nil {
		return false // it is handed over as a loose blob, and reading that tells the error
	}
	var v1 struct {
		ID string `json:"id"`
	}
	return json.Unmarshal(data, &v1) == nil && isDigestName(v1.ID)
}

// explains tells that all strings of m are known, names of the archive's files, digests or times.
func (k *known) explains(m *member) bool {
	if m.size > defaultMaxManifest || m.passed {
		return false
	}
	data, err := m.content()
	if err != nil {
		return false
	}
	if text := strings.TrimSpace(string(data)); text == "1.0" {
		return true
	}
	return eachString(data, k.has)
}

func (k *known) has(s string) bool {
	if len(s) < shortest || k.strings[s] || k.strings[familiarName(s)] || k.files.find(s) != nil || strings.HasPrefix(s, "application/vnd.") {
		return true
	}
	if isDigestName(s) {
		return true
	}
	_, err := time.Parse(time.RFC3339Nano, s)
	return err == nil
}

// isDigestName tells a digest, and the names that archives make of one.
func isDigestName(s string) bool {
	for _, prefix := range []string{"blobs/sha256/", "sha256:"} {
		s = strings.TrimPrefix(s, prefix)
	}
	for _, suffix := range []string{"/layer.tar", ".json", ".gz", ".tar"} {
		s = strings.TrimSuffix(s, suffix)
	}
	_, _, ok := splitDigest("sha256:" + s)
	return ok
}

// content returns all of m.
func (m *member) content() ([]byte, error) {
	if m.memory != nil {
		return m.memory, nil
	}
	r, err := m.open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return readAtMost(r, m.size)
}

// eachString calls fn for every string of a JSON document, and for keys that are no plain words, until fn returns false.
// It reports whether the document was read to its end.
func eachString(data []byte, fn func(string) bool) bool {
	var doc any
	if err := json.Unmarshal(data, &doc); err != nil {
		return false
	}
	return visitStrings(doc, fn)
}

func visitStrings(v any, fn func(string) bool) bool {
	switch v := v.(type) {
	case string:
		return fn(v)
	case []any:
		for _, e := range v {
			if !visitStrings(e, fn) {
				return false
			}
		}
	case map[string]any:
		for key, e := range v {
			if len(key) > 2*shortest && strings.ContainsAny(key, "0123456789") && !fn(key) {
				return false
			}
			if !visitStrings(e, fn) {
				return false
			}
		}
	}
	return true
}

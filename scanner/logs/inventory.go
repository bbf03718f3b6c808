package logs

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Inventory knows the images of somebody: digests, IDs, layers and repositories. It is safe for concurrent use.
type Inventory struct {
	digests      map[string]string // what has the 64 digits
	short        []string          // IDs that the inventory itself has in short
	sorted       []string          // the keys of digests
	repositories map[string]bool
}

// ErrNoInventory says that a file names no image.
var ErrNoInventory = errors.New("it names no image: neither a digest nor a repository")

// inventoryBytes bounds an inventory, and inventoryDepth the nesting of its JSON.
const (
	inventoryBytes = 256 << 20
	inventoryDepth = 100
)

// ReadInventory reads an inventory: JSON or JSON lines in which digests, IDs and references stand anywhere, a dregs report,
// of which only the images count, or plain text with digests, IDs, references and repositories between white space and
// commas, # before comments. It returns ErrNoInventory where there is none of these.
func ReadInventory(r io.Reader) (*Inventory, error) {
	limited := &io.LimitedReader{R: r, N: inventoryBytes + 1}
	b := bufio.NewReader(limited)
	v := &Inventory{digests: make(map[string]string), repositories: make(map[string]bool)}
	read := v.readText
	if isJSON(b) {
		read = v.readJSON
	}
	if err := read(b); err != nil {
		return nil, fmt.Errorf("reading inventory: %w", err)
	}
	if limited.N == 0 {
		return nil, fmt.Errorf("reading inventory: it is larger than %d bytes", inventoryBytes)
	}
	if len(v.digests)+len(v.repositories)+len(v.short) == 0 {
		return nil, fmt.Errorf("reading inventory: %w", ErrNoInventory)
	}
	v.sorted = slices.Sorted(maps.Keys(v.digests))
	slices.Sort(v.short)
	v.short = slices.Compact(v.short)
	return v, nil
}

// isJSON tells whether what b begins with, white space left out, opens an object or array of JSON.
func isJSON(b *bufio.Reader) bool {
	for {
		c, err := b.ReadByte()
		if err != nil {
			return false
		}
		if strings.IndexByte(" \t\r\n", c) < 0 {
			return b.UnreadByte() == nil && (c == '{' || c == '[')
		}
	}
}

func (v *Inventory) readText(b *bufio.Reader) error {
	lines := bufio.NewScanner(b)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line, _, _ := strings.Cut(lines.Text(), "#")
		for _, word := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t,;\"'|", r) }) {
			v.add(word, "", true)
		}
	}
	return lines.Err()
}

func (v *Inventory) readJSON(b *bufio.Reader) error {
	d := json.NewDecoder(b)
	for {
		var document any
		err := d.Decode(&document)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("parsing JSON: %w", err)
		}
		if o, ok := document.(map[string]any); ok {
			if schema, _ := o["schema"].(string); strings.HasPrefix(schema, "dregs/report/") {
				document = o["targets"]
			}
		}
		v.walk(document, "", inventoryDepth)
	}
}

// walk adds what the strings of a document name.
func (v *Inventory) walk(document any, key string, depth int) {
	if depth == 0 {
		return
	}
	switch d := document.(type) {
	case string:
		v.add(d, key, names[strings.ToLower(key)])
	case []any:
		for _, e := range d {
			v.walk(e, key, depth-1)
		}
	case map[string]any:
		for k, e := range d {
			inner := k
			if key == "layers" && k == "digest" {
				inner = "layers"
			}
			v.add(k, key, names[strings.ToLower(key)])
			v.walk(e, inner, depth-1)
		}
	}
}

// names are the keys of JSON under which names of repositories stand.
var names = map[string]bool{
	"repository": true, "repositories": true, "repo": true, "name": true, "names": true, "image": true, "images": true, "reference": true, "ref": true,
	"tags": true, "repotags": true, "repodigests": true, "refs": true,
}

// add adds what text names; a name without a digest counts where named.
func (v *Inventory) add(text, key string, named bool) {
	if len(text) > 2*maxReference {
		return
	}
	name, digits, at := strings.Cut(text, "@"+algorithm)
	if at && isDigits(digits, fullDigits) {
		v.digests[digits] = ImageDigest
		named, text = true, name
	} else if digits := strings.TrimPrefix(text, algorithm); isDigits(digits, fullDigits) {
		v.digests[digits] = kindOfKey(key)
		return
	} else if len(text) >= leastDigits && len(text) <= mostShort && isDigits(text, len(text)) && (key == "" || kindOfKey(key) == ImageID) {
		v.short = append(v.short, text)
		return
	}
	if ref, ok := parseReference(text); ok && named && (ref.host != "" || strings.Contains(ref.path, "/")) {
		v.repositories[ref.name()] = true
	}
}

func isDigits(s string, n int) bool {
	return len(s) == n && strings.Trim(s, "0123456789abcdef") == ""
}

// kindOfKey tells what a digest identifies by its key of JSON.
func kindOfKey(key string) string {
	switch k := strings.ToLower(keySeparators.Replace(key)); {
	case strings.Contains(k, "layer"), strings.Contains(k, "diffid"), k == "blob", k == "blobs":
		return LayerDigest
	case k == "id", strings.HasSuffix(k, "imageid"), strings.Contains(k, "config"):
		return ImageID
	}
	return ImageDigest
}

// Match tells what of the inventory the identity of kind and value names: a kind of identity, or "repository"; "" for nothing.
func (v *Inventory) Match(kind, value string) string {
	name, digits, ok := strings.Cut(value, "@"+algorithm)
	if !ok {
		name, digits = value, strings.TrimPrefix(value, algorithm)
	}
	if what, ok := v.digests[digits]; ok {
		return what
	}
	if kind != PrivateImageRef {
		return v.matchShort(digits)
	}
	if ref, ok := parseReference(name); ok && v.repositories[ref.name()] {
		return "repository"
	}
	return ""
}

// matchShort matches an ID in short, or one in full with an inventory's in short.
func (v *Inventory) matchShort(digits string) string {
	if len(digits) < leastDigits-1 {
		return ""
	}
	if i, _ := slices.BinarySearch(v.sorted, digits); i < len(v.sorted) && strings.HasPrefix(v.sorted[i], digits) {
		return v.digests[v.sorted[i]]
	}
	for _, s := range v.short {
		if strings.HasPrefix(digits, s) || strings.HasPrefix(s, digits) {
			return ImageID
		}
	}
	return ""
}

package logs

import "strings"

// column is what a column of a table holds.
type column struct {
	title, kind string
	at          int // where the column begins
}

// table is a table of docker, podman or crictl, row by row.
type table struct {
	source  string
	columns []column
	line    int // the last line that belongs to it
}

// titles of the columns that hold identities; a longer title comes before one that it contains.
var titles = []column{
	{title: "CONTAINER ID", kind: ContainerID},
	{title: "IMAGE ID", kind: ImageID},
	{title: "POD ID", kind: ContainerID},
	{title: "CONTAINER", kind: ContainerID},
	{title: "IMAGE", kind: ImageID},
	{title: "DIGEST", kind: ImageDigest},
}

// newTable reads a table's head; nil where text is none.
func newTable(text string) *table {
	t := &table{source: "docker ps"}
	switch {
	case strings.Contains(text, "REPOSITORY") && strings.Contains(text, "IMAGE ID"):
		t.source = "docker images"
	case strings.HasPrefix(text, "IMAGE ") && strings.Contains(text, "CREATED BY"):
		t.source = "docker history"
	case strings.HasPrefix(text, "ID ") && strings.Contains(text, "CREATED BY"):
		return &table{source: "podman history", columns: []column{{title: "ID", kind: ImageID}}}
	case strings.Contains(text, "POD ID"), strings.HasPrefix(text, "IMAGE ") && strings.Contains(text, "IMAGE ID"),
		strings.HasPrefix(text, "CONTAINER ") && strings.Contains(text, " ATTEMPT"):
		t.source = "crictl"
	case strings.HasPrefix(text, "CONTAINER ID"):
	default:
		return nil
	}
	taken := []byte(text)
	for _, c := range titles {
		i := strings.Index(string(taken), c.title)
		if i < 0 || i > 0 && taken[i-1] != ' ' || i+len(c.title) < len(taken) && taken[i+len(c.title)] != ' ' {
			continue
		}
		c.at = i
		t.columns = append(t.columns, c)
		for j := range c.title {
			taken[i+j] = '.'
		}
	}
	return t
}

// byTable tells a hash that stands in a column of the table whose head or row the line before was.
func (f *Finder) byTable(h *hash, at *place) (sighting, bool) {
	if !h.begins {
		return sighting{}, false
	}
	if !f.inTable(at) {
		return sighting{}, false
	}
	for _, c := range f.table.columns {
		if c.at == len(h.left) && (h.right == "" || h.right[0] == ' ') {
			f.table.line = at.number
			return h.sighting(c.kind, f.table.source), true
		}
	}
	return sighting{}, false
}

// tableGap is how many rows without an identity may follow one another in a table: docker history's <missing>.
const tableGap = 8

// inTable tells whether at's line is a row of the table that f is in, or of one whose head lies before it.
func (f *Finder) inTable(at *place) bool {
	for n := 1; n <= tableGap; n++ {
		if f.table != nil && f.table.line >= at.number+1-n {
			return true
		}
		before := at.previous(n)
		if t := newTable(before); t != nil {
			t.line = at.number
			f.table = t
			return true
		}
		if !strings.Contains(before, "  ") {
			return false
		}
	}
	return false
}

// arrays are the keys whose lists hold layers.
var arrays = []string{`"Layers"`, `"layers"`, `"diff_ids"`, `"DiffIDs"`, `"diffIDs"`, `"rootfs"`}

// byArray tells a digest in a list of layers, on one line or on one each.
func (f *Finder) byArray(h *hash, at *place) (sighting, bool) {
	if h.form != digest {
		return sighting{}, false
	}
	if open := strings.LastIndexByte(h.left, '['); open >= 0 && !strings.Contains(h.left[open:], "]") && !strings.Contains(h.left[open:], ":\"") {
		if isArray(h.left[:open+1]) {
			return h.sighting(LayerDigest, "docker inspect"), true
		}
		return sighting{}, false
	}
	if !h.alone() || f.array != at.number && f.array != at.number-1 && !isArray(at.previousRaw(1)) {
		return sighting{}, false
	}
	f.array = at.number
	return h.sighting(LayerDigest, "docker inspect"), true
}

// isArray tells that a list of layers begins at the end of text.
func isArray(text string) bool {
	text, ok := strings.CutSuffix(strings.TrimRight(text, " \t"), "[")
	if !ok {
		return false
	}
	text, ok = strings.CutSuffix(strings.TrimRight(text, " \t"), ":")
	if !ok {
		return false
	}
	for _, key := range arrays {
		if strings.HasSuffix(strings.TrimRight(text, " \t"), key) {
			return true
		}
	}
	return false
}

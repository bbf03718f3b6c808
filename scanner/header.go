package scanner

import (
	"bytes"
	"context"
	"maps"
	"path"
	"slices"
	"sort"
	"strings"

	"dregs/report"
	"dregs/rules"
	"dregs/scanner/layer"
)

// headerBatchBytes is the size from which a batch of header strings is searched.
const headerBatchBytes = 256 << 10

// headerBatch searches what tar headers say (names, link targets, PAX records) many at a time: one by one, a layer of
// small files would cost more for its names than for its contents. Each string stands on a line of its own; a match
// counts where it lies within one string.
type headerBatch struct {
	search rules.Searcher
	result *blobResult
	lines  map[report.Place]*headerLines
	owners map[string]bool // user and group names already searched in this layer
}

// headerLines is the batch of one place.
type headerLines struct {
	text  bytes.Buffer
	spans []headerSpan
}

// headerSpan says whose string the batch holds from start on.
type headerSpan struct {
	start, end int
	entry      int
	path       string
	key        string
}

func newHeaderBatch(search rules.Searcher, result *blobResult) *headerBatch {
	return &headerBatch{
		search: search,
		result: result,
		lines:  map[report.Place]*headerLines{report.FileName: {}, report.LinkTarget: {}, report.TarHeader: {}},
		owners: map[string]bool{"": true, "root": true},
	}
}

// add takes the strings of one entry and searches the batches that are full.
func (h *headerBatch) add(ctx context.Context, e *layer.Entry) error {
	h.put(report.FileName, e, "", e.RawName)
	if e.Link != "" {
		h.put(report.LinkTarget, e, "", e.Link)
	}
	for _, owner := range []string{e.User, e.Group} {
		if !h.owners[owner] {
			h.owners[owner] = true
			h.put(report.TarHeader, e, "", owner)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(e.PAX)) {
		if len(key) >= longName {
			h.put(report.TarHeader, e, "", key)
		}
		if value := e.PAX[key]; !tells(e, key, value) {
			h.put(report.TarHeader, e, key, value)
		}
	}
	for place, l := range h.lines {
		if l.text.Len() >= headerBatchBytes {
			if err := h.searchLines(ctx, place, l); err != nil {
				return err
			}
		}
	}
	return nil
}

// tells tells whether the entry itself has what a PAX record says, or that is a number or the name of a character set.
func tells(e *layer.Entry, key, value string) bool {
	switch key {
	case "path":
		return value == e.RawName
	case "linkpath":
		return e.Link != "" && strings.TrimLeft(path.Clean("/"+value), "/") == strings.TrimLeft(path.Clean("/"+e.Link), "/")
	case "uname":
		return value == e.User
	case "gname":
		return value == e.Group
	case "charset", "hdrcharset":
		return value == "BINARY" || value == "ISO-IR 10646 2000 UTF-8"
	}
	return strings.Trim(value, "0123456789.,-") == ""
}

func (h *headerBatch) put(place report.Place, e *layer.Entry, key, value string) {
	l := h.lines[place]
	if key != "" {
		l.text.WriteString(key)
		l.text.WriteByte('=')
	}
	start := l.text.Len()
	l.text.WriteString(value)
	l.spans = append(l.spans, headerSpan{start: start, end: l.text.Len(), entry: e.Index, path: e.Path, key: key})
	l.text.WriteByte('\n')
}

// flush searches what is left.
func (h *headerBatch) flush(ctx context.Context) error {
	for place, l := range h.lines {
		if err := h.searchLines(ctx, place, l); err != nil {
			return err
		}
	}
	return nil
}

func (h *headerBatch) searchLines(ctx context.Context, place report.Place, l *headerLines) error {
	defer func() { l.text.Reset(); l.spans = l.spans[:0] }()
	if l.text.Len() == 0 {
		return nil
	}
	f := rules.Fragment{Place: place, Data: l.text.Bytes(), Tally: new(rules.Tally)}
	matches, err := h.search.Search(ctx, f)
	h.result.judge(f.Tally)
	if err != nil {
		return err
	}
	for _, m := range matches {
		i := sort.Search(len(l.spans), func(i int) bool { return l.spans[i].end > int(m.Offset) })
		if i == len(l.spans) || int(m.Offset) < l.spans[i].start || int(m.Offset)+m.Value.Len() > l.spans[i].end && len(m.Via) == 0 {
			continue
		}
		s := l.spans[i]
		m.Offset -= int64(s.start)
		m.Line, m.Column = position(l.text.Bytes()[s.start:s.end], int(m.Offset))
		m.Context = report.NewValue(strings.ToValidUTF8(cut(l.text.String()[s.start:s.end], int(m.Offset), m.Value.Len()), "\uFFFD"))
		h.result.mu.Lock()
		h.result.hits = append(h.result.hits, hit{entry: s.entry, place: place, path: s.path, key: s.key, match: partMatch{Match: m}})
		h.result.mu.Unlock()
	}
	return nil
}

// position returns the line and the column, in code points, of offset in text; both count from 1.
func position(text []byte, offset int) (line, column int) {
	before := text[:min(offset, len(text))]
	line = 1 + bytes.Count(before, []byte{'\n'})
	return line, 1 + len([]rune(string(before[bytes.LastIndexByte(before, '\n')+1:])))
}

// contextBytes is the most of a line that is shown round a value.
const contextBytes = 200

// cut returns the part of text round the n bytes at offset that is at most contextBytes long, or those bytes alone.
func cut(text string, offset, n int) string {
	if len(text) <= contextBytes {
		return text
	}
	room := max(0, contextBytes-n) / 2
	return text[max(0, offset-room):min(len(text), offset+n+room)]
}

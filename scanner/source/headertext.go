package source

import (
	"archive/tar"
	"bytes"
	"maps"
	"slices"
	"strings"

	"dregs/report"
)

// headerText collects what the headers of an image archive say besides the names that such archives have: no image holds
// that, but whoever has the archive does.
type headerText struct {
	text bytes.Buffer
	over bool
}

// headersName is what a report calls that text.
const headersName = "headers of the archive"

const (
	headerBytes  = 1 << 20
	tellingBytes = 20 // from which a part of a name may be a secret without more
)

// note adds what is telling in h, one a line.
func (t *headerText) note(h *tar.Header) {
	t.add("", h.Name)
	t.add("", h.Linkname)
	t.add("", h.Uname)
	t.add("", h.Gname)
	for _, key := range slices.Sorted(maps.Keys(h.PAXRecords)) {
		value := h.PAXRecords[key]
		if key == "path" && value == h.Name || key == "linkpath" && value == h.Linkname {
			continue
		}
		t.add(key+"=", value)
	}
}

func (t *headerText) add(name, value string) {
	if !telling(value) && !telling(name) {
		return
	}
	if t.text.Len()+len(name)+len(value) >= headerBytes {
		t.over = true
		return
	}
	t.text.WriteString(name + value + "\n")
}

// telling tells whether a part of a name is long, and none that archives make of a digest.
func telling(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if _, _, ok := splitDigest("sha512:" + part); len(part) >= tellingBytes && !ok && !isDigestName(part) {
			return true
		}
	}
	return false
}

// addHeaders adds the text as a file of its own, if there is any.
func (s *members) addHeaders(problems *problemList) {
	if s.headers.over {
		problems.add("archive", report.Faultf(report.Limit, "headers of the archive say more than %d bytes", headerBytes))
	}
	if text := s.headers.text.Bytes(); len(text) > 0 {
		s.add(headersName, &member{size: int64(len(text)), memory: text})
	}
}

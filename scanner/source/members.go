package source

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"dregs/report"
)

// member is one regular file of an archive or layout.
type member struct {
	key    string // its name, numbered where the name occurs again
	name   string // clean, or as the archive has it where that would lead outside
	size   int64
	memory []byte // its content where it was kept
	passed bool   // it was handed over while it passed, and cannot be opened again
	open   func() (io.ReadCloser, error)
}

// members are the files of an archive or layout by name. It implements documents.
type members struct {
	all     []*member // regular files in order of arrival
	byName  map[string]*member
	links   map[string]string // name to name
	byKey   map[string]*member
	copies  map[string]int // files of one name after the first
	entries int
	limit   int
	headers headerText
}

func newMembers(limit int) *members {
	return &members{byName: map[string]*member{}, links: map[string]string{}, byKey: map[string]*member{}, copies: map[string]int{}, limit: limit}
}

// errEntries is a fault for an archive of too many entries.
func errEntries(limit int) error {
	return report.Faultf(report.Limit, "archive has more than %d entries", limit)
}

// entry counts an entry of any kind and notes what its header says. It fails beyond the limit.
func (s *members) entry(h *tar.Header) error {
	s.headers.note(h)
	return s.count()
}

// count counts one entry of any kind and fails beyond the limit.
func (s *members) count() error {
	if s.entries++; s.entries > s.limit {
		return errEntries(s.limit)
	}
	return nil
}

// add adds a regular file. A later file of the same name takes the name over, as when the archive is extracted; the
// earlier one stays in the list.
func (s *members) add(name string, m *member) {
	m.name = cleanName(name)
	m.key = m.name
	if s.byKey[m.key] != nil {
		m.key = s.nextKey(m.name)
	}
	s.all = append(s.all, m)
	s.byName[m.name] = m
	s.byKey[m.key] = m
	delete(s.links, m.name)
}

// nextKey returns the key of a further file of that name. Numbers are remembered, so that an archive of one name
// costs no more than any other.
func (s *members) nextKey(name string) string {
	for {
		s.copies[name]++
		key := fmt.Sprintf("%s #%d", name, s.copies[name]+1)
		if s.byKey[key] == nil {
			return key
		}
	}
}

// link adds a symbolic link, or a hard link where target is named from the root.
func (s *members) link(name, target string) {
	name = cleanName(name)
	delete(s.byName, name)
	s.links[name] = cleanName(target)
}

// cleanName returns name relative to the root of the archive. A name that climbs above it is left as it is, and so is
// named by nothing.
func cleanName(name string) string {
	for part := range strings.SplitSeq(name, "/") {
		if part == ".." {
			return name
		}
	}
	return strings.TrimPrefix(path.Clean("/"+name), "/")
}

// symlinkTarget returns the target of a symbolic link relative to the root.
func symlinkTarget(name, target string) string {
	if path.IsAbs(target) {
		return target
	}
	return strings.TrimPrefix(path.Join("/", path.Dir(cleanName(name)), target), "/")
}

// find returns the file of that name, links followed, or nil.
func (s *members) find(name string) *member {
	name = cleanName(name)
	for range maxLinks {
		if m := s.byName[name]; m != nil {
			return m
		}
		target, ok := s.links[name]
		if !ok {
			return nil
		}
		name = target
	}
	return nil
}

// errNotJSON is in the chain of errors for a document that can be none by its first byte.
var errNotJSON = errors.New("content is no JSON document")

// read returns the content of a document. What is not JSON by its first byte is refused, however it is stored, so that
// a source gives the same images whether it can be sought or not.
func (s *members) read(m *member, limit int64) ([]byte, error) {
	if m.size > limit {
		return nil, report.Faultf(report.Limit, "document has %d bytes, more than %d", m.size, limit)
	}
	data := m.memory
	if data == nil {
		if m.passed {
			return nil, &report.Fault{Kind: report.Corrupt, Err: errNotJSON}
		}
		r, err := m.open()
		if err != nil {
			return nil, fmt.Errorf("opening %q: %w", m.name, err)
		}
		defer r.Close()
		if data, err = readAtMost(r, limit); err != nil {
			return nil, err
		}
	}
	if !looksLikeJSON(data) {
		return nil, &report.Fault{Kind: report.Corrupt, Err: errNotJSON}
	}
	return data, nil
}

// looksLikeJSON tells by its first byte whether head begins a JSON object or array.
func looksLikeJSON(head []byte) bool {
	head = bytes.TrimLeft(head, " \t\r\n")
	return len(head) > 0 && (head[0] == '{' || head[0] == '[')
}

// lookup returns the file that an OCI layout keeps for d.
func (s *members) lookup(d descriptor) (*member, error) {
	name, ok := blobName(d.Digest)
	if !ok {
		return nil, digestError(d.Digest)
	}
	m := s.find(name)
	if m == nil {
		return nil, report.Faultf(report.Missing, "blob is not there")
	}
	return m, nil
}

func (s *members) document(_ context.Context, d descriptor, limit int64) ([]byte, string, error) {
	m, err := s.lookup(d)
	if err != nil {
		return nil, "", err
	}
	data, err := s.read(m, limit)
	return data, m.key, err
}

func (s *members) layer(_ context.Context, d descriptor) (string, error) {
	m, err := s.lookup(d)
	if data := d.embedded(); err != nil && data != nil {
		m, err = s.embed(d, data), nil
	}
	if err != nil {
		return "", err
	}
	return m.key, nil
}

// embed adds the content that d embeds, where a layout would keep it. It is no entry of the archive.
func (s *members) embed(d descriptor, data []byte) *member {
	m := &member{size: int64(len(data)), memory: data}
	name, _ := blobName(d.Digest) // its digest was checked
	s.add(name, m)
	return m
}

func (s *members) prefetch(context.Context, []descriptor) {}

// blob returns m as it is handed over.
func (m *member) blob() Blob {
	digest, other := stated(digestOfName(m.key))
	return Blob{
		Key: m.key, Digest: digest, Size: m.size,
		Open: func(context.Context) (io.ReadCloser, error) {
			if m.memory != nil {
				return checked(io.NopCloser(bytes.NewReader(m.memory)), other), nil
			}
			r, err := m.open()
			if err != nil {
				return nil, fmt.Errorf("opening %q: %w", m.name, err)
			}
			return checked(r, other), nil
		},
	}
}

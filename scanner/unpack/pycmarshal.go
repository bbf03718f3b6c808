package unpack

import (
	"encoding/binary"
	"errors"
)

const (
	marshalFlag  = 0x80 // the object may be referred to
	marshalDepth = 200
)

// pyObject is an object that was read: a text or number, a sequence, or something else.
type pyObject struct {
	text   []byte
	isText bool
	items  []*pyObject
	told   bool // stands among the assignments
}

// marshal reads the serialisation of Python objects.
type marshal struct {
	data     []byte
	at       int
	version  int
	left     int // objects that may still be read
	refs     []*pyObject
	interned []*pyObject // of Python 2
	texts    []*pyObject // in the order in which they lie in the file, code aside
	codes    []pyCode

	objects [][]pyObject // all that were made, pySlab at a time
	made    int
	text    []byte // what is yielded
}

// pySlab is how many objects are made at a time.
const pySlab = 256

// begin makes m ready to read data, with the memory that it has from what it read before.
func (m *marshal) begin(data []byte, version, most int) {
	m.data, m.at, m.version, m.left, m.made = data, 0, version, most, 0
	m.refs, m.interned, m.texts, m.codes = m.refs[:0], m.interned[:0], m.texts[:0], m.codes[:0]
}

// make returns an object that is nothing yet.
func (m *marshal) make() *pyObject {
	if m.made == len(m.objects)*pySlab {
		m.objects = append(m.objects, make([]pyObject, pySlab))
	}
	o := &m.objects[m.made/pySlab][m.made%pySlab]
	m.made++
	*o = pyObject{items: o.items[:0]}
	return o
}

var errMarshal = errors.New("damaged constant")

// object reads one object.
func (m *marshal) object(depth int) (*pyObject, error) {
	if depth > marshalDepth {
		return nil, limited("reading constants nested deeper than %d", marshalDepth)
	}
	if m.left--; m.left < 0 {
		return nil, limited("reading more constants than entries are allowed")
	}
	c, err := m.bytes(1)
	if err != nil {
		return nil, err
	}
	kind := c[0]
	ref := -1
	if kind&marshalFlag != 0 && m.version < pyc20 {
		kind &^= marshalFlag
		ref = len(m.refs)
		m.refs = append(m.refs, pyUnknown)
	}
	o, err := m.value(kind, depth)
	if err != nil {
		return nil, err
	}
	if ref >= 0 {
		m.refs[ref] = o
	}
	return o, nil
}

// value reads an object of a kind.
func (m *marshal) value(kind byte, depth int) (*pyObject, error) {
	switch kind {
	case '0', 'N', 'F', 'T', 'S', '.':
		return pyUnknown, nil
	case 'i':
		n, err := m.int32()
		return m.keep(marshalNumber(int64(n)), err)
	case 'I':
		return m.skip(8)
	case 'g':
		return m.skip(8)
	case 'y':
		return m.skip(16)
	case 'l':
		n, err := m.int32()
		if err != nil || n == -1<<31 {
			return nil, errMarshal
		}
		return m.skip(2 * int(max(n, -n)))
	case 'f', 'x':
		return m.spelled(kind)
	case 's', 'u', 'a', 'A', 't':
		n, err := m.size()
		if err != nil {
			return nil, err
		}
		o, err := m.keep(m.bytes(n))
		if kind == 't' && m.version >= pyc20 && err == nil {
			m.interned = append(m.interned, o)
		}
		return o, err
	case 'z', 'Z':
		n, err := m.bytes(1)
		if err != nil {
			return nil, err
		}
		return m.keep(m.bytes(int(n[0])))
	case ')':
		n, err := m.bytes(1)
		if err != nil {
			return nil, err
		}
		return m.sequence(int(n[0]), depth)
	case '(', '[', '<', '>':
		n, err := m.size()
		if err != nil {
			return nil, err
		}
		return m.sequence(n, depth)
	case ':':
		return m.sequence(3, depth)
	case '{':
		return m.mapping(depth)
	case 'r':
		return m.reference(m.refs)
	case 'R':
		return m.reference(m.interned)
	case 'c':
		return m.code(depth)
	}
	return nil, errMarshal
}

// keep returns text as an object, and remembers it.
func (m *marshal) keep(text []byte, err error) (*pyObject, error) {
	if err != nil {
		return nil, err
	}
	o := m.make()
	o.text, o.isText = text, true
	m.texts = append(m.texts, o)
	return o, nil
}

func (m *marshal) skip(n int) (*pyObject, error) {
	_, err := m.bytes(n)
	return pyUnknown, err
}

// spelled passes over a float, or the two of a complex number, in decimal digits.
func (m *marshal) spelled(kind byte) (*pyObject, error) {
	count := 1
	if kind == 'x' {
		count = 2
	}
	for range count {
		n, err := m.bytes(1)
		if err != nil {
			return nil, err
		}
		if _, err := m.bytes(int(n[0])); err != nil {
			return nil, err
		}
	}
	return pyUnknown, nil
}

func (m *marshal) sequence(n, depth int) (*pyObject, error) {
	o := m.make()
	for range n {
		item, err := m.object(depth + 1)
		if err != nil {
			return nil, err
		}
		o.items = append(o.items, item)
	}
	return o, nil
}

// mapping reads a dictionary, which ends with a null key.
func (m *marshal) mapping(depth int) (*pyObject, error) {
	for m.at < len(m.data) && m.data[m.at] != '0' {
		for range 2 {
			if _, err := m.object(depth + 1); err != nil {
				return nil, err
			}
		}
	}
	return m.skip(1)
}

func (m *marshal) reference(to []*pyObject) (*pyObject, error) {
	n, err := m.int32()
	if err != nil || n < 0 || int(n) >= len(to) {
		return nil, errMarshal
	}
	return to[n], nil
}

func (m *marshal) bytes(n int) ([]byte, error) {
	if n < 0 || n > len(m.data)-m.at {
		return nil, errMarshal
	}
	b := m.data[m.at : m.at+n]
	m.at += n
	return b, nil
}

func (m *marshal) int32() (int32, error) {
	b, err := m.bytes(4)
	if err != nil {
		return 0, err
	}
	return int32(binary.LittleEndian.Uint32(b)), nil // two's complement
}

func (m *marshal) size() (int, error) {
	n, err := m.int32()
	if err == nil && n < 0 {
		err = errMarshal
	}
	return int(n), err
}

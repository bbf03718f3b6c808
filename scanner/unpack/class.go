package unpack

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// matchClass tells a Java class file; what begins with the same magic and a small number is a Mach-O file.
func matchClass(head []byte) bool {
	return len(head) >= 10 && binary.BigEndian.Uint32(head) == 0xcafebabe && binary.BigEndian.Uint16(head[6:]) >= 45
}

// Tags of the constant pool (JVM specification, 4.4).
const (
	classUtf8        = 1
	classInteger     = 3
	classFloat       = 4
	classLong        = 5
	classDouble      = 6
	classClass       = 7
	classString      = 8
	classField       = 9
	classMethod      = 10
	classInterface   = 11
	classNameAndType = 12
	classHandle      = 15
	classMethodType  = 16
	classDynamic     = 17
	classIndy        = 18
	classModule      = 19
	classPackage     = 20
)

// classFile is a class while it is read.
type classFile struct {
	tags []byte
	at   []int // where each constant's content begins, behind its tag
	data []byte
	body int    // where the constants end
	told []bool // by constant: it stands among the assignments
	text []byte
}

var errClass = errors.New("damaged class file")

// unpackClass yields what a Java class assigns to fields and passes to methods, as NAME=value, then its other constants, a
// line each, and then what follows them, its code.
func unpackClass(ctx context.Context, in Input, out *sink) error {
	data, err := wholeInput(in)
	if err != nil {
		out.fault(err)
	}
	c, ok := out.memory.classes.Take()
	if !ok {
		c = new(classFile)
	}
	defer func() {
		c.data = nil
		if len(data) <= memoryBytes {
			out.memory.classes.Put(c, keptLarge)
		}
	}()
	if perr := c.parse(data); perr != nil {
		out.fault(perr)
	}
	c.assignments()
	told := len(c.text)
	c.constants()
	rest := len(c.text)
	c.text = append(c.text, data[c.body:]...)
	return out.parts(ctx, Content, c.text, []Part{
		{"assignments", c.text[:told]}, {"constants", c.text[told:rest]}, {"code", c.text[rest:]},
	})
}

// parse reads the constant pool, as far as it goes.
func (c *classFile) parse(data []byte) error {
	c.data, c.tags, c.at, c.body, c.text = data, append(c.tags[:0], 0), append(c.at[:0], 0), min(len(data), 10), c.text[:0]
	defer func() {
		c.told = append(c.told[:0], make([]bool, len(c.tags))...)
	}()
	if len(data) < 10 {
		return errClass
	}
	count := int(binary.BigEndian.Uint16(data[8:]))
	for len(c.tags) < count {
		if c.body >= len(data) {
			return errClass
		}
		tag, start := data[c.body], c.body+1
		size := classSize(tag)
		if tag == classUtf8 && start+2 <= len(data) {
			size = 2 + int(binary.BigEndian.Uint16(data[start:]))
		}
		if size == 0 || start+size > len(data) {
			return errClass
		}
		c.tags, c.at = append(c.tags, tag), append(c.at, start)
		if tag == classLong || tag == classDouble {
			c.tags, c.at = append(c.tags, 0), append(c.at, 0)
		}
		c.body = start + size
	}
	return nil
}

// classSize returns the length of a constant behind its tag, 0 for one that varies or is unknown.
func classSize(tag byte) int {
	switch tag {
	case classInteger, classFloat, classField, classMethod, classInterface, classNameAndType, classDynamic, classIndy:
		return 4
	case classLong, classDouble:
		return 8
	case classClass, classString, classMethodType, classModule, classPackage:
		return 2
	case classHandle:
		return 3
	}
	return 0
}

// ref returns the constant to which constant i refers at an offset, if i has one of the tags.
func (c *classFile) ref(i, offset int, tags ...byte) (int, bool) {
	if i <= 0 || i >= len(c.tags) || bytes.IndexByte(tags, c.tags[i]) < 0 {
		return 0, false
	}
	return int(binary.BigEndian.Uint16(c.data[c.at[i]+offset:])), true
}

// utf8 returns the text of constant i.
func (c *classFile) utf8(i int) ([]byte, bool) {
	if i <= 0 || i >= len(c.tags) || c.tags[i] != classUtf8 {
		return nil, false
	}
	at := c.at[i]
	size := int(binary.BigEndian.Uint16(c.data[at:]))
	return modifiedUTF8(c.data[at+2 : at+2+size]), true
}

// member returns the name of the field or method that constant i refers to.
func (c *classFile) member(i int) ([]byte, bool) {
	nameAndType, ok := c.ref(i, 2, classField, classMethod, classInterface)
	if !ok {
		return nil, false
	}
	name, ok := c.ref(nameAndType, 0, classNameAndType)
	if !ok {
		return nil, false
	}
	return c.utf8(name)
}

// constants adds to text the texts and numbers that are not among the assignments, a line each.
func (c *classFile) constants() {
	text := c.text
	for i, tag := range c.tags {
		switch tag {
		case classUtf8:
			if !c.told[i] {
				s, _ := c.utf8(i)
				text = append(append(text, s...), '\n')
			}
		case classInteger:
			text = strconv.AppendInt(text, int64(int32(binary.BigEndian.Uint32(c.data[c.at[i]:]))), 10) // two's complement
			text = append(text, '\n')
		case classLong:
			text = strconv.AppendInt(text, int64(binary.BigEndian.Uint64(c.data[c.at[i]:])), 10) // two's complement
			text = append(text, '\n')
		}
	}
	c.text = text
}

// modifiedUTF8 returns text of a class file, in which NUL takes two bytes and large characters six, as UTF-8.
func modifiedUTF8(s []byte) []byte {
	if utf8.Valid(s) {
		return s
	}
	var units []uint16
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c >= 0xe0 && i+2 < len(s):
			units = append(units, uint16(c&0x0f)<<12|uint16(s[i+1]&0x3f)<<6|uint16(s[i+2]&0x3f))
			i += 3
		case c >= 0xc0 && i+1 < len(s):
			units = append(units, uint16(c&0x1f)<<6|uint16(s[i+1]&0x3f))
			i += 2
		default:
			units = append(units, uint16(c))
			i++
		}
	}
	return []byte(string(utf16.Decode(units)))
}

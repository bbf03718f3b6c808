package unpack

import (
	"bytes"
	"encoding/binary"
)

// JVM instructions.
const (
	jvmLdc       = 0x12
	jvmLdcW      = 0x13
	jvmPutstatic = 0xb3
	jvmPutfield  = 0xb5
	jvmInvoke    = 0xb6 // virtual; special, static and interface follow
)

// classText is a text that code loads.
type classText struct {
	constant int // of its UTF-8
	text     []byte
}

// assignments adds to text what is put into fields, passed to methods of one argument, and passed together with a name, as
// NAME=value. Constant fields come first, then what the code does, in its order.
func (c *classFile) assignments() {
	add := func(name []byte, v classText) {
		if len(name) > 0 && len(v.text) > 0 {
			c.text = append(append(append(append(c.text, name...), '='), v.text...), '\n')
			c.told[v.constant] = true
		}
	}
	c.constantFields(add)
	c.loads(add)
}

// constantFields finds the fields with a ConstantValue attribute, by walking the structure up to them.
func (c *classFile) constantFields(add func(name []byte, v classText)) {
	d := classReader{data: c.data[c.body:]}
	d.skip(6)
	d.skip(2 * d.u2())
	for range d.u2() {
		d.skip(2)
		name, _ := c.utf8(d.u2())
		d.skip(2)
		for range d.u2() {
			kind, _ := c.utf8(d.u2())
			size := d.u4()
			if string(kind) != "ConstantValue" || size != 2 {
				d.skip(size)
				continue
			}
			if v, ok := c.loaded(d.u2()); ok {
				add(name, v)
			}
		}
		if d.failed {
			return
		}
	}
}

// classReader reads numbers; once it has failed, all are 0.
type classReader struct {
	data   []byte
	failed bool
}

func (d *classReader) skip(n int) {
	if n < 0 || n > len(d.data) {
		d.failed, n = true, len(d.data)
	}
	d.data = d.data[n:]
}

func (d *classReader) u2() int {
	if len(d.data) < 2 {
		d.skip(2)
		return 0
	}
	n := int(binary.BigEndian.Uint16(d.data))
	d.data = d.data[2:]
	return n
}

func (d *classReader) u4() int { return d.u2()<<16 | d.u2() }

// loaded returns the text of a string constant.
func (c *classFile) loaded(i int) (classText, bool) {
	constant, ok := c.ref(i, 0, classString)
	if !ok {
		return classText{}, false
	}
	text, ok := c.utf8(constant)
	return classText{constant, text}, ok
}

// loads finds texts that are loaded right before they are put into a field or passed to a method. It looks at all that
// follows the constants: the numbers of the constants tell code from what only looks like it.
func (c *classFile) loads(add func(name []byte, v classText)) {
	code := c.data[c.body:]
	for at := 0; at < len(code); {
		first, n := c.load(code[at:])
		if n == 0 {
			at++
			continue
		}
		at += n
		second, m := c.load(code[at:])
		at += m
		if m == 0 {
			if name, ok := c.taker(code[at:]); ok {
				add(name, first)
			}
			continue
		}
		if name, ok := c.taker(code[at:]); ok && len(name) > 0 {
			add(first.text, second) // put("password", "…")
		}
	}
}

// load reads an instruction that loads a text and returns its length, 0 for any other.
func (c *classFile) load(code []byte) (classText, int) {
	var index, n int
	switch {
	case len(code) >= 2 && code[0] == jvmLdc:
		index, n = int(code[1]), 2
	case len(code) >= 3 && code[0] == jvmLdcW:
		index, n = int(binary.BigEndian.Uint16(code[1:])), 3
	default:
		return classText{}, 0
	}
	v, ok := c.loaded(index)
	if !ok {
		return v, 0
	}
	return v, n
}

// taker reads an instruction that takes a value and returns the name of the field or method.
func (c *classFile) taker(code []byte) ([]byte, bool) {
	if len(code) < 3 || code[0] != jvmPutstatic && code[0] != jvmPutfield && (code[0] < jvmInvoke || code[0] > jvmInvoke+3) {
		return nil, false
	}
	name, ok := c.member(int(binary.BigEndian.Uint16(code[1:])))
	return bytes.TrimPrefix(name, []byte("<init>")), ok
}

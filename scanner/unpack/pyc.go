package unpack

import (
	"context"
	"encoding/binary"
	"strconv"
)

// Numbers of bytecode versions, as .pyc files begin with them, from which on something differs.
const (
	pyc30  = 3000
	pyc33  = 3190
	pyc36  = 3360
	pyc37  = 3390
	pyc38  = 3400
	pyc311 = 3450
	pyc312 = 3500
	pyc313 = 3550
	pyc314 = 3600
	pycEnd = 4000
	pyc20  = 50000 // Python 2 has higher numbers than 3
	pyc27  = 62171
)

// pycHead returns the length of a .pyc file's header, 0 where it is none.
func pycHead(head []byte) (version, length int) {
	if len(head) < 9 || string(head[2:4]) != "\r\n" {
		return 0, 0
	}
	version = int(binary.LittleEndian.Uint16(head))
	switch {
	case version >= pyc20 || version >= pyc30 && version < pyc33:
		length = 8
	case version >= pyc33 && version < pyc37:
		length = 12
	case version >= pyc37 && version < pycEnd:
		length = 16
	default:
		return 0, 0
	}
	if len(head) <= length || head[length]&^marshalFlag != 'c' {
		return 0, 0
	}
	return version, length
}

func matchPyc(head []byte) bool {
	_, length := pycHead(head)
	return length > 0
}

// unpackPyc yields what compiled Python assigns to names, keys and arguments, as NAME=value, and then its other
// constants and names, a line each.
func unpackPyc(ctx context.Context, in Input, out *sink) error {
	data, err := wholeInput(in)
	if err != nil {
		out.fault(err)
	}
	version, length := pycHead(data)
	if length == 0 {
		return corrupt("reading pyc: no code in it")
	}
	m, ok := out.memory.programs.Take()
	if !ok {
		m = new(marshal)
	}
	defer func() {
		m.data = nil
		if len(data) <= memoryBytes {
			out.memory.programs.Put(m, keptLarge)
		}
	}()
	m.begin(data[length:], version, out.lim.Entries)
	_, perr := m.object(0)
	if perr != nil {
		out.fault(perr)
	}
	text := m.text[:0]
	ops := pyOps(version)
	for i := range m.codes {
		if ops == nil {
			break
		}
		for _, a := range m.codes[i].assignments(version, ops) {
			text = append(append(append(append(text, a.name...), '='), a.value.text...), '\n')
			a.value.told = true
		}
	}
	told := len(text)
	for _, v := range m.texts {
		if !v.told {
			text = append(append(text, v.text...), '\n')
		}
	}
	rest := len(text)
	text = append(text, m.data[m.at:]...)
	m.text = text
	last := "trailing bytes"
	if perr != nil {
		last = "rest"
	}
	return out.parts(ctx, Content, text, []Part{{"assignments", text[:told]}, {"constants", text[told:rest]}, {last, text[rest:]}})
}

// marshalNumber returns n as a constant's text.
func marshalNumber(n int64) []byte { return strconv.AppendInt(nil, n, 10) }

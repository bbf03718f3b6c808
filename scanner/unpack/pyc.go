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
	m := &marshal{data: data[length:], version: version, left: out.lim.Entries}
	_, perr := m.object(0)
	if perr != nil {
		out.fault(perr)
	}
	var told, rest []byte
	ops := pyOps(version)
	for i := range m.codes {
		if ops == nil {
			break
		}
		for _, a := range m.codes[i].assignments(version, ops) {
			told = append(append(append(append(told, a.name...), '='), a.value.text...), '\n')
			a.value.told = true
		}
	}
	for _, v := range m.texts {
		if !v.told {
			rest = append(append(rest, v.text...), '\n')
		}
	}
	if err := putText(ctx, out, told, "assignments"); err != nil {
		return err
	}
	if err := putText(ctx, out, rest, "constants"); err != nil {
		return err
	}
	if perr != nil {
		return putText(ctx, out, m.data[m.at:], "rest")
	}
	return putText(ctx, out, m.data[m.at:], "trailing bytes")
}

// marshalNumber returns n as a constant's text.
func marshalNumber(n int64) []byte { return strconv.AppendInt(nil, n, 10) }

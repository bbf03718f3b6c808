package unpack

// pyCode is a code object.
type pyCode struct {
	code      []byte
	constants []*pyObject
	names     []*pyObject
	locals    []*pyObject
}

// pyAssignment is a text that code gives to a name.
type pyAssignment struct {
	name  []byte
	value *pyObject
}

// code reads a code object, whose fields differ between versions.
func (m *marshal) code(depth int) (*pyObject, error) {
	numbers, fields, locals := 4, 8, 3
	trailing := 1
	switch {
	case m.version >= pyc20:
	case m.version >= pyc311:
		numbers, fields, trailing = 5, 8, 2
	case m.version >= pyc38:
		numbers = 6
	default:
		numbers = 5
	}
	if _, err := m.bytes(4 * numbers); err != nil {
		return nil, err
	}
	var parts []*pyObject
	for i := range fields {
		known := len(m.texts)
		o, err := m.object(depth + 1)
		if err != nil {
			return nil, err
		}
		if i == 0 || m.version < pyc20 && m.version >= pyc311 && i == 4 {
			m.texts = m.texts[:known] // instructions and kinds of locals are no text
		}
		parts = append(parts, o)
	}
	c := &pyCode{code: parts[0].text, constants: parts[1].items, names: parts[2].items, locals: parts[locals].items}
	m.codes = append(m.codes, c)
	if _, err := m.bytes(4); err != nil {
		return nil, err
	}
	for range trailing {
		known := len(m.texts)
		if _, err := m.object(depth + 1); err != nil {
			return nil, err
		}
		m.texts = m.texts[:known] // tables of lines and exceptions
	}
	return &pyObject{}, nil
}

// pyOp is what an instruction does, as far as it matters here.
type pyOp uint8

const (
	pyOther pyOp = iota
	pyLoad
	pyStoreName
	pyStoreLocal
	pyStoreMap    // key on top of value
	pyBuildMap    // keys and values in turn
	pyBuildKeyMap // a tuple of keys on top of the values
	pyCallKeys    // a tuple of names on top of the arguments
	pyKeyNames    // a constant tuple of names for the arguments
	pyExtended
	pyNothing
)

// pyOps returns the instructions of a version by number, nil for a version whose numbers are not known.
func pyOps(version int) map[byte]pyOp {
	ops := map[byte]pyOp{
		100: pyLoad, 90: pyStoreName, 97: pyStoreName, 95: pyStoreName, 125: pyStoreLocal, 105: pyBuildMap,
	}
	switch {
	case version >= pyc20:
		ops[54], ops[145], ops[105] = pyStoreMap, pyExtended, pyOther
	case version >= pyc314 || version < pyc30:
		return nil
	case version >= pyc313:
		return map[byte]pyOp{
			83: pyLoad, 114: pyStoreName, 113: pyStoreName, 108: pyStoreName, 110: pyStoreLocal, 48: pyBuildMap,
			46: pyBuildKeyMap, 57: pyCallKeys, 71: pyExtended, 0: pyNothing,
		}
	case version >= pyc311:
		ops[144], ops[156], ops[172], ops[0] = pyExtended, pyBuildKeyMap, pyKeyNames, pyNothing
	case version >= pyc36:
		ops[144], ops[156], ops[141] = pyExtended, pyBuildKeyMap, pyCallKeys
	default:
		ops[54], ops[144], ops[105] = pyStoreMap, pyExtended, pyOther
	}
	return ops
}

// assignments follows the constants that the code loads, one right after the other, to where they go.
func (c *pyCode) assignments(version int) []pyAssignment {
	ops := pyOps(version)
	if ops == nil {
		return nil
	}
	var all []pyAssignment
	var stack []*pyObject
	give := func(names []*pyObject) {
		for i := range min(len(names), len(stack)) {
			name, value := names[len(names)-1-i], stack[len(stack)-1-i]
			if name.isText && value.isText && len(name.text) > 0 && len(value.text) > 0 {
				all = append(all, pyAssignment{name.text, value})
			}
		}
	}
	pop := func(n int) { stack = stack[:max(0, len(stack)-n)] }
	high := 0
	for at := 0; at < len(c.code); {
		op, arg, size := pyInstruction(c.code[at:], version)
		at += size
		arg |= high
		high = 0
		switch ops[op] {
		case pyLoad:
			if arg < len(c.constants) {
				stack = append(stack, c.constants[arg])
			}
			continue
		case pyExtended:
			high = arg << 8
			if version >= pyc20 || version < pyc36 {
				high = arg << 16
			}
			high &= 1<<24 - 1
			continue
		case pyNothing:
			continue
		case pyStoreName:
			give(pick(c.names, arg))
		case pyStoreLocal:
			give(pick(c.locals, arg))
		case pyStoreMap:
			if n := len(stack); n >= 2 {
				key := stack[n-1]
				stack = stack[:n-1]
				give([]*pyObject{key})
				pop(1)
			}
			continue
		case pyBuildMap:
			for range min(arg, len(stack)/2) {
				n := len(stack)
				key := stack[n-2]
				give([]*pyObject{key})
				pop(2)
			}
		case pyBuildKeyMap, pyCallKeys:
			if n := len(stack); n > 0 {
				keys := stack[n-1].items
				pop(1)
				give(keys)
			}
		case pyKeyNames:
			if arg < len(c.constants) {
				give(c.constants[arg].items)
			}
		}
		stack = stack[:0]
	}
	return all
}

// pick returns the object at i alone.
func pick(objects []*pyObject, i int) []*pyObject {
	if i >= len(objects) {
		return nil
	}
	return objects[i : i+1]
}

// pyInstruction reads an instruction and returns its length.
func pyInstruction(code []byte, version int) (op byte, arg, size int) {
	op = code[0]
	if version >= pyc36 && version < pyc20 {
		if len(code) > 1 {
			arg = int(code[1])
		}
		return op, arg, 2
	}
	const haveArgument = 90
	if op < haveArgument {
		return op, 0, 1
	}
	if len(code) > 2 {
		arg = int(code[1]) | int(code[2])<<8
	}
	return op, arg, 3
}

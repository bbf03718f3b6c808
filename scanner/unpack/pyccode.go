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
	var parts [8]*pyObject
	for i := range fields {
		known := len(m.texts)
		o, err := m.object(depth + 1)
		if err != nil {
			return nil, err
		}
		if i == 0 || m.version < pyc20 && m.version >= pyc311 && i == 4 {
			m.texts = m.texts[:known] // instructions and kinds of locals are no text
		}
		parts[i] = o
	}
	m.codes = append(m.codes, pyCode{code: parts[0].text, constants: parts[1].items, names: parts[2].items, locals: parts[locals].items})
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
	return pyUnknown, nil
}

// pyOp is what an instruction does, as far as it matters here.
type pyOp uint8

const (
	pyOther pyOp = iota
	pyConst
	pyVariable    // pushes what is not known
	pyGlobal      // so does this, and before it a null for a call
	pyAttribute   // turns what is on top into what is not known
	pyStore       // in a name
	pyStoreLocal  // in a local
	pyStoreAttr   // in an attribute of what is on top
	pyStoreItem   // a key, on top of an object, on top of the value
	pyStoreMap    // a key on top of the value
	pyBuildMap    // keys and values in turn
	pyBuildKeyMap // a tuple of keys on top of the values
	pyCallKeys    // a tuple of names on top of the arguments
	pyKeyNames    // a constant tuple of names for the arguments
	pyExtended
	pyNothing
)

// pyOps returns the instructions of a version by number, nil for a version whose numbers are not known.
func pyOps(version int) *[256]pyOp {
	ops := [256]pyOp{
		100: pyConst, 124: pyVariable, 101: pyVariable, 116: pyGlobal, 106: pyAttribute,
		90: pyStore, 97: pyStore, 125: pyStoreLocal, 95: pyStoreAttr, 60: pyStoreItem,
	}
	switch {
	case version >= pyc20:
		ops[54], ops[145] = pyStoreMap, pyExtended
	case version >= pyc314 || version < pyc30:
		return nil
	case version >= pyc313:
		return &[256]pyOp{
			83: pyConst, 85: pyVariable, 92: pyVariable, 91: pyGlobal, 82: pyAttribute,
			114: pyStore, 113: pyStore, 110: pyStoreLocal, 108: pyStoreAttr, 39: pyStoreItem,
			48: pyBuildMap, 46: pyBuildKeyMap, 57: pyCallKeys, 71: pyExtended, 0: pyNothing,
		}
	case version >= pyc311:
		ops[105], ops[144], ops[156], ops[172], ops[0] = pyBuildMap, pyExtended, pyBuildKeyMap, pyKeyNames, pyNothing
	case version >= pyc36:
		ops[105], ops[144], ops[156], ops[141] = pyBuildMap, pyExtended, pyBuildKeyMap, pyCallKeys
	default:
		ops[54], ops[144] = pyStoreMap, pyExtended
	}
	return &ops
}

// pyUnknown stands for whatever is no constant. It is never a text, and nothing changes it.
var pyUnknown = &pyObject{}

// pyMachine follows constants from where they are loaded to where they go. What it does not know empties its stack.
type pyMachine struct {
	code  *pyCode
	stack []*pyObject
	found []pyAssignment
}

// assignments returns the texts that the code gives to names, in its order. ops are pyOps of its version.
func (c *pyCode) assignments(version int, ops *[256]pyOp) []pyAssignment {
	m := pyMachine{code: c}
	high := 0
	for at := 0; at < len(c.code); {
		op, arg, size := pyInstruction(c.code[at:], version)
		at += size
		arg |= high
		high = 0
		switch ops[op] {
		case pyExtended:
			shift := 8
			if version >= pyc20 || version < pyc36 {
				shift = 16
			}
			high = arg << shift & (1<<24 - 1)
		case pyAttribute:
			if n := len(m.stack); n > 0 && (version < pyc312 || version >= pyc20 || arg&1 == 0) {
				m.stack[n-1] = pyUnknown
			} else {
				m.stack = m.stack[:0]
			}
		case pyGlobal:
			if version >= pyc311 && version < pyc20 && arg&1 != 0 {
				m.push(pyUnknown)
			}
			m.push(pyUnknown)
		default:
			m.do(ops[op], arg)
		}
	}
	return m.found
}

// do carries out an instruction that is the same in all versions.
func (m *pyMachine) do(op pyOp, arg int) {
	switch op {
	case pyNothing:
	case pyConst:
		if arg < len(m.code.constants) {
			m.push(m.code.constants[arg])
		}
	case pyVariable:
		m.push(pyUnknown)
	case pyStore:
		m.give(pick(m.code.names, arg))
		m.pop(1)
	case pyStoreLocal:
		m.give(pick(m.code.locals, arg))
		m.pop(1)
	case pyStoreAttr:
		m.pop(1)
		m.give(pick(m.code.names, arg))
		m.pop(1)
	case pyStoreItem:
		key := m.top()
		m.pop(2)
		m.give(key)
		m.pop(1)
	case pyStoreMap:
		key := m.top()
		m.pop(1)
		m.give(key)
		m.pop(1)
	case pyBuildMap:
		for range min(arg, len(m.stack)/2) {
			n := len(m.stack)
			m.give(m.stack[n-2 : n-1])
			m.pop(2)
		}
		m.push(pyUnknown)
	case pyBuildKeyMap, pyCallKeys:
		if keys := m.top(); len(keys) > 0 {
			m.pop(1)
			m.give(keys[0].items)
		}
		m.pop(arg)
		m.push(pyUnknown)
	case pyKeyNames:
		if names := pick(m.code.constants, arg); len(names) > 0 {
			m.give(names[0].items)
		}
	default:
		m.stack = m.stack[:0]
	}
}

func (m *pyMachine) push(o *pyObject) { m.stack = append(m.stack, o) }

func (m *pyMachine) pop(n int) { m.stack = m.stack[:max(0, len(m.stack)-n)] }

// top returns what is on top of the stack, alone.
func (m *pyMachine) top() []*pyObject {
	if n := len(m.stack); n > 0 {
		return m.stack[n-1 : n : n]
	}
	return nil
}

// give notes that what is on the stack goes to names, the last of which takes the top.
func (m *pyMachine) give(names []*pyObject) {
	for i := range min(len(names), len(m.stack)) {
		name, value := names[len(names)-1-i], m.stack[len(m.stack)-1-i]
		if name.isText && value.isText && len(name.text) > 0 && len(value.text) > 0 {
			m.found = append(m.found, pyAssignment{name.text, value})
		}
	}
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

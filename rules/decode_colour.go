package rules

// colourMark begins a sequence for a terminal.
const colourMark = '\x1b'

// maxColour is the longest escape sequence that is read.
const maxColour = 24

// parseColour reads the sequence at data[i] with which a terminal is told a colour (ECMA-48, SGR) or to clear the rest of a line,
// as programs write them into logs. It stands for nothing.
func parseColour(data []byte, i int) (escape, bool) {
	if !hasAt(data, i, "\x1b[") {
		return escape{}, false
	}
	for p := i + 2; p < len(data) && p-i < maxColour; p++ {
		switch c := data[p]; {
		case c >= '0' && c <= '9' || c == ';' || c == ':':
		case c == 'm' || c == 'K':
			return escape{lo: i, hi: p + 1, kind: colourEscape}, true
		default:
			return escape{}, false
		}
	}
	return escape{}, false
}

// startsColour tells whether e, or the row of sequences that it begins, parts what belongs together: no blank is on either side.
func startsColour(data []byte, e escape) bool {
	if e.lo == 0 || data[e.lo-1] <= ' ' {
		return false
	}
	end := e.hi
	for range maxColour {
		next, ok := parseColour(data, end)
		if !ok {
			break
		}
		end = next.hi
	}
	return end < len(data) && data[end] > ' '
}

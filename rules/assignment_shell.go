package rules

import "bytes"

// maxCommand bounds how far before a name the command is looked for that its assignment is an argument of.
const maxCommand = 512

// sedMarks part what sed looks for from what it puts in.
var sedMarks = []byte("/|#@~,")

// ofCommand returns what a name is really given where the assignment is written by a command of a shell: what printf puts in the
// place of %s, and what sed puts in without the mark behind it. Any other literal it returns as it is.
func (l literal) ofCommand(data []byte, name span) literal {
	if l.glue != glueAssign || l.value.hi == l.value.lo {
		return l
	}
	value := data[l.value.lo:l.value.hi]
	if value[0] == '%' {
		lo := commandAt(data, name.lo)
		if at := bytes.LastIndex(data[lo:name.lo], []byte("printf ")); at >= 0 && bytes.HasPrefix(value, []byte("%s")) {
			if v, ok := printed(data, lo+at+len("printf "), l.value.lo); ok {
				l.quoted, l.written, l.value = true, true, v
			}
		}
		return l
	}
	at := name.lo - 1
	if at > 0 && data[at] == '^' {
		at--
	}
	if at < 0 || bytes.IndexByte(sedMarks, data[at]) < 0 {
		return l
	}
	line := data[commandAt(data, name.lo):name.lo]
	if end := bytes.IndexByte(value, data[at]); end > 0 && bytes.Contains(line, []byte("sed ")) && bytes.Contains(line, []byte{'s', data[at]}) {
		l.written, l.value.hi = true, l.value.lo+end
	}
	return l
}

// commandAt returns where the command that data[at] is in begins on its line, as far as it is looked for.
func commandAt(data []byte, at int) int {
	from := max(0, at-maxCommand)
	return from + bytes.LastIndexByte(data[from:at], '\n') + 1
}

// printed returns the argument of a printf, whose arguments begin at data[at], that the conversion at data[conversion] of its
// format stands for.
func printed(data []byte, at, conversion int) (span, bool) {
	format, ok := argument(data, at)
	if !ok || conversion < format.lo || conversion >= format.hi {
		return span{}, false
	}
	before := bytes.ReplaceAll(data[format.lo:conversion], []byte("%%"), nil)
	arg, at := span{}, format.hi
	for range bytes.Count(before, []byte{'%'}) + 1 {
		if at < len(data) && literalQuote[data[at]] {
			at++ // of the argument before
		}
		if arg, ok = argument(data, at); !ok {
			return span{}, false
		}
		at = arg.hi
	}
	return arg, true
}

// argument returns the next argument of a command at or after data[at], on the same line, without its quotes.
func argument(data []byte, at int) (span, bool) {
	at = blanks(data, at, false)
	if at >= len(data) {
		return span{}, false
	}
	ends := " \t\n;|&<>"
	if literalQuote[data[at]] {
		ends = string(data[at:at+1]) + "\n"
		at++
	}
	n := bytes.IndexAny(data[at:min(len(data), at+maxValue)], ends)
	if n < 0 && len(data)-at < maxValue {
		n = len(data) - at
	}
	return span{at, at + n}, n > 0
}

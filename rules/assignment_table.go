package rules

import "bytes"

// Bounds of a table.
const (
	maxHead    = 1024 // of the line that names the columns
	maxColumns = 64
	maxRow     = 4096
	maxTable   = 16 << 10 // from its head on
	maxRows    = 200
)

// columned appends to out what is in the column that the name whose word number word stands at l.data[at] is at the head of: in
// a file of values parted by commas, semicolons or tabs, in a table of Markdown, in the rows that SQL inserts.
func (a *assigner) columned(l look, word, at int, out []found) []found {
	data, w := l.data, nameWords[word]
	name := nameAround(data, at, len(w.word))
	if w.grade == gradeHint || laterWord(data[at+1:name.hi]) {
		return out
	}
	t, ok := tableAt(data, name)
	if !ok {
		return out
	}
	for range maxRows {
		cell, ok := t.next(data)
		if !ok {
			break
		}
		if cell.hi-cell.lo > maxValue {
			continue
		}
		lit := literal{glue: glueMarkup, quoted: true, value: cell}
		if f, _, ok := a.judge(l, word, at, name, lit); ok {
			out = append(out, f)
		}
	}
	return out
}

// columns is a table of which the rows are read.
type columns struct {
	mark   byte
	column int // the marks before it in its row
	marks  int // the marks of each row
	sql    bool
	at     int // where the next row begins
	end    int // where it is read to at most
}

// byteOrderMark begins what some editors write.
var byteOrderMark = []byte("\ufeff")

// tableAt returns the table of whose columns one is called name. What is cheap to see comes first: most names stand in no table.
func tableAt(data []byte, name span) (columns, bool) {
	t := columns{end: min(len(data), name.lo+maxTable)}
	after := name.hi
	for after < len(data) && after-name.hi < maxNameAfter && headByte[data[after]] {
		after++
	}
	if after == len(data) || !cellEnd[data[after]] {
		return t, false
	}
	before := name.lo
	for before > 0 && name.lo-before < maxNameBefore && headByte[data[before-1]] {
		before--
	}
	ahead, begin := byte('\n'), len(data)-len(bytes.TrimPrefix(data, byteOrderMark))
	if before > begin {
		ahead = data[before-1]
	}
	switch c := data[after]; {
	case c == ')' || ahead == '(':
		return t.inserted(data, name)
	case !cellEnd[ahead]:
		return t, false
	case c != '\r' && c != '\n':
		t.mark = c
	case ahead != '\n':
		t.mark = ahead
	default:
		return t, false
	}
	lo, hi := lineAround(data, name.lo, name.hi, maxHead)
	lo = max(lo, begin)
	if hi >= t.end || hi-lo >= maxHead || !t.heads(data[lo:hi]) {
		return t.inserted(data, name)
	}
	t.column, t.marks, t.at = bytes.Count(data[lo:name.lo], []byte{t.mark}), bytes.Count(data[lo:hi], []byte{t.mark}), hi+1
	if t.marks >= maxColumns || t.below(data, lo) || tells(data[before:name.lo]) || tells(data[name.hi:after]) {
		return t, false
	}
	if t.mark != '|' {
		return t, true
	}
	rule, ok := t.line(data)
	return t, ok && len(bytes.Trim(data[rule.lo:rule.hi], "|-: \t\r")) == 0 && bytes.Count(data[rule.lo:rule.hi], []byte("|")) == t.marks
}

// below tells whether the line above data[lo] has as many marks, so that the one at data[lo] is no head but a row like it.
func (t *columns) below(data []byte, lo int) bool {
	if lo == 0 || data[lo-1] != '\n' {
		return false
	}
	above, _ := lineAround(data, lo-1, lo-1, maxRow)
	return bytes.Count(data[above:lo-1], []byte{t.mark}) == t.marks
}

// tells tells whether the words beside the name in a head say that the column tells something about a secret.
func tells(words []byte) bool {
	for _, w := range splitName(string(words)) {
		if innocent[w] && !environments[w] {
			return true
		}
	}
	return false
}

// headByte are the bytes of the names of columns; cellEnd those that end such a name.
var headByte, cellEnd = func() (head, end [256]bool) {
	for c := range 256 {
		head[c] = nameByte[c] || literalQuote[c] || c == ' ' || c == '/'
	}
	for _, c := range []byte(",;\t|\r\n)") {
		end[c] = true
	}
	return head, end
}()

// heads tells whether a line names columns: words alone, with marks between them, and none of them empty.
func (t *columns) heads(line []byte) bool {
	line = bytes.TrimRight(line, "\r")
	if t.mark == '|' {
		line = bytes.Trim(line, "| ")
	} else if len(line) > 0 && line[0] <= ' ' && !t.sql {
		return false // a list in code
	}
	named := false
	for _, c := range line {
		switch {
		case c == t.mark && named:
			named = false
		case headByte[c]:
			named = named || c != ' '
		case t.sql && (c == '\n' || c == '\r' || c == '\t'):
		default:
			return false
		}
	}
	return named
}

// inserted returns the table of the rows that an SQL statement inserts, where name is among the names of their columns.
func (t columns) inserted(data []byte, name span) (columns, bool) {
	t.mark, t.sql = ',', true
	end := name.hi
	for end < len(data) && end-name.hi < maxHead && (headByte[data[end]] || data[end] == ',' || data[end] <= ' ') {
		end++
	}
	if end == len(data) || data[end] != ')' {
		return t, false
	}
	p := blanks(data, end+1, true)
	const values = "values"
	if p+len(values) >= len(data) || !equalFolded(data[p:p+len(values)], values) {
		return t, false
	}
	lo := name.lo
	for lo > 0 && name.lo-lo < maxHead && data[lo-1] != '(' {
		lo--
	}
	t.column, t.marks, t.at = bytes.Count(data[lo:name.lo], []byte(",")), bytes.Count(data[lo:end], []byte(",")), p+len(values)
	return t, lo > 0 && data[lo-1] == '(' && t.marks < maxColumns && t.heads(data[lo:end])
}

// next returns the cell of the next row, without what encloses it; false behind the last row.
func (t *columns) next(data []byte) (span, bool) {
	var row span
	if t.sql {
		p := blanks(data, t.at, true)
		if p < t.end && data[p] == ',' {
			p = blanks(data, p+1, true)
		}
		if p >= t.end || data[p] != '(' {
			return span{}, false
		}
		row = span{p + 1, min(len(data), p+maxRow)}
	} else {
		var ok bool
		if row, ok = t.line(data); !ok {
			return span{}, false
		}
	}
	var cell span
	for n := 0; ; n++ {
		next, end, ok := t.cell(data, row)
		if !ok {
			return span{}, false
		}
		if n == t.column {
			cell = next
		}
		if row.lo = end + 1; end < row.hi && data[end] == t.mark {
			continue
		}
		t.at = row.lo
		return cell, n == t.marks
	}
}

// line returns the next line.
func (t *columns) line(data []byte) (span, bool) {
	line := span{t.at, t.end}
	if line.lo >= line.hi {
		return line, false
	}
	if i := bytes.IndexByte(data[line.lo:line.hi], '\n'); i >= 0 {
		line.hi = line.lo + i
	}
	t.at = line.hi + 1
	return line, line.hi-line.lo <= maxRow
}

// cell returns the cell at the beginning of what is left of a row, without quotes and blanks, and where it ends.
func (t *columns) cell(data []byte, row span) (cell span, end int, ok bool) {
	p := row.lo
	for p < row.hi && (data[p] == ' ' || data[p] == '\t' && t.mark != '\t') {
		p++
	}
	cell = span{p, p}
	if p < row.hi && literalQuote[data[p]] {
		q := p + 1
		for q < row.hi && (data[q] != data[p] || q+1 < row.hi && data[q+1] == data[p]) {
			if data[q] == '\\' || data[q] == data[p] {
				q++
			}
			q++
		}
		if q >= row.hi {
			return cell, p, false
		}
		cell, p = span{p + 1, q}, q+1
	}
	for p < row.hi && data[p] != t.mark && (!t.sql || data[p] != ')') {
		p++
	}
	if p == row.hi && t.sql {
		return cell, p, false
	}
	if cell.hi == cell.lo {
		text := bytes.TrimRight(data[cell.lo:p], " \t\r")
		cell.hi = cell.lo + len(text)
	}
	return cell, p, true
}

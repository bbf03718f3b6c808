package unpack

import (
	"slices"
	"strconv"
	"strings"
)

// sqliteTable is a table or an index as the schema has it.
type sqliteTable struct {
	name    string
	root    uint32
	columns []string // in the order in which records hold them
	alias   int      // the column that is the row number, -1 for none
	index   bool
}

// column returns the name of column i.
func (t *sqliteTable) column(i int) string {
	if i < len(t.columns) {
		return t.columns[i]
	}
	return "c" + strconv.Itoa(i)
}

// tableOf returns what a row of the schema tells, if it has a b-tree.
func tableOf(row map[string]string) (sqliteTable, bool) {
	root, err := strconv.ParseUint(row["rootpage"], 10, 32)
	if err != nil || root <= 1 {
		return sqliteTable{}, false
	}
	t := sqliteTable{name: row["name"], root: uint32(root), alias: -1, index: row["type"] != "table"}
	if !t.index {
		t.columns, t.alias = tableColumns(row["sql"])
	}
	return t, true
}

// sqlToken is a word, a quoted name, or a mark of one byte.
type sqlToken struct {
	text   string
	quoted bool
}

// is reports whether the token is the keyword or mark.
func (t sqlToken) is(word string) bool { return !t.quoted && strings.EqualFold(t.text, word) }

// sqlTokens splits a CREATE statement. Strings of other kinds come as quoted names, which does no harm here.
func sqlTokens(sql string) []sqlToken {
	var tokens []sqlToken
	for i := 0; i < len(sql); {
		c := sql[i]
		switch {
		case c <= ' ':
			i++
		case strings.HasPrefix(sql[i:], "--"):
			i = after(sql, i, "\n")
		case strings.HasPrefix(sql[i:], "/*"):
			i = after(sql, i, "*/")
		case c == '"' || c == '\'' || c == '`' || c == '[':
			text, end := sqlQuoted(sql, i)
			tokens = append(tokens, sqlToken{text, true})
			i = end
		case sqlWord(c):
			start := i
			for i < len(sql) && sqlWord(sql[i]) {
				i++
			}
			tokens = append(tokens, sqlToken{sql[start:i], false})
		default:
			tokens = append(tokens, sqlToken{sql[i : i+1], false})
			i++
		}
	}
	return tokens
}

func sqlWord(c byte) bool {
	return c == '_' || c == '$' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// after returns the offset behind the next end in s, or that of its end.
func after(s string, i int, end string) int {
	if n := strings.Index(s[i:], end); n >= 0 {
		return i + n + len(end)
	}
	return len(s)
}

// sqlQuoted reads the quoted name at i, in which the quote is written twice.
func sqlQuoted(sql string, i int) (text string, end int) {
	quote := sql[i]
	if quote == '[' {
		quote = ']'
	}
	var b strings.Builder
	for i++; i < len(sql); i++ {
		if sql[i] != quote {
			b.WriteByte(sql[i])
			continue
		}
		if quote == ']' || i+1 >= len(sql) || sql[i+1] != quote {
			return b.String(), i + 1
		}
		b.WriteByte(quote)
		i++
	}
	return b.String(), i
}

// tableColumns returns the columns that a CREATE TABLE statement names, in the order in which records hold them, and
// which of them is an alias of the row number, -1 for none.
func tableColumns(sql string) (columns []string, alias int) {
	tokens := sqlTokens(sql)
	open := slices.IndexFunc(tokens, func(t sqlToken) bool { return t.is("(") })
	if open < 0 {
		return nil, -1
	}
	defs, rest := sqlDefinitions(tokens[open+1:])
	var key []string
	integer := map[string]bool{}
	for _, def := range defs {
		if len(def) == 0 {
			continue
		}
		if sqlConstraint(def[0]) {
			key = append(key, sqlKey(def)...)
			continue
		}
		if sqlVirtual(def) {
			continue
		}
		name := def[0].text
		columns = append(columns, name)
		integer[name] = len(def) > 1 && def[1].is("INTEGER")
		if sqlFollows(def, "PRIMARY", "KEY") >= 0 {
			key = append(key, name)
		}
	}
	if sqlFollows(rest, "WITHOUT", "ROWID") >= 0 {
		return keyFirst(columns, key), -1
	}
	if len(key) == 1 && integer[key[0]] {
		return columns, slices.Index(columns, key[0])
	}
	return columns, -1
}

// sqlDefinitions splits what is between a table's parentheses at its commas, and returns what follows them too.
func sqlDefinitions(tokens []sqlToken) (defs [][]sqlToken, rest []sqlToken) {
	depth, start := 0, 0
	for i, t := range tokens {
		switch {
		case t.is("("):
			depth++
		case t.is(")") && depth == 0:
			return append(defs, tokens[start:i]), tokens[i+1:]
		case t.is(")"):
			depth--
		case t.is(",") && depth == 0:
			defs = append(defs, tokens[start:i])
			start = i + 1
		}
	}
	return append(defs, tokens[start:]), nil
}

func sqlConstraint(first sqlToken) bool {
	return slices.ContainsFunc([]string{"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"}, first.is)
}

// sqlFollows returns the offset behind two words in a row, -1 where they are not there.
func sqlFollows(tokens []sqlToken, first, second string) int {
	for i := 0; i+1 < len(tokens); i++ {
		if tokens[i].is(first) && tokens[i+1].is(second) {
			return i + 2
		}
	}
	return -1
}

// sqlKey returns the columns of a PRIMARY KEY constraint.
func sqlKey(def []sqlToken) []string {
	i := sqlFollows(def, "PRIMARY", "KEY")
	if i < 0 {
		return nil
	}
	var key []string
	fresh := false
	for _, t := range def[i:] {
		switch {
		case t.is("("), t.is(","):
			fresh = true
		case t.is(")"):
			return key
		case fresh:
			key = append(key, t.text)
			fresh = false
		}
	}
	return key
}

// sqlVirtual reports whether def is a column that is computed when it is read.
func sqlVirtual(def []sqlToken) bool {
	if sqlFollows(def, "AS", "(") < 0 {
		return false
	}
	return !slices.ContainsFunc(def, func(t sqlToken) bool { return t.is("STORED") })
}

// keyFirst returns the columns in the order of a table without row numbers: those of the key, then the others.
func keyFirst(columns, key []string) []string {
	left := map[string]string{}
	for _, c := range columns {
		left[strings.ToLower(c)] = c
	}
	var ordered []string
	for _, name := range append(slices.Clone(key), columns...) {
		name = strings.ToLower(name)
		if c, ok := left[name]; ok {
			ordered = append(ordered, c)
			delete(left, name)
		}
	}
	return ordered
}

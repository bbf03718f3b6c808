package credfile

import (
	"strings"

	"dregs/report"
)

var sqlDump = Family{
	ID:          "sql-dump-hash",
	Description: "The hash of a user's password, or the password of a database's user, in a dump of a database.",
	Vendor:      "SQL",
	Severity:    report.Medium,
	Advice:      "Have the users change their passwords: a hash can be guessed at offline. Change those of the database's users.",
	Reference:   "https://cwe.mitre.org/data/definitions/530.html",
	paths:       []string{"*.sql", "*.dump", "*.sql.*", "*.pgdump", "*.mysql", "dump"},
	parse:       parseDump,
}

// parseDump reads the statements that make users, the tuples of INSERT and the rows of COPY.
func parseDump(data []byte, emit func(Credential)) error {
	copying := -1 // the column of the password in the rows of a COPY; -1 outside of one
	tabled := false
	least := named // bare while a statement that names users or passwords goes on
	lines(data, func(line value) bool {
		text := line.text
		switch {
		case tabled && text == `\.`:
			tabled = false
		case tabled:
			readRow(line, copying, emit)
		case beginsWith(text, "COPY "):
			if tabled = strings.HasSuffix(strings.ToLower(strings.TrimSpace(text)), "from stdin;"); tabled {
				copying = passwordColumn(text)
			}
		default:
			if tellsUsers(text) {
				least = bare
			}
			if !readGrants(line, emit) {
				readTuples(line, least, emit)
			}
			if strings.HasSuffix(strings.TrimSpace(text), ";") {
				least = named
			}
		}
		return true
	})
	return nil
}

// beginsWith tells whether text begins with a keyword, whatever its case.
func beginsWith(text, keyword string) bool {
	return len(text) >= len(keyword) && strings.EqualFold(text[:len(keyword)], keyword)
}

// passwordColumn returns which of a COPY's columns is named like a password, or -1.
func passwordColumn(text string) int {
	i, j := strings.IndexByte(text, '('), strings.IndexByte(text, ')')
	if i < 0 || j < i {
		return -1
	}
	for n, name := range strings.Split(text[i+1:j], ",") {
		if key := fold(strings.Trim(name, ` "`)); secretName(key) || strings.Contains(key, "password") || strings.HasSuffix(key, "passwordhash") {
			return n
		}
	}
	return -1
}

// readRow emits the hashes of a row of a COPY: any that tell what made them, and whatever is in the password's column.
func readRow(line value, column int, emit func(Credential)) {
	all := columns(line, '\t')
	for i, v := range all {
		if marked := v.text != "" && strings.IndexByte("${pbsm", v.text[0]) >= 0 && hashOf(v.text) != ""; marked || i == column && hashOf(v.text) != "" {
			emitHash(v, all, i, emit)
		}
	}
}

// emitHash emits a hash with the user that a row names: the text before it, or else a mail address in the row.
func emitHash(v value, row []value, at int, emit func(Credential)) {
	c := v.credential(Hash)
	c.fact("hash", hashOf(v.text))
	for i := at - 1; i >= 0 && c.User == ""; i-- {
		if text := row[i].text; text != "" && len(text) <= 100 && !digits(text) && hashOf(text) == "" && text != `\N` {
			c.User = text
		}
	}
	for i := 0; i < len(row) && c.User == ""; i++ {
		if strings.Contains(row[i].text, "@") {
			c.User = row[i].text
		}
	}
	emit(c)
}

// tellsUsers tells whether a line names users or passwords at its beginning, before the first literal, so that a bare digest
// in it is one of a password.
func tellsUsers(text string) bool {
	head, _, _ := strings.Cut(text[:min(len(text), maxStatement)], "'")
	lower := strings.ToLower(head)
	for _, w := range []string{"user", "pass", "account", "member"} {
		if strings.Contains(lower, w) {
			return true
		}
	}
	return false
}

// readGrants emits the passwords of database users that a line of statements makes, and tells whether there may be any.
func readGrants(line value, emit func(Credential)) bool {
	if len(line.text) > maxStatement {
		return false
	}
	lower := strings.ToLower(line.text)
	if !strings.Contains(lower, "identified") && !strings.Contains(lower, "password '") && !strings.Contains(lower, "set password") {
		return false
	}
	statement(plainHistory(line, false), emit)
	return true
}

// digest is how a hash of a password stands in a row: one that names what made it, or a bare one.
type digest uint8

const (
	named digest = iota
	bare
)

// readTuples emits the hashes in the tuples of a line: those that name what made them, and bare ones where least is bare.
func readTuples(line value, least digest, emit func(Credential)) {
	var row []value
	flush := func() {
		for i, v := range row {
			if hashOf(v.text) == "" {
				continue
			}
			if marked := strings.IndexByte("${pbs", v.text[0]) >= 0 && strings.ContainsAny(v.text, "$}:"); marked || least == bare {
				emitHash(v, row, i, emit)
			}
		}
		row = row[:0]
	}
	for i := 0; i < len(line.text); i++ {
		switch line.text[i] {
		case '(', ')':
			flush()
		case '\'':
			end := quoteEnd(line.text, i)
			v := line.part(i+1, end)
			if strings.ContainsRune(v.text, '\\') {
				v.text, v.quoted = unescapeBackslash(v.text), stepBackslash
			}
			if len(row) < maxWords {
				row = append(row, v)
			}
			i = end
		}
	}
	flush()
}

// quoteEnd returns where the literal that begins at text[i] ends: at its quote, or at the end of text.
func quoteEnd(text string, i int) int {
	for j := i + 1; j < len(text); j++ {
		switch text[j] {
		case '\\':
			j++
		case '\'':
			if j+1 < len(text) && text[j+1] == '\'' {
				j++
				continue
			}
			return j
		}
	}
	return len(text)
}

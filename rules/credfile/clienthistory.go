package credfile

import (
	"bytes"
	"regexp"
	"sync"

	"dregs/report"
)

var clientHistory = Family{
	ID:          "database-history-password",
	Description: "A password that was given in a statement, in the history of a database client.",
	Vendor:      "database",
	Severity:    report.High,
	Advice:      "Change the password of the user on the server, and keep history out of images.",
	Reference:   "https://cwe.mitre.org/data/definitions/532.html",
	paths: []string{
		".mysql_history", ".mariadb_history", ".psql_history", ".psql_history-*", ".rediscli_history", ".dbshell", ".mongorc.js", ".mongo_history", "mongosh_repl_history",
		".mongodb/mongosh/*", ".sqlite_history", ".mycli-history", ".pgcli_history", "pgcli/history", ".cqlsh_history", ".cassandra/cqlsh_history", ".influx_history", ".usql_history",
		".sqlplus_history", ".clickhouse-client-history", ".irb_history", ".pry_history", ".python_history", ".node_repl_history",
	},
	parse: parseClientHistory,
}

// statements are how passwords are given to databases. The first group is the user, where one is named, the second the
// password. They are compiled when such a history is met: that takes longer than all else of starting.
var statements = sync.OnceValue(func() []*regexp.Regexp {
	return []*regexp.Regexp{
		regexp.MustCompile(`(?i)\b(?:USER|TO|FOR)\s{1,8}(?:IF\s{1,4}NOT\s{1,4}EXISTS\s{1,4})?["'\x60]?([A-Za-z0-9_.$-]{1,64})["'\x60]?(?:\s?@\s?["'\x60]?[A-Za-z0-9_.%*:-]{0,253}["'\x60]?)?\s{1,8}(?:WITH\s{1,8})?IDENTIFIED\s{1,8}(?:WITH\s{1,4}["'\x60]?[a-z0-9_]{1,40}["'\x60]?\s{1,4})?(?:BY|AS)\s{1,8}(?:PASSWORD\s{1,8})?["']([^"'\n]{1,200})["']`),
		regexp.MustCompile(`(?i)\b(?:ROLE|USER)\s{1,8}["\x60]?([A-Za-z0-9_.$-]{1,64})["\x60]?\s[^;\n]{0,200}?\bPASSWORD\s{1,8}["']([^"'\n]{1,200})["']`),
		regexp.MustCompile(`(?i)\bSET\s{1,8}PASSWORD\s{1,8}(?:FOR\s{1,8}["'\x60]?([A-Za-z0-9_.$-]{1,64})["'\x60]?(?:\s?@\s?["'\x60]?[A-Za-z0-9_.%*:-]{0,253}["'\x60]?)?\s{0,8})?=?\s{0,8}(?:PASSWORD\s?\(\s?)?["']([^"'\n]{1,200})["']`),
		regexp.MustCompile(`(?i)\b(?:(MASTER|SOURCE)_)PASSWORD\s{0,4}=\s{0,4}["']([^"'\n]{1,200})["']`),
		regexp.MustCompile(`(?i)^\s{0,8}AUTH\s{1,8}(?:([A-Za-z0-9_.-]{1,64})\s{1,8})?["']?([^\s"']{1,200})["']?\s*$`),
		regexp.MustCompile(`(?i)^\s{0,8}CONFIG\s{1,8}SET\s{1,8}(requirepass|masterauth)\s{1,8}["']?([^\s"']{1,200})["']?\s*$`),
		regexp.MustCompile(`(?i)^\s{0,8}ACL\s{1,8}SETUSER\s{1,8}([A-Za-z0-9_.-]{1,64})\s[^\n]{0,200}?>([^\s"']{1,200})`),
		regexp.MustCompile(`\buser["']?\s?:\s?["']([^"'\n]{1,64})["'][^\n]{0,100}?\bpwd["']?\s?:\s?["']([^"'\n]{1,200})["']`),
		regexp.MustCompile(`\.(?:auth|changeUserPassword|addUser)\(\s?["']([^"'\n]{1,64})["']\s?,\s?["']([^"'\n]{1,200})["']`),
		regexp.MustCompile(`(?i)\b(?:user=)?([A-Za-z0-9_.-]{0,64})\s?\bpassword=["']?([^\s"';]{1,200})`),
	}
})

// libedit begins the histories in which a byte may be written \NNN, in octal.
var libedit = []byte("_HiStOrY_V2_")

// parseClientHistory reads a statement a line.
func parseClientHistory(data []byte, emit func(Credential)) error {
	encoded := bytes.HasPrefix(data, libedit)
	lines(data, func(line value) bool {
		statement(plainHistory(line, encoded), emit)
		return true
	})
	return nil
}

// maxStatement bounds a statement that is looked at: nobody typed a longer one, and a dump's tuples are read apart.
const maxStatement = 16 << 10

// statement emits the passwords in one statement.
func statement(w word, emit func(Credential)) {
	if len(w.text) > maxStatement {
		return
	}
	seen := map[int]bool{}
	for i, re := range statements() {
		for _, m := range re.FindAllStringSubmatchIndex(w.text, 64) {
			if seen[m[4]] {
				continue
			}
			seen[m[4]] = true
			v := w.part(m[4], m[5])
			if v.quoted != "" {
				v.quoted = stepBackslash
			}
			c := v.credential(Password)
			if hashOf(v.text) != "" {
				c.Kind = Hash
			}
			if m[2] >= 0 && i != 3 && i != 5 {
				c.User = w.text[m[2]:m[3]]
			}
			emit(c)
		}
	}
	for _, f := range blanks(w.whole()) {
		if c, ok := f.address(); ok && w.whole().quoted == "" {
			emit(c)
		}
	}
}

// plainHistory returns a line as it was typed.
func plainHistory(line value, encoded bool) word {
	w := word{}
	var text []byte
	for i := 0; i < len(line.text); i++ {
		c := line.text[i]
		w.at = append(w.at, line.lo+i)
		if encoded && c == '\\' && i+3 < len(line.text) && all(line.text[i+1:i+4], "01234567") {
			c = (line.text[i+1]-'0')<<6 | (line.text[i+2]-'0')<<3 | (line.text[i+3] - '0')
			i += 3
		}
		text = append(text, c)
		w.ends = append(w.ends, line.lo+i+1)
	}
	w.text = string(text)
	return w
}

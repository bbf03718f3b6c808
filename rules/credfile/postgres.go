package credfile

import (
	"strings"

	"dregs/report"
)

var pgpass = Family{
	ID:          "pgpass-password",
	Description: "A password for a PostgreSQL server, in a .pgpass file.",
	Vendor:      "PostgreSQL",
	Severity:    report.High,
	Advice:      "Change the password of the user on the server, and look in its log for foreign sessions.",
	Reference:   "https://www.postgresql.org/docs/current/libpq-pgpass.html",
	paths:       []string{".pgpass", "pgpass", "pgpass.conf", "_pgpass"},
	parse:       parsePgpass,
}

var pgService = Family{
	ID:          "pg-service-password",
	Description: "A password for a PostgreSQL server, in a connection service or pooler file.",
	Vendor:      "PostgreSQL",
	Severity:    report.High,
	Advice:      "Change the password of the user on the server, and look in its log for foreign sessions.",
	Reference:   "https://www.postgresql.org/docs/current/libpq-pgservice.html",
	paths:       []string{".pg_service.conf", "pg_service.conf", "userlist.txt", "pgbouncer/users.txt"},
	parse:       parsePgService,
}

// parsePgpass reads lines HOST:PORT:DATABASE:USER:PASSWORD, in which a backslash takes a colon or backslash for itself.
func parsePgpass(data []byte, emit func(Credential)) error {
	lines(data, func(line value) bool {
		if strings.HasPrefix(line.text, "#") {
			return true
		}
		var f []value
		from := 0
		for i := 0; i <= len(line.text); i++ {
			switch {
			case i == len(line.text) || line.text[i] == ':' && len(f) < 4:
				f = append(f, line.part(from, i))
				from = i + 1
			case line.text[i] == '\\':
				i++
			}
		}
		if len(f) != 5 {
			return true
		}
		v := f[4]
		if plain := unescapeColon(v.text); plain != v.text {
			v.text, v.quoted = plain, stepBackslash
		}
		c := v.credential(Password)
		c.User, c.Host = unescapeColon(f[3].text), unescapeColon(f[0].text)
		if port := f[1].text; port != "*" {
			c.Host += ":" + port
		}
		if f[2].text != "*" {
			c.fact("database", unescapeColon(f[2].text))
		}
		emit(c)
		return true
	})
	return nil
}

func unescapeColon(text string) string {
	return strings.NewReplacer(`\:`, ":", `\\`, `\`).Replace(text)
}

// parsePgService reads the sections of a service file, or the lines "USER" "PASSWORD" of pgbouncer.
func parsePgService(data []byte, emit func(Credential)) error {
	root, err := readINI(data)
	root.take(emit, []fields{{secrets: []string{"password"}, users: []string{"user"}, hosts: []string{"host", "hostaddr"}, hostUp: 1}})
	lines(data, func(line value) bool {
		f := blanks(line)
		if len(f) == 2 && strings.HasPrefix(f[0].text, `"`) && strings.HasPrefix(f[1].text, `"`) {
			c := f[1].unquoted().credential(Password)
			c.User = f[0].unquoted().text
			emit(c)
		}
		return true
	})
	return err
}

package credfile

import "strings"

// readDirectives returns the reader of settings of one line each, NAME VALUE…, in which a line that begins with one of
// starts begins a section of its own. The sign of equality may stand between.
func readDirectives(starts ...string) reader {
	return func(data []byte) (*node, error) {
		t := newTree()
		section := t.root
		var err error
		lines(data, func(line value) bool {
			line = line.trimmed()
			if line.text == "" || line.text[0] == '#' || line.text[0] == ';' {
				return true
			}
			i := strings.IndexAny(line.text, " \t=")
			if i <= 0 {
				return true
			}
			name := line.text[:i]
			v := literal(line.part(i, len(line.text)).trimmed())
			if rest, ok := strings.CutPrefix(v.text, "="); ok && v.quoted == "" {
				v = literal(v.part(len(v.text)-len(rest), len(v.text)).trimmed())
			}
			for _, s := range starts {
				if strings.EqualFold(name, s) {
					section, err = t.add(t.root, v.text)
				}
			}
			var n *node
			if err == nil {
				n, err = t.add(section, name)
			}
			if err == nil {
				n.set(v)
			}
			return err == nil
		})
		return t.root, err
	}
}

// keywords returns the parser of entries of words in which a keyword stands in front of what it names: the host, which
// begins an entry, then the user, then the password.
func keywords(hosts, users, passwords []string) func([]byte, func(Credential)) error {
	return func(data []byte, emit func(Credential)) error {
		user, host, expects := "", "", ""
		lines(data, func(line value) bool {
			for _, w := range blanks(line) {
				if w.text[0] == '#' && expects == "" {
					return true
				}
				v := w.unquoted()
				if k := strings.TrimSuffix(v.text, ","); v.lo == w.lo && v.hi == w.hi && expects == "" {
					expects = keyword(strings.ToLower(k), hosts, users, passwords)
					continue
				}
				if n := len(v.text); n > 1 && v.text[n-1] == ',' {
					v = v.part(0, n-1).unquoted()
				}
				switch expects {
				case "host":
					user, host = "", v.text
				case "user":
					user = v.text
				case "password":
					c := v.credential(Password)
					c.User, c.Host = user, host
					emit(c)
				}
				expects = ""
			}
			return true
		})
		return nil
	}
}

// keyword tells what a keyword stands in front of, or "".
func keyword(word string, hosts, users, passwords []string) string {
	for what, all := range map[string][]string{"host": hosts, "user": users, "password": passwords} {
		for _, k := range all {
			if k == word {
				return what
			}
		}
	}
	return ""
}

// wholeFile returns the parser of files of one secret and nothing else. An account of two lines is none.
func wholeFile(kind, host string) func([]byte, func(Credential)) error {
	return func(data []byte, emit func(Credential)) error {
		v := value{text: string(data), hi: len(data)}.trimmed()
		if n := len(v.text); n < 4 || n > 4096 || strings.ContainsAny(v.text, " \t\r\n\x00") {
			return nil
		}
		c := v.credential(kind)
		c.Host = host
		emit(c)
		return nil
	}
}

// tabled returns the parser of lines of columns between blanks; each number is a column's, and -1 stands for none.
func tabled(count, user, host, secret int) func([]byte, func(Credential)) error {
	return func(data []byte, emit func(Credential)) error {
		lines(data, func(line value) bool {
			f := quotedBlanks(line.trimmed())
			if len(f) < count || strings.HasPrefix(f[0].text, "#") {
				return true
			}
			c := f[secret].unquoted().credential(Password)
			if user >= 0 {
				c.User = f[user].unquoted().text
			}
			if host >= 0 {
				c.Host = f[host].unquoted().text
			}
			emit(c)
			return true
		})
		return nil
	}
}

// quotedBlanks splits a line at blanks outside of double quotes.
func quotedBlanks(line value) []value {
	var out []value
	lo, quoted := -1, false
	for i := 0; i <= len(line.text); i++ {
		end := i == len(line.text) || !quoted && (line.text[i] == ' ' || line.text[i] == '\t')
		switch {
		case end && lo >= 0:
			if out = append(out, line.part(lo, i)); len(out) == maxWords {
				return out
			}
			lo = -1
		case !end && lo < 0:
			lo = i
		}
		if i < len(line.text) && line.text[i] == '"' {
			quoted = !quoted
		}
	}
	return out
}

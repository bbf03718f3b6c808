package rules

import "bytes"

// spaced tells whether a blank between a name and what follows assigns: in an instruction ENV, after an option's name, in a
// command that sets a variable.
func spaced(data []byte, name span, lit literal, s setting) bool {
	if lit.prose || commanded(data, name.lo) {
		return true
	}
	if lit.quoted && name.lo > 0 && (data[name.lo-1] == '(' || data[name.lo-1] == ':' || data[name.lo-1] == '@' && lineStart(data, name.lo-1)) {
		return true // a pair of Lisp or Clojure, an attribute of Elixir
	}
	if name.lo > 1 && data[name.lo-1] == '+' && data[name.lo-2] == ' ' && lit.quoted {
		return true // a variable that a game's server is started with
	}
	if data[name.lo] == '-' && name.lo > 0 && data[name.lo-1] == ' ' && lit.quoted {
		return true // a parameter of PowerShell
	}
	if s == inConfig && directive(data, name, lit) {
		return true
	}
	if name.lo > 1 && string(data[name.lo-2:name.lo]) == "${" && lineStart(data, name.lo-2) && bytes.HasPrefix(data[name.hi:], []byte("}  ")) {
		return true // a variable of Robot Framework
	}
	if l := max(0, name.lo-8); bytes.Equal(bytes.TrimRight(data[l:name.lo], " \t"), []byte("#define")) {
		return true
	}
	if name.hi-name.lo > 2 && data[name.lo] == '-' && data[name.lo+1] == '-' {
		return true
	}
	lead := name.lo
	for lead > 0 && (data[lead-1] == ' ' || data[lead-1] == '\t') {
		lead--
	}
	if lead == name.lo || lead < 3 {
		return false
	}
	return s == inMetadata && equalFolded(data[lead-3:lead], "env") || string(data[lead-3:lead]) == "ENV" && (lead == 3 || data[lead-4] == '\n')
}

// directive tells whether a name stands first on its line, or behind one of commands alone, and what it is given last, as in the
// directives of servers.
func directive(data []byte, name span, lit literal) bool {
	lo, hi := lineAround(data, name.lo, lit.value.hi, maxGlue)
	lead := bytes.TrimSpace(data[lo:name.lo])
	if n := len(lead); lit.quoted && n > 0 && (lead[n-1] == '{' || lead[n-1] == ';') { // a block on one line
		after := blanks(data, lit.value.hi+1, false)
		return after < len(data) && data[after] == ';'
	}
	if len(lead) > 0 && (bytes.IndexByte(lead, ' ') >= 0 || !commanded(data, name.lo)) {
		return false
	}
	rest := bytes.Trim(data[lit.value.hi:hi], " \t\r;\"'")
	return data[name.lo] != '-' && (len(rest) == 0 || len(lead) > 0 && equalFolded(rest, "/m")) // setx is told so to set it for all users
}

package rules

import (
	"bytes"
	"slices"
)

// bond tells how a token hangs on the name before it.
type bond uint8

const (
	bondNone   bond = iota
	bondBeside      // nothing but blanks between them
	bondGiven       // the one is assigned to the other
	bondNamed       // what stands between them says that the token opens something
)

// bondWords say that what follows opens something; strayWords that it does not, and neither do strayMarks.
var (
	bondWords  = [][]byte{[]byte("secret"), []byte("token"), []byte("key"), []byte("private"), []byte("access"), []byte("auth"), []byte("passw"), []byte("credential"), []byte("bearer")}
	strayWords = [][]byte{
		[]byte("sha"), []byte("md5"), []byte("hash"), []byte("digest"), []byte("checksum"), []byte("commit"), []byte("revision"), []byte("fingerprint"),
		[]byte("public"), []byte("version"), []byte("etag"), []byte("cert"), []byte("integrity"), []byte("keyid"), []byte("gpg"), []byte("tree"), []byte("release"),
		[]byte("cache"), []byte("partition"), []byte("primary"), []byte("foreign"), []byte("request"), []byte("trace"),
		[]byte("com/"), []byte("io/"), []byte("org/"), []byte("net/"),
	}
	strayMarks = "?{("
)

// broken tells whether what follows a token goes on with bytes that no token has, and then as tokens do: the whole is none.
func broken(after []byte) bool {
	return len(after) > 1 && bytes.IndexByte([]byte("?!$^*#~\\"), after[0]) >= 0 && leadByte[after[1]]
}

// bondOf judges what stands between a vendor's name and a token, and what follows the token. That name in the gap, again,
// says nothing more.
func bondOf(name string, gap, after []byte) bond {
	if len(after) > 0 && (after[0] == '(' || after[0] == '@') {
		return bondNone
	}
	if bytes.ContainsFunc(gap, func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' }) {
		return bondNone
	}
	if n := len(gap); n > 0 && (gap[n-1] == '@' || gap[n-1] == '#') {
		return bondNone // a commit of a package, a part of a page
	}
	if bytes.Count(gap, newline) == leadLines && !bytes.Contains(gap, []byte("```")) {
		return bondNone // too far below, but for a block of Markdown
	}
	if n := len(gap); n > 1 && closes(gap[n-1], after) {
		gap = gap[:n-1]
	}
	lower := bytes.ReplaceAll(bytes.ToLower(gap), []byte(name), nil)
	holds := func(w []byte) bool { return bytes.Contains(lower, w) }
	var out bond
	switch {
	case calls(lower, after):
		return bondNamed
	case valued(lower):
		out = bondGiven
	case slices.ContainsFunc(strayWords, holds) || bytes.ContainsAny(lower, strayMarks):
		return bondNone
	case slices.ContainsFunc(bondWords, holds):
		out = bondNamed
	case len(gap) == 1 && (gap[0] == '-' || gap[0] == '_' || gap[0] == '.'), passes(lower), optioned(lower):
		out = bondGiven
	default:
		out = bondOfMarks(gap, after)
	}
	if (bytes.HasPrefix(after, []byte("  ")) || bytes.HasPrefix(after, []byte(" *"))) && (out != bondNamed || bytes.IndexByte(gap, '\n') >= 0) {
		return bondNone // a sum before the name of its file
	}
	return out
}

// closes tells whether what follows a token closes the bracket that opened before it.
func closes(open byte, after []byte) bool {
	if len(after) == 0 {
		return false
	}
	switch open {
	case '(':
		return after[0] == ')'
	case '[':
		return after[0] == ']'
	}
	return false
}

// valued tells whether what stands between a vendor's name and a token, in lower case, calls the token the value of that name
// or of a section that has it: - name: ACME⏎value:, [acme] value =, "acme": {"value": ", "acme" {value = ".
func valued(gap []byte) bool {
	name := bytes.TrimRight(gap, " \t=:\"'")
	rest, ok := bytes.CutSuffix(name, []byte("value"))
	if !ok || len(name) == len(gap) || len(rest) == 0 || nameByte[rest[len(rest)-1]] {
		return false
	}
	return len(bytes.Trim(rest, " \t\r\n\"',")) == 0 || bytes.IndexByte(rest, '{') >= 0 || rest[0] == ']' && bytes.IndexByte(rest, '\n') > 0
}

// passes tells whether what stands between a vendor's name and a token, in lower case, ends a literal of that name and
// begins another, which is given to a parameter: get("acme", default="…").
func passes(gap []byte) bool {
	n := len(gap)
	if n < 2 || !literalQuote[gap[0]] || !literalQuote[gap[n-1]] {
		return false
	}
	list, ok := bytes.CutPrefix(bytes.TrimLeft(gap[1:n-1], " "), []byte(","))
	name := bytes.Trim(list, " =:\"'")
	return ok && len(name) > 0 && len(bytes.TrimRight(list, " ")) > len(bytes.TrimRight(list, " =:")) && !slices.ContainsFunc(name, func(c byte) bool { return !nameByte[c] })
}

// maxRest is the longest rest of a name that a line ends with, for the next to be its token.
const maxRest = 12

// optioned tells whether what stands between a vendor's name and a token, in lower case, are the words of a command and an
// option of one letter, which is given the token: acme login -p.
func optioned(gap []byte) bool {
	n := len(gap)
	if n < 4 || gap[0] != ' ' || gap[n-1] != ' ' || gap[n-3] != '-' || gap[n-4] != ' ' {
		return false
	}
	_, kind := raritySymbol(gap[n-2])
	return kind == 1 && !slices.ContainsFunc(gap[:n-3], func(c byte) bool { return !nameByte[c] && c != ' ' })
}

// bondOfMarks tells how a token hangs on a vendor's name that marks alone part from it, but for the rest of the name: that
// may say anything else, as in wandb_api and bitbucket.id.
func bondOfMarks(gap, after []byte) bond {
	size := len(gap)
	for len(gap) > 0 && nameByte[gap[0]] && gap[0] != '-' {
		gap = gap[1:]
	}
	if len(gap) == 0 || size-len(gap) > maxRest && bytes.IndexByte(gap, '\n') >= 0 {
		return bondNone
	}
	out := bondBeside
	for i := 0; i < len(gap); {
		n := max(markLength(gap[i:]), fillerLength(gap[i:]))
		switch c := gap[i]; {
		case n == 0, c == '*' && i+1 == len(gap), (c == '\n' || c == '\r') && !onItsOwn(gap[i:], after):
			return bondNone
		case c == '=' || c == ':':
			out = bondGiven
		}
		i += n
	}
	return out
}

// pointers are marks of more than one byte that lead from a name to its token.
var pointers = [][]byte{[]byte("->"), []byte("- "), []byte("-- "), []byte("–"), []byte("—"), []byte("→"), []byte(`<<"`), []byte(`\"`), []byte(`\\`),
	[]byte("):"), []byte(")="), []byte(`["`), []byte("['")}

// markLength returns the length of the mark that text begins with, of those which stand between a name and its token; 0
// for none.
func markLength(text []byte) int {
	switch text[0] {
	case ' ', '\t', '\n', '\r', '"', '\'', '`', '>', '=', ':', '|', ';', ',', '*', ']':
		return 1
	}
	for _, p := range pointers {
		if bytes.HasPrefix(text, p) {
			return len(p)
		}
	}
	return tagLength(text)
}

// bondFillers are words between a vendor's name and its token that say nothing else of it.
var bondFillers = words(`api app application account service rest live prod production dev developer staging sandbox sdk webhook integration
 client login user is with using config configuration settings env`)

// fillerLength returns the length of the word of bondFillers that text begins with, and the blank or colon behind it; 0 for
// none.
func fillerLength(text []byte) int {
	const longest = 14
	n := 0
	for n < len(text) && n < longest && nameByte[text[n]] {
		n++
	}
	if n == len(text) || text[n] != ' ' && text[n] != ':' || !bondFillers[asciiLower(string(text[:n]))] {
		return 0
	}
	return n
}

// tagLength returns the length of the tag of HTML that text begins with, if it has no attributes; else 0.
func tagLength(text []byte) int {
	const longest = 10
	if text[0] != '<' {
		return 0
	}
	n := 1
	if n < len(text) && text[n] == '/' {
		n++
	}
	for n < len(text) && n < longest && nameByte[text[n]] {
		n++
	}
	if n < 2 || n == len(text) || text[n] != '>' {
		return 0
	}
	return n + 1
}

// onItsOwn tells whether nothing but quotes and marks of a list stand with a token on its line, of which gap ends with the
// beginning.
func onItsOwn(gap, after []byte) bool {
	if end := bytes.IndexByte(after, '\n'); end >= 0 {
		after = after[:end]
	}
	before := gap[bytes.LastIndexByte(gap, '\n')+1:]
	return len(bytes.Trim(before, " \t\"'`*->|")) == 0 && len(bytes.Trim(after, " \t\r\"'`|")) == 0
}

// openers are parts of the names of what is given a credential first: acme.NewClient("…"), new Acme('…'), acme.setKey("…").
var openers = [][]byte{[]byte("client"), []byte("new"), []byte("init"), []byte("connect"), []byte("config"), []byte("setup"), []byte("auth"),
	[]byte("login"), []byte("create"), []byte("start"), []byte("api"), []byte("sdk"), []byte("key"), []byte("token"), []byte("secret"), []byte("credential")}

// calls tells whether what stands between a vendor's name and a token, in lower case, is the rest of the name of a function
// that opens something, and the token the whole of one of its first arguments.
func calls(gap, after []byte) bool {
	n := len(gap)
	if n < 2 || len(after) == 0 || after[0] != gap[n-1] || !literalQuote[gap[n-1]] {
		return false
	}
	if rest, ok := bytes.CutPrefix(gap[:n-1], []byte{gap[n-1], ')'}); ok {
		return len(rest) == 1 && rest[0] == '(' // require('acme')('…')
	}
	open := bytes.IndexByte(gap, '(')
	if open < 0 || !plainArguments(gap[open+1:n-1]) {
		return false
	}
	name := gap[:open]
	if imported, ok := constructed(name); ok {
		name = imported
	}
	for _, c := range name {
		if !nameByte[c] && c != ':' && c != '\\' || c == '-' {
			return false
		}
	}
	if slices.ContainsFunc(strayWords, func(w []byte) bool { return bytes.Contains(name, w) }) {
		return false
	}
	return len(name) == 0 || slices.ContainsFunc(openers, func(w []byte) bool { return bytes.Contains(name, w) })
}

// constructed returns the name of the function that is called on the line below the one that imports it from a vendor's
// package: acme import Client⏎client = Client, acme.Client;⏎c = new Client. gap has both but for the vendor's name, in lower
// case.
func constructed(gap []byte) ([]byte, bool) {
	line := bytes.LastIndexByte(gap, '\n')
	if line < 0 {
		return nil, false
	}
	name, call := gap[:line], bytes.TrimSpace(gap[line+1:])
	if i := bytes.LastIndexAny(call, " ="); i >= 0 {
		call = call[i+1:]
	}
	imports := bytes.Contains(name, []byte("import ")) || len(name) > 1 && name[0] == '.' && bytes.HasSuffix(name, []byte(";"))
	return call, imports && len(call) > 0 && bytes.Contains(name, call)
}

// plainArguments tells whether text is nothing, or literals and names with a comma behind each.
func plainArguments(text []byte) bool {
	text = bytes.TrimRight(text, " ")
	if len(text) == 0 {
		return true
	}
	for _, c := range text {
		if !nameByte[c] && !literalQuote[c] && c != ',' && c != ' ' && c != '@' {
			return false
		}
	}
	return text[len(text)-1] == ','
}

// literalQuote are the marks around a literal of code.
var literalQuote = [256]bool{'"': true, '\'': true, '`': true}

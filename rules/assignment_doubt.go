package rules

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"dregs/rules/validate"
)

// unlikely tells why a value is no secret, whatever the place.
func unlikely(value, name string, g grade, s setting, lit literal) string {
	strict := g != gradePasswd || s == inText
	if reason := placeholder(value, strict); reason != "" {
		return reason
	}
	if validate.Documented(value) {
		return reasonPlaceholder
	}
	if locator(value) {
		return reasonPath
	}
	if identifies(value) && !(uuid(value) && g > gradeKey) {
		return reasonPublic
	}
	if translated(value) {
		return reasonOrdinary
	}
	if lower := asciiLower(name); symbol.MatchString(value) || !lit.quoted && blankName.MatchString(value) || lit.glue == glueSpace && upstreams[lower] {
		return reasonReference
	}
	if strings.EqualFold(value, name) || (s != inMetadata || g != gradePasswd) && similar(value, name) {
		return reasonOrdinary
	}
	digits, letters := countKinds(value)
	spaces := strings.Count(value, " ")
	switch {
	case g == gradePasswd && s == inMetadata:
		if len(value) < 3 || spaces > 6 || len(value) > 256 {
			return reasonOrdinary
		}
	case strings.IndexByte(value, '@') == len(value)-1 && letters == len(value)-1: // what anonymous FTP is given
		return reasonOrdinary
	case g == gradeKey && s == inText && len(value) < minVendorToken:
		return reasonOrdinary
	case g != gradePasswd && s == inText && strings.IndexByte(value, '?') >= 0 && strings.Trim(value, tokenBytes+"?") == "":
		return reasonBroken // no alphabet that programs draw from has a question mark
	case spaces > 0 || len(value) < 6 || len(value) > 512 || digits == len(value) && (len(value) < 20 || g != gradePasswd) || letters+digits == 0:
		return reasonOrdinary
	case strings.ContainsAny(value, "(){}[]") && !lit.quoted && !lit.element && !(s != inText && unbalanced(value) && mixed(value) && rare(value)):
		return reasonReference
	}
	return ""
}

// symbol is the name of a constant: X509_V_ERR_OUT_OF_MEM.
var symbol = regexp.MustCompile(`^[A-Z][A-Z0-9]*(?:_[A-Z]+){2,}$`)

// blankName is the name of the next of several values that are left out: password= auth_user=.
var blankName = regexp.MustCompile(`^[a-z]+(?:_[a-z]+)+=$`)

// upstreams are directives of servers that pass requests on.
var upstreams = words("proxy_pass fastcgi_pass uwsgi_pass scgi_pass grpc_pass memcached_pass")

// translated tells whether a value has letters beyond Latin's, written as escapes: a message in a file of translations.
func translated(value string) bool {
	for {
		_, rest, ok := strings.Cut(value, `\u`)
		if !ok {
			return false
		}
		if code, err := strconv.ParseUint(rest[:min(4, len(rest))], 16, 16); err == nil && code > unicode.MaxLatin1 {
			return true
		}
		value = rest
	}
}

// tokenBytes are those of most alphabets that tokens are drawn from.
const tokenBytes = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-."

// wholeLine tells whether a name and what a sign gives it are a line by themselves, as in notes.
func wholeLine(data []byte, name span, lit literal) bool {
	return lit.glue == glueAssign && lineStart(data, name.lo) && (lit.value.hi == len(data) || data[lit.value.hi] == '\n' || data[lit.value.hi] == '\r')
}

// minTokenInCode is the length from which on a rare value is a token in the source of a program.
const minTokenInCode = 20

// printed tells whether a name is given a value as a program prints it, into a log, or passes it among the parameters of a connection.
func (l look) printed(name span, lit literal) bool {
	return lit.glue == glueAssign && (l.genre == journal || l.genre == program && !lit.quoted && connects(l.data, name.lo))
}

// plausible tells whether a value that is not unlikely is a secret for where it stands.
func plausible(l look, value string, g grade, lit literal, name span) bool {
	data := l.data
	switch l.setting {
	case inText:
		ended := lit.glue == glueAssign && lit.quoted || lit.glue == glueMarkup && (bytes.HasPrefix(data[lit.value.hi:], []byte("</")) || namedBeside(data, name, lit))
		if l.printed(name, lit) {
			return g == gradePasswd && mixed(value) && strong(value)
		}
		return l.genre == program && ended && (g == gradePasswd && mixed(value) && strong(value) || len(value) >= minTokenInCode && rare(value) && mixed(value) && (g != gradePasswd || !hexadecimal(value)))
	case inMetadata:
		return g == gradePasswd || rare(value) || g == gradeToken && len(value) >= 8 && !strings.ContainsAny(value, "/:")
	case inConfig:
		if !rare(value) && (g != gradePasswd || !mixed(value)) {
			return false
		}
		text := data[name.lo:name.hi]
		option := g > gradeKey && (bytes.HasPrefix(text, []byte("--")) || lit.quoted && (text[0] == '-' || name.lo > 0 && data[name.lo-1] == '+')) // of a program that is started
		switch lit.glue {
		case glueAssign:
			return option || lit.written || lineStart(data, spaceOf(data, name.lo)) || shellVariable(data, name.lo) || behindCommand(data, name.lo) || (data[name.hi] == ':' || lit.quoted) && inFlow(data, name.lo) >= 0 || inEnvironment(data, name.lo) ||
				attribute(data, name) || attributePair(data, name, lit) || connects(data, name.lo) || listedPair(data, name, lit) || commanded(data, name.lo) || bytes.HasSuffix(data[:name.lo], []byte("env[")) || memberOf(data, name)
		case glueList:
			return lit.comma && environmentSetter(data, name.lo)
		case glueSpace:
			return option || directive(data, name, lit) || inEnvironment(data, name.lo)
		case glueMarkup:
			rest := data[lit.value.hi:]
			return bytes.HasPrefix(rest, []byte("</")) || bytes.HasPrefix(rest, []byte("}")) && inFlow(data, name.lo) >= 0 || namedAbove(data, name, lit) ||
				declared(data, name, lit) || insideTag(data, name.lo) && (lit.value.lo < name.hi || bytes.IndexByte(data[name.hi:lit.value.lo], '\n') < 0 || bytes.HasPrefix(bytes.TrimLeft(rest[:min(len(rest), maxGlue)], " \t\r\n"), []byte("<")))
		}
	}
	return false
}

// maxLead bounds how far before a name the beginning of its tag is looked for, or of its line.
const maxLead = 512

// attribute tells whether a name is that of an attribute with its value in quotes, in a tag: <Resource password="…">.
func attribute(data []byte, name span) bool {
	return name.hi+1 < len(data) && data[name.hi] == '=' && literalQuote[data[name.hi+1]] && insideTag(data, name.lo)
}

// attributePair tells whether a name and what it is given are the whole value of an attribute: <set data="password=…"/>.
func attributePair(data []byte, name span, lit literal) bool {
	if name.lo < 2 || lit.value.hi >= len(data) || data[name.lo-1] != '"' || data[name.lo-2] != '=' {
		return false
	}
	return data[lit.value.hi] == '"' && insideTag(data, name.lo)
}

// listedPair tells whether a name and what it is given, in quotes, stand in a list of such pairs in brackets: (AdminPassword="…",Port=1).
func listedPair(data []byte, name span, lit literal) bool {
	if !lit.quoted || name.lo == 0 || data[name.lo-1] != ',' && data[name.lo-1] != '(' || lit.value.hi+1 >= len(data) {
		return false
	}
	after := data[lit.value.hi+1]
	return data[name.hi] == '=' && (after == ',' || after == ')')
}

// spaceOf returns where the words begin that say, each with a colon or two behind it, whose a name is which begins at data[at]:
// profile::db::password, app:password.
func spaceOf(data []byte, at int) int {
	lo := at
	for lo > 0 && at-lo < maxNameBefore && (nameByte[data[lo-1]] || data[lo-1] == ':') {
		lo--
	}
	return lo
}

// insideTag tells whether data[at] is inside of a tag.
func insideTag(data []byte, at int) bool {
	lead := data[max(0, at-maxLead):at]
	open := bytes.LastIndexByte(lead, '<')
	return open >= 0 && open+1 < len(lead) && nameByte[lead[open+1]] && bytes.IndexByte(lead[open:], '>') < 0
}

// connecting are names that stand before that of a password in a connection's parameters on one line.
var connecting = [][]byte{[]byte("user="), []byte("name="), []byte("host="), []byte("peer=")}

// connects tells whether one of connecting stands before data[at] on its line.
func connects(data []byte, at int) bool {
	lead := data[max(0, at-maxLead):at]
	lead = lead[bytes.LastIndexByte(lead, '\n')+1:]
	return slices.ContainsFunc(connecting, func(p []byte) bool { return bytes.Contains(lead, p) })
}

// memberOf tells whether a name in quotes is a key of the brackets around it: {"user": "a", "password": "…"}, settings['password'],
// settings['db']['password'].
func memberOf(data []byte, name span) bool {
	if name.lo < 2 || name.hi+1 >= len(data) || !literalQuote[data[name.lo-1]] || data[name.hi] != data[name.lo-1] {
		return false
	}
	switch data[name.hi+1] {
	case ':':
		return inFlow(data, name.lo) >= 0
	case ']':
		lo := name.lo - 2
		for lo > 0 && name.lo-lo < maxNameBefore && (nameByte[data[lo-1]] || literalQuote[data[lo-1]] || data[lo-1] == '[' || data[lo-1] == ']') {
			lo--
		}
		return data[name.lo-2] == '[' && lo < name.lo-2 && lineStart(data, lo)
	}
	return false
}

// namedAbove tells whether a value that ends its line is that of a name with a key of its own, as in lists of variables:
// - name: PASSWORD, and then value: ….
func namedAbove(data []byte, name span, lit literal) bool {
	lo, hi := lineAround(data, name.lo, name.hi, maxGlue)
	key := bytes.TrimLeft(data[lo:name.lo], " \t-\"'")
	rest := bytes.TrimLeft(data[name.hi:hi], "\"' \t,\r\n")
	after := bytes.TrimLeft(data[lit.value.hi:min(len(data), lit.value.hi+maxGlue)], "\"' \t,\r")
	return (bytes.HasPrefix(key, []byte("name")) || bytes.HasPrefix(key, []byte("key"))) && len(rest) == 0 && (len(after) == 0 || after[0] == '\n' || after[0] == '}')
}

// namedBeside tells whether a name and a value are those of a property in one tag: <property name="password" value="…"/>.
func namedBeside(data []byte, name span, lit literal) bool {
	if name.lo == 0 || lit.value.lo < name.hi || !literalQuote[data[name.lo-1]] || !bytes.HasSuffix(data[:name.lo-1], []byte("name=")) {
		return false
	}
	between, quote := bytes.Fields(data[name.hi:lit.value.lo]), data[name.lo-1:name.lo]
	if len(between) != 2 || !bytes.Equal(between[0], quote) || !bytes.Equal(between[1], append([]byte("value="), quote...)) || !insideTag(data, name.lo) {
		return false
	}
	tag, ok := bytes.CutPrefix(data[lit.value.hi:min(len(data), lit.value.hi+maxGlue)], quote)
	tag = bytes.TrimLeft(tag, " \t\r\n")
	return ok && (bytes.HasPrefix(tag, []byte("/>")) || bytes.HasPrefix(tag, []byte(">")))
}

// declared tells whether a value is the default of the variable of Terraform that a name declares: variable "password" {…}.
func declared(data []byte, name span, lit literal) bool {
	if name.lo == 0 || lit.value.lo < name.hi || data[name.lo-1] != '"' || !lit.quoted {
		return false
	}
	keyword, ok := bytes.CutSuffix(bytes.TrimRight(data[:name.lo-1], " \t"), []byte("variable"))
	between := data[name.hi:lit.value.lo]
	line := bytes.Fields(between[bytes.LastIndexByte(between, '\n')+1:])
	return ok && lineStart(data, len(keyword)) && bytes.IndexByte(between, '}') < 0 && len(line) > 0 && bytes.HasPrefix(line[0], []byte("default"))
}

// maxEnvironment bounds how far before a variable's name the setting may stand that gives variables to a program.
const maxEnvironment = 512

// inEnvironment tells whether the line of data[at] begins with environment=, by which units of systemd and the programs of
// supervisord are given variables, or with an instruction of a Dockerfile that does so.
func inEnvironment(data []byte, at int) bool {
	begin := max(0, at-maxEnvironment)
	line := data[begin+bytes.LastIndexByte(data[begin:at], '\n')+1 : at]
	line = bytes.TrimLeft(line, " \t")
	return bytes.HasPrefix(line, []byte("ENV ")) || bytes.HasPrefix(line, []byte("env =")) || bytes.HasPrefix(line, []byte("ARG ")) ||
		len(line) >= len("environment=") && bytes.EqualFold(line[:len("environment=")], []byte("environment="))
}

// lineStart tells whether nothing but blanks, quotes, marks of YAML and an export stand before data[at] on its line.
func lineStart(data []byte, at int) bool {
	for at > 0 && (data[at-1] == ' ' || data[at-1] == '\t' || data[at-1] == '"' || data[at-1] == '\'' || data[at-1] == '-' || data[at-1] == '?') {
		at--
	}
	return at == 0 || data[at-1] == '\n' || at == len(byteOrderMark) && bytes.HasPrefix(data, byteOrderMark) || at >= 6 && string(data[at-6:at]) == "export" || at >= 5 && string(data[at-5:at]) == "param" // of Bicep
}

// strong tells whether a value is made as passwords are where somebody made rules for them, and hardly anything else: of letters,
// digits and marks, or of letters of both cases with digits at the end or in several places. Letters beyond ASCII are those of a word.
func strong(value string) bool {
	const least = 8
	var lower, upper, mark bool
	runs, last := 0, false // of digits; the byte before is one
	for _, c := range []byte(value) {
		digit := '0' <= c && c <= '9'
		switch {
		case digit && !last:
			runs++
		case 'a' <= c && c <= 'z':
			lower = true
		case 'A' <= c && c <= 'Z':
			upper = true
		case !digit && c < utf8.RuneSelf && c != '_' && c != '-' && c != '.':
			mark = true
		}
		last = digit
	}
	if len(value) < least || runs == 0 || !lower && !upper {
		return false
	}
	return mark && !selector.MatchString(value) || lower && upper && (last || runs > 1)
}

// selector is the name of an element in a page.
var selector = regexp.MustCompile(`^#[A-Za-z0-9_-]+$`)

// mixed tells whether a value has letters and digits or marks, as chosen passwords do and words do not. Brackets are an
// expression's unless they stand beside digits and marks, and one has none that goes with it.
func mixed[T string | []byte](value T) bool {
	digits, letters := countKinds(value)
	marks, bracketed, angled := len(value)-digits-letters, false, false
	for i := range len(value) {
		switch value[i] {
		case '_', '-', '.':
			marks--
		case '(', ')', '{', '}', '[', ']':
			marks--
			bracketed = true
		case '<', '>':
			marks--
			angled = true
		case ' ', '\\':
			return false
		}
	}
	if (bracketed || angled) && (digits == 0 || marks == 0 || !angled && !unbalanced(value)) {
		return false
	}
	return len(value) >= 6 && letters > 0 && (digits > 0 || marks > 0)
}

package rules

import (
	"bytes"
	"strings"

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
	if identifies(value) && !(uuid(value) && g == gradeToken) {
		return reasonPublic
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
	case strings.ContainsAny(value, "(){}[]") && !lit.quoted:
		return reasonReference
	}
	return ""
}

// tokenBytes are those of most alphabets that tokens are drawn from.
const tokenBytes = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-."

// plausible tells whether a value that is not unlikely is a secret for where it stands.
func plausible(value string, g grade, s setting, lit literal, data []byte, name span) bool {
	switch s {
	case inMetadata:
		return g == gradePasswd || rare(value) || g == gradeToken && len(value) >= 8 && !strings.ContainsAny(value, "/:")
	case inConfig:
		if !rare(value) && (g != gradePasswd || !mixed(value)) {
			return false
		}
		option := g > gradeKey && bytes.HasPrefix(data[name.lo:name.hi], []byte("--")) // of a program that a unit or a job starts
		switch lit.glue {
		case glueAssign:
			return option || lineStart(data, name.lo) || data[name.hi] == ':' && inFlow(data, name.lo) >= 0 || inEnvironment(data, name.lo)
		case glueSpace:
			return option || directive(data, name, lit) || inEnvironment(data, name.lo)
		case glueMarkup:
			rest := data[lit.value.hi:]
			return bytes.HasPrefix(rest, []byte("</")) || bytes.HasPrefix(rest, []byte("}")) && inFlow(data, name.lo) >= 0
		}
	}
	return false
}

// maxEnvironment bounds how far before a variable's name the setting may stand that gives variables to a program.
const maxEnvironment = 512

// inEnvironment tells whether the line of data[at] begins with environment=, by which units of systemd and the programs of
// supervisord are given variables, or with an instruction of a Dockerfile that does so.
func inEnvironment(data []byte, at int) bool {
	begin := max(0, at-maxEnvironment)
	line := data[begin+bytes.LastIndexByte(data[begin:at], '\n')+1 : at]
	line = bytes.TrimLeft(line, " \t")
	return bytes.HasPrefix(line, []byte("ENV ")) || bytes.HasPrefix(line, []byte("ARG ")) ||
		len(line) >= len("environment=") && bytes.EqualFold(line[:len("environment=")], []byte("environment="))
}

// lineStart tells whether nothing but blanks, quotes, marks of YAML and an export stand before data[at] on its line.
func lineStart(data []byte, at int) bool {
	for at > 0 && (data[at-1] == ' ' || data[at-1] == '\t' || data[at-1] == '"' || data[at-1] == '\'' || data[at-1] == '-' || data[at-1] == '?') {
		at--
	}
	return at == 0 || data[at-1] == '\n' || at >= 6 && string(data[at-6:at]) == "export"
}

// mixed tells whether a value has letters and digits or marks, as chosen passwords do and words do not.
func mixed[T string | []byte](value T) bool {
	digits, letters := countKinds(value)
	marks := len(value) - digits - letters
	for i := range len(value) {
		switch value[i] {
		case '_', '-', '.':
			marks--
		case ' ', '(', ')', '{', '}', '[', ']', '<', '>', '\\':
			return false
		}
	}
	return len(value) >= 6 && letters > 0 && (digits > 0 || marks > 0)
}

package validate

import (
	"encoding/base64"
	"strings"

	"dregs/report"
)

// judgeWireGuard tells a key that is text in base64: who explains how keys are written has made it up, since chance draws
// no key of printable characters alone.
func judgeWireGuard(in *Input, facts facts) string {
	key, err := base64.StdEncoding.DecodeString(in.Value)
	if err != nil || len(key) != 32 || strings.ContainsFunc(string(key), func(r rune) bool { return r < ' ' || r > '~' }) {
		return ""
	}
	facts.add("known as", "text in the place of a key")
	return report.Test
}

// judgeBasic tells the logins of documents, and names of clients that have no password. A token in the place of a name, as
// some services take it, is none of them.
func judgeBasic(in *Input, facts facts) string {
	login, err := base64.StdEncoding.DecodeString(in.Value)
	if err != nil {
		return ""
	}
	user, password, ok := strings.Cut(string(login), ":")
	name := strings.Trim(strings.ToLower(user), "abcdefghijklmnopqrstuvwxyz-_ ") == ""
	switch {
	case ok && name && password == "":
		facts.add("known as", "a login without a password")
		return report.Test
	case ok && documentUsers[strings.ToLower(user)] && documentPasswords[strings.ToLower(password)]:
		facts.add("known as", "example of documentation")
		return report.Test
	}
	return ""
}

// The words that documents put in the places of a user and of a password.
var (
	documentUsers     = map[string]bool{"user": true, "username": true, "login": true, "name": true, "foo": true}
	documentPasswords = map[string]bool{"password": true, "pass": true, "passwd": true, "pwd": true, "secret": true, "bar": true}
)

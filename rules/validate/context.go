package validate

import (
	"strings"
	"unicode/utf8"
)

var (
	clientEmail = late(`"client_email\\?"\s*:\s*\\?"([A-Za-z0-9._%+-]{1,100}@[A-Za-z0-9.-]{1,120})\\?"`)
	projectID   = late(`"project_id\\?"\s*:\s*\\?"([a-z][a-z0-9.:-]{3,100})\\?"`)
)

// judgeServiceAccount tells the mail address and the project of the key file of a Google Cloud service account, of which
// the value is the whole or the key in it. See https://cloud.google.com/iam/docs/keys-create-delete.
func judgeServiceAccount(in *Input, facts facts) string {
	if !strings.Contains(in.Value, "PRIVATE KEY") && !strings.Contains(in.Value, "service_account") {
		return ""
	}
	for _, text := range []string{in.Value, in.After, in.Before} {
		if m := clientEmail().FindStringSubmatch(text); m != nil {
			facts.add("mail", m[1])
		}
	}
	if facts["mail"] == "" {
		return ""
	}
	for _, text := range []string{in.Value, in.Before, in.After} {
		if m := projectID().FindStringSubmatch(text); m != nil {
			facts.add("project", m[1])
		}
	}
	return ""
}

var (
	passwordKey = late(`(?i)(?:AccountKey|SharedAccessKey|Password|Pwd)\s*=\s*\{?\z`)
	settings    = late(`(?i)(?:\A|[;"'\s])(AccountName|Endpoint|BlobEndpoint|SharedAccessKeyName|Server|Data Source|Host|User ID|Uid|User|Username|Database|Initial Catalog)\s*=\s*([^;"'\r\n\x00]{1,200})`)
)

// maxConnection bounds what is looked at to either side of a password in a connection string, in bytes.
const maxConnection = 512

// judgeConnection tells what a connection string of Azure, ODBC or .NET says beside its password: account, server, user,
// database. The value is the whole string, or the password in it.
func judgeConnection(in *Input, facts facts) string {
	text := in.Value
	if passwordKey().MatchString(in.Before[max(0, len(in.Before)-32):]) {
		text = lineEnd(in.Before[max(0, len(in.Before)-maxConnection):]) + ";" + lineStart(in.After[:min(len(in.After), maxConnection)])
	} else if !strings.Contains(in.Value, ";") || !strings.Contains(in.Value, "=") {
		return ""
	}
	names := map[string]string{
		"accountname": "account", "endpoint": "host", "blobendpoint": "host", "sharedaccesskeyname": "policy",
		"server": "host", "data source": "host", "host": "host",
		"user id": "user", "uid": "user", "user": "user", "username": "user",
		"database": "database", "initial catalog": "database",
	}
	for _, m := range settings().FindAllStringSubmatch(text[:min(len(text), Reach)], -1) {
		name, value := names[strings.ToLower(m[1])], strings.TrimSpace(m[2])
		switch {
		case name == "host" && strings.Contains(value, "://"):
			facts.add(name, hostOf(value))
		case name == "user":
			facts.addUser(name, value)
		default:
			facts.add(name, value)
		}
	}
	return ""
}

// lineBreaks end a line, or a variable of a process.
const lineBreaks = "\r\n\x00"

// lineEnd returns what text ends in after its last line break, lineStart what it begins with before its first.
func lineEnd(text string) string   { return text[strings.LastIndexAny(text, lineBreaks)+1:] }
func lineStart(text string) string { return text[:cutAt(text, strings.IndexAny(text, lineBreaks))] }

// cutAt returns i, or where that is -1 the length of text.
func cutAt(text string, i int) int {
	if i < 0 {
		return len(text)
	}
	return i
}

var (
	netrcLogin   = late(`(?i)login(?:\s|\\[nrt]){1,20}([^\s"'\\]{1,200})`)
	netrcMachine = late(`(?i)machine(?:\s|\\[nrt]){1,20}([^\s"'\\]{1,253})`)
)

// judgeNetrc tells user and host of a password in the lines of a .netrc, which stand before it.
func judgeNetrc(in *Input, facts facts) string {
	before := in.Before[max(0, len(in.Before)-1024):]
	machines := netrcMachine().FindAllStringSubmatchIndex(before, -1)
	if len(machines) == 0 {
		return ""
	}
	last := machines[len(machines)-1]
	entry := before[last[1]:]
	if strings.Count(strings.ToLower(entry), "password") > 1 {
		return "" // what follows is the default's
	}
	if m := netrcLogin().FindStringSubmatch(entry); m != nil {
		facts.add("host", before[last[2]:last[3]])
		facts.addUser("user", m[1])
	}
	return ""
}

var registryKey = late(`"([A-Za-z0-9./:_-]{1,200})\\?"\s*:\s*\{[^{}]*\z`)

// judgeRegistryLogin tells user and registry of a docker configuration's "auth", which is base 64 of USER:PASSWORD, or of
// the password once that is decoded.
func judgeRegistryLogin(in *Input, facts facts) string {
	before := in.Before[max(0, len(in.Before)-1024):]
	user := ""
	if i := strings.LastIndex(before, `"auth`); i >= 0 && len(before)-i < 24 && len(in.Value) < 8<<10 {
		plain := decodeBase64(in.Value)
		name, password, ok := strings.Cut(string(plain), ":")
		if !ok || name == "" || password == "" || !utf8.Valid(plain) {
			return ""
		}
		user = name
	} else {
		return ""
	}
	if user != "<token>" && user != "oauth2accesstoken" {
		facts.addUser("user", user)
	}
	if m := registryKey().FindStringSubmatch(before); m != nil && m[1] != "auths" {
		facts.add("registry", m[1])
	}
	return ""
}

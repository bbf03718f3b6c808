package credfile

import (
	"bytes"

	"dregs/report"
)

var gcloud = Family{
	ID:          "gcloud-credential",
	Description: "A refresh token, access token or service account's key, as gcloud and Google's libraries keep it.",
	Vendor:      "Google Cloud",
	Severity:    report.High,
	Advice:      "Revoke the user's grant (gcloud auth revoke) or delete the service account's key, and look through the audit logs.",
	Reference:   "https://cloud.google.com/docs/authentication/application-default-credentials",
	paths: []string{
		"application_default_credentials.json", "adc.json", "legacy_credentials/*/*", "gcloud/credentials.db", "gcloud/access_tokens.db", "credentials.db", "access_tokens.db",
		"gcloud/credentials", "service-account*.json", "service_account*.json", "serviceaccount*.json", "client_secret*.json", "gcp-key*.json", "*-sa.json", "google-credentials.json", "gcloud-service-key.json",
	},
	parse: parseGcloud,
}

// parseGcloud reads JSON, the rows of the command's databases that hold it as text, or legacy settings.
func parseGcloud(data []byte, emit func(Credential)) error {
	all := []fields{
		{secrets: []string{"privatekey"}, kind: Key, users: []string{"clientemail"}, hosts: []string{"projectid"}},
		{secrets: []string{"refreshtoken", "accesstoken", "idtoken", "gsoauth2refreshtoken"}, kind: Token, users: []string{"account", "clientemail", "email"}, hosts: []string{"quotaprojectid"}, facts: map[string]string{"client": "clientid"}},
		{secrets: []string{"clientsecret"}, kind: Key, users: []string{"clientid"}, hosts: []string{"projectid"}},
	}
	if looksJSON(data) {
		root, err := readJSON(data)
		root.take(emit, all)
		return err
	}
	for at := 0; at < len(data); {
		i := bytes.IndexByte(data[at:], '{')
		if i < 0 {
			break
		}
		at += i
		end := objectEnd(data, at)
		root, err := readJSON(data[at:end])
		shift := at
		root.take(func(c Credential) {
			c.Start, c.End = c.Start+shift, c.End+shift
			c.User = firstOf(c.User, rowUser(data[:shift]))
			emit(c)
		}, all)
		if err != nil {
			return err
		}
		at = end
	}
	root, err := readINI(data)
	root.take(emit, all[1:])
	return err
}

// maxRow bounds an object of JSON in a row of text.
const maxRow = 64 << 10

// objectEnd returns where the object that begins at data[at] ends, or the next byte where it does not within maxRow.
func objectEnd(data []byte, at int) int {
	depth := 0
	for i := at; i < min(len(data), at+maxRow); i++ {
		switch data[i] {
		case '"':
			i = stringEnd(data[:min(len(data), at+maxRow)], i)
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return at + 1
}

// rowUser returns the account that a row names before its object: account_id=NAME, or a mail address.
func rowUser(before []byte) string {
	before = before[max(0, len(before)-256):]
	before = before[bytes.LastIndexByte(before, '\n')+1:]
	key := []byte("account_id=")
	i := bytes.LastIndex(before, key)
	if i < 0 {
		return ""
	}
	user := before[i+len(key):]
	if j := bytes.IndexAny(user, " \t,;"); j >= 0 {
		user = user[:j]
	}
	return string(user)
}

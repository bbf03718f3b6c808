package credfile

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"

	"dregs/report"
)

var passwordExport = Family{
	ID:          "password-manager-export",
	Description: "A password in what a browser or a password manager exported in the clear.",
	Vendor:      "password manager",
	Severity:    report.High,
	Advice:      "Change every password in the file at the site that it is for, and delete the export wherever it was copied to.",
	Reference:   "https://bitwarden.com/help/export-your-data/",
	paths: []string{
		"*passwords*.csv", "logins.csv", "*lastpass*.csv", "*bitwarden*.csv", "*bitwarden*.json", "*1password*.csv", "*1password*.json", "*keepass*.csv", "*keepass*.xml", "*enpass*.csv",
		"*enpass*.json", "*dashlane*.csv", "export.data",
	},
	parse: parseExport,
}

// parseExport reads JSON of Bitwarden, Enpass or 1Password, XML of KeePass, or a table of which the head names the columns.
func parseExport(data []byte, emit func(Credential)) error {
	text := strings.TrimSpace(string(data[:min(len(data), 256)]))
	switch {
	case looksJSON(data):
		root, err := readJSON(data)
		root.take(emit, []fields{{secrets: []string{"password", "totp"}, users: userNames, hosts: append([]string{"name"}, hostNames...)}})
		root.each(func(n *node) {
			typed := n.child("type")
			if designation := n.child("designation"); designation != nil {
				typed = designation
			}
			if v := n.child("value"); typed != nil && typed.text == "password" && v != nil && v.leaf {
				emit(v.credential(Password))
			}
		})
		return err
	case strings.HasPrefix(text, "<"):
		root, err := readXML(data)
		root.each(func(n *node) {
			key, v := n.child("key"), n.child("value")
			if key != nil && key.text == "Password" && v != nil && v.text != "" {
				emit(v.credential(Password))
			}
		})
		return err
	}
	return parsePasswordTable(data, emit)
}

// passwordColumns are the heads, folded, of columns that hold passwords, or the seeds of one-time ones.
var passwordColumns = []string{"password", "loginpassword", "totp", "logintotp", "otpauth", "otpsecret"}

// accountColumns and siteColumns are the heads of those that tell whose a password is, and what for, the most telling first.
var (
	accountColumns = []string{"username", "loginusername", "user", "login", "email"}
	siteColumns    = []string{"url", "loginuri", "website", "hostname", "name", "title"}
)

// columnsOf returns where the head of a table has names, in the order of these.
func columnsOf(head, names []string) []int {
	var at []int
	for _, name := range names {
		if i := slices.Index(head, name); i >= 0 {
			at = append(at, i)
		}
	}
	return at
}

// firstIn returns the first of columns of a row that is not empty.
func firstIn(row []string, columns []int) string {
	for _, i := range columns {
		if i < len(row) && row[i] != "" {
			return row[i]
		}
	}
	return ""
}

// tableSeparator returns what parts the values of a table, by its head: a comma, or where it has none a semicolon or a tab.
func tableSeparator(data []byte) rune {
	head, _, _ := bytes.Cut(data, []byte("\n"))
	for _, c := range []byte(",;\t") {
		if bytes.IndexByte(head, c) >= 0 {
			return rune(c)
		}
	}
	return ','
}

// parsePasswordTable reads a table of values parted by commas, semicolons or tabs.
func parsePasswordTable(data []byte, emit func(Credential)) error {
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord, r.LazyQuotes, r.Comma = -1, true, tableSeparator(data)
	head, err := r.Read()
	if err != nil {
		return nil // no table
	}
	for i := range head {
		head[i] = fold(head[i])
	}
	var secrets []int
	for i := range head {
		if slices.Contains(passwordColumns, head[i]) {
			secrets = append(secrets, i)
		}
	}
	users, hosts := columnsOf(head, accountColumns), columnsOf(head, siteColumns)
	starts := lineStarts(data)
	for range maxNodes {
		row, err := r.Read()
		if err != nil {
			return nil // the end, or what is left is no table
		}
		user, host := firstIn(row, users), firstIn(row, hosts)
		for _, i := range secrets {
			if i >= len(row) || row[i] == "" {
				continue
			}
			text := row[i]
			line, at := r.FieldPos(i)
			lo := starts[line-1] + at - 1
			if lo < len(data) && data[lo] == '"' {
				lo++
			}
			v := value{text: text, lo: lo, hi: lo + len(text)}
			if rest := data[min(lo, len(data)):]; !bytes.HasPrefix(rest, []byte(text)) {
				doubled := strings.ReplaceAll(text, `"`, `""`)
				if !bytes.HasPrefix(rest, []byte(doubled)) {
					continue // it has breaks of lines in it
				}
				v.hi, v.quoted = lo+len(doubled), stepTable
			}
			c := v.credential(Password)
			c.User, c.Host = user, host
			emit(c)
		}
	}
	return errTooMuch
}

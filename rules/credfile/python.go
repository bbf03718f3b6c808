package credfile

import (
	"strings"

	"dregs/report"
)

var pypirc = Family{
	ID:          "pypirc-password",
	Description: "A password or token for a Python package index, in a .pypirc file.",
	Vendor:      "PyPI",
	Severity:    report.High,
	Advice:      "Revoke the token in the index's account settings or change the password, and look for releases uploaded since.",
	Reference:   "https://packaging.python.org/en/latest/specifications/pypirc/",
	paths:       []string{".pypirc", "pypirc"},
	parse: inTree(readINI, fields{
		secrets: []string{"password"}, users: []string{"username"}, hosts: []string{"repository"}, hostUp: 1,
	}),
}

var pipConf = Family{
	ID:          "pip-index-password",
	Description: "A password in the address of a Python package index, in the settings of pip or conda.",
	Vendor:      "pip",
	Severity:    report.High,
	Advice:      "Change the password or revoke the token at the index named.",
	Reference:   "https://pip.pypa.io/en/stable/topics/authentication/",
	paths:       []string{"pip.conf", "pip.ini", ".condarc", "condarc", "requirements.txt", "requirements-*.txt", ".pydistutils.cfg", "uv.toml"},
	parse:       parseAddresses,
}

var poetry = Family{
	ID:          "poetry-auth",
	Description: "A password or token for a Python package index, as poetry keeps it.",
	Vendor:      "Poetry",
	Severity:    report.High,
	Advice:      "Revoke the token in the index's account settings or change the password, and look for releases uploaded since.",
	Reference:   "https://python-poetry.org/docs/repositories/#configuring-credentials",
	paths:       []string{"pypoetry/auth.toml", "auth.toml"},
	parse: inTree(readINI,
		fields{within: "pypitoken", kind: Token, hostUp: hostSelf},
		fields{secrets: []string{"password"}, users: []string{"username"}, hostUp: 1},
	),
}

// parseAddresses reads every address that stands in a file with a password in it, but in comments.
func parseAddresses(data []byte, emit func(Credential)) error {
	lines(data, func(line value) bool {
		if text := strings.TrimSpace(line.text); text == "" || text[0] == '#' || text[0] == ';' {
			return true
		}
		for _, w := range blanks(line) {
			i := strings.Index(w.text, "://")
			if i < 0 {
				continue
			}
			i = strings.LastIndexAny(w.text[:i], "\"'=,<([") + 1
			if c, ok := w.part(i, len(w.text)).address(); ok {
				emit(c)
			}
		}
		return true
	})
	return nil
}

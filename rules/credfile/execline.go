package credfile

import (
	"bytes"
	"strings"

	"dregs/report"
)

var execline = Family{
	ID:          "execline-script-password",
	Description: "A password or token that a script of execline gives a service in its environment.",
	Vendor:      "execline",
	Severity:    report.High,
	Advice:      "Change it where the service uses it, and give it to the container when it starts (with-contenv, a mounted secret).",
	Reference:   "https://skarnet.org/software/execline/export.html",
	paths:       []string{"run", "finish", "up", "down", "rc.init", "rc.shutdown", "cont-init.d/*", "cont-finish.d/*", "fix-attrs.d/*", "s6-overlay/scripts/*", "*.execline"},
	parse:       parseExecline,
}

// parseExecline reads export NAME VALUE in a file that says execline is to run it; the shell's export takes no value so.
func parseExecline(data []byte, emit func(Credential)) error {
	first, _, _ := bytes.Cut(data, []byte("\n"))
	if !bytes.HasPrefix(first, []byte("#!")) || !bytes.Contains(first, []byte("execlineb")) {
		return nil
	}
	lines(data, func(line value) bool {
		f := quotedBlanks(line.trimmed())
		for i := 0; i+2 < len(f); i++ {
			if f[i].text[0] == '#' {
				break
			}
			if f[i].text == "export" && identifier(f[i+1].text) && environmentName(fold(f[i+1].text)) && !strings.Contains(f[i+2].text, "${") {
				emit(f[i+2].unquoted().credential(kindOf(f[i+1].text)))
			}
		}
		return true
	})
	return nil
}

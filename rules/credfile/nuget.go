package credfile

import (
	"strings"

	"dregs/report"
)

var nuget = Family{
	ID:          "nuget-source-password",
	Description: "A password or API key for a NuGet source.",
	Vendor:      "NuGet",
	Severity:    report.High,
	Advice:      "Change the password or revoke the key at the source named, and look for packages pushed since.",
	Reference:   "https://learn.microsoft.com/nuget/reference/nuget-config-file#packagesourcecredentials",
	paths:       []string{"nuget.config", "nuget/*.config", ".nuget.config"},
	parse:       parseNuget,
}

// parseNuget reads entries <add key="NAME" value="VALUE"/> below packageSourceCredentials, whose element is named like the
// source, and below apikeys, whose key is.
func parseNuget(data []byte, emit func(Credential)) error {
	root, err := readXML(data)
	root.each(func(n *node) {
		if n.key != "add" || n.up == nil {
			return
		}
		key, v := n.says("key"), n.child("value")
		if v == nil || !v.leaf || v.text == "" {
			return
		}
		c := v.credential(Password)
		switch name := fold(key); {
		case n.up.key == "apikeys":
			c.Kind, c.Host = Key, key
			c.Encrypted = strings.HasPrefix(v.text, "AQAAA")
		case name == "cleartextpassword":
			c.User, c.Host = n.up.added("username"), strings.ReplaceAll(n.up.name, "_x0020_", " ")
		case name == "password" && n.below("packagesourcecredentials"):
			c.User, c.Host, c.Encrypted = n.up.added("username"), n.up.name, true
		case name == "httpproxy.password" || name == "httpproxypassword":
			c.Host, c.User = n.up.added("httpproxy"), n.up.added("httpproxyuser")
		default:
			return
		}
		emit(c)
	})
	return err
}

// added returns the value of n's child <add key="NAME" value="…"/> of that folded name.
func (n *node) added(name string) string {
	for _, k := range n.kids[:min(len(n.kids), maxNeighbours)] {
		if k.key == "add" && fold(k.says("key")) == name {
			return k.says("value")
		}
	}
	return ""
}

package credfile

import "dregs/report"

var cargo = Family{
	ID:          "cargo-registry-token",
	Description: "A token for crates.io or another Cargo registry.",
	Vendor:      "Cargo",
	Severity:    report.High,
	Advice:      "Revoke the token in the registry's account settings, and look for crates published since.",
	Reference:   "https://doc.rust-lang.org/cargo/reference/config.html#credentials",
	paths:       []string{".cargo/credentials", ".cargo/credentials.toml", "cargo/credentials", "cargo/credentials.toml", ".cargo/config.toml", ".cargo/config"},
	parse:       inTree(readINI, fields{secrets: []string{"token", "secretkey"}, kind: Token, hostUp: 1}, fields{secrets: []string{"index", "proxy", "replacewith", "registry"}, reveal: value.address}),
}

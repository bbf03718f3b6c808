package credfile

import "dregs/report"

var cpan = Family{
	ID:          "cpan-password",
	Description: "The password with which modules are uploaded to CPAN.",
	Vendor:      "CPAN",
	Severity:    report.High,
	Advice:      "Change the password of the account at PAUSE, and look for modules uploaded since.",
	Reference:   "https://metacpan.org/dist/CPAN-Uploader/view/bin/cpan-upload",
	paths:       []string{".pause"},
	parse:       keywords(nil, []string{"user"}, []string{"password"}),
}

var hatch = Family{
	ID:          "hatch-auth",
	Description: "A password or token for a Python package index, as Hatch keeps it.",
	Vendor:      "Hatch",
	Severity:    report.High,
	Advice:      "Revoke the token in the index's account settings or change the password, and look for releases uploaded since.",
	Reference:   "https://hatch.pypa.io/latest/publish/",
	paths:       []string{"hatch/config.toml"},
	parse:       inTree(readINI, fields{secrets: []string{"auth"}, users: []string{"user"}, hostUp: 1}),
}

var githubRunner = Family{
	ID:          "github-runner-key",
	Description: "The private key of a self-hosted runner of GitHub Actions: with it one takes the runner's jobs, and their secrets.",
	Vendor:      "GitHub",
	Severity:    report.High,
	Advice:      "Remove the runner in the settings of the repository or organisation and register it anew where it runs.",
	Reference:   "https://github.com/actions/runner/blob/main/docs/design/auth.md",
	paths:       []string{".credentials_rsaparams"},
	parse:       inTree(readJSON, fields{secrets: []string{"d"}, kind: Key}),
}

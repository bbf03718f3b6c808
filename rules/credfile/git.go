package credfile

import "dregs/report"

var gitCredentials = Family{
	ID:          "git-credentials-password",
	Description: "A password or token for a git host, as git's credential store keeps it.",
	Vendor:      "Git",
	Severity:    report.High,
	Advice:      "Revoke the token or change the password at the host named, and look for pushes that are not yours.",
	Reference:   "https://git-scm.com/docs/git-credential-store",
	paths:       []string{".git-credentials", "git/credentials", "git-credentials", ".gitcredentials"},
	parse:       parseAddresses,
}

var gitConfig = Family{
	ID:          "gitconfig-credential",
	Description: "A token, password or authorization header in the settings of git.",
	Vendor:      "Git",
	Severity:    report.High,
	Advice:      "Revoke the token or change the password at the host named, and look for pushes that are not yours.",
	Reference:   "https://git-scm.com/docs/git-config",
	paths:       []string{".gitconfig", "etc/gitconfig", ".git/config", "git/config"},
	parse: inTree(readINI,
		fields{secrets: []string{"token", "oauthtoken"}, kind: Token, users: []string{"user"}, hostUp: 1},
		fields{secrets: []string{"password", "smtppass", "pass"}, users: []string{"smtpuser", "username", "user"}, hosts: []string{"smtpserver"}, hostUp: 1},
		fields{secrets: []string{"extraheader"}, kind: Token, hostUp: 1, reveal: value.header},
		fields{named: func(string) bool { return true }, reveal: value.address},
	),
}

var githubHosts = Family{
	ID:          "github-hosts-token",
	Description: "A token for GitHub, as gh or hub keeps it.",
	Vendor:      "GitHub",
	Severity:    report.High,
	Advice:      "Revoke the token in the account's settings (Applications, or Developer settings), and look through its security log.",
	Reference:   "https://cli.github.com/manual/gh_auth_login",
	paths:       []string{"gh/hosts.yml", "hosts.yml", ".config/hub", "hub", "hub.yml", "gh/config.yml"},
	parse: inTree(readYAML,
		fields{secrets: []string{"oauthtoken"}, under: "users", kind: Token, userUp: 1, hostUp: 3},
		fields{secrets: []string{"oauthtoken"}, kind: Token, users: []string{"user"}, hostUp: 1},
		fields{secrets: []string{"password"}, users: []string{"user"}, hostUp: 1},
	),
}

var glab = Family{
	ID:          "glab-token",
	Description: "A token for GitLab, as glab keeps it.",
	Vendor:      "GitLab",
	Severity:    report.High,
	Advice:      "Revoke the token under Access tokens in the user's settings, and look through the audit events.",
	Reference:   "https://gitlab.com/gitlab-org/cli/-/blob/main/docs/source/config/_index.md",
	paths:       []string{"glab-cli/config.yml", "glab/config.yml", "tea/config.yml", ".python-gitlab.cfg", "python-gitlab.cfg", "lab/lab.toml"},
	parse: inTree(readYAML,
		fields{secrets: []string{"token", "privatetoken", "oauthtoken", "jobtoken", "refreshtoken", "oauth2refreshtoken"}, kind: Token, users: []string{"user"}, hosts: []string{"url", "host", "apihost"}, hostUp: 1},
	),
}

package credfile

import "dregs/report"

var composer = Family{
	ID:          "composer-auth",
	Description: "A password or token for a package repository or git host, as composer keeps it.",
	Vendor:      "Composer",
	Severity:    report.High,
	Advice:      "Revoke the token or change the password at the host named.",
	Reference:   "https://getcomposer.org/doc/articles/authentication-for-private-packages.md",
	paths:       []string{"auth.json"},
	parse: inTree(readJSON,
		fields{secrets: []string{"password"}, under: "httpbasic", users: []string{"username"}, hostUp: 1},
		fields{within: "githuboauth", kind: Token, hostUp: hostSelf},
		fields{within: "gitlaboauth", kind: Token, hostUp: hostSelf},
		fields{secrets: []string{"token"}, under: "gitlabtoken", kind: Token, users: []string{"username"}, hostUp: 1},
		fields{secrets: []string{"accesstoken", "token"}, under: "bitbucketoauth", kind: Token, hostUp: 1},
		fields{within: "gitlabtoken", kind: Token, hostUp: hostSelf},
		fields{within: "bearer", kind: Token, hostUp: hostSelf},
		fields{secrets: []string{"consumersecret"}, kind: Token, users: []string{"consumerkey"}, hostUp: 1},
	),
}

package sample

// registries are logins to container registries and hosts.
func registries() []File {
	a, b, id := password("docker a"), password("docker b"), token("docker identity")
	return []File{
		{"docker-config-auth", "root/.docker/config.json", fill(`{
	"auths": {
		"https://index.docker.io/v1/": {
			"auth": "{a}"
		},
		"registry.example.org:5000": {"auth": "{b}", "email": "ci@example.org"},
		"acr.example.org": {"auth": "{empty}", "identitytoken": "{id}"}
	},
	"credsStore": "desktop",
	"credHelpers": {"gcr.io": "gcloud"}
}
`, "a", encoded("deploy:"+a), "b", encoded("ci:"+b), "empty", encoded("00000000-0000-0000-0000-000000000000:"), "id", id), []Entry{
			{a, "deploy", "index.docker.io"}, {b, "ci", "registry.example.org:5000"}, {id, "", "acr.example.org"},
		}},
		one("docker-config-auth", "home/ci/.dockercfg", `{"quay.io":{"auth":"`+encoded("robot:"+password("cfg"))+`","email":""}}`, password("cfg"), "robot", "quay.io"),
		one("docker-config-auth", "root/.config/containers/auth.json", `{"auths":{"quay.io/team":{"auth":"`+encoded("robot:"+password("podman"))+`"}}}`, password("podman"), "robot", "quay.io/team"),
	}
}

// hosts are passwords for hosts of any kind.
func hosts() []File {
	a, b := password("netrc a"), token("netrc b")
	return []File{
		{"netrc-login-password", "root/.netrc", fill(`# comment
machine ftp.example.org login deploy password {a}
machine api.heroku.com
  password {b}
  login ops@example.org
macdef init
  quote site password nothing
`, "a", a, "b", b), []Entry{{a, "deploy", "ftp.example.org"}, {b, "ops@example.org", "api.heroku.com"}}},
		one("git-credentials-password", "root/.git-credentials", "https://deploy:{v}@git.example.org\n", password("git"), "deploy", "git.example.org"),
		one("gitconfig-credential", "root/.gitconfig", "[user]\n\tname = Ci\n[github]\n\tuser = ci-bot\n\ttoken = {v}\n", hex("gitconfig", 40), "ci-bot", "github"),
		one("github-hosts-token", "root/.config/gh/hosts.yml", "github.com:\n    user: octo\n    oauth_token: {v}\n    git_protocol: https\n", "gh"+"o_"+made("gh", letters, 36), "octo", "github.com"),
		one("github-hosts-token", "root/.config/hub", "---\ngithub.com:\n- user: octo\n  oauth_token: {v}\n  protocol: https\n", hex("hub", 40), "octo", "github.com"),
		one("github-hosts-token", "home/dev/hub", "github.com:\n- protocol: https\n  user: octo\n  oauth_token: {v}\n", hex("hub2", 40), "octo", "github.com"),
		one("glab-token", "root/.config/glab-cli/config.yml", "hosts:\n    gitlab.example.org:\n        token: {v}\n        api_host: gitlab.example.org\n        user: tanuki\n", "glp"+"at-"+made("glab", letters, 20), "tanuki", "gitlab.example.org"),
		{"shadow-hash", "etc/shadow", fill(`root:{a}:19000:0:99999:7:::
daemon:*:19000:0:99999:7:::
sshd:!:19000::::::
locked:!{c}:19000:0:99999:7:::
app:{b}:19000:0:99999:7:::
`, "a", crypt("root", "6"), "b", crypt("app", "y"), "c", crypt("locked", "6")), []Entry{{crypt("root", "6"), "root", ""}, {crypt("app", "y"), "app", ""}}},
		one("shadow-hash", "etc/gshadow-", "root:*::\nwheel:{v}:root:\n", crypt("gshadow", "6"), "wheel", ""),
		one("htpasswd-hash", "etc/nginx/.htpasswd", "admin:{v}\n", crypt("htpasswd", "apr1"), "admin", ""),
		one("htpasswd-hash", "etc/proftpd/proftpd.passwd", "ftp:{v}:1001:1001::/srv/ftp:/bin/false\n", crypt("proftpd", "6"), "ftp", ""),
		one("htpasswd-hash", "web/.htdigest", "admin:private:{v}\n", hex("digest", 32), "admin", "private"),
	}
}

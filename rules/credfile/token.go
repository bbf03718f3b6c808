package credfile

import "dregs/report"

var vaultToken = Family{
	ID:          "vault-token-file",
	Description: "A token of Vault, Consul, Nomad or Hugging Face, or a key, that is a file of its own.",
	Vendor:      "token file",
	Severity:    report.High,
	Advice:      "Revoke the token where it was issued (vault token revoke), and look through the audit log.",
	Reference:   "https://developer.hashicorp.com/vault/docs/commands/token-helper",
	paths: []string{
		".vault-token", "vault-token", ".vault_token", ".consul-token", ".nomad-token", ".huggingface/token", "huggingface/token", "secrets/initialadminpassword",
		"jenkins_home/secrets/master.key", "jenkins/secrets/master.key", ".github-token", ".github_token", ".gitlab-token", ".cloudflare-token", ".doctoken", ".openai_api_key", ".replicate/auth",
	},
	parse: wholeFile(Token, ""),
}

var cliToken = Family{
	ID:          "cli-login-token",
	Description: "A token or key that a service's command line keeps after a login.",
	Vendor:      "command line",
	Severity:    report.High,
	Advice:      "Revoke the token in the account's settings at the service.",
	Reference:   "https://cwe.mitre.org/data/definitions/522.html",
	paths: []string{
		"doctl/config.yaml", ".fly/config.yml", "com.vercel.cli/auth.json", ".now/auth.json", "netlify/config.json", ".netlify/config.json", ".circleci/cli.yml", ".travis/config.yml", ".sentryclirc", "ngrok.yml", ".ngrok2/ngrok.yml",
		"ngrok/ngrok.yml", "stripe/config.toml", ".databrickscfg", "snowflake/config.toml", "snowflake/connections.toml", ".snowflake/*.toml", ".snowsql/config", "kaggle.json", "stored_tokens", "pulumi/credentials.json", "heroku.json", ".tugboat",
		"influxdbv2/configs", ".influxdbv2/configs", ".dbt/profiles.yml", "profiles.yml", "clouds.yaml", "secure.yaml", ".streamlit/secrets.toml", "grafana.ini", ".render/cli.yaml", "render/cli.yaml", ".linode-cli", "linode-cli", "hcloud/cli.toml",
		".railway/config.json", ".supabase/access-token", ".wakatime.cfg", ".jfrog/jfrog-cli.conf*", "argocd/config", ".argocd/config", ".config/op/config", "wandb/settings", ".transifexrc", ".algolia/*.toml", ".aiven/*.json", ".scw/config.yaml", "scw/config.yaml",
		".ovh.conf", ".exoscale/*.toml", ".bluemix/config.json", ".oci/config", ".aliyun/config.json", ".tccli/*.credential", ".cf/config.json", ".ssp", "cloudflared/*.json", "wrangler/config/default.toml", ".wrangler/config/default.toml",
		".config/codecov", ".openstack/*.yaml", "openrc", "openrc.sh", "*-openrc.sh", "keystonerc_*", ".gist", ".jira.d/config.yml", ".netlifyrc", ".surgerc", ".dnsimple", ".cloudflare/*.cfg", "certbot/cloudflare.ini", "letsencrypt/*.ini", ".secrets/certbot/*.ini",
		".anthropic/*.json", ".openai/*.json", ".codex/auth.json", ".claude/.credentials.json", "github-copilot/*.json", "gspread/*.json", "salesforcedx/*.json", ".sfdx/*.json", ".sf/*.json",
	},
	parse: parseLogin,
}

// parseLogin reads settings of whatever format they are in, for what their names call a secret.
func parseLogin(data []byte, emit func(Credential)) error {
	read := readINI
	switch {
	case looksJSON(data):
		read = readJSON
	case looksYAML(data):
		read = readYAML
	}
	return inTree(read,
		fields{named: tokenName, kind: Token, users: append([]string{"accountname"}, userNames...), hosts: append([]string{"authurl", "apiurl", "endpointurl"}, hostNames...), hostUp: 1},
		fields{secrets: []string{"key"}, kind: Key, users: userNames, hosts: hostNames},
		fields{secrets: []string{"url", "connection", "databaseurl"}, reveal: value.address},
	)(data, emit)
}

// tokenName tells whether a folded name of a login's settings is that of a secret.
func tokenName(key string) bool {
	return secretName(key) || environmentName(key) && key != "key" || key == "auth" || key == "oauthtoken"
}

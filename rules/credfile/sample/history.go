package sample

// histories are what shells and database clients remember.
func histories() []File {
	p := func(n string) string { return password("history " + n) }
	return []File{
		{"shell-history-password", "root/.bash_history", fill(`ls -la
#1700000000
curl -u deploy:{curl} https://api.example.org/v1
mysql -h db.example.org -u root -p{mysql} orders
sshpass -p '{ssh}' ssh ops@bastion.example.org
PGPASSWORD={pg} psql -h db.example.org -U app
export REGISTRY_TOKEN={token}
docker login -u ci -p {docker} registry.example.org
aws configure set aws_secret_access_key {aws}
redis-cli -h cache.example.org -a {redis}
vault login {vault}
docker login -u ci --password-stdin registry.example.org
mysql -u root -p orders
cd /srv && git clone https://bot:{git}@git.example.org/a.git
`, "curl", p("curl"), "mysql", p("mysql"), "ssh", p("ssh"), "pg", p("pg"), "token", p("token"), "docker", p("docker"),
			"aws", token("history aws"), "redis", p("redis"), "vault", "hv"+"s."+token("vault"), "git", p("git")), []Entry{
			{p("curl"), "deploy", "api.example.org"}, {p("mysql"), "root", "db.example.org"}, {p("ssh"), "ops", "bastion.example.org"},
			{p("pg"), "app", "db.example.org"}, {p("token"), "", ""}, {p("docker"), "ci", "registry.example.org"},
			{token("history aws"), "", ""}, {p("redis"), "", "cache.example.org"}, {"hv" + "s." + token("vault"), "", ""}, {p("git"), "bot", "git.example.org"},
		}},
		one("shell-history-password", "root/.zsh_history", ": 1700000000:0;curl --user 'deploy:{v}' https://api.example.org\n", p("zsh"), "deploy", "api.example.org"),
		one("shell-history-password", "root/.local/share/fish/fish_history", "- cmd: mysqldump --user=root --password={v} --host=db.example.org shop\n  when: 1700000000\n", p("fish"), "root", "db.example.org"),
		one("execline-script-password", "etc/services.d/db/run", "#!/usr/bin/execlineb -P\nexport DB_PASSWORD {v}\ndbserver\n", p("execline"), "", ""),
		one("database-history-password", "root/.mysql_history", "_HiStOrY_V2_\nCREATE\\040USER\\040'app'@'%'\\040IDENTIFIED\\040BY\\040'{v}';\n", p("client"), "app", ""),
		one("database-history-password", "root/.psql_history", "ALTER ROLE app WITH LOGIN PASSWORD '{v}';\n", p("psql"), "app", ""),
		one("database-history-password", "root/.rediscli_history", "AUTH app {v}\n", p("rediscli"), "app", ""),
		one("database-history-password", "root/.dbshell", "db.createUser({user: \"shop\", pwd: \"{v}\", roles: []})\n", p("mongo"), "shop", ""),
	}
}

package rules

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"sync"

	"dregs/report"
)

// setting tells how much the place of a fragment says of what is in it: how likely a literal beside a telling name is a
// secret.
type setting uint8

const (
	inText     setting = iota // code, documents, data
	inConfig                  // a file of settings
	inMetadata                // what the image says of itself, a Dockerfile, a .env file, a file of credentials
)

// genre tells what a text is that makes no settings.
type genre uint8

const (
	notes   genre = iota // documents, data, tests and examples
	program              // the source of a program, that neither tries it out nor describes it
	journal              // a log
)

// settingOf tells the setting of a fragment.
func settingOf(f Fragment) setting {
	s, _ := placeOf(f)
	return s
}

// IsLog tells whether a fragment is of a log: app.log, app.log.1, build.log.gz, what lies in var/log or in a folder of logs of CI.
func IsLog(f Fragment) bool {
	switch f.Place {
	case report.Log:
		return true
	case report.LayerFile, report.DirFile:
		return logs(f.Path)
	}
	return false
}

// logs tells whether the path of a file is that of a log.
func logs(file string) bool {
	lower := strings.ToLower(file)
	if strings.HasPrefix(strings.TrimPrefix(lower, "/"), "var/log/") || strings.Contains(lower, "/var/log/") {
		return true
	}
	base := path.Base(lower)
	i := strings.LastIndex(base, ".log")
	if i < 0 {
		return false
	}
	rest := base[i+len(".log"):]
	return rest == "" || rest[0] == '.' || rest[0] == '-' || rest[0] == '!'
}

// placeOf tells the setting of a fragment, and its genre where that is a text.
func placeOf(f Fragment) (setting, genre) {
	switch f.Place {
	case report.ConfigEnv, report.ConfigLabel, report.ConfigCmd, report.ConfigEntrypoint, report.ConfigHealthcheck,
		report.ConfigOnbuild, report.ConfigOther, report.BuildArg, report.HistoryEntry, report.Annotation, report.Provenance,
		report.Dockerfile:
		return inMetadata, notes
	}
	file := strings.ReplaceAll(f.Path, "!", "/") // a member of an archive is a file of it
	base := strings.ToLower(path.Base(file))
	if base == ".env" || strings.HasPrefix(base, ".env.") || strings.HasSuffix(base, ".env") || telling[base] {
		return inMetadata, notes
	}
	if illustrates(file) {
		return inText, notes
	}
	if settingFolders().has("/" + file) {
		return inConfig, notes
	}
	if endsAsSetting(base) {
		return inConfig, notes
	}
	if base == "dockerfile" || base == "containerfile" || strings.HasPrefix(base, "dockerfile.") || strings.HasSuffix(base, ".dockerfile") {
		return inConfig, notes
	}
	if settingFiles[base] {
		return inConfig, notes
	}
	if base == "config.json" || base == "config.xml" || base == "gitlab.rb" || strings.HasPrefix(base, "appsettings") || strings.HasPrefix(base, "application") && strings.HasSuffix(base, ".json") {
		return inConfig, notes
	}
	switch {
	case programs(base):
		return inText, program
	case IsLog(f):
		return inText, journal
	}
	return inText, notes
}

// settingEndings are what names of files of settings end in.
var settingEndings = words(`.properties .ini .conf .cfg .cnf .yml .yaml .toml .tfvars .tf .hcl .exs .service .gradle .gradle.kts .launch .nomad .sls
 .pp .cf .sh .bicep .bicepparam .reg .ps1 .bat .cmd .rsc .liq .nix
 .run.xml .http .container .pod .sublime-settings .env.json .parameters.json .cfg.xml .conf.ext`)

// endsAsSetting tells whether a file's name in lower case ends as those of files of settings do.
func endsAsSetting(base string) bool {
	for i := max(0, len(base)-len(".sublime-settings")); i < len(base); i++ { // no ending is longer
		if base[i] == '.' && settingEndings[base[i:]] {
			return true
		}
	}
	return strings.HasSuffix(base, "-site.xml") || strings.HasSuffix(base, "postman_environment.json")
}

// settingFiles are the names of files of settings that their endings do not tell.
var settingFiles = words(`web.xml context.xml server.xml persistence.xml applicationcontext.xml user-mapping.xml log4j2.xml standalone.xml domain.xml
 web.config app.config icecast.xml pam_mount.conf.xml secrets.xml serverconfig.txt server-settings.json packer.json eas.json insomnia.json
 nx.json vagrantfile jenkinsfile tiltfile offlineimaprc cqlshrc dump.pm2`)

// settingFolders finds the names of folders of settings, whatever the files in them are called: of variables for a shell, of
// editors, of what Puppet, Salt, Ansible and Chef are given, and of servers and clients.
var settingFolders = sync.OnceValue(func() *automaton {
	return newAutomaton([]string{"/etc/default/", "/etc/sysconfig/", "/etc/conf.d/", "/etc/profile.d/", "/environment.d/", "/.vscode/", "/.idea/",
		"/hieradata/", "/puppet/", "/puppetlabs/", "/etc/salt/", "/pillar/", "/group_vars/", "/host_vars/", "/data_bags/",
		"/cookbooks/", "/chef-repo/", "/chef/environments/", "/chef/nodes/", "/chef/roles/", "/chef/attributes/", "/etc/clickhouse-server/", "/.clickhouse-client/", "/.duply/", "/freeswitch/",
		"/rspamd/", "/etc/init.d/", "/pam.d/", "/vdirsyncer/", "/mutt/", "/neomutt/", "/openfortivpn/"})
})

// programEndings are what names of files of source code end in, and of data beside it that is written by hand.
var programEndings = words(`.py .pyw .js .mjs .cjs .ts .mts .cts .jsx .tsx .vue .svelte .java .kt .kts .groovy .scala .clj .go .rb .erb .php .phtml .cs .cshtml
 .vb .fs .rs .c .h .cc .cpp .cxx .hpp .m .mm .swift .dart .pl .pm .lua .ex .erl .r .jl .vbs .asp .aspx .jsp .cfm .sql .pas .nim .zig .json .json5 .xml`)

// programs tells whether the name of a file, in lower case, says that it is a program's, and not one of its tests.
func programs(base string) bool {
	ending := path.Ext(base)
	if !programEndings[ending] || strings.HasPrefix(base, "test_") {
		return false
	}
	stem := strings.TrimSuffix(base, ending)
	return !slices.ContainsFunc([]string{"_test", "_spec", ".test", ".spec", ".d"}, func(end string) bool { return strings.HasSuffix(stem, end) })
}

// shells are interpreters of what sets variables as files of settings do.
var shells = words("sh bash dash ash zsh ksh mksh busybox")

// scriptOf returns the interpreter that a text names in its first line, without its version; empty for none.
func scriptOf(data []byte) string {
	const most = 256 // as Linux has it
	line, ok := bytes.CutPrefix(data[:min(len(data), most)], []byte("#!"))
	if !ok {
		return ""
	}
	if end := bytes.IndexByte(line, '\n'); end >= 0 {
		line = line[:end]
	}
	words := strings.Fields(string(line))
	if len(words) == 0 || words[0][0] != '/' {
		return ""
	}
	for _, word := range words {
		name := strings.TrimRight(path.Base(word), "0123456789.")
		if name != "env" && name != "" && word[0] != '-' && !strings.Contains(word, "=") {
			return name
		}
	}
	return ""
}

// illustrates tells whether a file's path says that it describes settings or tries them out, and does not make them.
func illustrates(file string) bool {
	return illustrations().has("/" + file)
}

// illustrations finds the names of folders that say so.
var illustrations = sync.OnceValue(func() *automaton {
	return newAutomaton([]string{"/doc/", "/docs/", "/example", "/sample", "/test/", "/tests/", "/testdata/", "/fixtures/", "/testing/", "/spec/",
		"swagger", "openapi", "/locale", "/i18n/", "/lang/", "/translations/"})
})

// telling are the names of files that hold settings with credentials or little else.
var telling = map[string]bool{
	"credentials": true, "credentials.json": true, "secrets.json": true, "secrets.yml": true, "secrets.yaml": true, "secrets.toml": true,
	"terraform.tfvars": true, ".envrc": true, ".npmrc": true, ".pypirc": true, ".my.cnf": true, ".s3cfg": true, ".boto": true,
	"env.backup": true, "env.bak": true, "env.old": true, "env.orig": true, "env.prod": true, "env.production": true, "env.staging": true, "env.local": true,
	"profiles.clj": true, "prosody.cfg.lua": true, "consolehost_history.txt": true, ".node_repl_history": true, ".irb_history": true, ".python_history": true, ".viminfo": true, ".lesshst": true,
	".bashrc": true, ".bash_profile": true, ".profile": true, ".zshrc": true, ".bash_history": true, ".zsh_history": true,
	"environment": true, "docker-compose.yml": true, "docker-compose.yaml": true, "compose.yml": true, "compose.yaml": true,
	"application.properties": true, "application.yml": true, "database.yml": true, "wp-config.php": true,
}

package dockerfile

import (
	"path"
	"regexp"
	"strings"
	"sync"
)

// late returns a regular expression that is compiled when it is first asked for: most scans need none of these.
func late(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}

// commandHabit is a way to give a credential to a command.
type commandHabit struct {
	pattern func() *regexp.Regexp
	what    string
}

var commandHabits = []commandHabit{
	{late(`\bcurl\b[^;&|\n]*?\s(?:-u|--user|--proxy-user|-U)[ =]?['"]?[^\s'":]+:[^\s'"]`), "curl -u"},
	{late(`(?i)\b(?:curl|wget|http)\b[^;&|\n]*?(?:-H|--header)[ =]?['"]?(?:Authorization|Private-Token|X-[A-Za-z-]*(?:Token|Key|Auth)[A-Za-z-]*|PRIVATE-TOKEN|JOB-TOKEN)\s*:`), "a header with a credential"},
	{late(`\bwget\b[^;&|\n]*?\s--(?:http-|ftp-|proxy-)?password[ =]`), "wget --password"},
	{late(`\bsshpass\s+-p`), "sshpass -p"},
	{late(`\b(?:docker|podman|buildah|skopeo|helm registry|crane auth|oras)\s+login\b[^;&|\n]*?\s(?:-p|--password)[ =]?[^\s-]`), "login --password"},
	{late(`\b(?:mysql|mysqldump|mysqladmin|mariadb)\b[^;&|\n]*?\s(?:-p[^\s'"]|--password=)`), "mysql -p"},
	{late(`\bPGPASSWORD=[^\s;&|]`), "PGPASSWORD"},
}

// commandCredentials tells of commands that are given credentials where a secret mount would do.
func (h *habits) commandCredentials() {
	h.each(func(in *Instruction) {
		if in.secretMount() {
			return
		}
		var what []string
		for _, text := range in.scripts() {
			if m := credentialURL().FindString(text); m != "" {
				what = append(what, "a URL with credentials")
			}
			for _, c := range commandHabits {
				if c.pattern().MatchString(text) {
					what = append(what, c.what)
				}
			}
		}
		if len(what) > 0 {
			h.tell(in, "dockerfile-run-credentials",
				"The command has "+names(what)+": the history of the image repeats it, with what its arguments were given.",
				secretMount+" For git, --mount=type=ssh serves too.")
		}
	}, "RUN")
}

// secretMount tells whether a RUN is given its secrets by a mount.
func (in *Instruction) secretMount() bool {
	for _, f := range in.Flags {
		if strings.HasPrefix(f.s, "--mount=") && (strings.Contains(f.s, "type=secret") || strings.Contains(f.s, "type=ssh")) {
			return true
		}
	}
	return false
}

// scripts returns the commands of a RUN: its arguments and its heredocs.
func (in *Instruction) scripts() []string {
	var all []string
	if in.Exec {
		words := make([]string, len(in.Words))
		for i, w := range in.Words {
			words[i] = w.s
		}
		all = append(all, strings.Join(words, " "))
	} else {
		all = append(all, in.Args.s)
	}
	for _, d := range in.Heredocs {
		all = append(all, d.Body.s)
	}
	return all
}

// written matches a file that a command writes to.
var written = late(`(?:>>?\s*|\btee\s+(?:-a\s+)?)['"]?([^\s'";&|<>()]+)`)

// configured are commands that write a credential to a file of their own.
var configured = []struct {
	pattern func() *regexp.Regexp
	file    string
}{
	{late(`\b(?:npm|pnpm|yarn)\s+(?:config\s+)?set\b[^;&|\n]*(?i:auth|token)`), ".npmrc"},
	{late(`\bpip3?\s+config\b[^;&|\n]*\sset\b[^;&|\n]*://[^\s/@]*@`), "pip.conf"},
	{late(`\bgit\s+config\b[^;&|\n]*(?:insteadOf|credential|extraheader)[^;&|\n]*`), ".gitconfig"},
	{late(`\b(?:docker|podman|buildah|skopeo)\s+login\b`), "config.json"},
	{late(`\baws\s+configure\s+set\s+aws_(?:secret_access_key|session_token)`), "credentials"},
	{late(`\bcomposer\s+config\b[^;&|\n]*(?:http-basic|github-oauth|gitlab-token|bearer)`), "auth.json"},
	{late(`\bpoetry\s+config\b[^;&|\n]*(?:http-basic|pypi-token)`), "auth.toml"},
	{late(`\bbundle\s+config\b[^;&|\n]*(?:set\s)?[^;&|\n]*:[^\s;&|]+@?`), ".bundle/config"},
}

// writes returns the credential files that a RUN writes.
func (in *Instruction) writes() []string {
	var files []string
	for _, text := range in.scripts() {
		for _, m := range written().FindAllStringSubmatch(text, -1) {
			if credentialFile(m[1]) {
				files = append(files, m[1])
			}
		}
		for _, c := range configured {
			if c.pattern().MatchString(text) {
				files = append(files, c.file)
			}
		}
	}
	return distinct(files)
}

// removed matches a command that removes files, and what it is given.
var removed = late(`\b(?:rm|shred|unlink)\s+([^;&|\n]+)|\b(?:npm|pnpm|yarn)\s+config\s+(?:delete|rm|unset)\s+([^;&|\n]+)|\b(docker|podman|buildah|skopeo)\s+logout|\bgit\s+config\b[^;&|\n]*--(unset|remove-section)`)

// removes tells whether a RUN removes a file, by its path or by its name.
func (in *Instruction) removes(file string) bool {
	file = path.Clean(strings.Trim(file, `"'`))
	for _, text := range in.scripts() {
		for _, m := range removed().FindAllStringSubmatch(text, -1) {
			switch {
			case m[2] != "" && strings.HasSuffix(file, ".npmrc"), m[3] != "" && strings.HasSuffix(file, "config.json"),
				m[4] != "" && strings.HasSuffix(file, ".gitconfig"):
				return true
			}
			for w := range strings.FieldsSeq(m[1]) {
				w = path.Clean(strings.Trim(w, `"'`))
				if !strings.HasPrefix(w, "-") && (w == file || path.Base(w) == path.Base(file) || strings.HasPrefix(file, w+"/")) {
					return true
				}
			}
		}
	}
	return false
}

// leftFiles tells of tokens that a RUN writes to a configuration file and leaves there.
func (h *habits) leftFiles() {
	h.each(func(in *Instruction) {
		var left []string
		for _, file := range in.writes() {
			if !in.removes(file) {
				left = append(left, file)
			}
		}
		if len(left) > 0 {
			h.tell(in, "dockerfile-credential-file-left",
				"The command writes "+names(left)+" and leaves it in the layer.",
				"Mount the file as a secret for the one command: RUN --mount=type=secret,id=NAME,target=PATH.")
		}
	}, "RUN")
}

package dockerfile

import (
	"path"
	"strings"
)

// sources returns what a COPY or ADD takes from the build context or from elsewhere, and where it puts it.
func (in *Instruction) sources() (sources []string, dest string) {
	if len(in.Words) < 2 {
		return nil, ""
	}
	for _, w := range in.Words[:len(in.Words)-1] {
		text := w.s
		if !in.Exec {
			unquoted, _ := unquote(w, '\\')
			text = unquoted.s
		}
		if !strings.HasPrefix(strings.TrimLeft(text, "0123456789"), "<<") {
			sources = append(sources, text)
		}
	}
	return sources, in.Words[len(in.Words)-1].s
}

// fromContext tells whether a COPY or ADD takes files from the build context.
func (in *Instruction) fromContext() bool {
	_, other := in.Flag("from")
	return !other
}

// remote tells a source that is fetched.
func remote(source string) bool {
	return strings.Contains(source, "://") || strings.HasPrefix(source, "git@")
}

// whole tells a source that is all of the build context.
func whole(source string) bool {
	switch path.Clean("/" + source) {
	case "/", "/*":
		return true
	}
	return false
}

// wideCopies tells of instructions that copy the whole build context where the ignore file lets secrets through.
func (h *habits) wideCopies() {
	h.each(func(in *Instruction) {
		sources, _ := in.sources()
		wide := ""
		for _, s := range sources {
			if whole(s) && in.fromContext() {
				wide = s
			}
		}
		if wide == "" {
			return
		}
		there, possible := h.Context.exposed(in)
		why := ""
		switch {
		case len(there) > 0:
			why = in.Verb + " " + wide + " copies " + names(there) + " out of the build context."
		case h.Context == nil:
			why = in.Verb + " " + wide + " copies all of the build context; whether an ignore file keeps " + names(possible) + " out could not be looked up."
		case len(possible) > 0:
			why = in.Verb + " " + wide + " copies all of the build context, and " + h.Context.ignoreName() + " does not keep " + names(possible) + " out."
		default:
			return
		}
		h.tell(in, "dockerfile-copy-all", why, "Copy what the build needs by name, and list .env, .git and keys in .dockerignore.")
	}, "COPY", "ADD")
}

// copiedCredentials tells of credential files that are copied by name.
func (h *habits) copiedCredentials() {
	h.each(func(in *Instruction) {
		sources, _ := in.sources()
		var files []string
		for _, s := range sources {
			if in.fromContext() && !remote(s) && credentialFile(s) {
				files = append(files, s)
			}
		}
		if len(files) > 0 {
			h.tell(in, "dockerfile-copy-credentials",
				in.Verb+" puts "+names(files)+" into a layer, where it stays even if a later instruction removes it.",
				secretMount)
		}
	}, "COPY", "ADD")
}

var (
	credentialBase = late(`(?i)^(?:\.env(?:\..+)?|.+\.env|\.envrc|id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?|\.npmrc|\.yarnrc\.yml|\.pypirc|pip\.conf|\.netrc|_netrc|\.git-credentials|\.dockercfg|kubeconfig|\.htpasswd|\.pgpass|\.my\.cnf|credentials(?:\.(?:json|ya?ml|xml|toml|tfrc\.json))?|.*service[-_]?account.*\.json|.+\.(?:key|p12|pfx|jks|keystore|ppk|kdbx)|.*(?:key|private).*\.pem|\.vault-token|auth\.json|secrets?\.(?:ya?ml|json|toml|env|properties)|terraform\.tfstate|\.ssh|\.aws|\.gnupg|\.kube|\.docker)$`)
	exampleBase    = late(`(?i)(?:example|sample|template|dist|default|test|\.pub|public|defaults?)(?:\.[a-z]+)?$`)
)

// CredentialFile tells whether a path is named as files with credentials are. It does not look into the file.
func CredentialFile(path string) bool { return credentialFile(path) }

// credentialFile tells a name that a file with credentials has.
func credentialFile(name string) bool {
	base := path.Base(strings.TrimSuffix(name, "/"))
	if base == "config.json" {
		return strings.HasSuffix(path.Dir(name), ".docker")
	}
	return credentialBase().MatchString(base) && !exampleBase().MatchString(base)
}

// credentialURL matches a URL with a user and a password, or with a token for a user.
var credentialURL = late(`(?i)\b(?:https?|ftp|git|svn)://(?:[^\s/@:'"]*:[^\s/@'"]+|[^\s/@:'"]{16,}|\$\{?[A-Za-z_][A-Za-z0-9_]*\}?)@`)

// addedURLs tells of ADD with credentials in a URL.
func (h *habits) addedURLs() {
	h.each(func(in *Instruction) {
		sources, _ := in.sources()
		for _, s := range sources {
			if credentialURL().MatchString(s) {
				h.tell(in, "dockerfile-add-url-credentials",
					"The URL of this ADD has credentials in it; the history of the image repeats it.",
					"Fetch it in a RUN with --mount=type=secret, or use --mount=type=ssh and a git URL without a password.")
				return
			}
		}
	}, "ADD")
}

var archiveName = late(`(?i)\.(?:tar|tgz|tbz2?|txz|tzst|(?:tar\.)?(?:gz|bz2|xz|zst))$`)

// addForCopy tells of ADD where COPY does the same with fewer surprises.
func (h *habits) addForCopy() {
	h.each(func(in *Instruction) {
		sources, _ := in.sources()
		for _, s := range sources {
			if remote(s) || archiveName().MatchString(s) || strings.ContainsAny(s, "$*?[") {
				return
			}
		}
		if len(sources) > 0 {
			h.tell(in, "dockerfile-add-not-copy", "ADD unpacks archives and fetches URLs, which nothing here needs.", "Use COPY, which copies files and no more.")
		}
	}, "ADD")
}

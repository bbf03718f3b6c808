package dockerfile

import (
	"strings"
)

var (
	secretName = late(`(?i)(?:^|[_.-])(?:pass(?:word|wd|phrase)?|pwd|secret|token|credentials?|auth|(?:api|access|private|secret|signing|encryption|deploy|ssh|master|license)[_.-]?key|apikey|pat|dsn)s?(?:[_.-]?(?:\d+|base64|b64|prod|dev|staging|default))?$|(?i)(?:password|passwd|passphrase|secret[_.-]?key)`)
	// harmlessName ends a name that tells where a secret is, or how to treat one.
	harmlessName = late(`(?i)[_.-]?(?:file|path|dir|url|uri|host|port|name|user|username|length|len|ttl|expiry|policy|type|algorithm|enabled|mode|header|prompt)$`)
)

// namesSecret tells whether a name says that its value is a secret.
func namesSecret(name string) bool {
	return secretName().MatchString(name) && !harmlessName().MatchString(name)
}

// pointsElsewhere tells a value that is no secret but where one is, or nothing.
func pointsElsewhere(value string) bool {
	lower := strings.ToLower(value)
	return value == "" || strings.HasPrefix(value, "/") || strings.HasPrefix(value, "./") || strings.HasPrefix(lower, "file:") ||
		lower == "true" || lower == "false" || lower == "none" || lower == "null" || lower == "unset" || lower == "changeme" || strings.HasPrefix(value, "<")
}

const secretMount = "Give it to the one RUN that needs it: RUN --mount=type=secret,id=NAME, and docker build --secret id=NAME."

// namedSecrets tells of ARG and ENV that hold secrets, by name or by value.
func (h *habits) namedSecrets() {
	h.each(func(in *Instruction) {
		var env []string
		for _, v := range in.Values {
			if h.holdsSecret(v.Text) || namesSecret(v.Key) && !pointsElsewhere(v.Text.s) {
				env = append(env, v.Key)
			}
		}
		if in.Verb == "ENV" {
			if len(env) > 0 {
				h.tell(in, "dockerfile-secret-env",
					"ENV "+names(env)+" is in the image's configuration and history: every pull and every process of a container reads it.",
					"Pass it when the container is run, or as a secret of the orchestrator. "+secretMount)
			}
			return
		}
		for _, w := range in.Words {
			if name := w.s; !strings.Contains(name, "=") && namesSecret(name) {
				env = append(env, name)
			}
		}
		if len(env) > 0 {
			h.tell(in, "dockerfile-secret-arg",
				"ARG "+names(env)+" stays in the history of the image, and in the provenance of its build, with the value that a build is given.",
				secretMount)
		}
	}, "ARG", "ENV")
}

// noUser tells of a file whose shipped stages never leave root.
func (h *habits) noUser() {
	final := h.file.Final()
	if final < 0 {
		return
	}
	chain := h.file.Shipped(final)
	var from *Instruction
	for i := range h.file.Instructions {
		in := &h.file.Instructions[i]
		switch {
		case in.Verb == "USER" && !in.OnBuild && in.Stage >= 0 && in.Stage >= chain[0] && contains(chain, in.Stage):
			return
		case in.Verb == "FROM" && in.Stage == final:
			from = in
		}
	}
	if from != nil {
		h.tell(from, "dockerfile-no-user",
			"No USER is set: unless the base image sets one, containers run as root and read every credential file in them.",
			"Set USER to a user of its own in the last stage.")
	}
}

func contains(all []int, n int) bool {
	for _, a := range all {
		if a == n {
			return true
		}
	}
	return false
}

package rules

import "dregs/report"

// concourseRule is the rule of concourseUsers.
const concourseRule = "concourse-local-user"

// concourseWord is the variable that they are in, in lower case.
const concourseWord = "concourse_add_local_user"

// Bounds of a list of users.
const (
	maxConcourseUsers    = 100
	maxConcourseName     = 60
	leastConcoursePasswd = 6 // the documentation's are shorter
	maxConcoursePasswd   = 100
)

// concourseUsers finds the passwords of local users of Concourse in the list of all of them, user:password,user:password: a match
// of a regex has one secret. A hash in the place of a password begins with a dollar sign, and ends the list.
type concourseUsers struct{}

// words implements detector.
func (concourseUsers) words() []string { return []string{concourseWord} }

// find implements detector.
func (concourseUsers) find(data []byte, _, at int, emit func(span)) {
	if at > 0 && nameByte[data[at-1]] && data[at-1] != '-' {
		return
	}
	p := pastQuote(data, at+len(concourseWord))
	p = blanks(data, p, false)
	if p >= len(data) || data[p] != '=' && data[p] != ':' {
		return
	}
	p = pastQuote(data, blanks(data, p+1, false))
	for range maxConcourseUsers {
		n := runOf(data, p, maxConcourseName, func(c byte) bool { return nameByte[c] || c == '@' })
		if n == 0 || p+n >= len(data) || data[p+n] != ':' {
			return
		}
		p += n + 1
		n = runOf(data, p, maxConcoursePasswd, concoursePasswd)
		if n >= leastConcoursePasswd {
			emit(span{p, p + n})
		}
		if p += n; p >= len(data) || data[p] != ',' {
			return
		}
		p++
	}
}

// concoursePasswd tells whether a password may have a byte, and is no reference.
func concoursePasswd(c byte) bool {
	switch c {
	case '"', '\'', '\\', ',', ':', '$', '<', '>', '{', '}':
		return false
	}
	return c > ' '
}

// pastQuote returns at, or what is behind a quote there.
func pastQuote(data []byte, at int) int {
	if at < len(data) && literalQuote[data[at]] {
		return at + 1
	}
	return at
}

// runOf returns how many bytes from data[at] on, at most most, are of a kind.
func runOf(data []byte, at, most int, kind func(byte) bool) int {
	n := 0
	for n < most && at+n < len(data) && kind(data[at+n]) {
		n++
	}
	return n
}

func concourseDefinitions() []*definition {
	return []*definition{{detector: concourseUsers{}, rule: &Rule{
		ID:          concourseRule,
		Description: "The password of a local user of Concourse CI.",
		Vendor:      "Concourse",
		Severity:    report.High,
		Confidence:  report.High,
		Advice:      "Change the user's password, give it to the web node where it is run, and look in the teams' pipelines for foreign ones.",
		References:  []string{"https://concourse-ci.org/docs/auth-and-teams/configuring/local-user/"},
		Origin:      "dregs",
	}}}
}

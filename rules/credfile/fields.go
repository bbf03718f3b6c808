package credfile

import (
	"slices"
	"strings"
)

// fields say which values of a tree are secrets and which of their neighbours name user and host. Names are folded.
type fields struct {
	secrets []string                              // names of what holds a secret
	named   func(key string) bool                 // tells such names; nil means secrets alone
	within  string                                // or all that is a child of a node of that name
	under   string                                // only below a node of that name
	kind    string                                // "" means Password
	users   []string                              // neighbours that name the user
	hosts   []string                              // neighbours that name the host
	facts   map[string]string                     // by fact: the neighbour that tells it
	user    string                                // where nothing tells it
	host    string                                // where nothing tells it
	hostUp  int                                   // the host is the name of the node so many above the secret's; 0 for none
	userUp  int                                   // likewise the user
	reveal  func(v value) (c Credential, ok bool) // decodes the value; nil means that it is the secret
}

// hostSelf is the hostUp of a secret whose own name is the host's.
const hostSelf = -1

// Names of neighbours that name users and hosts in most formats.
var (
	userNames = []string{"username", "user", "login", "userid", "uid", "email", "account", "id"}
	hostNames = []string{"host", "hostname", "server", "url", "uri", "endpoint", "address", "domain", "registry", "repository", "baseurl"}
)

// reader reads a document. It returns what it understood before an error, and errTooMuch for a bound alone.
type reader func(data []byte) (*node, error)

// inTree returns the parser for documents that read understands. The first of all that takes a value tells of it.
func inTree(read reader, all ...fields) func([]byte, func(Credential)) error {
	return func(data []byte, emit func(Credential)) error {
		root, err := read(data)
		root.take(emit, all)
		return err
	}
}

// take emits what all say of the nodes below n.
func (n *node) take(emit func(Credential), all []fields) {
	count := 0
	n.each(func(n *node) {
		if !n.leaf || n.text == "" || count > maxCredentials {
			return
		}
		for i := range all {
			c, ok := all[i].credential(n)
			if ok {
				count++
				emit(c)
				return
			}
		}
	})
}

// credential returns what f says of n, and whether it is what f looks for.
func (f *fields) credential(n *node) (Credential, bool) {
	wanted := slices.Contains(f.secrets, n.key) || f.named != nil && f.named(n.key) || f.within != "" && n.up.key == f.within
	if !wanted || f.under != "" && !n.below(f.under) || strings.HasSuffix(n.key, "dsn") && !authorizes(n.text) {
		return Credential{}, false
	}
	c := n.credential(firstOf(f.kind, Password))
	if f.reveal != nil {
		var ok bool
		if c, ok = f.reveal(n.value); !ok {
			return c, false
		}
	}
	stem := stemOf(n.key)
	c.User = firstOf(c.User, n.up.related(stem, f.users), n.above(f.userUp), f.user)
	c.Host = firstOf(c.Host, n.up.related(stem, f.hosts), hostly(n.above(f.hostUp)), f.host)
	for fact, name := range f.facts {
		if text := n.up.near([]string{name}); text != "" {
			c.fact(fact, text)
		}
	}
	return c, true
}

// authorizes tells whether the name of a source of data holds more than where it is.
func authorizes(dsn string) bool {
	lower := strings.ToLower(dsn)
	return strings.Contains(lower, "@") || strings.Contains(lower, "pass") || strings.Contains(lower, "pwd")
}

// sections are names that settings group under and that are no host's.
var sections = []string{"auth", "authentication", "vars", "default", "defaults", "credentials", "options", "config", "client", "global", "core", "settings", "data", "login", "api", "user", "users", "account", "secrets"}

// hostly returns the name of a section if it may be a host's, or "".
func hostly(name string) string {
	if slices.Contains(sections, fold(name)) {
		return ""
	}
	return name
}

// fact tells a fact.
func (c *Credential) fact(name, text string) {
	if c.Facts == nil {
		c.Facts = map[string]string{}
	}
	c.Facts[name] = text
}

// secretEndings are what the names of secrets end in.
var secretEndings = []string{
	"password", "passwd", "passphrase", "passwort", "pwd", "pass", "pw", "secret", "secretkey", "secretkeybase", "secretaccesskey", "token",
	"apikey", "accesskey", "privatekey", "authkey", "encryptionkey", "signingkey", "masterkey", "accountkey", "appkey",
	"sharedkey", "salt", "clientsecret", "webhook", "dsn",
}

// secretName tells whether a folded name says that a secret is given.
func secretName(key string) bool {
	for _, e := range []string{"bypass", "compass", "pypass", "resetpassword", "csrftoken", "nextsecret", "publictoken", "publickey"} {
		if strings.HasSuffix(key, e) {
			return false
		}
	}
	for _, e := range secretEndings {
		if strings.HasSuffix(key, e) {
			return true
		}
	}
	return false
}

// stemOf returns a folded name without the ending that says secret: db of dbpassword.
func stemOf(key string) string {
	best := key
	for _, e := range secretEndings {
		if stem, ok := strings.CutSuffix(key, e); ok && len(stem) < len(best) {
			best = stem
		}
	}
	if best == key {
		return ""
	}
	return best
}

// related looks for a neighbour that has one of names: first for one that begins with the same stem, as dbuser beside
// dbpassword, then for one of the name alone.
func (n *node) related(stem string, names []string) string {
	if stem != "" {
		if text := n.saysAfter(stem, names); text != "" {
			return text
		}
	}
	return n.near(names)
}

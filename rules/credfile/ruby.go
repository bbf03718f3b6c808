package credfile

import (
	"strings"

	"dregs/report"
)

var gem = Family{
	ID:          "gem-credentials-key",
	Description: "A key for rubygems.org or another gem server.",
	Vendor:      "RubyGems",
	Severity:    report.High,
	Advice:      "Revoke the key in the gem server's account settings, and look for gems pushed since.",
	Reference:   "https://guides.rubygems.org/api-key-scopes/",
	paths:       []string{".gem/credentials", "gem/credentials", ".gemrc", "gemrc"},
	parse:       parseGem,
}

var bundler = Family{
	ID:          "bundler-credential",
	Description: "A login to a gem server, in the settings of bundler.",
	Vendor:      "Bundler",
	Severity:    report.High,
	Advice:      "Change the password or revoke the token at the gem server named.",
	Reference:   "https://bundler.io/man/bundle-config.1.html#CREDENTIALS-FOR-GEM-SOURCES",
	paths:       []string{".bundle/config", "bundle/config"},
	parse:       parseBundler,
}

var railsKey = Family{
	ID:          "rails-master-key",
	Description: "The key that decrypts the credentials of a Rails application.",
	Vendor:      "Ruby on Rails",
	Severity:    report.High,
	Advice:      "Change every credential in credentials.yml.enc, and encrypt the file anew under another key.",
	Reference:   "https://guides.rubyonrails.org/security.html#custom-credentials",
	paths:       []string{"config/master.key", "master.key", "config/credentials/*.key"},
	parse:       parseRailsKey,
}

var railsEncrypted = Family{
	ID:          "rails-encrypted-credentials",
	Description: "The encrypted credentials of a Rails application: worthless without master.key, plain to whoever has it.",
	Vendor:      "Ruby on Rails",
	Severity:    report.Medium,
	Advice:      "If master.key has leaked as well, change every credential in the file.",
	Reference:   "https://guides.rubyonrails.org/security.html#custom-credentials",
	paths:       []string{"credentials.yml.enc", "secrets.yml.enc", "config/credentials/*.yml.enc"},
	parse:       parseRailsEncrypted,
}

var railsSecrets = Family{
	ID:          "rails-secret",
	Description: "A secret or password in the settings of a Rails application.",
	Vendor:      "Ruby on Rails",
	Severity:    report.High,
	Advice:      "Make a new secret (bin/rails secret), which ends all sessions; change passwords where they are used.",
	Reference:   "https://guides.rubyonrails.org/security.html#environmental-security",
	paths: []string{
		"secrets.yml", "database.yml", "mongoid.yml", "application.yml", "config/settings.yml", "settings.local.yml", "config/environments/*.rb",
		"secret_token.rb", "initializers/devise.rb", "cable.yml", "storage.yml", "redis.yml", "sidekiq.yml", "shards.yml", "knife.rb",
	},
	parse: parseRails,
}

// parseGem reads NAME: KEY, where NAME is :rubygems_api_key or a server.
func parseGem(data []byte, emit func(Credential)) error {
	root, err := readYAML(data)
	root.take(emit, []fields{
		{named: func(key string) bool { return strings.HasSuffix(key, "apikey") }, kind: Key, host: "rubygems.org"},
		{named: func(key string) bool { return strings.HasPrefix(key, "http") }, kind: Key, hostUp: hostSelf},
		{named: func(string) bool { return true }, reveal: value.address},
	})
	return err
}

// parseBundler reads BUNDLE_HOST: USER:PASSWORD, where HOST is written in capitals and with two underscores for a dot.
func parseBundler(data []byte, emit func(Credential)) error {
	root, err := readYAML(data)
	root.each(func(n *node) {
		host, ok := strings.CutPrefix(n.name, "BUNDLE_")
		if !ok || !n.leaf || n.text == "" {
			return
		}
		if c, ok := n.address(); ok {
			emit(c)
			return
		}
		host = strings.ToLower(strings.NewReplacer("___", "-", "__", ".").Replace(host))
		if i := strings.LastIndexByte(host, '.'); i <= 0 || len(host)-i > 8 || strings.ContainsAny(n.text, " /") {
			return
		}
		for _, other := range []string{"build.", "local.", "mirror.", "with", "without"} {
			if strings.HasPrefix(host, other) {
				return
			}
		}
		c, ok := n.identity()
		if !ok {
			c = n.credential(Token)
		}
		c.Host = host
		emit(c)
	})
	return err
}

// parseRailsKey reads a file of 32 hexadecimal digits.
func parseRailsKey(data []byte, emit func(Credential)) error {
	v := value{text: string(data), hi: len(data)}.trimmed()
	if n := len(v.text); (n == 32 || n == 64) && all(v.text, hexLetters) {
		emit(v.credential(Key))
	}
	return nil
}

// parseRailsEncrypted reads a file of three runs of base64 with -- between them.
func parseRailsEncrypted(data []byte, emit func(Credential)) error {
	v := value{text: string(data), hi: len(data)}.trimmed()
	parts := strings.Split(v.text, "--")
	if len(parts) < 2 || len(parts) > 3 {
		return nil
	}
	for _, p := range parts {
		if _, ok := fromBase64(p); !ok {
			return nil
		}
	}
	c := v.credential(Key)
	c.Encrypted = true
	emit(c)
	return nil
}

// parseRails reads settings in YAML, and of Ruby source the literals.
func parseRails(data []byte, emit func(Credential)) error {
	all := []fields{
		{named: secretName, users: userNames, hosts: append([]string{"hosts"}, hostNames...), facts: map[string]string{"database": "database"}},
		{secrets: []string{"url", "uri", "databaseurl"}, reveal: value.address},
	}
	root, err := readYAML(data)
	count := 0
	root.take(func(c Credential) { count++; emit(c) }, all)
	if err == nil && count == 0 {
		root, err = readLiterals(data)
		root.take(emit, all)
	}
	return err
}

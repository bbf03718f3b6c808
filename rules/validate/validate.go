// Package validate tells what can be told of a secret offline: whether its checksum holds, whether it has expired or is
// encrypted, whether it is a published example, and whose it is. It asks no network, opens no file and never guesses: a
// value that nothing is known of stays unknown.
package validate

import (
	"strings"
	"time"

	"dregs/report"
)

// Reach is how many bytes of text to either side of a value Judge looks at.
const Reach = 4 << 10

// Input is a match as validators see it.
type Input struct {
	Rule, Vendor  string            // the rule that hit, and whose secret it looks for
	Value         string            // the secret
	Before, After string            // the text to either side of it, at most Reach bytes each
	Known         map[string]string // facts that are known already, by name
	Now           time.Time
}

// validator tells something of values that begin with one of its prefixes and are found by a rule of one of its vendors.
type validator struct {
	name     string
	vendors  []string // words of Rule.Vendor or Rule.ID, in lower case; none means any
	prefixes []string // none means any
	judge    func(in *Input, facts facts) string
}

// validators is the table to add to. The first state that a validator tells is the verdict's, so published values come
// first; the facts of all are told.
var validators = []validator{
	{"published value", nil, nil, judgePublished},
	{"test mode", nil, nil, judgeTestMode},
	{"GitHub token", nil, []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_"}, judgeGitHub},
	{"npm token", nil, []string{"npm_"}, judgeGitHub},
	{"GitLab routable token", nil, gitlabPrefixes, judgeRoutable},
	{"Grafana token", nil, []string{"glsa_", "glc_", "eyJrIjoi"}, judgeGrafana},
	{"Confluent secret", nil, []string{"cflt"}, judgeConfluent},
	{"Zuplo key", nil, []string{"zpka_"}, judgeZuplo},
	{"Packagist token", nil, []string{"packagist_"}, judgePackagist},
	{"age identity", nil, []string{"AGE-SECRET-KEY-1", "age-secret-key-1"}, judgeAge},
	{"Nostr secret key", nil, []string{"nsec1"}, judgeNostr},
	{"BIP 32 private key", nil, []string{"xprv", "yprv", "zprv", "tprv", "uprv", "vprv"}, judgeExtendedKey},
	{"mnemonic of a wallet", []string{"mnemonic"}, nil, judgeMnemonic},
	{"Matrix token", nil, []string{"mat_", "mar_", "mct_", "mcr_", "mpt_"}, judgeMatrix},
	{"AWS key ID", nil, []string{"AKIA", "ASIA", "ABIA", "ACCA"}, judgeAWS},
	{"AWS secret key", []string{"aws"}, nil, judgeAWSSecret},
	{"JSON web token", nil, []string{"eyJ", "ey"}, judgeJWT},
	{"PyPI token", nil, []string{"pypi-"}, judgeMacaroon},
	{"Sentry token", nil, []string{"sntrys_"}, judgeSentryToken},
	{"Slack token", nil, []string{"xox", "xapp-", "https://hooks.slack.com/", "hooks.slack.com/"}, judgeSlack},
	{"Telegram bot token", []string{"telegram"}, nil, judgeTelegram},
	{"Discord bot token", []string{"discord"}, nil, judgeDiscord},
	{"Mapbox token", nil, []string{"pk.eyJ", "sk.eyJ", "tk.eyJ"}, judgeMapbox},
	{"private key", nil, nil, judgePrivateKey},
	{"JSON web key", []string{"jwk"}, nil, judgeJWK},
	{"service account", nil, nil, judgeServiceAccount},
	{"connection string", nil, nil, judgeConnection},
	{"WireGuard key", []string{"wireguard"}, nil, judgeWireGuard},
	{"login of basic authentication", []string{"basic"}, nil, judgeBasic},
	{"Azure shared access signature", []string{"azure"}, nil, judgeSAS},
	{"registry login", nil, nil, judgeRegistryLogin},
	{"netrc line", []string{"netrc"}, nil, judgeNetrc},
	{"address", nil, nil, judgeAddress},
}

// Judge returns the verdict on a match. Its facts hold no part of the value that is secret, are printable and bounded,
// and depend on nothing but in.
func Judge(in Input) report.Verdict {
	facts := facts{}
	verdict := report.Verdict{State: report.Unknown}
	if in.Value == "" {
		return verdict
	}
	for name, text := range in.Known {
		facts.know(name, text)
	}
	for i := range validators {
		v := &validators[i]
		if !v.appliesTo(&in) {
			continue
		}
		if state := v.judge(&in, facts); state != "" && verdict.State == report.Unknown {
			verdict.State = state
		}
	}
	facts.hide(in.Value)
	if len(facts) > 0 {
		verdict.Facts = facts
	}
	return verdict
}

func (v *validator) appliesTo(in *Input) bool {
	return (len(v.vendors) == 0 || in.isFrom(v.vendors...)) && (len(v.prefixes) == 0 || hasPrefix(in.Value, v.prefixes...))
}

// isFrom tells whether one of names, in lower case, is a word of the match's vendor or rule.
func (in *Input) isFrom(names ...string) bool {
	words := strings.FieldsFunc(strings.ToLower(in.Vendor+" "+in.Rule), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	for _, w := range words {
		for _, n := range names {
			if w == n {
				return true
			}
		}
	}
	return false
}

func hasPrefix(s string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// wellFormed is the state of a value that a check, which chance would hardly pass, has passed or not.
func wellFormed(ok bool) string {
	if ok {
		return report.WellFormed
	}
	return report.Malformed
}

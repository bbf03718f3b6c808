package rules

import (
	"dregs/report"
	"dregs/rules/keys"
)

// publicRule is the rule of public halves: evidence that tells whose a private key is.
const publicRule = "public-key"

// publicHalves finds certificates, public keys and lines of authorized_keys and known_hosts.
type publicHalves struct{}

// words implements detector.
func (publicHalves) words() []string { return keys.PublicWords() }

// find implements detector.
func (publicHalves) find(data []byte, _, at int, emit func(span)) {
	if lo, hi, ok := keys.PublicAt(data, at); ok {
		emit(span{lo, hi})
	}
}

// keyRules find private keys, whose public halves are worth a look.
var keyRules = []string{"private-key", "putty-private-key", agentKeyRule, "jwk-private-key"}

// addPublic adds the rule of public halves where a rule of private keys was chosen.
func (s *Set) addPublic() {
	for _, id := range keyRules {
		if d := s.byID[id]; d != nil && s.byID[publicRule] == nil {
			s.byID[publicRule] = &definition{detector: publicHalves{}, rule: &Rule{
				ID:          publicRule,
				Description: "The public half of a key: a certificate, a public key, a line of authorized_keys or known_hosts.",
				Severity:    report.Low, Confidence: report.High, Origin: "dregs", Generic: true, Evidence: true,
			}}
		}
	}
}

// Secrets returns those of matches that are no evidence. It changes matches.
func Secrets(matches []Match) []Match {
	out := matches[:0]
	for _, m := range matches {
		if !m.Rule.Evidence {
			out = append(out, m)
		}
	}
	return out
}

package validate

import "dregs/rules/keys"

// Public returns what can be told of a public half: its fingerprints, the subject, issuer and end of its certificate, its
// host. It is nil for what is none.
func Public(text string) map[string]string {
	facts := facts{}
	for name, value := range keys.Public(text) {
		facts.add(name, value)
	}
	if len(facts) == 0 {
		return nil
	}
	return facts
}

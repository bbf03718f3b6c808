package scanner

import (
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"dregs/report"
	"dregs/rules/keys"
)

// Facts of a private key whose public half is in the scan, beside those of the half itself.
const (
	factCertificatePath = "certificate_path"
	factExpired         = "certificate_expired" // "true"
	factAuthorized      = "authorized_keys"     // paths
	factKnownHosts      = "known_hosts"         // paths
	factKnownHost       = "known_host"          // hosts, as far as they are not hashed
	factPublicPath      = "public_key_path"     // of a .pub file or a public key in PEM
	factMade            = "made_on_installation"
)

// maxHalves bounds how many places of one kind are told of one key.
const maxHalves = 4

// publicHalf is the public half of a key and where it lies.
type publicHalf struct {
	facts map[string]string
	path  string
}

// keyPairs are the public halves of a scan by their fingerprints, in report order.
type keyPairs map[string][]publicHalf

// apart splits what was found, in report order, into what is a secret and the public halves that tell of keys.
func apart(all []found) ([]*found, keyPairs) {
	secrets := make([]*found, 0, len(all))
	pairs := make(keyPairs)
	for i := range all {
		f := &all[i]
		if !f.match.Rule.Evidence {
			secrets = append(secrets, f)
			continue
		}
		half := publicHalf{facts: f.match.Verdict.Facts, path: f.at.Trail()}
		for _, name := range []string{keys.FactPublic, keys.FactSSH} {
			if id := half.facts[name]; id != "" {
				pairs[id] = append(pairs[id], half)
			}
		}
	}
	return secrets, pairs
}

// tell adds to a private key's facts what its public halves tell.
func (p keyPairs) tell(s *report.Secret, now time.Time) {
	facts := s.Verdict.Facts
	if facts[keys.FactPublic] == "" && facts[keys.FactSSH] == "" {
		return
	}
	facts = maps.Clone(facts) // the matches share it
	halves := p.of(facts)
	tellCertificate(facts, halves, now)
	places := map[string][]string{}
	for _, h := range halves {
		name := h.role()
		if name == "" {
			continue
		}
		places[name] = append(places[name], h.path)
		if host := h.facts[keys.FactHost]; host != "" {
			places[factKnownHost] = append(places[factKnownHost], host)
		}
		if comment := h.facts[keys.FactComment]; comment != "" && facts[keys.FactComment] == "" {
			facts[keys.FactComment] = comment
		}
	}
	for name, all := range places {
		facts[name] = listed(all)
	}
	if slices.ContainsFunc(s.Occurrences, func(o report.Occurrence) bool { return madeOnInstallation(o.Path) }) {
		facts[factMade] = "every container of the image shares it"
	}
	s.Verdict.Facts = facts
}

// of returns the public halves of the key that facts tell of, each place once.
func (p keyPairs) of(facts map[string]string) []publicHalf {
	var out []publicHalf
	seen := map[string]bool{}
	for _, name := range []string{keys.FactPublic, keys.FactSSH} {
		id := facts[name]
		if id == "" {
			continue
		}
		for _, h := range p[id] {
			key := h.facts[keys.FactKind] + "\x00" + h.facts[keys.FactCertificate] + "\x00" + h.facts[keys.FactNotAfter] + "\x00" + h.facts[keys.FactHost] + "\x00" + h.path
			if !seen[key] {
				seen[key] = true
				out = append(out, h)
			}
		}
	}
	return out
}

// tellCertificate tells of the certificate that holds longest.
func tellCertificate(facts map[string]string, halves []publicHalf, now time.Time) {
	var best *publicHalf
	var until time.Time
	for i := range halves {
		h := &halves[i]
		if h.facts[keys.FactKind] != keys.KindCertificate {
			continue
		}
		end, err := time.Parse(time.RFC3339, h.facts[keys.FactNotAfter])
		if err != nil || best != nil && !end.After(until) {
			continue
		}
		best, until = h, end
	}
	if best == nil {
		return
	}
	for _, name := range []string{keys.FactCertificate, keys.FactIssuer, keys.FactNotAfter} {
		if text := best.facts[name]; text != "" {
			facts[name] = text
		}
	}
	facts[factCertificatePath] = best.path
	if until.Before(now) {
		facts[factExpired] = "true"
	}
}

// role returns the fact that tells the path of a public half that is no certificate.
func (h *publicHalf) role() string {
	base := path.Base(h.path)
	switch {
	case h.facts[keys.FactKind] == keys.KindCertificate:
		return ""
	case h.facts[keys.FactKind] == keys.KindKnownHost, strings.Contains(base, "known_hosts"):
		return factKnownHosts
	case strings.Contains(base, "authorized_keys"):
		return factAuthorized
	}
	return factPublicPath
}

// listed joins the first of distinct texts.
func listed(all []string) string {
	var out []string
	more := 0
	for _, s := range all {
		switch {
		case slices.Contains(out, s):
		case len(out) < maxHalves:
			out = append(out, s)
		default:
			more++
		}
	}
	text := strings.Join(out, ", ")
	if more > 0 {
		text += " and " + strconv.Itoa(more) + " more"
	}
	return text
}

// madeOnInstallation tells whether a file is one that a package's installation makes a key for.
func madeOnInstallation(file string) bool {
	file = strings.TrimPrefix(file, "/")
	for _, pattern := range []string{
		"etc/ssh/ssh_host_*_key", "etc/ssh/ssh_host_key", "etc/ssl/private/ssl-cert-snakeoil.key", "etc/dropbear/dropbear_*_host_key",
		"etc/pki/tls/private/localhost.key",
	} {
		if ok, _ := path.Match(pattern, file); ok { // the patterns are well-formed
			return true
		}
	}
	return false
}

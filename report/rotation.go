package report

import (
	"encoding/csv"
	"io"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// rotationColumns lists the columns. New ones are added at the end.
var rotationColumns = []string{
	"order", "severity", "status", "verdict", "provider", "account", "host", "rule", "secret", "id", "ships", "places", "first_seen", "revoke", "facts", "confidence", "new", "fingerprint",
}

// writeRotation writes one row for each secret that somebody has to replace, in the order to act: by severity, what is
// still visible first, what is proven before what may be void, the widest spread first. Ignored secrets are left out. Cells
// are as of the format csv.
func writeRotation(w io.Writer, r *Report, _ Options) error {
	out := csv.NewWriter(w)
	_ = out.Write(rotationColumns) // out keeps its error
	for i, t := range rotation(r) {
		row := t.row(i + 1)
		cells := make([]string, len(rotationColumns))
		for j, name := range rotationColumns {
			cells[j] = csvCell(row[name])
		}
		_ = out.Write(cells)
	}
	out.Flush()
	return out.Error()
}

// rotationTask is one credential to replace.
type rotationTask struct {
	secret *Secret
	ships  []string // names of the images and other targets that hold it
	first  string   // the earliest time at which it is known to have come in
}

// rotation returns the tasks of r in the order to act.
func rotation(r *Report) []rotationTask {
	var tasks []rotationTask
	for i := range r.Secrets {
		if s := &r.Secrets[i]; s.Ignored == nil {
			tasks = append(tasks, newRotationTask(r, s))
		}
	}
	sort.SliceStable(tasks, func(i, j int) bool {
		a, b := tasks[i].secret, tasks[j].secret
		switch {
		case Rank(a.Severity) != Rank(b.Severity):
			return Rank(a.Severity) > Rank(b.Severity)
		case (a.Status == Exposed) != (b.Status == Exposed):
			return a.Status == Exposed
		case urgency(a.Verdict.State) != urgency(b.Verdict.State):
			return urgency(a.Verdict.State) < urgency(b.Verdict.State)
		}
		return len(tasks[i].ships) > len(tasks[j].ships)
	})
	return tasks
}

// urgency orders verdicts: what is likely to work first, what is void or nobody's last.
func urgency(state string) int {
	return slices.Index([]string{WellFormed, Unknown, "", Encrypted, Malformed, Expired, Public, Test}, state)
}

func newRotationTask(r *Report, s *Secret) rotationTask {
	t := rotationTask{secret: s}
	seen := make(map[string]bool)
	for i := range s.Occurrences {
		o := &s.Occurrences[i]
		if name := shipName(r, o); name != "" && !seen[name] {
			seen[name] = true
			t.ships = append(t.ships, name)
		}
		if c := o.Created; c != "" && !strings.HasPrefix(c, "0001-") && (t.first == "" || c < t.first) {
			t.first = c
		}
	}
	if reach := s.Reach; reach != nil {
		t.first = firstOf(reach.FirstSeen, t.first)
		if ships := firstList(reach.Tags, reach.Digests); len(ships) > 0 {
			t.ships = ships
		}
	}
	return t
}

// firstList returns the first list that is not empty.
func firstList(lists ...[]string) []string {
	for _, l := range lists {
		if len(l) > 0 {
			return l
		}
	}
	return nil
}

// shipName names the image that an occurrence ships in: by its tags, else its target, with platform and digest; or the target
// that is none. An attestation ships with the image that it is about.
func shipName(r *Report, o *Occurrence) string {
	m := r.imageOf(o)
	if m == nil {
		return r.targetName(o.Target)
	}
	if m.Kind != "" && m.Subject != "" {
		images := r.Targets[o.Target].Images
		if i := slices.IndexFunc(images, func(other Image) bool { return other.Digest == m.Subject }); i >= 0 {
			m = &images[i]
		}
	}
	name := r.targetName(o.Target)
	if len(m.Tags) > 0 {
		name = strings.Join(m.Tags[:min(len(m.Tags), shownTags)], " ")
	}
	return name + prefixed(" ", m.Platform) + prefixed(" ", firstOf(m.Digest, m.ID))
}

const (
	shownTags  = 5
	shownShips = 20
)

// Names of facts that say whose a credential is and where it is good for, the most telling first.
var (
	accountFacts = []string{"account", "account ID", "user", "service account", "mail", "login", "subject", "organization", "workspace", "workspace number", "project", "namespace", "user number", "app", "bot", "key ID", "token ID"}
	hostFacts    = []string{"host", "registry", "endpoint", "url", "issuer", "audience", "instance", "server", "webhook"}
)

func firstFact(facts map[string]string, names []string) string {
	for _, name := range names {
		if v := facts[name]; v != "" {
			return v
		}
	}
	return ""
}

func (t *rotationTask) row(order int) map[string]string {
	s := t.secret
	ships := t.ships[:min(len(t.ships), shownShips)]
	if n := len(t.ships) - len(ships); n > 0 {
		ships = append(slices.Clip(ships), "and "+strconv.Itoa(n)+" more")
	}
	return map[string]string{
		"order": strconv.Itoa(order), "severity": s.Severity, "status": s.Status, "verdict": s.Verdict.State, "provider": s.Vendor,
		"account": firstFact(s.Verdict.Facts, accountFacts), "host": firstFact(s.Verdict.Facts, hostFacts), "rule": s.Rule, "secret": s.Redacted, "id": s.ID,
		"ships": strings.Join(ships, "; "), "places": strconv.Itoa(len(s.Occurrences)), "first_seen": t.first, "revoke": advice(s), "facts": factList(s.Verdict.Facts),
		"confidence": s.Confidence, "new": strconv.FormatBool(s.New), "fingerprint": s.Fingerprint,
	}
}

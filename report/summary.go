package report

// Finish sets what follows from the rest of the report: Complete and Summary. It is called again where a baseline or an
// ignore file changed the rest.
func (r *Report) Finish() {
	r.Complete = r.IsComplete()
	r.Summarize()
}

// Summarize counts the secrets into r.Summary. Ignored ones are left out.
func (r *Report) Summarize() {
	s := Summary{BySeverity: make(map[string]int), ByRule: make(map[string]int)}
	for i := range r.Secrets {
		secret := &r.Secrets[i]
		if secret.Ignored != nil {
			continue
		}
		if secret.Status == Exposed {
			s.Exposed++
		} else {
			s.Buried++
		}
		s.BySeverity[secret.Severity]++
		s.ByRule[secret.Rule]++
	}
	r.Summary = s
}

// IsComplete reports whether every target was read in full: whether each problem was accepted.
func (r *Report) IsComplete() bool {
	for i := range r.Targets {
		for j := range r.Targets[i].Problems {
			if r.Targets[i].Problems[j].Accepted == nil {
				return false
			}
		}
	}
	return true
}

// Rank orders severities and confidences from low (1) to critical (4); what is no such word ranks 0.
func Rank(s string) int {
	switch s {
	case Critical:
		return 4
	case High:
		return 3
	case Medium:
		return 2
	case Low:
		return 1
	}
	return 0
}

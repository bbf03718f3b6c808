package registry

import "testing"

// FuzzParseLine holds that no line of a log breaks its reader, and that what is read of one is bounded.
func FuzzParseLine(f *testing.F) {
	f.Fuzz(func(t *testing.T, line string) {
		r, what := parseLine(line)
		if what != lineRead {
			return
		}
		if r.form < 0 || r.form >= forms || r.object == "" || r.method == "" {
			t.Errorf("read %+v", r)
		}
		for _, s := range []string{r.address, r.user, r.agent, r.repository, r.object} {
			if len(s) > maxField+len("…") {
				t.Errorf("a field has %d bytes", len(s))
			}
		}
	})
}

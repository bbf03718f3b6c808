package report

import (
	"bytes"
	"strings"
	"testing"
)

func TestRegistrySummary(t *testing.T) {
	secret := func(id, severity string, repositories ...string) Secret {
		reach := &Reach{Repositories: repositories}
		for _, r := range repositories {
			reach.Tags = append(reach.Tags, r+":1")
		}
		return Secret{ID: id, Rule: "rule-" + id, Severity: severity, Status: Buried, Redacted: "abc" + Ellipsis, Reach: reach}
	}
	r := &Report{Complete: true, Secrets: []Secret{
		secret("s1", High, "team/b"), secret("s2", Critical, "team/b"), secret("s3", High, "team/a", "team/\x1b[2Jevil|"), secret("s4", Low, "team/c"),
	}}
	r.Finish()
	for format, want := range map[string][]string{
		"text":     {"Rotate, in this order (3)", "CRITICAL  s2", "HIGH  s3", "HIGH  s1", "Repositories with secrets (4)", "team/b  1 critical, 1 high", "team/c  1 low"},
		"markdown": {"### Repositories with secrets", "| `team/b` | 1 critical, 1 high |", "| `team/c` | 1 low |"},
	} {
		var out bytes.Buffer
		f, _ := FormatNamed(format)
		if err := f.Write(&out, r, Options{Gate: Gate{FailOn: Medium}}); err != nil {
			t.Fatal(err)
		}
		at := 0
		for _, part := range want {
			i := strings.Index(out.String()[at:], part)
			if i < 0 {
				t.Fatalf("%s: no %q after byte %d of:\n%s", format, part, at, out.String())
			}
			at += i
		}
		if strings.Contains(out.String(), "\x1b") {
			t.Errorf("%s holds an escape code", format)
		}
	}
}

package report

import (
	"encoding/base64"
	"encoding/hex"
	"testing"
)

func TestGuard(t *testing.T) {
	long, short, word, low := "vq8Zr2Lw"+"0Xk5Tn7Bd3Jm", "q7!"+"zk", "admin", "amd64"+".triggers"
	r := &Report{}
	for _, v := range []string{long, short, word} {
		r.Secrets = append(r.Secrets, NewSecret(NewValue(v), 0, 0))
	}
	excused := NewSecret(NewValue(low), 0, 0)
	excused.Severity = Low
	r.Secrets = append(r.Secrets, excused)
	g := NewGuard(r)
	for name, c := range map[string]struct {
		text string
		want bool
	}{
		"nothing":            {"opt/app/main.go", false},
		"empty":              {"", false},
		"plain":              {"opt/" + long + "/x", true},
		"base64":             {base64.StdEncoding.EncodeToString([]byte("a" + long)), true},
		"hex":                {hex.EncodeToString([]byte(long)), true},
		"a short value":      {"opt/" + short, true},
		"a common word":      {"home/admin/x", false},
		"a low word":         {"info/libx:" + low, false},
		"a part of no value": {"opt/" + long[:6], false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := g.Holds(c.text); got != c.want {
				t.Errorf("Holds(%q) = %v, want %v", c.text, got, c.want)
			}
		})
	}
}

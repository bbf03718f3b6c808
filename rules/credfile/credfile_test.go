package credfile

import (
	"cmp"
	"encoding/base64"
	"html"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp/cmpopts"

	gocmp "github.com/google/go-cmp/cmp"

	"dregs/rules/credfile/sample"
)

// parsed returns what the families of a path find in data, in the order of their spans, and checks what holds for every
// credential.
func parsed(t testing.TB, path string, data []byte) map[string][]Credential {
	t.Helper()
	out := map[string][]Credential{}
	for _, f := range NewIndex(Families()).Of(path) {
		err := f.Parse(data, func(c Credential) {
			checkSpan(t, f.ID, data, c)
			out[f.ID] = append(out[f.ID], c)
		})
		if err != nil {
			t.Logf("%s: %v", f.ID, err)
		}
		slices.SortStableFunc(out[f.ID], func(x, y Credential) int { return cmp.Compare(x.Start, y.Start) })
	}
	return out
}

// checkSpan checks that the run of a credential lies in data and decodes to a text that holds the secret.
func checkSpan(t testing.TB, id string, data []byte, c Credential) {
	t.Helper()
	if c.Secret == "" || c.Start < 0 || c.Start >= c.End || c.End > len(data) || c.Lead < 0 {
		t.Fatalf("%s: the span [%d,%d) with lead %d of %d bytes for a secret of %d", id, c.Start, c.End, c.Lead, len(data), len(c.Secret))
	}
	if !slices.Contains([]string{Password, Token, Key, Hash}, c.Kind) {
		t.Fatalf("%s: the kind %q", id, c.Kind)
	}
	if text, ok := undo(string(data[c.Start:c.End]), c.Steps); ok && !strings.Contains(text, c.Secret) {
		t.Fatalf("%s: %q by %q gives %q, which does not hold %q", id, data[c.Start:c.End], c.Steps, text, c.Secret)
	}
}

// undo decodes a run by steps; it is not ok where only the parser itself can.
func undo(run string, steps []string) (string, bool) {
	for _, s := range steps {
		switch s {
		case stepPercent:
			plain, err := url.PathUnescape(run)
			if err != nil {
				return "", false
			}
			run = plain
		case stepEntity:
			run = strings.ReplaceAll(html.UnescapeString(run), "\r\n", "\n")
		case stepBase64:
			clean := strings.NewReplacer("\r", "", "\n", "", " ", "", "\t", "", "=", "", "-", "+", "_", "/").Replace(run)
			plain, err := base64.RawStdEncoding.DecodeString(clean)
			if err != nil {
				return "", false
			}
			run = string(plain)
		default:
			return "", false
		}
	}
	return run, true
}

func TestSamples(t *testing.T) {
	tested := map[string]bool{}
	for _, s := range sample.Files() {
		tested[s.Family] = true
		t.Run(s.Path, func(t *testing.T) {
			var got []sample.Entry
			for _, c := range parsed(t, s.Path, []byte(s.Body))[s.Family] {
				if strings.HasPrefix(c.Secret, "$") && strings.Contains(c.Secret, "{") || c.Secret == "put your unique phrase here" {
					continue // the rules know references and placeholders
				}
				got = append(got, sample.Entry{Secret: c.Secret, User: c.User, Host: hostOnly(c.Host)})
			}
			want := slices.Clone(s.Want)
			for i := range want {
				want[i].Host = hostOnly(want[i].Host)
			}
			if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("credentials (-want +got):\n%s", diff)
			}
		})
	}
	for _, f := range Families() {
		if !tested[f.ID] {
			t.Errorf("no sample of %s", f.ID)
		}
	}
}

// hostOnly returns a host without the rest of an address.
func hostOnly(host string) string {
	if u, err := url.Parse(host); err == nil && u.Host != "" {
		return u.Host
	}
	return host
}

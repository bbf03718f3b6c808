package credfile

import (
	"fmt"
	"strings"
	"testing"
)

// TestRemoteEncrypted tells passwords that no published key opens as encrypted, and bounds what one file costs.
func TestRemoteEncrypted(t *testing.T) {
	blob := strings.Repeat("A1b2C3d4", 10)
	node := `<Node Username="u" Hostname="h.example.org" Password="` + blob + `"/>`
	for name, test := range map[string]struct {
		path, text string
		want       int
	}{
		"mRemoteNG, another password":      {"confCons.xml", `<Connections KdfIterations="1000">` + node + `</Connections>`, 1},
		"mRemoteNG, too many rounds":       {"confCons.xml", `<Connections KdfIterations="2000000000">` + node + `</Connections>`, 1},
		"mRemoteNG, rounds below nought":   {"confCons.xml", `<Connections KdfIterations="-1">` + node + `</Connections>`, 1},
		"mRemoteNG, many passwords":        {"confCons.xml", `<Connections KdfIterations="1">` + strings.Repeat(node, 2*maxDerivations) + `</Connections>`, 2 * maxDerivations},
		"mRemoteNG, no document":           {"confCons.xml", "", 0},
		"WinSCP, under a master password":  {"WinSCP.ini", "[Sessions\\a]\nHostName=h\nUserName=u\nPassword=" + blob, 1},
		"WinSCP, of another user":          {"WinSCP.ini", fmt.Sprintf("[Sessions\\a]\nHostName=h\nUserName=u\nPassword=%x", masked("\xff\x00\x04\x00abcd")), 1},
		"WinSCP, cut off":                  {"WinSCP.ini", fmt.Sprintf("[Sessions\\a]\nHostName=h\nUserName=u\nPassword=%x", masked("\xff\x02\xff")), 1},
		"WinSCP, a length beyond the text": {"WinSCP.ini", fmt.Sprintf("[Sessions\\a]\nHostName=h\nUserName=u\nPassword=%x", masked("\x20\x00abc")), 1},
	} {
		t.Run(name, func(t *testing.T) {
			n := 0
			for _, found := range parsed(t, test.path, []byte(test.text)) {
				for _, c := range found {
					if n++; !c.Encrypted || len(c.Steps) > 0 {
						t.Errorf("encrypted %v, steps %q", c.Encrypted, c.Steps)
					}
				}
			}
			if n != test.want {
				t.Errorf("%d credentials", n)
			}
		})
	}
}

// masked puts text under WinSCP's mask.
func masked(text string) []byte {
	out := []byte(text)
	for i := range out {
		out[i] ^= winscpMask ^ 0xff
	}
	return out
}

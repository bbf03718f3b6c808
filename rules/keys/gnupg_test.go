package keys

import (
	"strings"
	"testing"

	"dregs/report"
)

// agentKey returns a key of gpg-agent with more behind its numbers.
func agentKey(t testing.TB, more string) string {
	t.Helper()
	kind, public, secret := gnupgNumbers(samples(t)["Ed25519"])
	return "(private-" + "key (" + kind + public + secret + ")" + more + ")"
}

// TestGnuPGComments holds that a comment, which ssh-add hands to the agent, may have any character.
func TestGnuPGComments(t *testing.T) {
	for _, comment := range []string{"me@host", "deploy (old), 50% of *", "größe; {x} [y] <z>", ""} {
		text := agentKey(t, `(comment "`+comment+`")`)
		lo, hi, ok := GnuPGAt([]byte("Key: "+text+"\n"), len("Key: "))
		if !ok || lo != len("Key: ") || hi != lo+len(text) {
			t.Errorf("%q: %v, [%d,%d) of %d", comment, ok, lo, hi, len(text))
		}
		if k, found := Private(text); !found || k.State != report.WellFormed {
			t.Errorf("%q: %v, %q", comment, found, k.State)
		}
	}
}

// TestGnuPGInAnother holds that no key is found where another begins before it ends, nor where its letters are of another case,
// which no reader takes.
func TestGnuPGInAnother(t *testing.T) {
	key := agentKey(t, "")
	if _, _, ok := GnuPGAt([]byte(agentKey(t, key)), 0); ok {
		t.Error("a key in a key is taken for one")
	}
	cut := key[:len(key)-4] + "\n" + key
	if _, _, ok := GnuPGAt([]byte(cut), 0); ok {
		t.Error("a key that is cut goes on into the next")
	}
	if lo, hi, ok := GnuPGAt([]byte(cut), len(cut)-len(key)); !ok || cut[lo:hi] != key {
		t.Error("the key behind one that is cut is not found")
	}
	if _, _, ok := GnuPGAt([]byte(strings.Replace(key, "private", "PRIVATE", 1)), 0); ok {
		t.Error("letters of another case are taken for a key")
	}
}

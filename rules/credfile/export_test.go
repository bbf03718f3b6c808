package credfile

import (
	"strings"
	"testing"
	"time"
)

// TestWideTable checks that a table of very many columns costs no more than its length: were each password's account looked for
// among all heads, this one would take minutes.
func TestWideTable(t *testing.T) {
	const columns = 100_000
	data := []byte(strings.Repeat("password,", columns) + "\n" + strings.Repeat("fR4kq9wZ,", columns) + "\n")
	n, start := 0, time.Now()
	if err := parseExport(data, func(Credential) { n++ }); err != nil {
		t.Fatal(err)
	}
	if n != columns {
		t.Errorf("got %d passwords", n)
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
}

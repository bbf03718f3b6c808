package credfile

import (
	"slices"
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

// TestTableMarks reads a table parted by semicolons, a value of which has doubled quotes.
func TestTableMarks(t *testing.T) {
	data := []byte("\ufeffname;password\r\na;\"fR4\"\"kq9wZ\"\r\nb;gT5,lr8xY\r\n")
	var got, runs []string
	if err := parseExport(data, func(c Credential) {
		got, runs = append(got, c.Secret), append(runs, string(data[c.Start:c.End]))
	}); err != nil {
		t.Fatal(err)
	}
	if want := []string{`fR4"kq9wZ`, "gT5,lr8xY"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if want := []string{`fR4""kq9wZ`, "gT5,lr8xY"}; !slices.Equal(runs, want) {
		t.Errorf("got the runs %q, want %q", runs, want)
	}
}

package keys

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"dregs/report"
)

// maxTable bounds the list of published keys, which is part of the program.
const maxTable = 128 << 10

func TestPublishedTable(t *testing.T) {
	names, entries := splitPublished(publishedTable)
	if len(publishedTable) > maxTable || len(names) < 50 || len(entries) < 3000*entryBytes {
		t.Fatalf("%d bytes, %d names, %d entries", len(publishedTable), len(names), len(entries)/entryBytes)
	}
	named := map[string]bool{}
	list, err := os.ReadFile("published.txt")
	check(t, err)
	for line := range strings.Lines(string(list)) {
		if fields := strings.Fields(line); len(fields) == 2 && fields[0] != "#" {
			named[fields[0]], named[fields[1]] = true, true
		}
	}
	for _, name := range names {
		if !named[string(name)] {
			t.Errorf("published.txt does not name %q", name)
		}
	}
	var last []byte
	for i := 0; i < len(entries); i += entryBytes {
		id, number := entries[i:][:identityBytes], int(entries[i+identityBytes])<<8|int(entries[i+identityBytes+1])
		if bytes.Compare(last, id) >= 0 || number >= len(names) {
			t.Fatalf("entry %d is out of order, or names package %d", i/entryBytes, number)
		}
		last = id
	}
}

// TestPublishedKeys reads keys that the Go tree publishes.
func TestPublishedKeys(t *testing.T) {
	for _, name := range []string{"crypto/tls/testdata/example-key.pem", "crypto/x509/platform_root_key.pem"} {
		text, err := os.ReadFile(filepath.Join(runtime.GOROOT(), "src", name))
		if err != nil {
			t.Skipf("the Go tree is not here: %v", err)
		}
		k, found := Private(string(text))
		if !found || k.State != report.Test || k.Facts[FactPublished] == "" || k.Facts[FactType] != "EC P-256" {
			t.Errorf("%s: %+v", name, k)
		}
	}
}

// TestUnpublished holds that a new key is on no list.
func TestUnpublished(t *testing.T) {
	for name, s := range samples(t) {
		open, encrypted := encodings(t, s)
		for _, texts := range []map[string]string{open, encrypted} {
			for form, text := range texts {
				if k, _ := Private(text); k.State == report.Test || k.Facts[FactPublished] != "" {
					t.Errorf("%s, %s: %+v", name, form, k)
				}
			}
		}
	}
}

package scanner_test

import (
	"fmt"
	"strings"
	"testing"

	"dregs/report"
	"dregs/rules/credfile/sample"
	"dregs/scanner"
	"dregs/scanner/imagetest"
)

// TestCredentialFilesInAnImage checks a tree of one file of each kind: each of its entries is a secret of the report, at
// the file's path, with the user that the file names.
func TestCredentialFilesInAnImage(t *testing.T) {
	files := sample.Files()
	var entries []imagetest.Entry
	path := func(i int) string { return fmt.Sprintf("f%03d/%s", i, files[i].Path) }
	for i, s := range files {
		entries = append(entries, imagetest.File(path(i), s.Body))
	}
	img := imagetest.Image{Layers: []imagetest.Layer{{Entries: entries, CreatedBy: "COPY . /"}}}
	r := scanFile(t, imagetest.WriteFile(t, "files.tar", imagetest.OCIArchive(img.Build())), scanner.Options{})
	if !r.Complete {
		t.Errorf("the scan is not complete: %+v", r.Targets[0].Problems)
	}
	for i, s := range files {
		for _, want := range s.Want {
			checkEntry(t, r, path(i), s.Family, want)
		}
	}
}

func checkEntry(t *testing.T, r *report.Report, path, family string, want sample.Entry) {
	t.Helper()
	for i := range r.Secrets {
		s := &r.Secrets[i]
		if s.Value().Reveal() != want.Secret {
			continue
		}
		for _, o := range s.Occurrences {
			if o.Path != path || s.Rule != family && o.Rule != family && !strings.Contains(strings.Join(s.Also, " "), family) {
				continue
			}
			if user := s.Verdict.Facts["user"]; want.User != "" && user == "" && !strings.HasPrefix(want.User, "AKIA") {
				t.Errorf("%s: %s tells no user; %q is one", path, family, want.User)
			}
			if want.Host != "" && s.Verdict.Facts["host"] == "" {
				t.Errorf("%s: %s tells no host; %q is one", path, family, want.Host)
			}
			return
		}
	}
	t.Errorf("%s: %s finds no secret of %d bytes", path, family, len(want.Secret))
}

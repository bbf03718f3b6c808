package scanner_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"dregs/report"
	"dregs/scanner"
	"dregs/scanner/imagetest"
)

// TestASmallFileIsReadInFull has what only shows where a file lies in memory: the end of an archive behind text.
func TestASmallFileIsReadInFull(t *testing.T) {
	value := imagetest.GitHubToken("prefixed")
	file := "#!/bin/sh\nexec java -jar \"$0\"\n" + string(imagetest.Zip(imagetest.File("app.env", "GITHUB_TOKEN="+value+"\n")))
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "app"), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	r := scanAll(t, scanner.Options{ShowSecrets: true}, "dir:"+dir)
	if !r.Complete {
		t.Errorf("not complete: %v", r.Targets[0].Problems)
	}
	if len(r.Secrets) != 1 || r.Secrets[0].Secret != value || !slices.Contains(r.Secrets[0].Occurrences[0].Via, "app.env") {
		t.Errorf("want the token by way of app.env: %+v", r.Secrets)
	}
}

// TestATextThatBreaksOff tells what was found before the error, and the error.
func TestATextThatBreaksOff(t *testing.T) {
	for name, size := range map[string]int{"small": 10, "large": 9 << 20} {
		t.Run(name, func(t *testing.T) {
			text := "GITHUB_TOKEN=" + imagetest.GitHubToken("broken off") + "\n" + strings.Repeat("x\n", size/2)
			in := io.MultiReader(strings.NewReader(text), iotest.ErrReader(errors.New("the disk is gone")))
			r := scanAll(t, scanner.Options{Stdin: in}, "log:-")
			if len(r.Secrets) != 1 || r.Complete {
				t.Errorf("%d secrets, complete %v; want 1, false", len(r.Secrets), r.Complete)
			}
			problems := r.Targets[0].Problems
			if len(problems) != 1 || problems[0].Kind != report.Unreadable || !strings.Contains(problems[0].Error, "the disk is gone") {
				t.Errorf("want the error of the disk: %+v", problems)
			}
		})
	}
}

// TestATargetThatIsCut is a compressed log that ends too early: what it holds is searched, and it is not complete. Among the
// files of a directory, as in an image, it is ordinary.
func TestATargetThatIsCut(t *testing.T) {
	text := "GITHUB_TOKEN=" + imagetest.GitHubToken("cut") + "\n"
	for _, c := range []imagetest.Compression{imagetest.Gzip, imagetest.Zstd, imagetest.XZ} {
		stored := imagetest.Compress(c, []byte(text+strings.Repeat("x\n", 1000)))
		dir := t.TempDir()
		file := filepath.Join(dir, "build.log.z")
		if err := os.WriteFile(file, stored[:len(stored)-4], 0o600); err != nil {
			t.Fatal(err)
		}
		for target, complete := range map[string]bool{"log:" + file: false, "dockerfile:" + file: false, "log:" + dir: true, "dir:" + dir: true} {
			r := scanAll(t, scanner.Options{}, target)
			if r.Complete != complete {
				t.Errorf("%s: complete is %v, want %v", target, r.Complete, complete)
			}
			if problems := r.Targets[0].Problems; !complete && (len(problems) == 0 || problems[0].Kind != report.Corrupt) {
				t.Errorf("%s: problems %v, want one that is corrupt", target, problems)
			}
		}
	}
}

package main

import (
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"

	"dregs/report"
	"dregs/scanner/imagetest"
)

// TestRegistryNames wants no secret of a name in an inventory and in a difference, and equal names told to be equal.
func TestRegistryNames(t *testing.T) {
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	s := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(s.Close)
	host := strings.TrimPrefix(s.URL, "http://")
	kept, moved, added, part := imagetest.GitHubToken("kept"), imagetest.GitHubToken("moved"), imagetest.GitHubToken("added"), "xoxb-"+"170479116403-1836457210943-"+imagetest.GitHubToken("part")[4:28]
	push := func(repository, content string, tags ...string) {
		img := imagetest.Image{Layers: []imagetest.Layer{{Entries: []imagetest.Entry{imagetest.File("a", content)}}}, Tags: tags}
		imagetest.Push(t, s.URL, repository, img.Build())
	}
	push("team/app", "one", kept, moved, "v1-"+kept)
	push("team/"+part, "one", "v1")
	before := filepath.Join(t.TempDir(), "before.json")
	all := ""
	written := func(want int, args ...string) string {
		t.Helper()
		code, stdout, stderr := dregs(t, append(args, "--plain-http")...)
		if code != want {
			t.Fatalf("%v ended with %d, want %d; stderr %q", args, code, want, stderr)
		}
		all += stdout + stderr
		return regexp.MustCompile(`, 2\S*Z`).ReplaceAllString(stdout, "")
	}
	written(report.ExitIncomplete, "registry", "inventory", "-f", "json", "-o", before, host)
	data, err := os.ReadFile(before)
	if err != nil {
		t.Fatal(err)
	}
	all += string(data)
	written(report.ExitIncomplete, "registry", "inventory", host)
	written(report.ExitIncomplete, "registry", "inventory", "-f", "csv", host)
	written(report.ExitIncomplete, "registry", "diff", before, host)
	push("team/app", "two", moved)
	push("team/app", "one", added)
	text := written(report.ExitFound, "registry", "diff", before, host)
	written(report.ExitFound, "registry", "diff", "-f", "json", before, host)
	plain := regexp.MustCompile(`"fingerprints": \{[^}]*\}[^}]*\},`).ReplaceAllString(string(data), "")
	for _, value := range []string{kept, moved} {
		plain = regexp.MustCompile(`ghp_…`+value[len(value)-4:]+`\[hm:[\w-]*\]`).ReplaceAllString(plain, value)
	}
	older := filepath.Join(t.TempDir(), "older.json")
	if err := os.WriteFile(older, []byte(plain), 0o600); err != nil {
		t.Fatal(err)
	}
	if again := written(report.ExitFound, "registry", "diff", older, host); again != text {
		t.Errorf("with the names of the old side in the clear, the difference is\n%s\nwant\n%s", again, text)
	}
	for _, value := range []string{kept, moved, added, part} {
		if strings.Contains(all, value) {
			t.Errorf("%s… is told in the clear", value[:8])
		}
	}
	shown := regexp.MustCompile(`(?m)^(?:  )?(\S+)  (\S+)  team/app:ghp_….{4}\[hm:[\w-]{22}\]`).FindAllStringSubmatch(text, -1)
	if len(shown) != 2 || shown[0][2] != "image-replaced" || shown[1][2] != "tag-added" {
		t.Errorf("the difference tells %q of\n%s", shown, text)
	}
}

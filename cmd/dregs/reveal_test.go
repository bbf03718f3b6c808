package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"dregs/report"
	"dregs/scanner/imagetest"
)

// TestRevealFromRegistry reads a secret again that a scan of a whole registry found.
func TestRevealFromRegistry(t *testing.T) {
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	t.Setenv("REGISTRY_AUTH_FILE", filepath.Join(t.TempDir(), "none"))
	password := imagetest.Password("registry")
	host := serve(t, "auditor", password)
	file := filepath.Join(t.TempDir(), "found.json")
	login := []string{"--plain-http", "--username", "auditor", "--password-stdin"}
	for _, step := range []struct {
		args []string
		code int
		want string
	}{
		{append([]string{"registry", "scan", "-q", "-f", "json", "-o", file, host}, login...), report.ExitFound, ""},
		{append([]string{"reveal", "--yes", file, "s1"}, login...), report.ExitClean, imagetest.GitHubToken("removed") + "\n"},
		{append([]string{"reveal", "--yes", "--image", "registry:" + host + "/team/app:1", file, "s1"}, login...), report.ExitClean, imagetest.GitHubToken("removed") + "\n"},
	} {
		var out, errs bytes.Buffer
		code := run(t.Context(), step.args, strings.NewReader(password), &out, &errs)
		if code != step.code || out.String() != step.want {
			t.Fatalf("%s ended with %d, stderr %q", step.args[0], code, errs.String())
		}
	}
}

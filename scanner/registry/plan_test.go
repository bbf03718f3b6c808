package registry_test

import (
	"bytes"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
	"dregs/scanner"
	"dregs/scanner/registry"
	"dregs/scanner/source"
)

// TestPurge carries a plan out by its script, and wants a scan to find nothing then.
func TestPurge(t *testing.T) {
	for _, tool := range []string{"sh", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not here", tool)
		}
	}
	url := served(t)
	r, leaky := scanned(t, url)
	p, err := registry.MakePlan(registry.Planning{Report: r, Registry: url})
	if err != nil {
		t.Fatal(err)
	}
	got := []string{}
	for _, d := range p.Manifests {
		got = append(got, d.Repository+"@"+d.Digest+" "+strings.Join(d.Tags, " "))
	}
	want := []string{"team/app@" + leaky.Digest + " 1", "team/copy@" + leaky.Digest + " 1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("manifests differ (-want +got):\n%s", diff)
	}
	if slices.Contains(p.Blobs, leaky.Layers[0].Digest) || !slices.Contains(p.Blobs, leaky.Layers[1].Digest) {
		t.Errorf("blobs %v: the base is needed by another image, the layer with the secret is not", p.Blobs)
	}
	script := filepath.Join(t.TempDir(), "purge.sh")
	if err := report.WriteFile(script, func(w io.Writer) error { return p.Write(w, "script") }); err != nil {
		t.Fatal(err)
	}
	for range 2 { // it can be run again
		if out, err := exec.CommandContext(t.Context(), "sh", script).CombinedOutput(); err != nil {
			t.Fatalf("running the script: %v\n%s", err, out)
		}
	}
	resp, err := http.Get(url + "/v2/team/app/manifests/" + leaky.Digest)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusNotFound {
		t.Errorf("the manifest is still there: %s", resp.Status)
	}
	after, err := scanner.Scan(t.Context(), []scanner.Target{{Name: hostOf(url), Registry: &source.Selection{}}}, scanner.Options{Source: source.Options{PlainHTTP: true}})
	if err != nil {
		t.Fatal(err)
	}
	if len(after.Secrets) > 0 {
		t.Errorf("the secret is still there: %+v", after.Secrets[0].Reach)
	}
}

// registryReport is a report of two platforms below one index, one of which carries a secret, and of leftovers.
func registryReport(repository string) *report.Report {
	leaky, orphan := 0, digest("9")
	return &report.Report{
		Complete: true,
		Targets: []report.Target{{
			Name: "registry.example.com", Kind: report.KindRegistry, Source: "registry-storage",
			Images: []report.Image{
				{Digest: digest("1"), ID: digest("c1"), Platform: "linux/amd64", State: report.Tagged, Repositories: []string{repository}, Layers: []report.Layer{{Digest: digest("b")}, {Digest: digest("d1")}}},
				{Digest: digest("2"), ID: digest("c2"), Platform: "linux/arm64", State: report.Tagged, Repositories: []string{repository}, Layers: []report.Layer{{Digest: digest("b")}}},
				{Digest: digest("3"), ID: digest("c3"), Kind: "attestation", Subject: digest("1"), State: report.Tagged, Repositories: []string{repository}},
				{Digest: digest("4"), ID: digest("c4"), Kind: "attestation", Subject: digest("2"), State: report.Tagged, Repositories: []string{repository}},
			},
			Links:   []report.Link{{Repository: repository, Tag: "v1", Digest: digest("f")}, {Repository: repository, Tag: "innocent", Digest: digest("f")}},
			Indexes: []report.Index{{Digest: digest("f"), Manifests: []string{digest("1"), digest("2"), digest("3"), digest("4")}}},
		}},
		Secrets: []report.Secret{
			{ID: "s1", Severity: report.High, Reach: &report.Reach{}, Occurrences: []report.Occurrence{{Image: &leaky, Place: report.LayerFile, LayerDigest: digest("d1")}}},
			{ID: "s2", Severity: report.Low, Reach: &report.Reach{}, Occurrences: []report.Occurrence{
				{Place: report.LayerFile, LayerDigest: orphan, State: report.Orphan},
				{Place: report.LayerFile, LayerDigest: "docker/registry/v2/repositories/a/_uploads/\x1b[2J/data", State: report.Upload},
			}},
		},
	}
}

func digest(start string) string { return "sha256:" + start + strings.Repeat("0", 64-len(start)) }

func TestPlanOfAnIndex(t *testing.T) {
	p, err := registry.MakePlan(registry.Planning{Report: registryReport("team/app"), Severity: report.High})
	if err != nil {
		t.Fatal(err)
	}
	got := []string{}
	for _, d := range p.Manifests {
		got = append(got, d.Kind+" "+d.Digest+" "+strings.Join(d.Tags, " "))
	}
	want := []string{"index " + digest("f") + " innocent v1", "image " + digest("1") + " ", "attestation " + digest("3") + " "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("manifests differ (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{digest("1"), digest("3"), digest("c1"), digest("c3"), digest("d1"), digest("f")}, p.Blobs); diff != "" {
		t.Errorf("blobs differ (-want +got):\n%s", diff)
	}
	warnings := strings.Join(p.Warnings, "\n")
	for _, word := range []string{"innocent, v1", "1 image of the index", "-m", "restart", "stop writes"} {
		if !strings.Contains(warnings, word) {
			t.Errorf("no warning of %q in:\n%s", word, warnings)
		}
	}
	if len(p.Files) > 0 {
		t.Errorf("files of a secret that was not chosen: %v", p.Files)
	}
}

func TestPlanChoice(t *testing.T) {
	for name, c := range map[string]struct {
		planning registry.Planning
		ok       bool
		secrets  int
	}{
		"all":              {registry.Planning{}, true, 2},
		"by ID":            {registry.Planning{Secrets: []string{"s2"}}, true, 1},
		"by severity":      {registry.Planning{Severity: report.Medium}, true, 1},
		"an unknown ID":    {registry.Planning{Secrets: []string{"s9"}}, false, 0},
		"none of severity": {registry.Planning{Severity: report.Critical}, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			c.planning.Report = registryReport("team/app")
			p, err := registry.MakePlan(c.planning)
			if (err == nil) != c.ok {
				t.Fatalf("error %v", err)
			}
			if c.ok && len(p.Secrets) != c.secrets {
				t.Errorf("%d secrets, want %d", len(p.Secrets), c.secrets)
			}
		})
	}
	if _, err := registry.MakePlan(registry.Planning{Report: &report.Report{}}); err == nil {
		t.Error("a report of no registry was planned for")
	}
}

// TestHostileNames holds that what a registry calls things never becomes a command, nor reaches a terminal.
func TestHostileNames(t *testing.T) {
	for _, repository := range []string{"a'; touch pwned; '", "a\nrm -rf ~", "a$(id)", "\x1b[2J", "../../etc", strings.Repeat("a/", 100)} {
		p, err := registry.MakePlan(registry.Planning{Report: registryReport(repository), Registry: "https://a'b"})
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Manifests) > 0 || p.Exit() != report.ExitIncomplete {
			t.Errorf("%q: planned %v, exit %d", repository, p.Manifests, p.Exit())
		}
		for _, format := range registry.PlanFormats {
			var out bytes.Buffer
			if err := p.Write(&out, format); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(out.String(), "\x1b") {
				t.Errorf("format %s holds an escape code", format)
			}
			if format != "script" {
				continue
			}
			for line := range strings.Lines(out.String()) {
				if strings.HasPrefix(line, "rm ") || strings.HasPrefix(line, "delete ") {
					t.Errorf("the script runs %q", line)
				}
			}
		}
	}
	evil := registryReport("team/app")
	evil.Targets[0].Links[0].Tag = "v1\nrm -rf ~"
	p, err := registry.MakePlan(registry.Planning{Report: evil})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := p.Write(&out, "script"); err != nil || strings.Contains(out.String(), "\nrm ") {
		t.Errorf("error %v, or a tag became a command:\n%s", err, out.String())
	}
}

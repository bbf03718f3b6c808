package registry_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
	"dregs/scanner/registry"
)

func TestPulls(t *testing.T) {
	r, leaky := scanned(t, served(t))
	blob := "/v2/team/app/blobs/" + leaky.Layers[1].Digest
	base := "/v2/team/app/blobs/" + leaky.Layers[0].Digest
	combined := `10.0.0.7 - eve [02/Jan/2026:03:04:05 +0000] "GET %s HTTP/1.1" %d 123 "" "skopeo/1.9"`
	fields := `time="2026-01-02T03:04:05.123Z" level=info msg="response completed" go.version=go1.19 http.request.method=GET http.request.remoteaddr="10.0.0.7:4711" http.request.uri=%q http.request.useragent="skopeo/1.9" http.response.status=%d http.response.written=123 auth.user.name=eve`
	asJSON := `{"go.version":"go1.19","http.request.method":"GET","http.request.remoteaddr":"10.0.0.7:4711","http.request.uri":%q,"http.request.useragent":"skopeo/1.9","http.response.status":%d,"http.response.written":123,"level":"info","msg":"response completed","auth.user.name":"eve","time":"2026-01-02T03:04:05Z"}`
	line := fmt.Sprintf
	for name, c := range map[string]struct {
		log      string
		took     string // "" for nobody
		requests int64
	}{
		"combined":                 {line(combined, blob, 200), registry.TookBlob, 1},
		"fields":                   {line(fields, blob, 200), registry.TookBlob, 1},
		"JSON":                     {line(asJSON, blob, 200), registry.TookBlob, 1},
		"a virtual host first":     {"registry.example.com:443 " + line(combined, blob, 200), registry.TookBlob, 1},
		"both of distribution's":   {line(fields, blob, 200) + "\n" + line(combined, blob, 200), registry.TookBlob, 1},
		"within a collector's":     {"registry_1  | " + line(fields, blob, 200), registry.TookBlob, 1},
		"within docker's":          {line(`{"log":%q,"stream":"stderr"}`, line(fields, blob, 200)+"\n"), registry.TookBlob, 1},
		"redirected to a store":    {line(combined, blob, 307), registry.TookBlob, 1},
		"the manifest alone":       {line(combined, "/v2/team/app/manifests/"+leaky.Digest, 200), registry.TookManifest, 1},
		"by tag":                   {line(combined, "/v2/team/copy/manifests/1", 200), registry.TookManifest, 1},
		"twice":                    {line(combined, blob, 200) + "\n" + line(combined, blob, 206), registry.TookBlob, 2},
		"a query, escaped":         {line(combined, strings.Replace(blob, ":", "%3A", 1)+"?ns=x", 200), registry.TookBlob, 1},
		"refused":                  {line(combined, blob, 401), "", 0},
		"a layer without a secret": {line(combined, base, 200), "", 0},
		"a clean image":            {line(combined, "/v2/team/clean/manifests/1", 200), "", 0},
		"a push":                   {strings.Replace(line(combined, blob, 201), "GET", "PUT", 1), "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := registry.TracePulls(t.Context(), registry.Tracing{Report: r, Logs: []string{"-"}, Stdin: strings.NewReader(c.log)})
			if err != nil {
				t.Fatal(err)
			}
			if len(p.Secrets) != 1 || len(p.Problems) > 0 {
				t.Fatalf("pulls: %+v", p)
			}
			s := p.Secrets[0]
			if s.Taken != (c.took == registry.TookBlob) || (p.Exit() == report.ExitFound) != s.Taken {
				t.Errorf("taken %v, exit %d", s.Taken, p.Exit())
			}
			if c.took == "" {
				if len(s.Clients) > 0 {
					t.Errorf("clients: %+v", s.Clients)
				}
				return
			}
			if len(s.Clients) != 1 {
				t.Fatalf("clients: %+v", s.Clients)
			}
			got := s.Clients[0]
			if got.Took != c.took || got.Requests != c.requests || got.Address != "10.0.0.7" || got.Agent != "skopeo/1.9" || got.First != "2026-01-02T03:04:05Z" {
				t.Errorf("client: %+v", got)
			}
			if diff := cmp.Diff([]string{"eve"}, got.Users); diff != "" {
				t.Errorf("users differ (-want +got):\n%s", diff)
			}
			for _, format := range registry.PullsFormats {
				var out bytes.Buffer
				if err := p.Write(&out, format); err != nil || !strings.Contains(out.String(), "10.0.0.7") {
					t.Errorf("format %s: %v, %q", format, err, out.String())
				}
			}
		})
	}
}

func TestLogs(t *testing.T) {
	r, leaky := scanned(t, served(t))
	good := fmt.Sprintf("10.0.0.7 - - [02/Jan/2026:03:04:05 +0000] \"GET /v2/team/app/blobs/%s HTTP/1.1\" 200 1 \"-\" \"\\x1b[31mevil\"\n", leaky.Layers[1].Digest)
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write([]byte(good)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		content []byte
		taken   bool
		bad     int64
		problem string
	}{
		"plain":          {[]byte(good), true, 0, ""},
		"compressed":     {zipped.Bytes(), true, 0, ""},
		"cut":            {zipped.Bytes()[:zipped.Len()-6], true, 0, report.Corrupt},
		"bad lines":      {[]byte("hello\n" + good + "\x00\xff\n"), true, 2, ""},
		"nothing known":  {[]byte("hello\n"), false, 1, report.Unsupported},
		"an endless one": {append(bytes.Repeat([]byte("x"), 3<<20), "\n"+good...), true, 1, report.Limit},
		"empty":          {nil, false, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "access.log"), c.content, 0o600); err != nil {
				t.Fatal(err)
			}
			p, err := registry.TracePulls(t.Context(), registry.Tracing{Report: r, Logs: []string{dir}})
			if err != nil {
				t.Fatal(err)
			}
			problem := ""
			for _, one := range p.Problems {
				problem = one.Kind
			}
			if p.Secrets[0].Taken != c.taken || p.Logs[0].Bad != c.bad || problem != c.problem {
				t.Errorf("taken %v, %d bad lines, problem %q; want %v, %d, %q", p.Secrets[0].Taken, p.Logs[0].Bad, problem, c.taken, c.bad, c.problem)
			}
			for _, format := range registry.PullsFormats {
				var out bytes.Buffer
				if err := p.Write(&out, format); err != nil || strings.Contains(out.String(), "\x1b") {
					t.Errorf("format %s: %v, or it holds an escape code: %q", format, err, out.String())
				}
			}
		})
	}
}

// TestTagsOverTime holds pulls of a tag to what it named at that time.
func TestTagsOverTime(t *testing.T) {
	image := 0
	r := &report.Report{
		Targets: []report.Target{{
			Kind:   report.KindRegistry,
			Images: []report.Image{{Digest: "sha256:leaky", ID: "sha256:config"}},
			Links: []report.Link{
				{Repository: "app", Tag: "v1", Digest: "sha256:leaky", Past: true, Since: "2026-01-01T00:00:00Z"},
				{Repository: "app", Tag: "v1", Digest: "sha256:clean", Since: "2026-02-01T00:00:00Z"},
			},
		}},
		Secrets: []report.Secret{{ID: "s1", Reach: &report.Reach{}, Occurrences: []report.Occurrence{{Image: &image, Place: report.ConfigEnv}}}},
	}
	for date, want := range map[string]int{"15/Dec/2025": 0, "15/Jan/2026": 1, "15/Feb/2026": 0} {
		log := fmt.Sprintf(`10.0.0.7 - - [%s:00:00:00 +0000] "GET /v2/app/manifests/v1 HTTP/1.1" 200 1`, date)
		p, err := registry.TracePulls(t.Context(), registry.Tracing{Report: r, Logs: []string{"-"}, Stdin: strings.NewReader(log)})
		if err != nil {
			t.Fatal(err)
		}
		if got := len(p.Secrets[0].Clients); got != want {
			t.Errorf("on %s: %d clients, want %d", date, got, want)
		}
	}
}

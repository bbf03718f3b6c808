package scanner_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
	"dregs/scanner"
	"dregs/scanner/imagetest"
)

func TestBaseImage(t *testing.T) {
	theirs, ours, env := imagetest.GitHubToken("theirs"), imagetest.GitHubToken("ours"), imagetest.GitHubToken("base-env")
	below := imagetest.Layer{Entries: []imagetest.Entry{imagetest.File("a", "token = "+theirs)}, CreatedBy: "ADD a /"}
	base := imagetest.Image{Tags: []string{"base:1"}, Layers: []imagetest.Layer{below}, Config: imagetest.Env("GH_TOKEN=" + env)}.Build()
	app := func(annotations map[string]string) *imagetest.Manifest {
		return imagetest.Image{
			Tags: []string{"app:1"}, Annotations: annotations, Config: imagetest.Env("GH_TOKEN=" + env),
			Layers: []imagetest.Layer{below, {Entries: []imagetest.Entry{imagetest.File("b", "token = "+ours)}, CreatedBy: "COPY b /"}},
		}.Build()
	}
	named := map[string]string{
		"org.opencontainers.image.base.name": "example.com/base:1", "org.opencontainers.image.base.digest": base.Digest,
	}
	file := func(m *imagetest.Manifest) scanner.Target {
		return scanner.Target{Scheme: "oci-archive", Rest: imagetest.WriteFile(t, "i.tar", imagetest.OCIArchive(m)), Name: m.Tags[0]}
	}
	tests := map[string]struct {
		targets []scanner.Target
		base    *scanner.Target
		want    *report.Base
	}{
		"nothing known": {[]scanner.Target{file(app(nil))}, nil, nil},
		"annotation alone": {
			[]scanner.Target{file(app(named))}, nil,
			&report.Base{Name: "example.com/base:1", Digest: base.Digest, Source: "annotation"},
		},
		"annotation of an image in the scan": {
			[]scanner.Target{file(app(named)), file(base)}, nil,
			&report.Base{Name: "example.com/base:1", Digest: base.Digest, Layers: 1, History: 1, Source: "annotation"},
		},
		"prefix": {
			[]scanner.Target{file(app(nil)), file(base)}, nil,
			&report.Base{Name: "base:1", Digest: base.Digest, Layers: 1, History: 1, Source: "prefix"},
		},
		"flag": {
			[]scanner.Target{file(app(nil))}, &[]scanner.Target{file(base)}[0],
			&report.Base{Name: "base:1", Digest: base.Digest, Layers: 1, History: 1, Source: "flag"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r, err := scanner.Scan(context.Background(), tt.targets, scanner.WithRules(t, scanner.Options{Base: tt.base}))
			if err != nil {
				t.Fatal(err)
			}
			img := r.Targets[0].Images[0]
			if diff := cmp.Diff(tt.want, img.Base); diff != "" {
				t.Errorf("base (-want +got):\n%s", diff)
			}
			known := tt.want != nil && tt.want.Layers > 0
			if img.Layers[0].Base != known || img.Layers[1].Base {
				t.Errorf("layers of the base: %v, %v", img.Layers[0].Base, img.Layers[1].Base)
			}
			for _, s := range r.Secrets {
				for _, o := range s.Occurrences {
					if want := known && o.Target == 0 && s.Value().Reveal() != ours; o.Inherited != want {
						t.Errorf("%s %s: inherited %v, want %v", o.Place, o.Path, o.Inherited, want)
					}
				}
				if s.Inherited && (s.Value().Reveal() == ours || !known) {
					t.Errorf("%s calls itself inherited", s.Redacted)
				}
			}
		})
	}
	t.Run("a base that is not there", func(t *testing.T) {
		gone := scanner.Target{Scheme: "oci-archive", Rest: t.TempDir() + "/gone.tar", Name: "gone.tar"}
		if _, err := scanner.Scan(context.Background(), []scanner.Target{file(app(nil))}, scanner.Options{Base: &gone}); err == nil {
			t.Error("no error")
		}
	})
}

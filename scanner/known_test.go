package scanner_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"
	"unicode/utf16"

	"dregs/report"
	"dregs/rules"
	"dregs/scanner"
	"dregs/scanner/imagetest"
)

// leaked is a value that no rule would call a secret.
const leaked = "blue kettle on & the 3rd shelf"

// knowing returns options that look for leaked alone.
func knowing(t *testing.T) scanner.Options {
	t.Helper()
	set, err := rules.Load(rules.LoadOptions{Known: []report.Value{report.NewValue(leaked)}, Enable: []string{"github-pat"}})
	if err != nil {
		t.Fatal(err)
	}
	return scanner.Options{Searcher: set.Searcher(), RuleSet: set.RuleSet()}
}

// TestKnownValueInEveryEncoding looks for a value in a file that holds it encoded.
func TestKnownValueInEveryEncoding(t *testing.T) {
	base64Of := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	var wide bytes.Buffer
	for _, u := range utf16.Encode([]rune("note: " + leaked + "\n")) {
		wide.Write([]byte{byte(u), byte(u >> 8)})
	}
	var escaped, entities strings.Builder
	for _, r := range leaked {
		escaped.WriteString(`\u00` + hex.EncodeToString([]byte{byte(r)}))
		entities.WriteString("&#x" + hex.EncodeToString([]byte{byte(r)}) + ";")
	}
	for name, content := range map[string]string{
		"plain":            "x" + leaked + "y",
		"base64":           "v: " + base64Of(leaked) + "\n",
		"base64, within":   "v: " + base64Of("user:"+leaked+"@host") + "\n",
		"base64 of base64": "v: " + base64Of("inner "+base64Of("key "+leaked)) + "\n",
		"base64url":        "v: " + base64.RawURLEncoding.EncodeToString([]byte("??>>"+leaked)) + "\n",
		"hex":              "v: " + hex.EncodeToString([]byte(leaked)) + "\n",
		"percent":          "q=" + url.PathEscape(leaked) + "\n",
		"JSON escapes":     `{"v": "` + escaped.String() + `"}`,
		"HTML entities":    "<p>" + entities.String() + "</p>",
		"HTML, some":       "<p>" + strings.ReplaceAll(leaked, "&", "&amp;") + "</p>",
		"UTF-16":           "\xff\xfe" + wide.String(),
		"gzip":             string(imagetest.Compress(imagetest.Gzip, []byte(leaked))),
		"zip":              string(imagetest.Zip(imagetest.File("a/b.properties", "k="+leaked))),
		"a binary":         "\x7fELF\x00\x01\x02\x00" + leaked + "\x00\x00",
	} {
		t.Run(name, func(t *testing.T) {
			img := imagetest.Image{Layers: []imagetest.Layer{{Entries: []imagetest.Entry{imagetest.File("srv/file", content)}}}}
			r := scanFile(t, imagetest.WriteFile(t, "o.tar", imagetest.OCIArchive(img.Build())), knowing(t))
			checkKnown(t, r, report.LayerFile)
		})
	}
}

// checkKnown holds r to one secret, the known value, in place, named by its fingerprint alone.
func checkKnown(t *testing.T, r *report.Report, place report.Place) {
	t.Helper()
	if len(r.Secrets) != 1 {
		t.Fatalf("found %d secrets, want the known value", len(r.Secrets))
	}
	s := &r.Secrets[0]
	if s.Rule != "known-value" || s.Value().Reveal() != leaked || s.Redacted != report.Ellipsis || s.Length != 0 || s.Fingerprint == "" {
		t.Errorf("found rule %s, redacted %q, length %d, fingerprint %q", s.Rule, s.Redacted, s.Length, s.Fingerprint)
	}
	at := false
	for _, o := range s.Occurrences {
		at = at || o.Place == place
	}
	if !at {
		t.Errorf("it is in no %s: %+v", place, s.Occurrences)
	}
	for _, format := range report.Formats {
		var out bytes.Buffer
		if err := format.Write(&out, r, report.Options{Verbose: true}); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(out.String(), leaked) || strings.Contains(out.String(), leaked[len(leaked)-6:]) {
			t.Errorf("the format %s shows it", format.Name)
		}
	}
}

// TestKnownValueInEveryPlace looks for a value in an image that holds it in one place.
func TestKnownValueInEveryPlace(t *testing.T) {
	file := []imagetest.Entry{imagetest.File("etc/motd", "welcome")}
	layer := func(l imagetest.Layer) *imagetest.Manifest {
		return imagetest.Image{Layers: []imagetest.Layer{l}}.Build()
	}
	entries := func(all ...imagetest.Entry) *imagetest.Manifest { return layer(imagetest.Layer{Entries: all}) }
	config := func(key string, v any) *imagetest.Manifest {
		return imagetest.Image{Config: map[string]any{key: v}, Layers: []imagetest.Layer{{Entries: file}}}.Build()
	}
	attested := func(p imagetest.Provenance) *imagetest.Manifest {
		img := entries(file...)
		return imagetest.Index{Manifests: []*imagetest.Manifest{img, imagetest.Attestation(img, p.V1())}}.Build()
	}
	for name, c := range map[string]struct {
		image *imagetest.Manifest
		place report.Place
	}{
		"deleted file": {imagetest.Image{Layers: []imagetest.Layer{
			{Entries: []imagetest.Entry{imagetest.File("a", leaked)}}, {Entries: []imagetest.Entry{imagetest.Remove("a")}},
		}}.Build(), report.LayerFile},
		"file name":         {entries(imagetest.File("srv/"+leaked, "")), report.FileName},
		"link target":       {entries(imagetest.Symlink("srv/link", "/run/"+leaked)), report.LinkTarget},
		"extended header":   {entries(imagetest.Entry{Name: "a", Body: "x", PAX: map[string]string{"SCHILY.xattr.user.note": leaked}}), report.TarHeader},
		"after the archive": {layer(imagetest.Layer{Entries: file, TarTail: leaked}), report.LayerSlack},
		"after the gzip":    {layer(imagetest.Layer{Entries: file, StoredTail: leaked}), report.LayerSlack},
		"gzip comment":      {layer(imagetest.Layer{Entries: file, GzipComment: leaked}), report.LayerSlack},
		"environment":       {config("Env", []string{"NOTE=" + leaked}), report.ConfigEnv},
		"label":             {config("Labels", map[string]string{"note": leaked}), report.ConfigLabel},
		"command":           {config("Cmd", []string{"run", "--note", leaked}), report.ConfigCmd},
		"entrypoint":        {config("Entrypoint", []string{"run", leaked}), report.ConfigEntrypoint},
		"health check":      {config("Healthcheck", map[string]any{"Test": []string{"CMD", "probe", leaked}}), report.ConfigHealthcheck},
		"on build":          {config("OnBuild", []string{"RUN echo " + leaked}), report.ConfigOnbuild},
		"unknown key":       {config("Unheard", map[string]any{"of": leaked}), report.ConfigOther},
		"history":           {layer(imagetest.Layer{Entries: file, CreatedBy: "RUN echo '" + leaked + "'"}), report.HistoryEntry},
		"build argument":    {layer(imagetest.Layer{Entries: file, CreatedBy: "RUN |1 NOTE=" + leaked + " /bin/sh -c make"}), report.BuildArg},
		"annotation":        {imagetest.Image{Annotations: map[string]string{"note": leaked}, Layers: []imagetest.Layer{{Entries: file}}}.Build(), report.Annotation},
		"attested argument": {attested(imagetest.Provenance{Args: map[string]string{"build-arg:NOTE": leaked}}), report.BuildArg},
		"attested source":   {attested(imagetest.Provenance{Dockerfile: "FROM scratch\n# " + leaked + "\n"}), report.Provenance},
	} {
		t.Run(name, func(t *testing.T) {
			checkKnown(t, scanFile(t, imagetest.WriteFile(t, "o.tar", imagetest.OCIArchive(c.image)), knowing(t)), c.place)
		})
	}
	for name, place := range map[string]report.Place{"Dockerfile": report.Dockerfile, "build.log": report.Log} {
		t.Run(name, func(t *testing.T) {
			checkKnown(t, scanFile(t, imagetest.WriteFile(t, name, []byte("FROM scratch\n# "+leaked+"\n")), knowing(t)), place)
		})
	}
}

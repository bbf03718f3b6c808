package scanner_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dregs/report"
	"dregs/scanner"
	"dregs/scanner/imagetest"
	"dregs/scanner/source"
)

// everywhere is an index whose images hold secrets in all places.
func everywhere() *imagetest.Manifest {
	inner, _, _ := innerImage()
	token := func(seed string) string { return "token = " + imagetest.GitHubToken(seed) + "\n" }
	img := imagetest.Image{
		Tags:        []string{"example.com/everywhere:" + imagetest.GitHubToken("tag")},
		Config:      map[string]any{"Env": []string{"API_TOKEN=" + imagetest.GitHubToken("env")}, "Labels": map[string]string{"deploy.token": imagetest.NPMToken("label")}},
		Annotations: map[string]string{"org.example.token": imagetest.GitHubToken("annotation")},
		Layers: []imagetest.Layer{
			{CreatedBy: "COPY . /", TarTail: token("tail"), GzipComment: token("comment"), Entries: []imagetest.Entry{
				imagetest.File("app/.env", token("removed")),
				imagetest.File("app/twice", token("twice")),
				imagetest.File("app/copy", token("twice")),
				imagetest.File("app/encoded", "config: "+base64.StdEncoding.EncodeToString([]byte(token("encoded")))),
				imagetest.File("app/lib.jar", string(imagetest.Zip(imagetest.File("conf/a.properties", token("jar"))))),
				imagetest.File("srv/inner.tar", string(imagetest.DockerArchive(inner))),
				imagetest.File("app/"+imagetest.GitHubToken("name"), "nothing"),
				imagetest.File("app/doubled", token("first version")),
				imagetest.File("app/doubled", token("second version")),
			}},
			{CreatedBy: "RUN |1 NPM_TOKEN=" + imagetest.NPMToken("argument") + " /bin/sh -c rm /app/.env", Entries: []imagetest.Entry{
				imagetest.Remove("app/.env"),
				imagetest.HardLink("app/link", "app/twice"),
			}},
		},
	}.Build()
	proof := imagetest.Attestation(img, imagetest.Provenance{
		Args: map[string]string{"build-arg:KEY": imagetest.StripeKey("provenance")}, Dockerfile: "FROM scratch\nENV T=" + imagetest.GitHubToken("dockerfile") + "\n",
	}.V1())
	return imagetest.Index{Manifests: []*imagetest.Manifest{img, proof}}.Build()
}

// wanted is occurrence j of secret s of a report.
func wanted(r *report.Report, s *report.Secret, j int) scanner.Wanted {
	w := scanner.Wanted{Secret: *s, At: s.Occurrences[j], Fingerprints: r.Fingerprints}
	if w.At.Image != nil {
		w.Image = &r.Targets[w.At.Target].Images[*w.At.Image]
	}
	return w
}

// readBack returns r as whoever reads its JSON has it: without values.
func readBack(t *testing.T, r *report.Report) *report.Report {
	t.Helper()
	var b bytes.Buffer
	format, _ := report.FormatNamed("json")
	if err := format.Write(&b, r, report.Options{}); err != nil {
		t.Fatal(err)
	}
	back, err := report.Read(&b)
	if err != nil {
		t.Fatal(err)
	}
	return back
}

func target(t *testing.T, spec string) scanner.Target {
	t.Helper()
	parsed, err := scanner.ParseTarget(spec)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// TestRevealEveryOccurrence holds what is revealed to what the scan itself found, in every place and form, and the file that
// is extracted to hold it.
func TestRevealEveryOccurrence(t *testing.T) {
	m, o := everywhere(), scanner.WithRules(t, scanner.Options{})
	specs := map[string]string{
		"oci archive": imagetest.WriteFile(t, "o.tar", imagetest.OCIArchive(m)),
		"a large file": imagetest.WriteFile(t, "large.tar", imagetest.OCIArchive(imagetest.Image{Layers: []imagetest.Layer{{Entries: []imagetest.Entry{
			imagetest.File("app/large", strings.Repeat("nothing to see here\n", 450_000)+"token = "+imagetest.GitHubToken("large")+"\n"),
		}}}}.Build())),
		"compressed":     imagetest.WriteFile(t, "o.tgz", imagetest.Compress(imagetest.Gzip, imagetest.OCIArchive(m))),
		"oci layout":     imagetest.OCIDir(t, m),
		"docker archive": imagetest.WriteFile(t, "d.tar", imagetest.DockerArchive(m.Children[0])),
		"old archive":    imagetest.WriteFile(t, "l.tar", imagetest.LegacyDockerArchive(m.Children[0])),
		"dockerfile":     imagetest.WriteFile(t, "Dockerfile", []byte("FROM scratch\nENV T="+imagetest.GitHubToken("source")+"\n")),
		"log":            imagetest.WriteFile(t, "build.log", []byte("login with "+imagetest.GitHubToken("log")+"\n")),
		"folder":         filepath.Dir(imagetest.WriteFile(t, "settings.ini", []byte("key = "+imagetest.StripeKey("folder")+"\n"))),
		"demo":           "demo:",
	}
	for name, spec := range specs {
		t.Run(name, func(t *testing.T) {
			scanned := scanFile(t, spec, o)
			r := readBack(t, scanned)
			places := make(map[report.Place]bool)
			for i := range r.Secrets {
				for j := range r.Secrets[i].Occurrences {
					at := &r.Secrets[i].Occurrences[j]
					places[at.Place] = true
					rv, err := scanner.Reveal(t.Context(), target(t, spec), wanted(r, &r.Secrets[i], j), o)
					if err != nil {
						t.Errorf("%s %s in %s: %v", r.Secrets[i].Rule, at.Place, at.Path, err)
						continue
					}
					if rv.Value != scanned.Secrets[i].Value() {
						t.Errorf("%s in %s: another value was revealed", at.Place, at.Path)
					}
					checkExtract(t, rv)
				}
			}
			if name == "oci archive" && len(places) < 8 {
				t.Errorf("the image holds secrets in %d places only: %v", len(places), places)
			}
		})
	}
}

// TestRevealFromStorage reads the secrets of a registry's storage again, those of blobs that nothing refers to too.
func TestRevealFromStorage(t *testing.T) {
	s, o := registryStorage{t, t.TempDir()}, scanner.WithRules(t, scanner.Options{})
	o.Salt = []byte("0123456789abcdef")
	env := func(what string) imagetest.Entry {
		return imagetest.File("srv/.env", "TOKEN="+imagetest.GitHubToken("storage "+what)+"\n")
	}
	s.tag("team/app", "v1", s.image(env("tagged")))
	orphan := s.blob(imagetest.Layer{Entries: []imagetest.Entry{env("orphan")}, Compression: imagetest.Gzip}.Build().Data)
	s.link("team/app/_layers", orphan)
	half := imagetest.Layer{Entries: []imagetest.Entry{env("upload"), imagetest.File("big", imagetest.Hex("filler", 400_000))}}.Build().Data
	s.write("repositories/team/app/_uploads/42/data", half[:len(half)/2])
	in := scanner.Target{Name: s.dir, Registry: &source.Selection{}}
	scanned, err := scanner.Scan(t.Context(), []scanner.Target{in}, o)
	if err != nil || len(scanned.Secrets) != 3 {
		t.Fatalf("found %d secrets, error %v, want 3", len(scanned.Secrets), err)
	}
	r := readBack(t, scanned)
	for i := range r.Secrets {
		rv, err := scanner.Reveal(t.Context(), in, wanted(r, &r.Secrets[i], 0), o)
		if err != nil {
			t.Errorf("in %+v: %v", r.Secrets[i].Occurrences[0], err)
			continue
		}
		if rv.Value != scanned.Secrets[i].Value() {
			t.Errorf("another value was revealed than %s", scanned.Secrets[i].Redacted)
		}
		checkExtract(t, rv)
	}
}

// checkExtract holds the file of a secret to hold it, where it is not encoded there.
func checkExtract(t *testing.T, rv *scanner.Revealed) {
	t.Helper()
	var file bytes.Buffer
	e, err := rv.Extract(t.Context(), &file)
	switch {
	case errors.Is(err, scanner.ErrNoFile) && (rv.At.Place == report.FileName || rv.At.Place == report.LinkTarget || strings.HasPrefix(rv.At.Path, "tag of ")):
		return
	case err != nil:
		t.Errorf("extracting %s %s: %v", rv.At.Place, rv.At.Path, err)
		return
	}
	if e.Digest != imagetest.Digest(file.Bytes()) || e.Size != int64(file.Len()) {
		t.Errorf("%s: %+v does not tell what was written", rv.At.Path, e)
	}
	if plain := len(rv.At.Via) == 0 && rv.At.Place != report.Provenance; plain && !bytes.Contains(file.Bytes(), []byte(rv.Value.Reveal())) {
		t.Errorf("the %s of %s %s does not hold the secret", e.What, rv.At.Place, rv.At.Path)
	}
	if rv.At.Path == "app/doubled" && strings.Count(file.String(), "token") != 1 {
		t.Errorf("the versions of %s were mixed", rv.At.Path)
	}
}

// secretAt returns the wanted first occurrence at path.
func secretAt(t *testing.T, r *report.Report, path string) scanner.Wanted {
	t.Helper()
	for i := range r.Secrets {
		for j := range r.Secrets[i].Occurrences {
			if r.Secrets[i].Occurrences[j].Path == path {
				return wanted(r, &r.Secrets[i], j)
			}
		}
	}
	t.Fatalf("no secret at %s", path)
	return scanner.Wanted{}
}

// TestRevealRefuses holds Reveal to refuse whatever is not proved to be the same.
func TestRevealRefuses(t *testing.T) {
	m, o := everywhere(), scanner.WithRules(t, scanner.Options{})
	file := imagetest.WriteFile(t, "o.tar", imagetest.OCIArchive(m))
	r := readBack(t, scanFile(t, file, o))
	rebuilt := imagetest.Image{Layers: []imagetest.Layer{{Entries: []imagetest.Entry{imagetest.File("app/.env", "token = "+imagetest.GitHubToken("removed")+"\n")}}}}
	damaged := bytes.Clone(imagetest.OCIArchive(m))
	blob := bytes.Index(damaged, []byte{0x1f, 0x8b, 8})
	damaged[blob+1<<10] ^= 0xff
	for name, c := range map[string]struct {
		spec string
		edit func(*scanner.Wanted)
		want error
	}{
		"another image":       {imagetest.WriteFile(t, "other.tar", imagetest.OCIArchive(rebuilt.Build())), func(*scanner.Wanted) {}, scanner.ErrChanged},
		"a damaged layer":     {imagetest.WriteFile(t, "damaged.tar", damaged), func(*scanner.Wanted) {}, scanner.ErrChanged},
		"another fingerprint": {file, func(w *scanner.Wanted) { w.Secret.Fingerprint = "hm:AAAAAAAAAAAAAAAAAAAAAA" }, scanner.ErrUnproved},
		"another salt":        {file, func(w *scanner.Wanted) { w.Fingerprints.Salt = "EBECAwQFBgcICQoLDA0ODw==" }, scanner.ErrUnproved},
		"other parameters":    {file, func(w *scanner.Wanted) { w.Fingerprints.Argon2id.Time = 1 }, scanner.ErrUnproved},
		"another line":        {file, func(w *scanner.Wanted) { w.At.Line++ }, scanner.ErrNotFound},
		"another layer digest": {file, func(w *scanner.Wanted) {
			w.At.LayerDigest = imagetest.Digest(nil)
			img := *w.Image
			img.Layers = append([]report.Layer{}, img.Layers...)
			img.Layers[0].Digest, img.Layers[0].DiffID = imagetest.Digest(nil), imagetest.Digest(nil)
			w.Image = &img
		}, scanner.ErrChanged},
		"standard input": {"-", func(*scanner.Wanted) {}, scanner.ErrNotStored},
	} {
		t.Run(name, func(t *testing.T) {
			w := secretAt(t, r, "app/.env")
			c.edit(&w)
			rv, err := scanner.Reveal(t.Context(), target(t, c.spec), w, o)
			if !errors.Is(err, c.want) {
				t.Errorf("error %v, want one of %v (revealed: %v)", err, c.want, rv != nil)
			}
		})
	}
	if _, err := scanner.Reveal(t.Context(), target(t, "demo:"), scanner.Wanted{}, scanner.Options{}); err == nil {
		t.Error("a report without a salt was taken")
	}
}

// TestRevealWithoutFingerprint reads a secret that the report names by no fingerprint: the digests prove the spot.
func TestRevealWithoutFingerprint(t *testing.T) {
	file := imagetest.WriteFile(t, "o.tar", imagetest.OCIArchive(everywhere()))
	w := secretAt(t, readBack(t, scanFile(t, file, scanner.Options{})), "app/.env")
	w.Secret.Fingerprint = ""
	rv, err := scanner.Reveal(t.Context(), target(t, file), w, scanner.Options{})
	if err != nil || rv.Proof != scanner.ProofSpot || rv.Value.Reveal() != imagetest.GitHubToken("removed") {
		t.Errorf("revealed %+v, error %v, want the token by its spot", rv, err)
	}
	w.Secret.Length++
	if _, err := scanner.Reveal(t.Context(), target(t, file), w, scanner.Options{}); !errors.Is(err, scanner.ErrUnproved) {
		t.Errorf("another length: error %v, want ErrUnproved", err)
	}
	log := imagetest.WriteFile(t, "build.log", []byte("login with "+imagetest.GitHubToken("log")+"\n"))
	w = secretAt(t, readBack(t, scanFile(t, log, scanner.Options{})), "build.log")
	w.Secret.Fingerprint = ""
	if _, err := scanner.Reveal(t.Context(), target(t, log), w, scanner.Options{}); !errors.Is(err, scanner.ErrUnproved) {
		t.Errorf("a log without fingerprint: error %v, want ErrUnproved", err)
	}
}

// TestRevealReadsLittle counts the bytes that are read for one secret.
func TestRevealReadsLittle(t *testing.T) {
	file := imagetest.WriteFile(t, "o.tar", imagetest.OCIArchive(imagetest.Image{Layers: []imagetest.Layer{
		{Entries: []imagetest.Entry{imagetest.File("app/.env", "token = "+imagetest.GitHubToken("removed")+"\n")}},
		{Entries: []imagetest.Entry{imagetest.File("big", imagetest.Hex("big", 4<<20))}},
	}}.Build()))
	w := secretAt(t, readBack(t, scanFile(t, file, scanner.Options{})), "app/.env")
	seen := &readings{}
	if _, err := scanner.Reveal(t.Context(), target(t, file), w, scanner.Options{Observer: seen}); err != nil {
		t.Fatal(err)
	}
	layers := 0
	for _, r := range seen.all {
		if r.Kind == scanner.ReadLayer {
			layers++
		}
	}
	if layers != 1 {
		t.Errorf("read %d layers, want the one that holds the secret", layers)
	}
}

// TestExtractSeesChange changes the image between the two readings.
func TestExtractSeesChange(t *testing.T) {
	file := imagetest.WriteFile(t, "o.tar", imagetest.OCIArchive(everywhere()))
	w := secretAt(t, readBack(t, scanFile(t, file, scanner.Options{})), "app/.env")
	rv, err := scanner.Reveal(t.Context(), target(t, file), w, scanner.Options{})
	if err != nil {
		t.Fatal(err)
	}
	other := imagetest.OCIArchive(imagetest.Image{Layers: []imagetest.Layer{{Entries: []imagetest.Entry{imagetest.File("app/.env", "nothing")}}}}.Build())
	if err := os.WriteFile(file, other, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := rv.Extract(t.Context(), &bytes.Buffer{}); !errors.Is(err, scanner.ErrChanged) {
		t.Errorf("extracting from an image that changed: %v, want ErrChanged", err)
	}
}

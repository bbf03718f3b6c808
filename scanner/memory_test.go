package scanner_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/registry"

	"dregs/report"
	"dregs/scanner"
	"dregs/scanner/imagetest"
	"dregs/scanner/store"
)

// openStore opens a store that the test closes.
func openStore(t *testing.T, path string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// layerCount counts the layers that were read and those that were recalled.
type layerCount struct {
	mu             sync.Mutex
	read, recalled int
}

func (c *layerCount) Observe(r scanner.Reading) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case r.Kind != scanner.ReadLayer:
	case r.Recalled:
		c.recalled++
	default:
		c.read++
	}
}

// remembered are images by what is particular in their layers, and how many of those a second scan need not read.
func remembered(t *testing.T) map[string]struct {
	image    imagetest.Image
	recalled int
} {
	type row = struct {
		image    imagetest.Image
		recalled int
	}
	weak := "correct-" + "horse-battery"
	key := newKeyMaterial(t).pkcs8
	random, short := imagetest.Hex("a value in history", 40), "hun"+"ter2"
	plain := imagetest.Layer{Entries: []imagetest.Entry{
		imagetest.Dir("etc"), imagetest.File("etc/motd", "welcome\n"), imagetest.HardLink("etc/second", "etc/motd"),
	}}
	leak := imagetest.Layer{Entries: []imagetest.Entry{imagetest.File("srv/.env", "token = "+imagetest.GitHubToken("remembered")+"\n")}}
	lives, _ := leaky()
	return map[string]row{
		"nothing": {imagetest.Image{Layers: []imagetest.Layer{plain}}, 1},
		"a life": {imagetest.Image{Layers: []imagetest.Layer{leak, plain, {Entries: []imagetest.Entry{
			imagetest.Remove("srv/.env"), imagetest.HardLink("srv/kept", "srv/.env"), imagetest.File("etc/motd", "bye\n"),
		}}}}, 3},
		"every place": {lives, 2},
		"placeholders": {imagetest.Image{Layers: []imagetest.Layer{plain, leak, {Entries: []imagetest.Entry{
			imagetest.File("app/a.env", "DB_PASSWORD=changeme\nAPI_SECRET=${API_SECRET}\n"),
			imagetest.File("app/b.env", "DB_PASSWORD=changeme\nAPI_SECRET=${API_SECRET}\n"),
		}}, {Entries: []imagetest.Entry{
			imagetest.File("app/c.env", "DB_PASSWORD=changeme\nAPI_SECRET=${API_SECRET}\n"),
			imagetest.File("srv/.env", "token = "+imagetest.GitHubToken("remembered")+"\n"),
		}}}}, 4},
		"an archive": {imagetest.Image{Layers: []imagetest.Layer{{Entries: []imagetest.Entry{
			imagetest.File("app/a.tar.gz", string(imagetest.Compress(imagetest.Gzip, imagetest.Tar(imagetest.File("x/y.txt", "words"))))),
			imagetest.File("app/broken.zip", "PK\x03\x04"+strings.Repeat("x", 64)),
		}}}}, 1},
		"packages": {imagetest.Image{Layers: []imagetest.Layer{{Entries: []imagetest.Entry{
			imagetest.File("var/lib/dpkg/status", "Package: demo\nStatus: install ok installed\nMaintainer: Debian <x@lists.debian.org>\nArchitecture: all\nVersion: 1.2\n\n"),
			imagetest.File("var/lib/dpkg/info/demo.md5sums", "0cc175b9c0f1b6a831c399e269772661  usr/share/demo/a\n"),
		}}, {Entries: []imagetest.Entry{
			imagetest.File("usr/share/demo/a", "token = "+imagetest.GitHubToken("packaged")+"\n"),
		}}}}, 2},
		"logs": {imagetest.Image{Layers: []imagetest.Layer{{Entries: []imagetest.Entry{
			imagetest.File("var/log/build.log", "#9 writing image sha256:"+imagetest.Hex("log", 64)+" done\nSuccessfully tagged reg.corp.example:5000/team/app:1\n"),
		}}}}, 1},
		// What the configuration tells to be a secret must not be kept as a name of a file either.
		"a value in a path": {imagetest.Image{
			Config: imagetest.Env("DB_PASSWORD=" + weak),
			Layers: []imagetest.Layer{plain, {Entries: []imagetest.Entry{imagetest.File("opt/"+weak+"/x", "x")}}},
		}, 1},
		// A value that a layer was kept without is cleared from what each scan reads anew.
		"a value in history": {imagetest.Image{
			History: []imagetest.History{{CreatedBy: "RUN echo " + random + " | wc -c > /x"}, {CreatedBy: "COPY . / # " + base64.StdEncoding.EncodeToString([]byte("a"+random))}},
			Layers: []imagetest.Layer{plain, {Entries: []imagetest.Entry{
				imagetest.File("srv/.env", "API_TOKEN="+random+" # and "+imagetest.GitHubToken("neighbour")+"\nDB_URL=postgres://app:"+short+"@db/app\n"),
			}}},
		}, 2},
		"a key in history": {imagetest.Image{
			History: []imagetest.History{{CreatedBy: "RUN a"}, {CreatedBy: "COPY . / # " + strings.Split(key, "\n")[2]}},
			Layers:  []imagetest.Layer{plain, {Entries: []imagetest.Entry{imagetest.File("srv/id", key)}}},
		}, 2},
		"a user like a password": {imagetest.Image{
			Layers: []imagetest.Layer{{Entries: []imagetest.Entry{imagetest.File("srv/.env", "DB_URL=postgres://"+short+":"+short+"@db.corp.example/app\n")}}},
		}, 1},
		"a package's word in a path": {imagetest.Image{
			Layers: []imagetest.Layer{plain, {Entries: []imagetest.Entry{
				imagetest.File("app/node_modules/x/a.js", "const password = \"tiger."+"lilies\"\n"),
				imagetest.File("app/node_modules/x/tiger."+"lilies/b.js", "const token = '"+imagetest.GitHubToken("beside")+"'\n"),
			}}},
		}, 2},
		"a weak value": {imagetest.Image{
			Layers: []imagetest.Layer{plain, {Entries: []imagetest.Entry{imagetest.File("srv/.env", "DB_PASSWORD="+weak+"\n")}}},
		}, 2},
		// Nothing but its plaintext tells a weak value in another text.
		"a weak value in history": {imagetest.Image{
			History: []imagetest.History{{CreatedBy: "RUN a"}, {CreatedBy: "RUN echo " + weak + " | wc -c > /x"}},
			Layers:  []imagetest.Layer{plain, {Entries: []imagetest.Entry{imagetest.File("srv/.env", "DB_PASSWORD="+weak+"\n")}}},
		}, 1},
	}
}

// asStored is a report without the times of its scan.
func asStored(t *testing.T, r *report.Report) string {
	r.DurationMS = 0
	return asJSON(t, r)
}

// Documents of an image are searched again only where there is something in them, or where one of them is another.
func TestDocumentsInWhichNothingIsAreSearchedOnce(t *testing.T) {
	layer := imagetest.Layer{Entries: []imagetest.Entry{imagetest.File("etc/motd", "welcome\n")}}
	for name, c := range map[string]struct {
		first, then []string // the environment
		again       bool
	}{
		"nothing":       {[]string{"PATH=/bin", "LANG=C"}, []string{"PATH=/bin", "LANG=C"}, false},
		"another":       {[]string{"PATH=/bin", "LANG=C"}, []string{"PATH=/bin", "LANG=D"}, true},
		"another name":  {[]string{"PATH=/bin", "LANG=C"}, []string{"PATH=/bin", "LANE=C"}, true},
		"a secret":      {[]string{"TOKEN=" + imagetest.GitHubToken("env")}, []string{"TOKEN=" + imagetest.GitHubToken("env")}, true},
		"a placeholder": {[]string{"DB_PASSWORD=changeme"}, []string{"DB_PASSWORD=changeme"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			kept := openStore(t, filepath.Join(t.TempDir(), "store.sqlite"))
			scan := func(env []string) int64 {
				o := scanner.WithRules(t, scanner.Options{Store: kept, Salt: kept.Salt()})
				count := &scanner.SearchCount{Searcher: o.Searcher}
				o.Searcher = count
				img := imagetest.Image{Config: imagetest.Env(env...), Layers: []imagetest.Layer{layer}}
				path := imagetest.WriteFile(t, "a.tar", imagetest.OCIArchive(img.Build()))
				if _, err := scanner.Scan(t.Context(), []scanner.Target{{Scheme: "oci-archive", Rest: path}}, o); err != nil {
					t.Fatal(err)
				}
				return count.Texts.Load()
			}
			if n := scan(c.first); n == 0 {
				t.Error("the first scan searched nothing")
			}
			if n := scan(c.then); n > 0 != c.again {
				t.Errorf("the second scan searched %d texts; want it to search any: %v", n, c.again)
			}
		})
	}
}

func TestARepeatTellsTheSame(t *testing.T) {
	for name, tt := range remembered(t) {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "s", "store.sqlite")
			kept := openStore(t, file)
			m := tt.image.Build()
			o := scanner.WithRules(t, scanner.Options{Salt: kept.Salt()})
			for form, spec := range map[string]string{
				"oci":    imagetest.WriteFile(t, "a.tar", imagetest.OCIArchive(m)),
				"legacy": imagetest.WriteFile(t, "b.tar", imagetest.LegacyDockerArchive(m)),
				"folder": imagetest.OCIDir(t, m),
			} {
				o.Store, o.Observer = nil, nil
				want := asStored(t, scanFile(t, spec, o))
				if name == "placeholders" && !strings.Contains(want, `"candidates": true`) {
					t.Error("nothing was judged to be no secret")
				}
				o.Store = kept
				for range 2 {
					got := asStored(t, scanFile(t, spec, o))
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("%s: (-without +with the store):\n%s", form, diff)
					}
				}
				count := &layerCount{}
				o.Observer = count
				scanFile(t, spec, o)
				if count.recalled != tt.recalled && form != "legacy" { // which has its layers uncompressed, and no tails
					t.Errorf("%s: %d layers were recalled, want %d", form, count.recalled, tt.recalled)
				}
			}
			o.Store = nil
			holdsNoValue(t, file, scanFile(t, imagetest.WriteFile(t, "c.tar", imagetest.OCIArchive(m)), o))
		})
	}
}

// holdsNoValue looks for every value of r in the files of a store: as it is, and encoded.
func holdsNoValue(t *testing.T, file string, r *report.Report) {
	t.Helper()
	files, err := filepath.Glob(file + "*")
	if err != nil || len(files) == 0 {
		t.Fatalf("the files of the store: %v, %v", files, err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range r.Secrets {
			v := s.Value().Reveal()
			for form, text := range map[string]string{
				"plain": v, "base64": base64.StdEncoding.EncodeToString([]byte(v)), "hex": hex.EncodeToString([]byte(v)),
			} {
				if bytes.Contains(data, []byte(text)) {
					t.Errorf("%s holds a value of rule %s, %s", filepath.Base(name), s.Rule, form)
				}
			}
		}
	}
}

// What is kept is packed: the texts of a layer are looked for where they can be read.
func TestAKeptLayerHoldsNoValue(t *testing.T) {
	tt := remembered(t)["a value in a path"]
	spy := &spyStore{}
	r := scanFile(t, imagetest.WriteFile(t, "a.tar", imagetest.OCIArchive(tt.image.Build())), scanner.Options{Store: spy})
	if len(r.Secrets) == 0 || len(spy.put) != 1 {
		t.Errorf("%d secrets were found and %d layers kept, want some and the one whose paths hold none", len(r.Secrets), len(spy.put))
	}
}

// spyStore keeps nothing, or fails.
type spyStore struct {
	put []store.Layer
	err error
}

func (s *spyStore) Layer(context.Context, string, string) ([]byte, bool, error) {
	return nil, false, s.err
}
func (s *spyStore) AnyOfSize(context.Context, string, int64) (bool, error) { return false, s.err }
func (s *spyStore) PutLayers(_ context.Context, all []store.Layer) error {
	s.put = append(s.put, all...)
	return s.err
}

func (s *spyStore) Screened(context.Context, store.Screening) (bool, error) { return false, s.err }
func (s *spyStore) PutScreenings(context.Context, []store.Screening) error  { return s.err }

func TestAFailingStoreIsTold(t *testing.T) {
	tt := remembered(t)["a life"]
	spec := imagetest.WriteFile(t, "a.tar", imagetest.OCIArchive(tt.image.Build()))
	want := scanFile(t, spec, scanner.Options{})
	var told error
	got := scanFile(t, spec, scanner.Options{Store: &spyStore{err: errors.New("the disk is full")}, Warn: func(err error) { told = err }})
	if told == nil || len(got.Notes) != 1 {
		t.Errorf("the error was told as %v, with the notes %q", told, got.Notes)
	}
	got.Notes = nil
	if diff := cmp.Diff(asStored(t, want), asStored(t, got)); diff != "" {
		t.Errorf("(-without +with the store):\n%s", diff)
	}
}

// A blob's name is no proof: only its bytes' digest is looked up.
func TestALyingNameIsNotBelieved(t *testing.T) {
	kept := openStore(t, filepath.Join(t.TempDir(), "store.sqlite"))
	honest := imagetest.Image{Layers: []imagetest.Layer{{AsPlain: true, Entries: []imagetest.Entry{imagetest.File("a", "nothing of interest")}}}}.Build()
	scanFile(t, imagetest.WriteFile(t, "a.tar", imagetest.OCIArchive(honest)), scanner.Options{Store: kept})
	entries := imagetest.OCILayout(honest)
	for i := range entries {
		entries[i].Body = strings.Replace(entries[i].Body, "nothing of interest", "something different", 1)
	}
	spec := imagetest.WriteFile(t, "b.tar", imagetest.Tar(entries...))
	for range 2 {
		r := scanFile(t, spec, scanner.Options{Store: kept})
		if r.Complete || len(r.Targets[0].Problems) == 0 || r.Targets[0].Problems[0].Kind != report.DigestMismatch {
			t.Errorf("the problems are %+v, want a digest that does not match", r.Targets[0].Problems)
		}
	}
}

func TestASecondScanOfARegistryFetchesNoKnownLayer(t *testing.T) {
	var mu sync.Mutex
	fetched := map[string]int{}
	handler := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		if r.Method == http.MethodGet {
			fetched[r.URL.Path]++
		}
		mu.Unlock()
		handler.ServeHTTP(w, r)
	}))
	defer server.Close()
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	m := remembered(t)["nothing"].image.Build()
	imagetest.Push(t, server.URL, "team/app", m)
	kept := openStore(t, filepath.Join(t.TempDir(), "store.sqlite"))
	o := scanner.Options{Store: kept, Salt: kept.Salt()}
	o.Source.PlainHTTP = true
	spec := "registry:" + strings.TrimPrefix(server.URL, "http://") + "/team/app@" + m.Digest
	first := asStored(t, scanFile(t, spec, o))
	second := asStored(t, scanFile(t, spec, o))
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("(-first +second):\n%s", diff)
	}
	if n := fetched["/v2/team/app/blobs/"+m.Layers[0].Digest]; n != 1 {
		t.Errorf("the layer was fetched %d times, want once", n)
	}
}

// stopper ends a scan while it reads its third layer.
type stopper struct {
	layerCount
	stop   context.CancelFunc
	layers int
}

func (s *stopper) Expect(int, int64) {}
func (s *stopper) LayerDone()        { s.layers++ }
func (s *stopper) Read(int64) {
	if s.layers == 2 {
		s.stop()
	}
}

// TestInterruptedScanGoesOn holds a scan after one that was interrupted to the layers that are left.
func TestInterruptedScanGoesOn(t *testing.T) {
	img := imagetest.Image{}
	for _, name := range []string{"a", "b", "c", "d"} {
		img.Layers = append(img.Layers, imagetest.Layer{Entries: []imagetest.Entry{imagetest.File("etc/"+name, "plain text of "+name+"\n")}})
	}
	file := imagetest.WriteFile(t, "image.tar", imagetest.OCIArchive(img.Build()))
	target := scanner.Target{Scheme: "oci-archive", Rest: file, Name: file}
	kept := openStore(t, filepath.Join(t.TempDir(), "store.sqlite"))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stop := &stopper{stop: cancel}
	o := scanner.Options{Store: kept, Salt: kept.Salt(), Jobs: 1, Progress: stop}
	if _, err := scanner.Scan(ctx, []scanner.Target{target}, o); !errors.Is(err, context.Canceled) {
		t.Fatalf("the first scan ended with %v", err)
	}
	var count layerCount
	o.Progress, o.Observer = nil, &count
	r, err := scanner.Scan(t.Context(), []scanner.Target{target}, o)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Complete || count.recalled != 2 || count.read != 2 {
		t.Errorf("complete %v, %d layers recalled and %d read, want 2 and 2", r.Complete, count.recalled, count.read)
	}
}

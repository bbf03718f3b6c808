package origin

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
)

// a file of the tests, as an image has it.
const (
	content = "the published content\n"
	edited  = "somebody changed it\n"
)

func md5Of(s string) string { sum := md5.Sum([]byte(s)); return hex.EncodeToString(sum[:]) }
func sha1Of(s string) string {
	sum := sha1.Sum([]byte(s))
	return base64.StdEncoding.EncodeToString(sum[:])
}
func sha256Of(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
func recordOf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256=" + base64.RawURLEncoding.EncodeToString(sum[:])
}

// layerOf returns the records of a layer that holds these databases, by path.
func layerOf(t testing.TB, databases map[string]string) *Records {
	t.Helper()
	r := &Records{}
	for path, data := range databases {
		db := DatabaseAt(path)
		if db == nil {
			t.Fatalf("%s is no database", path)
		}
		if db.Rows {
			if err := r.AddRow(path, []byte(data)); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := r.Add(db, path, strings.NewReader(data), int64(len(data))); err != nil {
			t.Fatal(err)
		}
	}
	r.Seal()
	return r
}

const debian = "Maintainer: Debian Python Team <team+python@tracker.debian.org>\n"

func TestDatabases(t *testing.T) {
	status := "Package: tool\nStatus: install ok installed\n" + debian + "Version: 1.2-3\nDepends: libown (>= 1), other | more\n" +
		"Description: a tool\n It has a paragraph.\nConffiles:\n /etc/tool.conf " + md5Of(content) + "\n /etc/gone newconffile\n\n" +
		"Package: acme-agent\nMaintainer: Acme <ops@acme.test>\nVersion: 7\n\n" +
		"Package: libown\nMaintainer: Jo Doe <jo@doe.test>\nVersion: 2\n"
	apk := "C:Q1xxx\nP:tool\nV:1.0-r2\nm:Natanael Copa <ncopa@alpinelinux.org>\nD:so:libown.so.1 !bad\nF:usr/bin\nR:tool\na:0:0:755\nZ:Q1" + sha1Of(content) + "\n\n" +
		"P:libown\nV:3\nm:Jo Doe <jo@doe.test>\np:so:libown.so.1=1.2\nF:usr/lib\nR:libown.so\nZ:Q1" + sha1Of(content) + "\n\n" +
		"P:acme\nV:9\nm:Acme <ops@acme.test>\nF:opt/acme\nR:conf\nZ:Q1" + sha1Of(content) + "\n"
	rpm := string(rpmBlob(rpmPackage{name: "tool", version: "1", release: "2.el9", vendor: "Red Hat, Inc.", files: []string{"/usr/bin/tool"}, sum: sha256Of(content)}))
	own := string(rpmBlob(rpmPackage{name: "acme", version: "1", release: "1", vendor: "Acme", files: []string{"/opt/acme/conf"}, sum: sha256Of(content)}))
	python := "usr/lib/python3.11/site-packages/"
	tests := map[string]struct {
		databases map[string]string
		path      string
		content   string
		want      string
		published bool
		distro    bool
	}{
		"dpkg": {
			databases: map[string]string{"var/lib/dpkg/status": status, "var/lib/dpkg/info/tool.md5sums": md5Of(content) + "  usr/share/tool/key.pem\n"},
			path:      "usr/share/tool/key.pem", content: content, want: "dpkg tool 1.2-3", published: true, distro: true,
		},
		"dpkg, changed": {
			databases: map[string]string{"var/lib/dpkg/status": status, "var/lib/dpkg/info/tool.md5sums": md5Of(content) + "  usr/share/tool/key.pem\n"},
			path:      "usr/share/tool/key.pem", content: edited, want: "dpkg tool 1.2-3, changed",
		},
		"dpkg, architecture": {
			databases: map[string]string{"var/lib/dpkg/status": status, "var/lib/dpkg/info/tool:amd64.md5sums": md5Of(content) + "  usr/bin/tool\n"},
			path:      "usr/bin/tool", content: content, want: "dpkg tool 1.2-3", published: true, distro: true,
		},
		"dpkg, merged /usr": {
			databases: map[string]string{"var/lib/dpkg/status": status, "var/lib/dpkg/info/tool.md5sums": md5Of(content) + "  bin/tool\n"},
			path:      "usr/bin/tool", content: content, want: "dpkg tool 1.2-3", published: true, distro: true,
		},
		"dpkg, conffile": {
			databases: map[string]string{"var/lib/dpkg/status": status},
			path:      "etc/tool.conf", content: content, want: "dpkg tool 1.2-3", published: true, distro: true,
		},
		"dpkg, conffile changed": {
			databases: map[string]string{"var/lib/dpkg/status": status},
			path:      "etc/tool.conf", content: edited, want: "dpkg tool 1.2-3, changed",
		},
		"dpkg, a company's": {
			databases: map[string]string{"var/lib/dpkg/status": status, "var/lib/dpkg/info/acme-agent.md5sums": md5Of(content) + "  opt/acme/conf\n"},
			path:      "opt/acme/conf", content: content, want: "dpkg acme-agent 7", published: true,
		},
		"dpkg, what a distribution's package needs": {
			databases: map[string]string{"var/lib/dpkg/status": status, "var/lib/dpkg/info/libown.md5sums": md5Of(content) + "  usr/lib/own\n"},
			path:      "usr/lib/own", content: content, want: "dpkg libown 2", published: true, distro: true,
		},
		"dpkg, distroless": {
			databases: map[string]string{
				"var/lib/dpkg/status.d/tool": "Package: tool\n" + debian + "Version: 4\n", "var/lib/dpkg/status.d/tool.md5sums": md5Of(content) + "  usr/bin/tool\n",
			},
			path: "usr/bin/tool", content: content, want: "dpkg tool 4", published: true, distro: true,
		},
		"dpkg, in a folder": {
			databases: map[string]string{"srv/root/var/lib/dpkg/status": status, "srv/root/var/lib/dpkg/info/tool.md5sums": md5Of(content) + "  usr/bin/tool\n"},
			path:      "srv/root/usr/bin/tool", content: content, want: "dpkg tool 1.2-3", published: true, distro: true,
		},
		"dpkg, another folder": {
			databases: map[string]string{"srv/root/var/lib/dpkg/info/tool.md5sums": md5Of(content) + "  usr/bin/tool\n"},
			path:      "usr/bin/tool", content: content,
		},
		"dpkg, a copy elsewhere": {
			databases: map[string]string{"var/lib/dpkg/info/tool.md5sums": md5Of(content) + "  usr/share/tool/key.pem\n"},
			path:      "app/key.pem", content: content,
		},
		"dpkg, its script": {
			databases: map[string]string{"var/lib/dpkg/status": status},
			path:      "var/lib/dpkg/info/tool.postinst", content: content, want: "dpkg tool 1.2-3",
		},
		"apk": {
			databases: map[string]string{"lib/apk/db/installed": apk},
			path:      "usr/bin/tool", content: content, want: "apk tool 1.0-r2", published: true, distro: true,
		},
		"apk, newer place": {
			databases: map[string]string{"usr/lib/apk/db/installed": apk},
			path:      "usr/bin/tool", content: content, want: "apk tool 1.0-r2", published: true, distro: true,
		},
		"apk, what a distribution's package needs": {
			databases: map[string]string{"lib/apk/db/installed": apk},
			path:      "usr/lib/libown.so", content: content, want: "apk libown 3", published: true, distro: true,
		},
		"apk, a company's": {
			databases: map[string]string{"lib/apk/db/installed": apk},
			path:      "opt/acme/conf", content: content, want: "apk acme 9", published: true,
		},
		"apk, changed": {
			databases: map[string]string{"lib/apk/db/installed": apk},
			path:      "usr/bin/tool", content: edited, want: "apk tool 1.0-r2, changed",
		},
		"rpm, a row": {
			databases: map[string]string{"var/lib/rpm/rpmdb.sqlite": rpm},
			path:      "usr/bin/tool", content: content, want: "rpm tool 1-2.el9", published: true, distro: true,
		},
		"rpm, a company's": {
			databases: map[string]string{"usr/lib/sysimage/rpm/rpmdb.sqlite": own},
			path:      "opt/acme/conf", content: content, want: "rpm acme 1-1", published: true,
		},
		"rpm, changed": {
			databases: map[string]string{"var/lib/rpm/rpmdb.sqlite": rpm},
			path:      "usr/bin/tool", content: edited, want: "rpm tool 1-2.el9, changed",
		},
		"rpm, ndb": {
			databases: map[string]string{"usr/lib/sysimage/rpm/Packages.db": string(ndbFile(rpm, own))},
			path:      "usr/bin/tool", content: content, want: "rpm tool 1-2.el9", published: true, distro: true,
		},
		"rpm, ndb, the second": {
			databases: map[string]string{"usr/lib/sysimage/rpm/Packages.db": string(ndbFile(rpm, own))},
			path:      "opt/acme/conf", content: content, want: "rpm acme 1-1", published: true,
		},
		"rpm, bdb": {
			databases: map[string]string{"var/lib/rpm/Packages": string(bdbFile(rpm, own+strings.Repeat("\x00", 9000)))},
			path:      "usr/bin/tool", content: content, want: "rpm tool 1-2.el9", published: true, distro: true,
		},
		"rpm, bdb, a long one": {
			databases: map[string]string{"var/lib/rpm/Packages": string(bdbFile(rpm, own+strings.Repeat("\x00", 9000)))},
			path:      "opt/acme/conf", content: content, want: "rpm acme 1-1", published: true,
		},
		"python": {
			databases: map[string]string{python + "tool-1.2.dist-info/RECORD": "tool/key.py," + recordOf(content) + ",22\ntool-1.2.dist-info/RECORD,,\n"},
			path:      python + "tool/key.py", content: content, want: "python tool 1.2", published: true,
		},
		"python, quoted name, command": {
			databases: map[string]string{python + "tool-1.2.dist-info/RECORD": "\"../../../bin/a,b\"," + recordOf(content) + ",22\n"},
			path:      "usr/bin/a,b", content: content, want: "python tool 1.2", published: true,
		},
		"python, changed": {
			databases: map[string]string{python + "tool-1.2.dist-info/RECORD": "tool/key.py," + recordOf(content) + ",22\n"},
			path:      python + "tool/key.py", content: edited, want: "python tool 1.2, changed",
		},
		"python, compiled": {
			databases: map[string]string{python + "tool-1.2.dist-info/RECORD": "tool/key.py," + recordOf(content) + ",22\n"},
			path:      python + "tool/__pycache__/key.cpython-311.pyc", content: content, want: "python tool 1.2",
		},
		"python, listed": {
			databases: map[string]string{python + "tool-1.2-py3.egg-info/installed-files.txt": "../tool/key.py\n"},
			path:      python + "tool/key.py", content: content, want: "python tool 1.2",
		},
		"python, from a folder": {
			databases: map[string]string{
				python + "tool-1.2.dist-info/RECORD":          "tool/key.py," + recordOf(content) + ",22\n",
				python + "tool-1.2.dist-info/direct_url.json": `{"url": "file:///src", "dir_info": {}}`,
			},
			path: python + "tool/key.py", content: content, want: "python tool 1.2, installed locally", published: true,
		},
		"npm version": {
			databases: map[string]string{"app/node_modules/@a/b/package.json": `{"name": "@a/b", "version": "1.2.3"}`},
			path:      "app/node_modules/@a/b/lib/x.js", content: content, want: "npm @a/b 1.2.3",
		},
		"npm, inner package": {
			databases: map[string]string{"app/node_modules/a/package.json": `{"name": "a", "version": "1"}`},
			path:      "app/node_modules/a/node_modules/b/x.js", content: content, want: "npm b",
		},
		"composer": {
			databases: map[string]string{"app/vendor/composer/installed.json": `{"packages": [{"name": "a/b", "version": "2.0", "install-path": "../a/b"}]}`},
			path:      "app/vendor/a/b/src/x.php", content: content, want: "composer a/b 2.0",
		},
		"composer, older": {
			databases: map[string]string{"app/vendor/composer/installed.json": `[{"name": "a/b", "version": "2.0"}]`},
			path:      "app/vendor/a/b/src/x.php", content: content, want: "composer a/b 2.0",
		},
		"go vendor": {
			databases: map[string]string{"src/vendor/modules.txt": "# example.org/x/y v1.2.3\n## explicit\nexample.org/x/y/z\n"},
			path:      "src/vendor/example.org/x/y/z/a.go", content: content, want: "go example.org/x/y@v1.2.3",
		},
		"go vendor, replaced by a folder": {
			databases: map[string]string{"src/vendor/modules.txt": "# example.org/x/y v1.2.3 => ../y\n"},
			path:      "src/vendor/example.org/x/y/a.go", content: content, want: "go example.org/x/y@v1.2.3, installed locally",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			o := NewIndex([]*Records{nil, layerOf(t, test.databases)}).Of(test.path, nil, Sum([]byte(test.content)))
			if got := o.String(); got != test.want {
				t.Errorf("origin %q, want %q", got, test.want)
			}
			if got := o.Standing == Published; got != test.published {
				t.Errorf("published %v, want %v", got, test.published)
			}
			if got := o.Distributed(); got != test.distro {
				t.Errorf("a distribution's %v, want %v", got, test.distro)
			}
		})
	}
}

// TestLayersTogether proves that hashes in one layer and versions in another are one package, and that an upgrade leaves
// the older file published.
func TestLayersTogether(t *testing.T) {
	below := layerOf(t, map[string]string{"var/lib/dpkg/info/tool.md5sums": md5Of(content) + "  usr/bin/tool\n"})
	above := layerOf(t, map[string]string{
		"var/lib/dpkg/info/tool.md5sums": md5Of(edited) + "  usr/bin/tool\n", "var/lib/dpkg/status": "Package: tool\n" + debian + "Version: 2\n",
	})
	ix := NewIndex([]*Records{below, above})
	for _, body := range []string{content, edited} {
		if o := ix.Of("usr/bin/tool", nil, Sum([]byte(body))); !o.Distributed() || o.String() != "dpkg tool 2" {
			t.Errorf("%q: %+v", body, o)
		}
	}
	if o := ix.Of("usr/bin/tool", nil, Sum([]byte("neither"))); o.Standing != Changed {
		t.Errorf("a file that nobody published: %+v", o)
	}
	if o := ix.Of("usr/bin/tool", nil, nil); o.Standing != None {
		t.Errorf("a file without hashes: %+v", o)
	}
	if o := ix.Named("usr/bin/tool"); !o.Distributed() {
		t.Errorf("the name of a recorded file: %+v", o)
	}
}

// TestOrderOfDatabases proves that the order in which the databases of a layer are added changes nothing.
func TestOrderOfDatabases(t *testing.T) {
	files := []struct{ path, data string }{
		{"var/lib/dpkg/status", "Package: a\n" + debian + "Version: 1\n\nPackage: b\n" + debian + "Version: 2\n"},
		{"var/lib/dpkg/info/a.md5sums", md5Of(content) + "  usr/x\n"},
		{"var/lib/dpkg/info/b.md5sums", md5Of(content) + "  usr/x\n"},
	}
	want := ""
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 0, 2}, {2, 0, 1}} {
		r := &Records{}
		for _, i := range order {
			if err := r.Add(DatabaseAt(files[i].path), files[i].path, strings.NewReader(files[i].data), int64(len(files[i].data))); err != nil {
				t.Fatal(err)
			}
		}
		r.Seal()
		got := fmt.Sprintf("%+v", NewIndex([]*Records{r}).Of("usr/x", nil, Sum([]byte(content))))
		if want == "" {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("order %v (-first +this):\n%s", order, diff)
		}
	}
}

func TestHasher(t *testing.T) {
	h := NewHasher("srv/a", false)
	for _, part := range []string{content[:5], content[5:]} {
		if _, err := h.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(Sum([]byte(content)), h.Sums(), cmp.AllowUnexported(Sums{})); diff != "" {
		t.Errorf("hashes in one piece and in two differ:\n%s", diff)
	}
}

// TestDamagedDatabases proves that what is no database is told as corrupt, and what is too much as a limit.
func TestDamagedDatabases(t *testing.T) {
	good := rpmBlob(rpmPackage{name: "tool", files: []string{"/a"}, sum: sha256Of(content)})
	tests := map[string]struct {
		path, data, kind string
	}{
		"ndb head":   {"var/lib/rpm/Packages.db", "short", report.Corrupt},
		"ndb magic":  {"var/lib/rpm/Packages.db", strings.Repeat("x", 64), report.Corrupt},
		"ndb blob":   {"var/lib/rpm/Packages.db", string(ndbFile("nothing")), report.Corrupt},
		"ndb cut":    {"var/lib/rpm/Packages.db", string(ndbFile(string(good))[:4096+20]), report.Corrupt},
		"bdb head":   {"var/lib/rpm/Packages", "short", report.Corrupt},
		"bdb magic":  {"var/lib/rpm/Packages", strings.Repeat("x", 600), report.Corrupt},
		"bdb value":  {"var/lib/rpm/Packages", string(bdbFile("nothing")), report.Corrupt},
		"bdb cut":    {"var/lib/rpm/Packages", string(bdbFile(strings.Repeat(string(good), 40))[:3*4096]), report.Corrupt},
		"line":       {"var/lib/dpkg/status", strings.Repeat("x", maxLine+1), report.Corrupt},
		"direct url": {"x/a-1.dist-info/direct_url.json", "{", report.Corrupt},
		"composer":   {"vendor/composer/installed.json", "{", report.Corrupt},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			err := (&Records{}).Add(DatabaseAt(test.path), test.path, strings.NewReader(test.data), int64(len(test.data)))
			var f *report.Fault
			if !errors.As(err, &f) || f.Kind != test.kind {
				t.Errorf("error %v, want a fault of kind %s", err, test.kind)
			}
		})
	}
	r := &Records{names: maxNames}
	line := md5Of(content) + "  usr/x\n"
	if err := r.Add(DatabaseAt("var/lib/dpkg/info/a.md5sums"), "var/lib/dpkg/info/a.md5sums", bytes.NewReader([]byte(line)), int64(len(line))); !isLimit(err) {
		t.Errorf("too many names: %v", err)
	}
}

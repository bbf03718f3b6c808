package scanner_test

import (
	"crypto/md5"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	_ "modernc.org/sqlite" // writes the databases that rpm has

	"dregs/report"
	"dregs/scanner"
	"dregs/scanner/imagetest"
)

// judged is what a test says of a secret.
type judged struct {
	Severity, Verdict string
	Origins           []string // by occurrence
}

func judgedIn(r *report.Report, value string) judged {
	for _, s := range r.Secrets {
		if s.Value().Reveal() != value {
			continue
		}
		j := judged{Severity: s.Severity, Verdict: s.Verdict.State}
		for _, o := range s.Occurrences {
			j.Origins = append(j.Origins, o.Origin)
		}
		return j
	}
	return judged{}
}

func md5Hex(s string) string { sum := md5.Sum([]byte(s)); return hex.EncodeToString(sum[:]) }

func record(path, content string) string {
	sum := sha256.Sum256([]byte(content))
	return path + ",sha256=" + base64.RawURLEncoding.EncodeToString(sum[:]) + ",1\n"
}

const dpkgStatus = "Package: tool\nMaintainer: Debian Tool Team <tool@tracker.debian.org>\nVersion: 1.2-3\n\n" +
	"Package: acme\nMaintainer: Acme <ops@acme.test>\nVersion: 9\n"

func TestOrigin(t *testing.T) {
	token, password := imagetest.GitHubToken, imagetest.Password
	specific := func(seed string) string { return "token = " + token(seed) + "\n" }
	bcrypt := func(seed string) string {
		return "$2y$12$" + (password(seed) + password(seed+"2") + password(seed+"3"))[:53]
	}
	generic := func(seed string) string { return "api_key = \"" + password(seed) + "\"\n" }
	dpkg := func(name, path, content string) []imagetest.Entry {
		return []imagetest.Entry{
			imagetest.File("var/lib/dpkg/status", dpkgStatus),
			imagetest.File("var/lib/dpkg/info/"+name+".md5sums", md5Hex(content)+"  "+path+"\n"),
		}
	}
	const python = "srv/site-packages/"
	large := func(content string) string { return content + strings.Repeat("nothing to see on this line\n", 400_000) }
	tests := map[string]struct {
		below, above []imagetest.Entry
		value        string
		want         judged
	}{
		"a distribution's file": {
			below: append(dpkg("tool", "usr/share/tool/a", specific("d")), imagetest.File("usr/share/tool/a", specific("d"))),
			value: token("d"), want: judged{"low", "public", []string{"dpkg tool 1.2-3"}},
		},
		"a large one, read as it streams": {
			below: append(dpkg("tool", "usr/share/tool/a", large(specific("d"))), imagetest.File("usr/share/tool/a", large(specific("d")))),
			value: token("d"), want: judged{"low", "public", []string{"dpkg tool 1.2-3"}},
		},
		"a large one in a system of dpkg": {
			below: append([]imagetest.Entry{imagetest.File("etc/debian_version", "12.1\n"), imagetest.File("usr/share/tool/a", large(specific("d")))},
				dpkg("tool", "usr/share/tool/a", large(specific("d")))...),
			value: token("d"), want: judged{"low", "public", []string{"dpkg tool 1.2-3"}},
		},
		"a large one where dpkg alone installs": {
			below: append([]imagetest.Entry{imagetest.File("usr/lib/jvm/java-21-openjdk-amd64/lib/modules", large(specific("d")))},
				dpkg("tool", "usr/lib/jvm/java-21-openjdk-amd64/lib/modules", large(specific("d")))...),
			value: token("d"), want: judged{"low", "public", []string{"dpkg tool 1.2-3"}},
		},
		"a large one of another installer there": {
			below: []imagetest.Entry{
				imagetest.File("etc/debian_version", "12.1\n"), imagetest.File("usr/local/lib/python3/dist-packages/tool/a.py", large(generic("d"))),
				imagetest.File("usr/local/lib/python3/dist-packages/tool-2.dist-info/METADATA", "Name: tool\nVersion: 2\n"),
				imagetest.File("usr/local/lib/python3/dist-packages/tool-2.dist-info/RECORD", record("tool/a.py", large(generic("d")))),
			},
			value: password("d"), want: judged{"low", "unknown", []string{"python tool 2"}},
		},
		"a database in a later layer": {
			below: []imagetest.Entry{imagetest.File("usr/share/tool/a", specific("d"))},
			above: dpkg("tool", "usr/share/tool/a", specific("d")),
			value: token("d"), want: judged{"low", "public", []string{"dpkg tool 1.2-3"}},
		},
		"a database that is deleted": {
			below: append(dpkg("tool", "usr/share/tool/a", specific("d")), imagetest.File("usr/share/tool/a", specific("d"))),
			above: []imagetest.Entry{imagetest.Remove("var/lib/dpkg")},
			value: token("d"), want: judged{"low", "public", []string{"dpkg tool 1.2-3"}},
		},
		"a distribution's file that was changed": {
			below: append(dpkg("tool", "etc/tool", "as published"), imagetest.File("etc/tool", specific("d"))),
			value: token("d"), want: judged{"critical", "well-formed", []string{"dpkg tool 1.2-3, changed"}},
		},
		"changed in a later layer": {
			below: append(dpkg("tool", "etc/tool", "nothing\n"), imagetest.File("etc/tool", "nothing\n")),
			above: []imagetest.Entry{imagetest.File("etc/tool", specific("d"))},
			value: token("d"), want: judged{"critical", "well-formed", []string{"dpkg tool 1.2-3, changed"}},
		},
		"a hard link to a distribution's file": {
			below: append(dpkg("tool", "usr/share/tool/a", specific("d")), imagetest.File("usr/share/tool/a", specific("d")),
				imagetest.HardLink("app/key", "usr/share/tool/a")),
			value: token("d"), want: judged{"critical", "well-formed", []string{"", "dpkg tool 1.2-3"}},
		},
		"the same content in an own place": {
			below: append(dpkg("tool", "usr/share/tool/a", specific("d")), imagetest.File("usr/share/tool/a", specific("d"))),
			above: []imagetest.Entry{imagetest.File("app/key", specific("d"))},
			value: token("d"), want: judged{"critical", "well-formed", []string{"dpkg tool 1.2-3", ""}},
		},
		"a company's package": {
			below: append(dpkg("acme", "opt/acme/a", specific("d")), imagetest.File("opt/acme/a", specific("d"))),
			value: token("d"), want: judged{"critical", "well-formed", []string{"dpkg acme 9"}},
		},
		"a password's hash in a company's package": {
			below: append(dpkg("acme", "opt/acme/a", "ops = "+bcrypt("d")), imagetest.File("opt/acme/a", "ops = "+bcrypt("d"))),
			value: bcrypt("d"), want: judged{"medium", "unknown", []string{"dpkg acme 9"}},
		},
		"a password's hash in a third-party tree": {
			below: []imagetest.Entry{imagetest.File("app/node_modules/a/x.js", "ops = "+bcrypt("d"))},
			value: bcrypt("d"), want: judged{"low", "unknown", []string{"npm a"}},
		},
		"a generic match in a company's package": {
			below: append(dpkg("acme", "opt/acme/a", generic("d")), imagetest.File("opt/acme/a", generic("d"))),
			value: password("d"), want: judged{"low", "unknown", []string{"dpkg acme 9"}},
		},
		"a generic match in a file of one's own": {
			below: []imagetest.Entry{imagetest.File("app/settings.py", generic("d"))},
			value: password("d"), want: judged{"medium", "unknown", []string{""}},
		},
		"a jar member has its jar's origin": {
			below: append(dpkg("tool", "usr/share/java/a.jar", jar(specific("d"))), imagetest.File("usr/share/java/a.jar", jar(specific("d")))),
			value: token("d"), want: judged{"low", "public", []string{"dpkg tool 1.2-3"}},
		},
		"python's record": {
			below: []imagetest.Entry{
				imagetest.File(python+"tool-2.dist-info/RECORD", record("tool/a.py", generic("d"))), imagetest.File(python+"tool/a.py", generic("d")),
			},
			value: password("d"), want: judged{"low", "unknown", []string{"python tool 2"}},
		},
		"a token in what python recorded": {
			below: []imagetest.Entry{
				imagetest.File(python+"tool-2.dist-info/RECORD", record("tool/a.py", specific("d"))), imagetest.File(python+"tool/a.py", specific("d")),
			},
			value: token("d"), want: judged{"critical", "well-formed", []string{"python tool 2"}},
		},
		"python's record, changed": {
			below: []imagetest.Entry{
				imagetest.File(python+"tool-2.dist-info/RECORD", record("tool/a.py", "")), imagetest.File(python+"tool/a.py", generic("d")),
			},
			value: password("d"), want: judged{"medium", "unknown", []string{"python tool 2, changed"}},
		},
		"one's own package": {
			below: []imagetest.Entry{
				imagetest.File(python+"tool-2.dist-info/RECORD", record("tool/a.py", generic("d"))), imagetest.File(python+"tool/a.py", generic("d")),
				imagetest.File(python+"tool-2.dist-info/direct_url.json", `{"url": "file:///src", "dir_info": {}}`),
			},
			value: password("d"), want: judged{"medium", "unknown", []string{"python tool 2, installed locally"}},
		},
		"a generic match in a third-party tree": {
			below: []imagetest.Entry{
				imagetest.File("app/node_modules/a/package.json", `{"name": "a", "version": "1.2.3"}`), imagetest.File("app/node_modules/a/x.js", generic("d")),
			},
			value: password("d"), want: judged{"low", "unknown", []string{"npm a 1.2.3"}},
		},
		"a token in a third-party tree": {
			below: []imagetest.Entry{imagetest.File("app/node_modules/a/x.js", specific("d"))},
			value: token("d"), want: judged{"critical", "well-formed", []string{"npm a"}},
		},
		"a token in tests of a third-party package": {
			below: []imagetest.Entry{imagetest.File("app/node_modules/a/tests/x.js", specific("d"))},
			value: token("d"), want: judged{"low", "public", []string{"npm a"}},
		},
		"a token in tests of one's own": {
			below: []imagetest.Entry{imagetest.File("app/tests/x.js", specific("d"))},
			value: token("d"), want: judged{"critical", "well-formed", []string{""}},
		},
		"a name that a database lists": {
			below: append(dpkg("tool", "usr/share/"+token("d"), ""), imagetest.File("usr/share/"+token("d"), "x")),
			value: token("d"), want: judged{"critical", "well-formed", []string{"dpkg tool 1.2-3", "dpkg tool 1.2-3"}},
		},
		"an rpm database": {
			below: []imagetest.Entry{
				imagetest.File("var/lib/rpm/rpmdb.sqlite", rpmDatabase(t, "/usr/share/tool", "a", specific("d"))), imagetest.File("usr/share/tool/a", specific("d")),
			},
			value: token("d"), want: judged{"low", "public", []string{"rpm tool 1"}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			img := imagetest.Image{Layers: []imagetest.Layer{{Entries: test.below}, {Entries: test.above}}}
			archive := imagetest.WriteFile(t, "app.tar", imagetest.OCIArchive(img.Build()))
			r := scanFile(t, archive, scanner.Options{Jobs: 1})
			if !r.Complete {
				t.Errorf("problems: %+v", r.Targets[0].Problems)
			}
			if diff := cmp.Diff(test.want, judgedIn(r, test.value)); diff != "" {
				t.Errorf("secret (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(asJSON(t, r), asJSON(t, scanFile(t, archive, scanner.Options{Jobs: 4}))); diff != "" {
				t.Errorf("the report depends on the number of jobs (-1 +4):\n%s", diff)
			}
		})
	}
}

// jar returns an archive with one member.
func jar(content string) string {
	return string(imagetest.Zip(imagetest.File("conf.properties", content)))
}

// rpmDatabase returns the database of a system on which one package of a distribution with one file is installed.
func rpmDatabase(t *testing.T, dir, base, content string) string {
	t.Helper()
	sum := sha256.Sum256([]byte(content))
	var index, data []byte
	entry := func(tag, kind, count uint32, value string) {
		for _, n := range []uint32{tag, kind, uint32(len(data)), count} {
			index = binary.BigEndian.AppendUint32(index, n)
		}
		data = append(data, value...)
	}
	entry(1116, 4, 1, "\x00\x00\x00\x00")
	for tag, text := range map[uint32]string{
		1000: "tool", 1001: "1", 1011: "Fedora Project", 1117: base, 1118: dir + "/", 1035: hex.EncodeToString(sum[:]), 1005: strings.Repeat("about it ", 40),
	} {
		entry(tag, 8, 1, text+"\x00")
	}
	blob := binary.BigEndian.AppendUint32(nil, uint32(len(index)/16))
	blob = binary.BigEndian.AppendUint32(blob, uint32(len(data)))
	blob = append(append(blob, index...), data...)
	name := filepath.Join(t.TempDir(), "rpmdb.sqlite")
	db, err := sql.Open("sqlite", name)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, statement := range []string{"CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)", "CREATE TABLE 'Name' (key TEXT NOT NULL, hnum INTEGER NOT NULL)"} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Exec("INSERT INTO Packages (blob) VALUES (?)", blob); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	out, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// TestDamagedDatabase proves that a package database that cannot be read is told among what was left out, and that its
// bytes are searched all the same.
func TestDamagedDatabase(t *testing.T) {
	img := imagetest.Image{Layers: []imagetest.Layer{{Entries: []imagetest.Entry{
		imagetest.File("var/lib/rpm/Packages", "token = "+imagetest.GitHubToken("x")+"\n"),
		imagetest.File("var/lib/rpm/rpmdb.sqlite", "no database"),
	}}}}
	r := scanFile(t, imagetest.WriteFile(t, "app.tar", imagetest.OCIArchive(img.Build())), scanner.Options{})
	if len(r.Secrets) != 1 || !r.Complete {
		t.Errorf("%d secrets, complete %v", len(r.Secrets), r.Complete)
	}
	want := []report.Skipped{{Reason: "damaged rpm database", Count: 2, Bytes: 60, Paths: []string{"var/lib/rpm/Packages", "var/lib/rpm/rpmdb.sqlite"}}}
	var got []report.Skipped
	for _, s := range r.Coverage.Skipped {
		if !s.Candidates {
			got = append(got, s)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("skipped (-want +got):\n%s", diff)
	}
}

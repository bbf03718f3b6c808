package origin

import (
	"bytes"
	"errors"
	"testing"

	"dregs/report"
)

// FuzzDatabase gives foreign bytes to every kind of database: none may panic, take more than it may hold, or fail with
// anything but a fault.
func FuzzDatabase(f *testing.F) {
	header := rpmBlob(rpmPackage{name: "a", version: "1", files: []string{"/usr/bin/a"}, sum: sha256Of("x")})
	f.Add(uint8(0), []byte("Package: a\n"+debian+"Version: 1\nConffiles:\n /etc/a "+md5Of("x")+"\n"))
	f.Add(uint8(1), []byte(md5Of("x")+"  usr/a\n"))
	f.Add(uint8(3), []byte("P:a\nV:1\nF:usr\nR:a\nZ:Q1"+sha1Of("x")+"\n"))
	f.Add(uint8(4), header)
	f.Add(uint8(5), ndbFile(string(header)))
	f.Add(uint8(6), bdbFile(string(header)))
	f.Add(uint8(7), []byte("a.py,"+recordOf("x")+",1\n"))
	f.Add(uint8(10), []byte(`{"name": "a", "version": "1"}`))
	f.Add(uint8(11), []byte(`{"packages": [{"name": "a/b", "install-path": "../a/b"}]}`))
	f.Add(uint8(12), []byte("# a.org/b v1 => ../c\n"))
	paths := []string{
		"var/lib/dpkg/status", "var/lib/dpkg/info/a.md5sums", "var/lib/dpkg/status.d/a", "lib/apk/db/installed", "var/lib/rpm/rpmdb.sqlite",
		"var/lib/rpm/Packages.db", "var/lib/rpm/Packages", "x/a-1.dist-info/RECORD", "x/a-1.egg-info/installed-files.txt",
		"x/a-1.dist-info/direct_url.json", "x/node_modules/a/package.json", "x/vendor/composer/installed.json", "x/vendor/modules.txt",
	}
	f.Fuzz(func(t *testing.T, kind uint8, data []byte) {
		path := paths[int(kind)%len(paths)]
		db, r := DatabaseAt(path), &Records{}
		var err error
		if db.Rows {
			err = r.AddRow(path, data)
		} else {
			err = r.Add(db, path, bytes.NewReader(data), int64(len(data)))
		}
		var fault *report.Fault
		if err != nil && !errors.As(err, &fault) {
			t.Errorf("%s: %T is no fault", path, err)
		}
		if len(r.files) > len(data) {
			t.Errorf("%s: %d files in %d bytes", path, len(r.files), len(data))
		}
		r.Seal()
		NewIndex([]*Records{r}).Of("usr/a", nil, Sum(data))
	})
}

func BenchmarkStatus(b *testing.B) {
	var md5sums bytes.Buffer
	for range 10_000 {
		md5sums.WriteString(md5Of("x") + "  usr/share/doc/package/examples/example.txt\n")
	}
	path := "var/lib/dpkg/info/a.md5sums"
	b.SetBytes(int64(md5sums.Len()))
	for b.Loop() {
		r := &Records{}
		if err := r.Add(DatabaseAt(path), path, bytes.NewReader(md5sums.Bytes()), int64(md5sums.Len())); err != nil {
			b.Fatal(err)
		}
		r.Seal()
	}
}

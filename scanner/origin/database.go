package origin

import (
	"bufio"
	"errors"
	"io"
	"path"
	"strings"

	"dregs/report"
)

// Database is a kind of file that tells what other files belong to.
type Database struct {
	Name string
	// Rows tells that the file is an SQLite database, whose binary values are to be given to AddRow; others are given to
	// Add as they are.
	Rows bool

	match func(path string) bool
	read  func(r *Records, path string, in io.ReaderAt, size int64) error
}

// databases lists the kinds of database. Paths are relative to the image's root; each is also known below another root,
// as of a system that is prepared in a folder.
var databases = []Database{
	{Name: "dpkg", match: ends("/var/lib/dpkg/status"), read: readStatus},
	{Name: "dpkg", match: matchMD5Sums, read: readMD5Sums},
	{Name: "dpkg", match: matchStatusD, read: readStatus},
	{Name: "apk", match: ends("/lib/apk/db/installed"), read: readAPK},
	{Name: "rpm", match: rpmFile("rpmdb.sqlite"), Rows: true},
	{Name: "rpm", match: rpmFile("Packages.db"), read: readNDB},
	{Name: "rpm", match: rpmFile("Packages"), read: readBDB},
	{Name: "python", match: ends(".dist-info/RECORD"), read: readRecord},
	{Name: "python", match: ends(".egg-info/installed-files.txt"), read: readInstalledFiles},
	{Name: "python", match: ends(".dist-info/direct_url.json"), read: readDirectURL},
	{Name: "npm", match: matchManifest, read: readManifest},
	{Name: "composer", match: ends("/vendor/composer/installed.json"), read: readComposer},
	{Name: "go", match: ends("/vendor/modules.txt"), read: readModules},
}

// DatabaseAt returns the kind of database that lies at a clean path relative to the root, nil for none.
func DatabaseAt(path string) *Database {
	slash := "/" + path
	for i := range databases {
		if databases[i].match(slash) {
			return &databases[i]
		}
	}
	return nil
}

// ends matches paths, with a slash before them, that end in suffix.
func ends(suffix string) func(string) bool {
	return func(path string) bool { return strings.HasSuffix(path, suffix) }
}

// rpmFile matches a file of rpm's database, which has moved over time.
func rpmFile(name string) func(string) bool {
	return func(path string) bool {
		for _, dir := range []string{"/var/lib/rpm/", "/usr/lib/sysimage/rpm/", "/usr/share/rpm/"} {
			if strings.HasSuffix(path, dir+name) {
				return true
			}
		}
		return false
	}
}

// rootOf returns what stands before the well-known place of a database, "" or ending in a slash, so that the paths
// which the database tells can be put after it.
func rootOf(dbPath, place string) string {
	root, _, _ := strings.Cut("/"+dbPath, place)
	return strings.TrimPrefix(root+"/", "/")
}

// Bounds of what databases may hold.
const (
	maxFiles    = 2_000_000 // of the databases of one layer
	maxNames    = 256 << 20 // bytes of their paths
	maxLine     = 1 << 20
	maxDocument = 64 << 20 // of a JSON document
)

// lines calls fn for each line of in without its end, as long as it returns no error.
func lines(in io.ReaderAt, size int64, fn func(line string) error) error {
	s := bufio.NewScanner(io.NewSectionReader(in, 0, size))
	s.Buffer(make([]byte, 0, 64<<10), maxLine)
	for s.Scan() {
		if err := fn(strings.TrimSuffix(s.Text(), "\r")); err != nil {
			return err
		}
	}
	if errors.Is(s.Err(), bufio.ErrTooLong) {
		return report.Faultf(report.Corrupt, "reading package database: a line is longer than %d bytes", maxLine)
	}
	return s.Err()
}

// document reads the whole of a small database.
func document(in io.ReaderAt, size int64) ([]byte, error) {
	if size > maxDocument {
		return nil, report.Faultf(report.Limit, "reading package database: it has more than %d bytes", maxDocument)
	}
	return io.ReadAll(io.NewSectionReader(in, 0, size))
}

// join puts a path that a database tells after dir and cleans it; ok is false where it names nothing below the root.
func join(dir, name string) (joined string, ok bool) {
	joined = path.Join("/", dir, name)[1:]
	return joined, joined != ""
}

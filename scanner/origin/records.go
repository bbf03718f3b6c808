package origin

import (
	"cmp"
	"io"
	"slices"
	"strings"

	"dregs/report"
)

// Records is what the databases of one layer tell. The zero value is ready. It is filled by one goroutine at a time;
// after Seal it is only read, and then safe for concurrent use.
type Records struct {
	files    []file
	names    int                 // bytes of their paths
	packages map[string]*Package // by system and what identifies a package there
	folders  map[string]*Package // by the folder that is a package's tree
	claims   []claim
}

// file is one that a database records. sum holds the bytes of its hash, empty where the database has none.
type file struct {
	path, sum string
	pkg       *Package
}

// Add reads the database db, which lies at path. The error is a report.Fault of kind limit or corrupt, beside what could
// be read, or an error of in.
func (r *Records) Add(db *Database, path string, in io.ReaderAt, size int64) error {
	return db.read(r, path, in, size)
}

// AddRow reads one binary value of a database with Rows, which lies at path.
func (r *Records) AddRow(path string, value []byte) error {
	return readRPMHeader(r, rpmRoot(path), value)
}

// Empty tells whether nothing is recorded.
func (r *Records) Empty() bool { return len(r.files) == 0 && len(r.folders) == 0 }

// Seal puts the records into an order that does not depend on the order in which databases were added.
func (r *Records) Seal() {
	r.settle()
	slices.SortFunc(r.files, func(a, b file) int {
		if by := cmp.Or(strings.Compare(a.path, b.path), strings.Compare(a.sum, b.sum)); by != 0 || a.pkg == b.pkg {
			return by
		}
		return strings.Compare(a.pkg.String(), b.pkg.String())
	})
	r.files = slices.Clip(r.files)
}

// record adds a file of pkg; sum may be empty.
func (r *Records) record(path, sum string, pkg *Package) error {
	r.names += len(path)
	if len(r.files) >= maxFiles || r.names > maxNames {
		return report.Faultf(report.Limit, "reading package database: the layer's list more than %d files or %d bytes of paths", maxFiles, maxNames)
	}
	r.files = append(r.files, file{path, sum, pkg})
	return nil
}

// pkg returns the package that key identifies in its system, made when it is asked for first.
func (r *Records) pkg(system, key, name string) *Package {
	if r.packages == nil {
		r.packages = make(map[string]*Package)
	}
	key = packageKey(system, key)
	p := r.packages[key]
	if p == nil {
		p = &Package{System: system, Name: name}
		r.packages[key] = p
	}
	return p
}

func packageKey(system, key string) string { return system + " " + key }

// folder notes that dir is the tree of a package.
func (r *Records) folder(dir string, p *Package) error {
	r.names += len(dir)
	if len(r.folders) >= maxFiles || r.names > maxNames {
		return report.Faultf(report.Limit, "reading package database: the layer has more than %d packages", maxFiles)
	}
	if r.folders == nil {
		r.folders = make(map[string]*Package)
	}
	r.folders[dir] = p
	return nil
}

// at returns the records of a path.
func (r *Records) at(path string) []file {
	lo, _ := slices.BinarySearchFunc(r.files, path, func(f file, path string) int { return cmp.Compare(f.path, path) })
	hi := lo
	for hi < len(r.files) && r.files[hi].path == path {
		hi++
	}
	return r.files[lo:hi]
}

// Package origin tells what a file of an image belongs to: a package that a database inside the image records by the
// file's hash (dpkg, apk, rpm, Python's RECORD), or a tree of third-party packages that its path shows (node_modules,
// site-packages, the Go module cache, repositories of maven, cargo, gems). It is given databases and hashes; it opens
// no layer, searches nothing, and does not say what an origin is worth.
package origin

// Package is a unit of published software.
type Package struct {
	System       string // "dpkg", "apk", "rpm", "python", "npm", "go", "maven", "cargo", "gem", "composer", …
	Name         string
	Version      string // empty where unknown
	Distribution bool   // an operating system's distribution maintains it
	Common       bool   // all of it is everybody's: a source's list of packages, a language's own library
	Local        bool   // it was installed from a folder, a file or a repository of the builder's, not from an index
}

// String returns the package as a report shows it: "dpkg python3-botocore 1.29.27", "go golang.org/x/crypto@v0.1.0".
func (p Package) String() string {
	switch {
	case p.Name == "":
		return ""
	case p.Version == "":
		return p.System + " " + p.Name
	case p.System == "go":
		return p.System + " " + p.Name + "@" + p.Version
	}
	return p.System + " " + p.Name + " " + p.Version
}

// Standing tells how a file belongs to its package.
type Standing uint8

// Standings, the weakest first.
const (
	None      Standing = iota // the file is of no package
	Changed                   // a database records its path, but another content: the file is the image's own
	Member                    // its path alone says that it belongs to the package
	Published                 // a database of the image records its content
)

// Origin is what a file belongs to. The zero value says that it is of no package.
type Origin struct {
	Package  Package
	Standing Standing
	Test     bool   // the path is one of the package's tests, examples or documents
	Source   string // the path of the file that this one was compiled from, empty for none
}

// String returns the package, and that the file is changed or the package local where they are; empty for no package.
func (o Origin) String() string {
	s := o.Package.String()
	switch {
	case s == "":
		return ""
	case o.Standing == Changed:
		return s + ", changed"
	case o.Package.Local:
		return s + ", installed locally"
	}
	return s
}

// ThirdParty tells whether the file is somebody else's: in a package that is not the builder's own, and as that package
// has it, as far as this can be told.
func (o Origin) ThirdParty() bool { return o.Standing >= Member && !o.Package.Local }

// Installed tells whether the file is, by its hash, as a package of the operating system has it that no distribution
// maintains: a vendor's, or a company's own.
func (o Origin) Installed() bool {
	switch o.Package.System {
	case "dpkg", "apk", "rpm":
		return o.Standing == Published && !o.Package.Distribution
	}
	return false
}

// Distributed tells whether the file is, by its hash, as a distribution ships it to everybody.
func (o Origin) Distributed() bool { return o.Standing == Published && o.Package.Distribution }

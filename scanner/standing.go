package scanner

import (
	"path"
	"strings"

	"dregs/report"
	"dregs/rules/keys"
	"dregs/scanner/origin"
)

// standing tells whose the files are that a secret lies in. Where they differ the lowest counts: a value that occurs in
// an own file too is one's own.
type standing uint8

const (
	own         standing = iota
	installed            // of a package of the operating system that no distribution maintains, as it may be a company's
	thirdParty           // another package's file, or one in a tree of third-party packages
	testData             // the same, of its tests, examples or documents, or of what these show too
	distributed          // as a distribution ships it to everybody, by its hash
)

// originInText returns what a file of a directory belongs to, by its path.
func originInText(at *report.Occurrence) origin.Origin {
	if at.Place != report.DirFile {
		return origin.Origin{}
	}
	return origin.NewIndex(nil).Of(at.Path, at.Via, nil)
}

// testFolders are the folders in which keys lie that are known from published tests.
type testFolders map[spotInImage]bool

// spotInImage is a file or a folder of one image.
type spotInImage struct {
	target, image int
	path          string
}

// spotBeside is another file, or a folder, of the image that an occurrence lies in.
func spotBeside(at *report.Occurrence, path string) spotInImage {
	return spotInImage{at.Target, number(at.Image), path}
}

// folderOf returns the folder of the file, or of the member of an archive, that an occurrence lies in.
func folderOf(at *report.Occurrence) spotInImage {
	return spotBeside(at, path.Dir(path.Join("/", at.Path, strings.Join(at.Via, "/"))))
}

// learnTests returns the folders in all that hold a test key of a package: who puts one beside others has put test data
// there. What generic rules found teaches nothing, nor does a
// placeholder.
func learnTests(all []*found) testFolders {
	tests := make(testFolders)
	for _, f := range all {
		v := &f.match.Verdict
		if v.State == report.Test && v.Facts[keys.FactKnownAs] == "" && !f.match.Rule.Generic && f.origin.ThirdParty() {
			tests[folderOf(&f.at)] = true
		}
	}
	return tests
}

// holds tells whether an occurrence lies in a test folder, or below one.
func (t testFolders) holds(at *report.Occurrence) bool {
	if len(t) == 0 {
		return false
	}
	for f := folderOf(at); f.path != "/"; f.path = path.Dir(f.path) {
		if t[f] {
			return true
		}
	}
	return false
}

// standing returns whose all the occurrences of one value are.
func (t testFolders) standing(all []*found) standing {
	p := publishers{files: make(map[spotInImage]bool), packages: make(map[origin.Package]bool)}
	for _, f := range all {
		if f.origin.Distributed() {
			p.files[spotBeside(&f.at, f.at.Path)] = true
		}
		if f.origin.Test {
			p.packages[f.origin.Package] = true
		}
	}
	lowest := distributed
	for _, f := range all {
		lowest = min(lowest, t.of(f, p))
	}
	return lowest
}

// publishers are who publishes a value: files of distributions, and packages whose tests or documents hold it.
type publishers struct {
	files    map[spotInImage]bool
	packages map[origin.Package]bool
}

// of returns whose one occurrence of a value is that p publish.
func (t testFolders) of(f *found, p publishers) standing {
	switch {
	case !f.origin.ThirdParty():
		return own
	case f.origin.Distributed(), f.origin.Source != "" && p.files[spotBeside(&f.at, f.origin.Source)]:
		return distributed // as it is, or compiled from what is
	case f.origin.Test || t.holds(&f.at), p.packages[f.origin.Package]:
		return testData
	case f.origin.Installed():
		return installed
	}
	return thirdParty
}

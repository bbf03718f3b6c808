package origin

import (
	"slices"
	"strings"
)

// Index answers what the files of one image belong to. It is safe for concurrent use.
type Index struct {
	layers []*Records
}

// NewIndex returns the Index of an image whose layers, base first, have these records, sealed; nil ones are passed over.
// A file is looked for in the databases of all layers, whatever became of them: a package that a later layer removed or
// replaced was published all the same.
func NewIndex(layers []*Records) *Index {
	ix := &Index{}
	for _, r := range slices.Backward(layers) {
		if r != nil && !r.Empty() {
			ix.layers = append(ix.layers, r)
		}
	}
	return ix
}

// Of returns the origin of the file at path, relative to the root, whose content has the hashes sums; nil where they are
// not known. via are the steps from the file to something inside it, which tell of trees that an archive holds.
func (ix *Index) Of(path string, via []string, sums *Sums) Origin {
	o := ix.recorded(path, sums)
	if o.Standing == None {
		o = ix.below(path, via)
	}
	return ix.complete(o)
}

// Named returns the origin of a name in a file system: a database that lists the path has published its name.
func (ix *Index) Named(path string) Origin {
	for _, p := range aliases(path) {
		for _, r := range ix.layers {
			if at := r.at(p); len(at) > 0 {
				return ix.complete(Origin{Package: *at[0].pkg, Standing: Published, Test: testPath(strings.Split(path, "/"))})
			}
		}
	}
	return ix.complete(ix.below(path, nil))
}

// recorded returns what databases say of a file.
func (ix *Index) recorded(path string, sums *Sums) Origin {
	var best Origin
	for _, p := range aliases(path) {
		for _, r := range ix.layers {
			for _, f := range r.at(p) {
				if o := judge(f, sums); better(o, best) {
					best = o
				}
			}
		}
	}
	if best.Standing != None {
		best.Test = testPath(strings.Split(path, "/"))
		if best.Standing == Member {
			best.Source = sourceOf(path)
		}
		return best
	}
	source := sourceOf(path)
	if source == "" {
		return best
	}
	for _, p := range aliases(source) {
		for _, r := range ix.layers {
			if at := r.at(p); len(at) > 0 {
				return Origin{Package: *at[0].pkg, Standing: Member, Test: testPath(strings.Split(path, "/")), Source: source}
			}
		}
	}
	return best
}

// judge returns the origin that one record gives a file at its path.
func judge(f file, sums *Sums) Origin {
	switch {
	case !known(f.sum):
		return Origin{Package: *f.pkg, Standing: Member}
	case sums == nil:
		return Origin{}
	case sums.match(f.sum):
		return Origin{Package: *f.pkg, Standing: Published}
	}
	return Origin{Package: *f.pkg, Standing: Changed}
}

// better tells whether a says more than b: that a file is changed is worth more than that it is listed somewhere.
func better(a, b Origin) bool { return a.weight() > b.weight() }

func (o Origin) weight() int {
	switch {
	case o.Distributed():
		return 5
	case o.Standing == Published && !o.Package.Local:
		return 4
	case o.Standing == Published:
		return 3
	case o.Standing == Changed:
		return 2
	case o.Standing == Member:
		return 1
	}
	return 0
}

// below returns the origin that a path alone shows: dpkg's own files, trees that databases told of, and those that
// every image has.
func (ix *Index) below(path string, via []string) Origin {
	if name, ok := dpkgOwn(path); ok {
		return Origin{Package: Package{System: "dpkg", Name: name}, Standing: Member}
	}
	parts := strings.Split(path, "/")
	for _, step := range via {
		parts = append(parts, strings.Split(step, "/")...)
	}
	pkg, depth, ok := treeAt(parts)
	for n := len(parts) - 1; n > 0; n-- {
		p := ix.folder(strings.Join(parts[:n], "/"))
		if p == nil || ok && n < depth {
			continue
		}
		pkg, depth, ok = *p, n, true
		break
	}
	if !ok {
		return Origin{}
	}
	return Origin{Package: pkg, Standing: Member, Test: pkg.Common || testPath(parts[depth:]), Source: sourceOf(path)}
}

// folder returns the package whose tree a folder is.
func (ix *Index) folder(dir string) *Package {
	for _, r := range ix.layers {
		if p := r.folders[dir]; p != nil {
			return p
		}
	}
	return nil
}

// complete adds what another layer's databases tell of the package: dpkg's hashes and versions are in different files.
func (ix *Index) complete(o Origin) Origin {
	if o.Package.System != "dpkg" || o.Package.Version != "" {
		return o
	}
	for _, r := range ix.layers {
		if p := r.packages[packageKey("dpkg", dpkgKey("", o.Package.Name))]; p != nil && p.Version != "" {
			o.Package.Version, o.Package.Distribution = p.Version, p.Distribution
			return o
		}
	}
	return o
}

// aliases returns the spellings under which databases may list a path: where /bin, /lib and /sbin are links into /usr,
// packages and archives disagree.
func aliases(path string) []string {
	all := []string{path}
	if rest, ok := strings.CutPrefix(path, "usr/"); ok {
		if top, _, _ := strings.Cut(rest, "/"); merged(top) {
			all = append(all, rest)
		}
		return all
	}
	if top, _, _ := strings.Cut(path, "/"); merged(top) {
		all = append(all, "usr/"+path)
	}
	return all
}

func merged(top string) bool {
	return top == "bin" || top == "sbin" || strings.HasPrefix(top, "lib") && len(top) <= len("libx32")
}

// dpkgOwn tells the package of a file in dpkg's info folder: the scripts that come with packages are recorded nowhere.
func dpkgOwn(path string) (name string, ok bool) {
	rest, ok := strings.CutPrefix("/"+path, dpkgInfo)
	if !ok || strings.Contains(rest, "/") {
		return "", false
	}
	return dpkgName(path), true
}

// sourceOf returns the path of the Python source that a compiled file was made from (PEP 3147), or "".
func sourceOf(path string) string {
	stem, ok := strings.CutSuffix(path, ".pyc")
	if !ok {
		return ""
	}
	dir, base := "", stem
	if i := strings.LastIndexByte(stem, '/'); i >= 0 {
		dir, base = stem[:i+1], stem[i+1:]
	}
	if up, ok := strings.CutSuffix(dir, "__pycache__/"); ok {
		base, _, _ = strings.Cut(base, ".")
		return up + base + ".py"
	}
	return stem + ".py"
}

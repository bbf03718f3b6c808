package origin

import (
	"path"
	"slices"
	"strings"
)

// place is a path split at its slashes while a tree is looked for at component i.
type place struct {
	parts []string
	i     int
}

// rest returns the components after the i-th.
func (p place) rest() []string { return p.parts[p.i+1:] }

// follows tells whether the components that end at the i-th are names.
func (p place) follows(names ...string) bool {
	from := p.i + 1 - len(names)
	if from < 0 {
		return false
	}
	for n, name := range names {
		if p.parts[from+n] != name {
			return false
		}
	}
	return true
}

// trees lists the trees of third-party packages that a path shows. Each is asked whether a tree begins at a component,
// and returns the package and how many of the components after that belong to its folder. One that needs a file below
// the folder says so itself.
var trees = []func(p place) (pkg Package, folder int, ok bool){
	npmTree, goCacheTree, goModuleTree, goVendorTree, pythonTree, mavenTree, gradleTree, cargoTree, gemTree, condaTree, runtimeTree, indexTree,
	manualTree, documentTree, gopathTree, nodeTree, perlTree, rTree,
}

// treeAt returns the package of the innermost third-party tree that a path lies in, and how many of its components name
// the package's folder.
func treeAt(parts []string) (pkg Package, depth int, ok bool) {
	for i := len(parts) - 2; i >= 0; i-- {
		for _, t := range trees {
			if pkg, folder, ok := t(place{parts, i}); ok && pkg.Name != "" { // a component can be empty
				return pkg, i + 1 + folder, true
			}
		}
	}
	return Package{}, 0, false
}

// npmTree knows node_modules/NAME and node_modules/@SCOPE/NAME; pnpm's folders tell the version too.
func npmTree(p place) (Package, int, bool) {
	rest := p.rest()
	if !p.follows("node_modules") || strings.HasPrefix(rest[0], ".") || len(rest) < 2 {
		return Package{}, 0, false
	}
	name, folder := rest[0], 1
	if strings.HasPrefix(name, "@") {
		if len(rest) < 3 {
			return Package{}, 0, false
		}
		name, folder = name+"/"+rest[1], 2
	}
	pkg := Package{System: "npm", Name: name}
	if p.i >= 2 && p.parts[p.i-2] == ".pnpm" {
		tail, ok := strings.CutPrefix(p.parts[p.i-1], strings.ReplaceAll(name, "/", "+")+"@")
		if ok {
			pkg.Version, _, _ = strings.Cut(tail, "_")
			pkg.Version, _, _ = strings.Cut(pkg.Version, "(")
		}
	}
	return pkg, folder, true
}

// goCacheTree knows pkg/mod/MODULE@VERSION and pkg/mod/cache/download/MODULE/@v/VERSION.zip.
func goCacheTree(p place) (Package, int, bool) {
	if !p.follows("pkg", "mod") {
		return Package{}, 0, false
	}
	rest := p.rest()
	for n, part := range rest[:len(rest)-1] {
		if module, version, ok := strings.Cut(part, "@"); ok && module != "" {
			name := strings.Join(append(rest[:n:n], module), "/")
			return Package{System: "go", Name: unescapeModule(name), Version: unescapeModule(version)}, n + 1, true
		}
		if part == "@v" && n > 2 && rest[0] == "cache" && rest[1] == "download" {
			file := rest[n+1]
			version := strings.TrimSuffix(strings.TrimSuffix(file, path.Ext(file)), ".zip")
			return Package{System: "go", Name: unescapeModule(strings.Join(rest[2:n], "/")), Version: unescapeModule(version)}, n + 1, true
		}
	}
	return Package{}, 0, false
}

// unescapeModule undoes how the module cache spells capital letters: !x for X.
func unescapeModule(s string) string {
	if !strings.Contains(s, "!") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '!' && i+1 < len(s) && s[i+1] >= 'a' && s[i+1] <= 'z' {
			i++
			b.WriteByte(s[i] - 'a' + 'A')
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// goVendorTree knows vendor/HOST/…, of which the first component is a host's name. Where modules.txt is known, it tells
// the module and its version better.
func goVendorTree(p place) (Package, int, bool) {
	rest := p.rest()
	if !p.follows("vendor") || len(rest) < 3 || strings.HasPrefix(rest[0], ".") {
		return Package{}, 0, false
	}
	folder := min(3, len(rest)-1)
	switch rest[0] {
	case "github.com", "gitlab.com", "bitbucket.org", "codeberg.org":
	case "golang.org", "google.golang.org", "gopkg.in", "k8s.io", "sigs.k8s.io", "go.uber.org", "cloud.google.com",
		"go.opentelemetry.io", "modernc.org", "honnef.co", "gotest.tools", "gorm.io", "oras.land", "helm.sh", "dario.cat", "go.etcd.io":
		if rest[0] != "golang.org" {
			folder = 2
		}
	default:
		return Package{}, 0, false
	}
	return Package{System: "go", Name: strings.Join(rest[:folder], "/")}, folder, true
}

// pythonTree knows what lies in site-packages and dist-packages. The name is that of the module; a database tells that
// of the distribution.
func pythonTree(p place) (Package, int, bool) {
	if !p.follows("site-packages") && !p.follows("dist-packages") {
		return Package{}, 0, false
	}
	rest := p.rest()
	top := rest[0]
	if top == "__pycache__" && len(rest) > 1 {
		name, _, _ := strings.Cut(rest[1], ".")
		return Package{System: "python", Name: name}, 1, true
	}
	for _, suffix := range []string{".dist-info", ".egg-info", ".egg"} {
		if base, ok := strings.CutSuffix(top, suffix); ok {
			name, version, _ := strings.Cut(base, "-")
			version, _, _ = strings.Cut(version, "-")
			return Package{System: "python", Name: name, Version: version}, 1, true
		}
	}
	if len(rest) == 1 { // a module of one file
		name, _, ok := strings.Cut(top, ".")
		return Package{System: "python", Name: name}, 0, ok && name != ""
	}
	// The plugins of Ansible's own collections begin with their documents.
	plugin := top == "ansible_collections" && len(rest) > 4 && (rest[3] == "plugins" || rest[3] == "molecule")
	return Package{System: "python", Name: top, Common: plugin}, 1, true
}

// mavenTree knows .m2/repository/GROUP/ARTIFACT/VERSION/FILE, and the same of Debian.
func mavenTree(p place) (Package, int, bool) {
	if !p.follows(".m2", "repository") && !p.follows("share", "maven-repo") {
		return Package{}, 0, false
	}
	return mavenPackage(p.rest())
}

func mavenPackage(rest []string) (Package, int, bool) {
	for n := 3; n < len(rest); n++ { // the file's name begins with the artifact's and the version
		artifact, version := rest[n-2], rest[n-1]
		if strings.HasPrefix(rest[n], artifact+"-"+version) {
			return Package{System: "maven", Name: strings.Join(rest[:n-2], ".") + ":" + artifact, Version: version}, n, true
		}
	}
	return Package{}, 0, false
}

// gradleTree knows modules-2/files-2.1/GROUP/ARTIFACT/VERSION/HASH/FILE.
func gradleTree(p place) (Package, int, bool) {
	rest := p.rest()
	if !p.follows("modules-2", "files-2.1") || len(rest) < 5 {
		return Package{}, 0, false
	}
	return Package{System: "maven", Name: rest[0] + ":" + rest[1], Version: rest[2]}, 4, true
}

// cargoTree knows registry/src/HOST-HASH/NAME-VERSION and registry/cache/HOST-HASH/NAME-VERSION.crate, and Debian's
// share/cargo/registry/NAME-VERSION.
func cargoTree(p place) (Package, int, bool) {
	rest := p.rest()
	if p.follows("share", "cargo", "registry") && len(rest) > 1 {
		name, version, ok := nameVersion(rest[0])
		return Package{System: "cargo", Name: name, Version: version}, 1, ok
	}
	if !p.follows("registry", "src") && !p.follows("registry", "cache") || len(rest) < 2 {
		return Package{}, 0, false
	}
	crate, ok := strings.CutSuffix(rest[1], ".crate")
	if !ok && len(rest) < 3 {
		return Package{}, 0, false
	}
	name, version, ok := nameVersion(crate)
	return Package{System: "cargo", Name: name, Version: version}, 2, ok
}

// gemTree knows gems/NAME-VERSION and specifications/NAME-VERSION.gemspec; gems/VERSION/gems is of Ruby itself.
func gemTree(p place) (Package, int, bool) {
	rest := p.rest()
	switch {
	case p.follows("gems") && len(rest) > 1:
		name, version, ok := nameVersion(rest[0])
		return Package{System: "gem", Name: name, Version: version}, 1, ok
	case p.follows("specifications") && strings.HasSuffix(rest[0], ".gemspec"):
		name, version, ok := nameVersion(strings.TrimSuffix(rest[0], ".gemspec"))
		return Package{System: "gem", Name: name, Version: version}, 1, ok
	case p.follows("cache") && strings.HasSuffix(rest[0], ".gem"):
		name, version, ok := nameVersion(strings.TrimSuffix(rest[0], ".gem"))
		return Package{System: "gem", Name: name, Version: version}, 1, ok
	}
	return Package{}, 0, false
}

// nameVersion splits NAME-VERSION, where the version begins with the first digit after a hyphen that no letter follows.
func nameVersion(s string) (name, version string, ok bool) {
	for i := 1; i+1 < len(s); i++ {
		if s[i] != '-' || s[i+1] < '0' || s[i+1] > '9' {
			continue
		}
		if j := i + 1 + len(s[i+1:]) - len(strings.TrimLeft(s[i+1:], "0123456789")); j == len(s) || s[j] == '.' {
			return s[:i], s[i+1:], true
		}
	}
	return "", "", false
}

// condaTree knows pkgs/NAME-VERSION-BUILD of conda.
func condaTree(p place) (Package, int, bool) {
	rest := p.rest()
	if !p.follows("pkgs") || p.i == 0 || len(rest) < 2 || !strings.Contains(p.parts[p.i-1], "conda") && !strings.Contains(p.parts[p.i-1], "mamba") {
		return Package{}, 0, false
	}
	name, version, ok := nameVersion(rest[0])
	version, _, _ = strings.Cut(version, "-")
	return Package{System: "conda", Name: name, Version: version}, 1, ok
}

// runtimeTree knows the libraries of languages where they are installed without a package.
func runtimeTree(p place) (Package, int, bool) {
	rest := p.rest()
	switch {
	case p.follows("usr", "local", "go") && len(rest) > 1:
		return Package{System: "go", Name: "std", Common: true}, 0, true
	case p.follows("lib") && strings.HasPrefix(rest[0], "python3.") && len(rest) > 1:
		return Package{System: "python", Name: "python", Version: strings.TrimPrefix(rest[0], "python")}, 1, true
	case p.follows("lib", "ruby") && len(rest) > 1 && rest[0] != "" && rest[0][0] >= '0' && rest[0][0] <= '9':
		return Package{System: "ruby", Name: "ruby", Version: rest[0]}, 1, true
	}
	return Package{}, 0, false
}

// indexTree knows the lists of all packages that package managers keep of their sources: who wrote those texts wrote them
// for everybody.
func indexTree(p place) (Package, int, bool) {
	rest := p.rest()
	last := rest[len(rest)-1]
	switch {
	case p.follows("var", "lib", "apt", "lists") && (strings.Contains(last, "_Packages") || strings.Contains(last, "_Translation-") || strings.Contains(last, "_Sources") || strings.Contains(last, "Release")):
		host, _, _ := strings.Cut(last, "_")
		return Package{System: "apt", Name: host, Common: true}, 0, true
	case p.follows("cache", "dnf") || p.follows("cache", "yum") || p.follows("cache", "libdnf5") || p.follows("cache", "zypp"):
		return Package{System: "rpm", Name: rest[0], Common: true}, 0, slices.Contains(rest, "repodata") || strings.HasSuffix(last, ".solv")
	case p.follows("var", "lib", "dpkg") && len(rest) == 1 && (last == "status" || last == "status-old" || last == "available" || last == "available-old"):
		return Package{System: "dpkg", Name: last}, 0, true // what packages say of themselves, a company's own among them
	case p.follows("cache", "apk") && strings.HasPrefix(last, "APKINDEX."):
		return Package{System: "apk", Name: "index", Common: true}, 0, true
	}
	return Package{}, 0, false
}

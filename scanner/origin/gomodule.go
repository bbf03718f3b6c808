package origin

import (
	"path"
	"regexp"
	"strings"
)

// goVersion is a module's version as the module cache and proxies spell it: canonical, and a capital letter with ! before
// its small one.
var goVersion = regexp.MustCompile(`^v[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.!-]+)?(?:\+[0-9A-Za-z.!-]+)?$`)

// goProxyFiles end the files that a proxy serves of a version, and those that the cache keeps beside them.
var goProxyFiles = map[string]bool{".zip": true, ".mod": true, ".info": true, ".ziphash": true}

// goModuleTree knows a module by the shape of its folder alone, wherever GOMODCACHE or a proxy's storage lies:
// HOST/PATH@VERSION/… and HOST/PATH/@v/VERSION.zip, as golang.org/ref/mod has them.
func goModuleTree(p place) (Package, int, bool) {
	last, version, ok := strings.Cut(p.parts[p.i], "@")
	if !ok {
		return Package{}, 0, false
	}
	elements, folder := append(p.parts[:p.i:p.i], last), 0
	if last == "" && version == "v" {
		file := p.parts[p.i+1]
		if !goProxyFiles[path.Ext(file)] {
			return Package{}, 0, false
		}
		elements, version, folder = p.parts[:p.i], strings.TrimSuffix(file, path.Ext(file)), 1
		if p.i+2 == len(p.parts) {
			folder = 0 // nothing below the file
		}
	}
	if !goVersion.MatchString(version) {
		return Package{}, 0, false
	}
	host := moduleHost(elements)
	if host < 0 {
		return Package{}, 0, false
	}
	return Package{System: "go", Name: unescapeModule(strings.Join(elements[host:], "/")), Version: unescapeModule(version)}, folder, true
}

// moduleHost returns where the path of a module begins among the components that end with its last element: at the nearest
// before that which can be a host's name, or else at the last itself. What lies between are elements of module paths. It
// returns -1 for none.
func moduleHost(elements []string) int {
	last := len(elements) - 1
	for i := last; i >= 0 && moduleElement(elements[i]); i-- {
		if i < last && hostName(elements[i]) {
			return i
		}
	}
	if last >= 0 && hostName(elements[last]) {
		return last
	}
	return -1
}

// moduleElement tells whether s can be an element of a module's path, escaped or not.
func moduleElement(s string) bool {
	if s == "" || s[0] == '.' || s[len(s)-1] == '.' {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~!", c) >= 0:
		default:
			return false
		}
	}
	return true
}

// hostName tells whether an element can begin the path of a module that is downloaded: it has a dot, no capital letter and
// no sign but dots and hyphens, and ends in a domain of letters.
func hostName(s string) bool {
	dot := strings.LastIndexByte(s, '.')
	if dot < 1 || s[0] == '-' || len(s)-dot < 3 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z':
		case i < dot && ('0' <= c && c <= '9' || c == '-' || c == '.'), i == dot:
		default:
			return false
		}
	}
	return true
}

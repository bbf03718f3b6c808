package origin

import "strings"

// gopathTree knows share/gocode/src/HOST/…, where Debian puts the sources of Go's packages.
func gopathTree(p place) (Package, int, bool) {
	rest := p.rest()
	if !p.follows("share", "gocode", "src") || len(rest) < 3 {
		return Package{}, 0, false
	}
	folder := min(3, len(rest)-1)
	return Package{System: "go", Name: strings.Join(rest[:folder], "/")}, folder, true
}

// nodeTree knows share/nodejs/NAME and share/nodejs/@SCOPE/NAME, where Debian puts packages of npm.
func nodeTree(p place) (Package, int, bool) {
	rest := p.rest()
	if !p.follows("share", "nodejs") || len(rest) < 2 {
		return Package{}, 0, false
	}
	if strings.HasPrefix(rest[0], "@") && len(rest) > 2 {
		return Package{System: "npm", Name: rest[0] + "/" + rest[1]}, 2, true
	}
	return Package{System: "npm", Name: rest[0]}, 1, true
}

// rTree knows lib/R/library/NAME, of R itself, and lib/R/site-library/NAME, of CRAN.
func rTree(p place) (Package, int, bool) {
	rest := p.rest()
	if !p.follows("lib", "R", "library") && !p.follows("lib", "R", "site-library") || len(rest) < 2 {
		return Package{}, 0, false
	}
	return Package{System: "r", Name: rest[0]}, 1, true
}

// perlTree knows the folders of Perl's modules, its own and those of CPAN: lib/perl5, lib/ARCHITECTURE/perl5, share/perl5, and
// share/perl/VERSION and its like.
func perlTree(p place) (Package, int, bool) {
	rest := p.rest()
	system := p.follows("share", "perl5") || p.follows("lib", "perl5") || p.i > 1 && p.parts[p.i] == "perl5" && p.parts[p.i-2] == "lib"
	versioned := (p.follows("share", "perl") || p.follows("lib", "perl") || p.i > 1 && p.parts[p.i] == "perl" && p.parts[p.i-2] == "lib") &&
		rest[0] != "" && rest[0][0] == '5'
	if !system && !versioned || len(rest) < 2 {
		return Package{}, 0, false
	}
	return Package{System: "perl", Name: "perl"}, 0, true
}

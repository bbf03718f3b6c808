package credfile

import (
	"path"
	"slices"
	"strings"
)

// Index tells the families of a path. It is immutable.
type Index struct {
	literal map[string][]pattern // by base name
	within  map[string][]pattern // patterns of base names, by the folder that they are of
	globs   globs                // and those of any
}

// globs are patterns by what few base names have: the last byte, or else the first one.
type globs struct {
	last, first [256][]pattern
	free        []pattern // that need neither
}

// add enters a pattern.
func (g *globs) add(p pattern) {
	switch {
	case p.tail != "":
		c := p.tail[len(p.tail)-1]
		g.last[c] = append(g.last[c], p)
	case p.head != "":
		g.first[p.head[0]] = append(g.first[p.head[0]], p)
	default:
		g.free = append(g.free, p)
	}
}

// pattern is one of a family's paths.
type pattern struct {
	family int
	f      *Family
	parts  []string // from the last element on
	head   string   // of a glob: what every base name that matches begins with
	tail   string   // and ends in
	needs  string   // and the longest that it holds
}

// NewIndex returns the index of families.
func NewIndex(families []*Family) *Index {
	x := &Index{literal: map[string][]pattern{}, within: map[string][]pattern{}}
	for i, f := range families {
		for _, name := range f.paths {
			parts := strings.Split(name, "/")
			slices.Reverse(parts)
			p := pattern{family: i, f: f, parts: parts}
			if !strings.ContainsAny(parts[0], `*?[\`) {
				x.literal[parts[0]] = append(x.literal[parts[0]], p)
				continue
			}
			p.head = parts[0][:strings.IndexAny(parts[0], `*?[\`)]
			p.tail = parts[0][strings.LastIndexAny(parts[0], `*?]`)+1:]
			p.needs = longestLiteral(parts[0])
			if len(parts) > 1 && !strings.ContainsAny(parts[1], `*?[\`) {
				x.within[parts[1]] = append(x.within[parts[1]], p)
			} else {
				x.globs.add(p)
			}
		}
	}
	return x
}

// longestLiteral returns the longest stretch without special characters that every name has which matches glob.
func longestLiteral(glob string) string {
	if strings.ContainsAny(glob, `[\`) {
		return ""
	}
	literals := strings.FieldsFunc(glob, func(r rune) bool { return r == '*' || r == '?' })
	return slices.MaxFunc(append(literals, ""), func(a, b string) int { return len(a) - len(b) })
}

// copies are endings of names that editors and administrators give to copies.
var copies = []string{"~", "-", ".bak", ".old", ".orig", ".save", ".backup", ".copy", ".1", ".dpkg-old", ".dpkg-dist", ".rpmsave", ".rpmnew"}

// Of returns the families that a file of that path may be of, in the order of NewIndex. The path of a member of an archive
// stands after a '!'. The case of names does not matter, nor an ending that says copy.
func (x *Index) Of(name string) []*Family {
	parent, base := lastTwo(name)
	found := x.match(nil, name, parent, base)
	for _, ending := range copies {
		if plain, ok := strings.CutSuffix(base, ending); ok && plain != "" {
			found = x.match(found, name, parent, plain)
		}
	}
	if found == nil {
		return nil
	}
	slices.SortFunc(found, func(a, b pattern) int { return a.family - b.family })
	found = slices.CompactFunc(found, func(a, b pattern) bool { return a.family == b.family })
	var out []*Family
	for _, p := range found {
		out = append(out, p.f)
	}
	return out
}

// lastTwo returns the last two elements of a path, in lower case.
func lastTwo(name string) (parent, base string) {
	i := separator(name)
	base = strings.ToLower(name[i+1:])
	if i > 0 {
		parent = name[:i]
		parent = strings.ToLower(parent[separator(parent)+1:])
	}
	return parent, base
}

// separator returns where the last separator of elements stands in a path, or -1.
func separator(name string) int {
	i := len(name) - 1
	for i >= 0 && name[i] != '/' && name[i] != '!' {
		i--
	}
	return i
}

// match adds the patterns that name, whose last two elements are parent and base, is of.
func (x *Index) match(found []pattern, name, parent, base string) []pattern {
	if base == "" {
		return found
	}
	for _, patterns := range [...][]pattern{
		x.literal[base], x.within[parent], x.globs.last[base[len(base)-1]], x.globs.first[base[0]], x.globs.free,
	} {
		for i := range patterns {
			p := &patterns[i]
			if strings.HasSuffix(base, p.tail) && strings.HasPrefix(base, p.head) && strings.Contains(base, p.needs) && p.holds(name, base) {
				found = append(found, *p)
			}
		}
	}
	return found
}

// holds tells whether the last elements of a path are what p says.
func (p *pattern) holds(name, base string) bool {
	if ok, err := path.Match(p.parts[0], base); err != nil || !ok {
		return false
	}
	for _, part := range p.parts[1:] {
		i := separator(name)
		if i < 0 {
			return false
		}
		name = name[:i]
		element := strings.ToLower(name[separator(name)+1:])
		if ok, err := path.Match(part, element); err != nil || !ok {
			return false
		}
	}
	return true
}

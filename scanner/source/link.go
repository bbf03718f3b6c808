package source

import (
	"cmp"
	"maps"
	"os"
	"slices"
	"time"
)

// Link is a name that a repository of a registry has for a manifest or index: a tag, or the bare digest.
type Link struct {
	Repository  string
	Tag         string // empty for what the repository holds under its digest
	Digest      string
	Past        bool // the tag named it once and now names another, or none
	Since       time.Time
	SinceSource string // what tells Since, which is zero where nothing does
}

// Index is an index of a registry and the digests of the manifests that it names, sorted.
type Index struct {
	Digest    string
	Manifests []string
}

// OpenRegistry opens all that sel chooses of a registry: of its storage where that is a folder, else of the host of that
// name.
func OpenRegistry(where string, sel Selection, opts Options) (Source, error) {
	if IsStorage(where) {
		return OpenStorage(where, sel, opts)
	}
	return OpenCatalog(where, sel, opts)
}

// IsStorage tells whether a registry is given by the folder of its storage.
func IsStorage(where string) bool {
	info, err := os.Stat(where)
	return err == nil && info.IsDir()
}

// indexes returns the indexes that were read, in order of their digest.
func (g *graph) indexes() []Index {
	all := make([]Index, 0, len(g.visited))
	for _, digest := range slices.Sorted(maps.Keys(g.visited)) {
		all = append(all, Index{digest, g.visited[digest]})
	}
	return all
}

// sortLinks orders links by repository, tag and age, and drops what is said twice.
func sortLinks(all []Link) []Link {
	slices.SortFunc(all, func(a, b Link) int {
		past := map[bool]int{true: -1}
		return cmp.Or(cmp.Compare(a.Repository, b.Repository), cmp.Compare(a.Tag, b.Tag), cmp.Compare(past[a.Past], past[b.Past]),
			a.Since.Compare(b.Since), cmp.Compare(a.Digest, b.Digest))
	})
	return slices.CompactFunc(all, func(a, b Link) bool {
		return a.Repository == b.Repository && a.Tag == b.Tag && a.Digest == b.Digest && a.Past == b.Past
	})
}

// sortIndexes orders indexes by digest and drops what several repositories hold.
func sortIndexes(all []Index) []Index {
	slices.SortFunc(all, func(a, b Index) int { return cmp.Compare(a.Digest, b.Digest) })
	return slices.CompactFunc(all, func(a, b Index) bool { return a.Digest == b.Digest })
}

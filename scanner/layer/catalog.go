package layer

import (
	"archive/tar"
	"slices"
	"sort"
	"strings"
	"sync"
)

// Catalog finds the records of a layer by their paths. It is made once for all images that share the layer, and
// is safe for concurrent use. The zero value is that of a layer that was not read.
type Catalog struct {
	records []Record
	byPath  []int32 // positions of the records, in order of path and of the archive
	links   []int32 // positions of the hard links

	mu    sync.Mutex
	asked map[string][]int32 // what at returned: images that share a layer ask for the same
}

// NewCatalog returns the catalog of records, which must not change.
func NewCatalog(records []Record) *Catalog {
	c := &Catalog{records: records, byPath: make([]int32, len(records))}
	for i := range records {
		c.byPath[i] = int32(i)
		if records[i].Type == tar.TypeLink {
			c.links = append(c.links, int32(i))
		}
	}
	slices.SortStableFunc(c.byPath, func(a, b int32) int { return strings.Compare(records[a].Path, records[b].Path) })
	return c
}

// Links returns the positions of the layer's hard links, in order. The caller must not change them.
func (c *Catalog) Links() []int32 { return c.links }

// at returns the positions of the records of a path, in order.
func (c *Catalog) at(path string) []int32 {
	if len(c.byPath) == 0 {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	known, ok := c.asked[path]
	if !ok {
		known = c.find(path)
		if c.asked == nil {
			c.asked = make(map[string][]int32)
		}
		if len(c.asked) < maxAsked {
			c.asked[path] = known
		}
	}
	return known
}

// maxAsked bounds the paths whose records are kept found.
const maxAsked = 1 << 16

func (c *Catalog) find(path string) []int32 {
	lo := c.from(path)
	hi := lo
	for hi < len(c.byPath) && c.records[c.byPath[hi]].Path == path {
		hi++
	}
	return c.byPath[lo:hi]
}

// below returns the positions of the records of what lies below a path.
func (c *Catalog) below(path string) []int32 {
	if path == "" {
		return c.byPath[len(c.at("")):]
	}
	lo := c.from(path + "/")
	return c.byPath[lo:max(lo, c.from(path+"0"))] // the next character after '/'
}

// from returns where in byPath the first record is whose path does not come before path.
func (c *Catalog) from(path string) int {
	return sort.Search(len(c.byPath), func(i int) bool { return c.records[c.byPath[i]].Path >= path })
}

package unpack

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"slices"
	"strings"
	"sync"
)

// gitGraphBytes bounds the memory of one graph.
const gitGraphBytes = 128 << 20

// GitPlace tells where a commit has an object.
type GitPlace struct {
	Commit string // of the commits that reach it the one with the earliest author date; empty where none does
	Path   string // in that commit, slash-separated, raw; without a commit, in the topmost tree that holds it
	Date   string // author date of Commit, RFC 3339, in the author's time zone
	Tag    string // of the tags that contain Commit the first by author date; without a commit, one that names the object or its topmost tree
}

// facts writes what is known into m.
func (p GitPlace) facts(m map[string]string) {
	for key, value := range map[string]string{FactCommit: p.Commit, FactPath: p.Path, FactDate: p.Date, FactTag: p.Tag} {
		if value != "" {
			m[key] = value
		}
	}
}

// GitGraph holds the commits and trees of any number of git repositories and tells which commit reaches a blob. It is
// filled by unpacking packs and loose objects with Input.Git set, in any order and from several goroutines, so that a
// commit of one layer explains a blob of another. A graph takes up to 128 MiB; beyond, it takes nothing in and tells by
// Complete.
type GitGraph struct {
	mu      sync.Mutex
	keys    gitKeys
	trees   []int32 // by key: number of its tree + 1, 0 where it is none that we have
	tree    []gitTreeSpan
	edges   []gitEdge
	names   []string
	nameOf  map[string]int32
	commits []gitCommitNode
	have    map[int32]bool // keys of commits
	tags    []gitTagNode
	named   map[int32]int32 // by key of a tag object: key of what it names
	used    int64
	full    bool
	built   bool
	reached []gitReach // by key, once built
}

type gitTreeSpan struct {
	key        int32
	start, end uint32 // of its edges
}

type gitEdge struct{ child, name int32 }

type gitCommitNode struct {
	id   []byte
	tree int32 // key
	unix int64
	date string

	parents []int32 // keys
	tag     int32   // number of the first tag that contains it + 1, once built
}

// gitReach tells how a key was reached first.
type gitReach struct {
	commit int32 // index + 1; 0 not reached, -1 by no commit
	parent int32 // key of the tree that names it, -1 for the tree of a commit
	name   int32 // in that tree
	tagged bool  // parent is -1, and name the number of a tag
}

// NewGitGraph returns an empty graph.
func NewGitGraph() *GitGraph {
	return &GitGraph{keys: newGitKeys(), nameOf: map[string]int32{}, have: map[int32]bool{}, named: map[int32]int32{}}
}

// Complete reports whether the graph took in everything that it was given.
func (g *GitGraph) Complete() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return !g.full
}

// Locate tells where the blob with the facts of a member, or one of the same identity, lies. Once it was called, what is
// added costs the next call the time of a walk over the whole graph.
func (g *GitGraph) Locate(facts map[string]string) (GitPlace, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.build()
	for _, fact := range []string{FactObject, FactObject256} {
		if id := gitHex([]byte(facts[fact])); id != nil {
			if p, ok := g.locate(id); ok {
				return p, true
			}
		}
	}
	return GitPlace{}, false
}

func keyOf(id []byte) gitKey { return gitKey(id[:gitSHA1]) }

// charge reports whether n more bytes fit.
func (g *GitGraph) charge(n int) bool {
	if g.full || g.used+int64(n) > gitGraphBytes {
		g.full = true
		return false
	}
	g.used += int64(n)
	return true
}

// key returns the number of an identity. It is charged as if it were new.
func (g *GitGraph) key(k gitKey) int32 {
	n := g.keys.add(k)
	if int(n) == len(g.trees) {
		g.trees = append(g.trees, 0)
		g.used += 48
	}
	return n
}

func (g *GitGraph) intern(name []byte) int32 {
	n, ok := g.nameOf[string(name)]
	if !ok {
		n = int32(len(g.names)) // bounded by gitGraphBytes
		s := string(name)
		g.names = append(g.names, s)
		g.nameOf[s] = n
		g.used += int64(len(s)) + 64
	}
	return n
}

// addCommit takes in a commit.
func (g *GitGraph) addCommit(id, data []byte) {
	c, ok := parseCommit(data)
	if !ok {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.putCommit(gitCommitNode{id: bytes.Clone(id), unix: c.unix, date: c.date()}, keyOf(c.tree), c.parents)
}

func (g *GitGraph) putCommit(c gitCommitNode, tree gitKey, parents []gitKey) {
	if !g.charge(184 + 52*len(parents)) {
		return
	}
	key := g.key(keyOf(c.id))
	if g.have[key] {
		return
	}
	g.have[key] = true
	c.tree = g.key(tree)
	c.parents = make([]int32, len(parents))
	for i, parent := range parents {
		c.parents[i] = g.key(parent)
	}
	g.commits = append(g.commits, c)
	g.built = false
}

// addTree takes in a tree, as far as it can be read. It calls name, unless nil, for each name that the graph has not
// seen before.
func (g *GitGraph) addTree(id, data []byte, size gitSize, name func(string)) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	key := g.key(keyOf(id))
	if g.trees[key] != 0 {
		return true
	}
	start := len(g.edges)
	whole := treeEntries(data, size, func(e treeEntry) {
		if e.link || !g.charge(8) {
			return
		}
		known := len(g.names)
		n := g.intern(e.name)
		if len(g.names) > known && name != nil {
			name(g.names[n])
		}
		g.edges = append(g.edges, gitEdge{child: g.key(keyOf(e.id)), name: n})
	})
	g.closeTree(key, start)
	return whole
}

// addEntries takes in names of blobs that no tree has, under an identity of their own.
func (g *GitGraph) addEntries(id []byte, entries []treeEntry) {
	g.mu.Lock()
	defer g.mu.Unlock()
	key := g.key(keyOf(id))
	if g.trees[key] != 0 {
		return
	}
	start := len(g.edges)
	for _, e := range entries {
		if g.charge(8) {
			g.edges = append(g.edges, gitEdge{child: g.key(keyOf(e.id)), name: g.intern(e.name)})
		}
	}
	g.closeTree(key, start)
}

// closeTree makes the edges from start on those of the tree key.
func (g *GitGraph) closeTree(key int32, start int) {
	if !g.charge(12) {
		return
	}
	g.tree = append(g.tree, gitTreeSpan{key, uint32(start), uint32(len(g.edges))}) // bounded
	g.trees[key] = int32(len(g.tree))                                              // bounded
	g.built = false
}

// merge takes in all of from, which nobody else uses.
func (g *GitGraph) merge(from *GitGraph) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.full = g.full || from.full
	for _, c := range from.commits {
		parents := make([]gitKey, len(c.parents))
		for i, parent := range c.parents {
			parents[i] = from.keys.keys[parent]
		}
		g.putCommit(c, from.keys.keys[c.tree], parents)
	}
	g.mergeTags(from)
	for _, t := range from.tree {
		key := g.key(from.keys.keys[t.key])
		if g.trees[key] != 0 {
			continue
		}
		start := len(g.edges)
		for _, e := range from.edges[t.start:t.end] {
			if !g.charge(8) {
				break
			}
			name := g.intern([]byte(from.names[e.name]))
			g.edges = append(g.edges, gitEdge{child: g.key(from.keys.keys[e.child]), name: name})
		}
		g.closeTree(key, start)
	}
}

// build walks the trees of all commits, earliest first, then what tags name beside, and then what nothing reaches. Each tree is walked once.
func (g *GitGraph) build() {
	if g.built {
		return
	}
	g.built = true
	g.reached = make([]gitReach, len(g.trees))
	slices.SortFunc(g.commits, func(a, b gitCommitNode) int {
		return cmp.Or(cmp.Compare(a.unix, b.unix), bytes.Compare(a.id, b.id))
	})
	g.release()
	for i, c := range g.commits {
		g.walk(c.tree, int32(i)+1) // bounded
	}
	g.walkTagged()
	for _, key := range g.roots() {
		g.walk(key, -1)
	}
}

// walk marks what the tree at key reaches, unless it was reached before.
func (g *GitGraph) walk(key, commit int32) {
	if g.reached[key].commit != 0 {
		return
	}
	g.reached[key] = gitReach{commit: commit, parent: -1}
	todo := []int32{key}
	for len(todo) > 0 {
		key = todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if g.trees[key] == 0 {
			continue
		}
		t := g.tree[g.trees[key]-1]
		for _, e := range g.edges[t.start:t.end] {
			if g.reached[e.child].commit == 0 {
				g.reached[e.child] = gitReach{commit: commit, parent: key, name: e.name}
				todo = append(todo, e.child)
			}
		}
	}
}

// roots returns the trees that no commit and no other tree reaches, in order of identity.
func (g *GitGraph) roots() []int32 {
	inner := make([]bool, len(g.trees))
	for _, t := range g.tree {
		for _, e := range g.edges[t.start:t.end] {
			inner[e.child] = true
		}
	}
	var roots []int32
	for _, t := range g.tree {
		if !inner[t.key] && g.reached[t.key].commit == 0 {
			roots = append(roots, t.key)
		}
	}
	slices.SortFunc(roots, func(a, b int32) int { return bytes.Compare(g.keys.keys[a][:], g.keys.keys[b][:]) })
	return roots
}

// maxGitPath bounds a path: trees may nest as deep as their number.
const maxGitPath = 4096

func (g *GitGraph) locate(id []byte) (GitPlace, bool) {
	key := g.keys.find(keyOf(id))
	if key < 0 || g.reached[key].commit == 0 {
		return GitPlace{}, false
	}
	r := g.reached[key]
	var place GitPlace
	if r.commit > 0 {
		c := g.commits[r.commit-1]
		place.Commit, place.Date = hex.EncodeToString(c.id), c.date
		if c.tag > 0 {
			place.Tag = g.tags[c.tag-1].name
		}
	}
	var parts []string
	for n := 0; r.parent >= 0 && n < maxGitPath; r = g.reached[r.parent] {
		parts = append(parts, g.names[r.name])
		n += len(g.names[r.name]) + 1
	}
	if r.tagged {
		place.Tag = g.tags[r.name].name
	}
	slices.Reverse(parts)
	place.Path = strings.Join(parts, "/")
	return place, true
}

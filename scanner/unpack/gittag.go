package unpack

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
)

// gitTagNode is a name of something: of a commit as a rule, but a tag may name a tree or a blob too.
type gitTagNode struct {
	name   string
	target int32 // key; of a tag object where the tag has a message
}

const (
	tagFolder = "refs/tags/"
	// longestTag bounds the name of a tag, and tagHops how many tag objects may lead from a tag to what it names.
	longestTag = 1024
	tagHops    = 16
)

// parseTag reads the header of a tag object.
func parseTag(data []byte) (target []byte, name string, ok bool) {
	for range 3 {
		line, rest, _ := bytes.Cut(data, []byte("\n"))
		data = rest
		key, value, _ := bytes.Cut(line, []byte(" "))
		switch string(key) {
		case "object":
			target = gitHex(value)
		case "tag":
			name = string(value[:min(len(value), longestTag)])
		}
	}
	return target, name, target != nil && name != ""
}

// addTag takes in a tag object.
func (g *GitGraph) addTag(id, data []byte) {
	target, name, ok := parseTag(data)
	if !ok {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.putTag(name, keyOf(target))
	if g.charge(32) {
		g.named[g.key(keyOf(id))] = g.key(keyOf(target))
	}
}

// AddReference takes in the tag that the file at path, whose content is data, is if it is one: a reference without a
// message of its own (gitrepository-layout, refs/tags). It reports whether it is.
func (g *GitGraph) AddReference(path string, data []byte) bool {
	if len(data) < 2*int(gitSHA1) || len(data) > 2*int(gitSHA256)+2 {
		return false
	}
	at := strings.LastIndex("/"+path, "/"+tagFolder)
	id := gitHex(bytes.TrimRight(data, "\r\n"))
	if at < 0 || id == nil {
		return false
	}
	g.addReference(path[at:], id)
	return true
}

// addReference takes in a reference by its full name, if it is a tag.
func (g *GitGraph) addReference(name string, id []byte) {
	name, ok := strings.CutPrefix(name, tagFolder)
	if !ok || name == "" || len(name) > longestTag {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.putTag(name, keyOf(id))
}

func (g *GitGraph) putTag(name string, target gitKey) {
	if g.charge(64 + len(name)) {
		g.tags = append(g.tags, gitTagNode{name, g.key(target)})
		g.built = false
	}
}

// addReferences takes in the tags that text lists, lines of an identity and a name, until the first that is none.
func (g *GitGraph) addReferences(text *bufio.Scanner, most int) error {
	for ; most > 0 && text.Scan(); most-- {
		id, name, ok := strings.Cut(text.Text(), " ")
		if target := gitHex([]byte(id)); ok && target != nil {
			g.addReference(name, target)
		}
	}
	if most == 0 && text.Scan() {
		return limited("reading more references than an archive may have entries")
	}
	return text.Err()
}

func matchPackedReferences(head []byte) bool {
	return bytes.HasPrefix(head, []byte("# pack-refs with"))
}

// unpackReferences tells the graph the tags of a packed-refs file (git-pack-refs). It yields nothing: the file is text.
func unpackReferences(_ context.Context, in Input, out *sink) error {
	if in.Git == nil {
		return nil
	}
	return in.Git.addReferences(bufio.NewScanner(in.Reader), out.lim.Entries)
}

// mergeTags takes in those of from, which nobody else uses.
func (g *GitGraph) mergeTags(from *GitGraph) {
	for _, t := range from.tags {
		g.putTag(t.name, from.keys.keys[t.target])
	}
	for _, id := range slices.Sorted(maps.Keys(from.named)) {
		if g.charge(32) {
			g.named[g.key(from.keys.keys[id])] = g.key(from.keys.keys[from.named[id]])
		}
	}
}

// peel returns what a tag names in the end.
func (g *GitGraph) peel(t gitTagNode) int32 {
	key := t.target
	for range tagHops {
		next, ok := g.named[key]
		if !ok {
			break
		}
		key = next
	}
	return key
}

// release tells of each commit the first tag that contains it: of the tagged commits, the one with the earliest author
// date. The commits are in that order.
func (g *GitGraph) release() {
	if len(g.tags) == 0 {
		return
	}
	at := make(map[int32]int32, len(g.commits)) // by key
	for i := range g.commits {
		at[g.keys.find(keyOf(g.commits[i].id))] = int32(i)
		g.commits[i].tag = 0
	}
	slices.SortFunc(g.tags, func(a, b gitTagNode) int {
		x, y := g.keys.keys[a.target], g.keys.keys[b.target]
		return cmp.Or(cmp.Compare(a.name, b.name), bytes.Compare(x[:], y[:]))
	})
	tagged := make(map[int32]int32) // by commit: number of its first tag + 1
	for n, t := range g.tags {
		if i, ok := at[g.peel(t)]; ok && tagged[i] == 0 {
			tagged[i] = int32(n) + 1
		}
	}
	for _, first := range slices.Sorted(maps.Keys(tagged)) {
		todo := []int32{first}
		for len(todo) > 0 {
			c := &g.commits[todo[len(todo)-1]]
			todo = todo[:len(todo)-1]
			if c.tag != 0 {
				continue
			}
			c.tag = tagged[first]
			for _, parent := range c.parents {
				if i, ok := at[parent]; ok && g.commits[i].tag == 0 {
					todo = append(todo, i)
				}
			}
		}
	}
}

// walkTagged marks what tags name that no commit reaches: a tree, or a blob as git itself keeps a key in.
func (g *GitGraph) walkTagged() {
	for i, t := range g.tags {
		if key := g.peel(t); g.reached[key].commit == 0 {
			g.walk(key, -1)
			g.reached[key].name = int32(i)
			g.reached[key].tagged = true
		}
	}
}

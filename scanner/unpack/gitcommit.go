package unpack

import (
	"bytes"
	"encoding/hex"
	"strconv"
	"time"
)

// commit is what the graph needs of a commit object.
type commit struct {
	tree    []byte
	parents []gitKey
	unix    int64 // author date
	zone    int   // minutes east of UTC
}

// date returns the author date in its own time zone.
func (c commit) date() string {
	return time.Unix(c.unix, 0).In(time.FixedZone("", c.zone*60)).Format(time.RFC3339)
}

// parseCommit reads the header of a commit. One without a readable author date has the last one that can be written, so
// that it never passes for the first.
func parseCommit(data []byte) (commit, bool) {
	c := commit{unix: maxUnix}
	for len(data) > 0 {
		line, rest, _ := bytes.Cut(data, []byte("\n"))
		if len(line) == 0 {
			break
		}
		data = rest
		key, value, _ := bytes.Cut(line, []byte(" "))
		switch {
		case string(key) == "tree" && c.tree == nil:
			if c.tree = gitHex(value); c.tree == nil {
				return c, false
			}
		case string(key) == "parent":
			if id := gitHex(value); id != nil {
				c.parents = append(c.parents, keyOf(id))
			}
		case string(key) == "author":
			c.unix, c.zone = parseSignature(value)
			return c, c.tree != nil
		}
	}
	return c, c.tree != nil
}

// gitHex returns the identity that text spells, nil where it spells none.
func gitHex(text []byte) []byte {
	if len(text) != 2*int(gitSHA1) && len(text) != 2*int(gitSHA256) {
		return nil
	}
	id := make([]byte, hex.DecodedLen(len(text)))
	if _, err := hex.Decode(id, text); err != nil {
		return nil
	}
	return id
}

// maxUnix is the last second of the year 9999, the last that RFC 3339 can write.
const maxUnix = 253402300799 - 24*3600

// parseSignature returns the time of "NAME <MAIL> SECONDS ZONE", maxUnix where it has none.
func parseSignature(value []byte) (unix int64, zone int) {
	_, when, _ := bytes.Cut(value[max(0, bytes.LastIndexByte(value, '>')):], []byte(" "))
	seconds, offset, _ := bytes.Cut(when, []byte(" "))
	unix, err := strconv.ParseInt(string(seconds), 10, 64)
	if err != nil || unix < 0 || unix > maxUnix {
		return maxUnix, 0
	}
	hhmm, err := strconv.Atoi(string(offset))
	if err != nil || hhmm <= -2400 || hhmm >= 2400 {
		return unix, 0
	}
	return unix, hhmm/100*60 + hhmm%100
}

// treeEntry is one line of a tree. Its slices lie in the tree's bytes.
type treeEntry struct {
	name []byte
	id   []byte
	link bool // a submodule: id is a commit of another repository
}

// treeEntries calls add for each entry of a tree whose identities have size bytes, and reports whether data is such a
// tree to its end. add gets the entries before the damage.
func treeEntries(data []byte, size gitSize, add func(treeEntry)) bool {
	for len(data) > 0 {
		space := bytes.IndexByte(data[:min(len(data), 8)], ' ')
		if space < 5 {
			return false
		}
		for _, c := range data[:space] {
			if c < '0' || c > '7' {
				return false
			}
		}
		end := bytes.IndexByte(data, 0)
		if end <= space+1 || len(data)-end-1 < int(size) {
			return false
		}
		add(treeEntry{
			name: data[space+1 : end],
			id:   data[end+1 : end+1+int(size)],
			link: string(data[:space]) == "160000",
		})
		data = data[end+1+int(size):]
	}
	return true
}

package unpack

import (
	"bytes"
	"crypto/sha1" // git names its objects so
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"strconv"
)

// Facts of a member that is a git object. FactCommit, FactPath and FactDate are there where the objects of the same pack
// tell; GitGraph tells them from all the objects of an image.
const (
	FactObject    = "object"        // its identity, in hexadecimal digits
	FactObject256 = "object-sha256" // beside FactObject, where the bytes do not tell which hash the repository uses
	FactKind      = "object-kind"   // "blob", "commit" or "tag"
	FactCommit    = "commit"        // a commit that reaches it
	FactPath      = "path"          // its path in that commit
	FactDate      = "author-date"   // of that commit, RFC 3339
	FactTag       = "tag"           // the first tag that contains that commit, or names the object
)

// gitKind is the type of an object, numbered as in a pack (gitformat-pack).
type gitKind uint8

const (
	gitCommit   gitKind = 1
	gitTree     gitKind = 2
	gitBlob     gitKind = 3
	gitTag      gitKind = 4
	gitOfsDelta gitKind = 6
	gitRefDelta gitKind = 7
)

// gitKinds lists the kinds of object in the order in which they are unpacked: what tells the names of blobs first.
var gitKinds = [...]gitKind{gitCommit, gitTag, gitTree, gitBlob}

// String returns the kind as object headers have it.
func (k gitKind) String() string {
	switch k {
	case gitCommit:
		return "commit"
	case gitTree:
		return "tree"
	case gitBlob:
		return "blob"
	case gitTag:
		return "tag"
	case gitOfsDelta, gitRefDelta:
		return "delta"
	}
	return "unknown"
}

// gitMemory is the size up to which an object is held in memory as a whole.
const gitMemory = 64 << 20

// gitSize is the length of an object's identity in bytes, which tells the hash that the repository uses.
type gitSize int

const (
	gitSHA1   gitSize = sha1.Size
	gitSHA256 gitSize = sha256.Size
)

// hash returns a hash that has taken in the header of an object.
func (s gitSize) hash(kind gitKind, size int64) hash.Hash {
	h := sha1.New() // git names its objects so
	if s == gitSHA256 {
		h = sha256.New()
	}
	header := append([]byte(kind.String()), ' ')
	header = append(strconv.AppendInt(header, size, 10), 0)
	h.Write(header)
	return h
}

// sum returns the identity of an object.
func (s gitSize) sum(kind gitKind, data []byte) []byte {
	h := s.hash(kind, int64(len(data)))
	h.Write(data)
	return h.Sum(nil)
}

// gitText returns the member for a commit or tag, whose text is its bytes as they are.
func gitText(kind gitKind, id []byte, data []byte) Member {
	name := hex.EncodeToString(id)
	m := Member{
		Steps: []string{kind.String() + " " + name},
		Size:  int64(len(data)),
		Kind:  Comment,
		Facts: map[string]string{FactObject: name, FactKind: kind.String()},
		Body:  bytes.NewReader(data),
	}
	if kind != gitCommit {
		return m
	}
	m.Facts[FactCommit] = name
	if c, ok := parseCommit(data); ok {
		m.Facts[FactDate] = c.date()
	}
	return m
}

// gitBlobMember returns the member for a blob without its body. at tells where a commit has it.
func gitBlobMember(id []byte, size int64, at GitPlace) Member {
	name := hex.EncodeToString(id)
	m := Member{
		Name:  at.Path,
		Steps: []string{"blob " + name},
		Size:  size,
		Kind:  Content,
		Facts: map[string]string{FactObject: name, FactKind: gitBlob.String()},
	}
	at.facts(m.Facts)
	return m
}

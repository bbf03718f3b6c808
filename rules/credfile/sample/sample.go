// Package sample makes a realistic file of every kind that package credfile reads, for tests. Its credentials are made when
// it runs; none was ever valid.
package sample

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"
)

// Entry is a credential that a file holds.
type Entry struct{ Secret, User, Host string }

// File is a file of a family.
type File struct {
	Family string // the rule that its entries come under
	Path   string
	Body   string
	Want   []Entry // in the order that they stand in the file
}

// Files returns the files, the same on every call.
func Files() []File {
	var all []File
	for _, group := range [][]File{
		registries(), packages(), hosts(), databases(), clouds(), builds(), webs(), histories(), editors(), networks(), daemons(),
	} {
		all = append(all, group...)
	}
	return all
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"

// made returns n letters of alphabet that follow from seed.
func made(seed, alphabet string, n int) string {
	out := make([]byte, n)
	for i := range out {
		sum := sha256.Sum256(binary.BigEndian.AppendUint32([]byte("credfile "+seed), uint32(i)))
		out[i] = alphabet[int(sum[0])%len(alphabet)]
	}
	return string(out)
}

// password is a value that a person may have chosen or a program made.
func password(seed string) string { return made(seed, letters, 14) }

// token is a long one that a program made.
func token(seed string) string { return made(seed, letters, 40) }

// digits and hex are numbers.
func hex(seed string, n int) string { return made(seed, "0123456789abcdef", n) }

func encoded(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// crypt looks like the hash of a password.
func crypt(seed, kind string) string {
	const alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	switch kind {
	case "6":
		return "$" + "6$" + made(seed+"salt", letters, 16) + "$" + made(seed, alphabet, 86)
	case "y":
		return "$" + "y$j9T$" + made(seed+"salt", letters, 22) + "$" + made(seed, alphabet, 43)
	case "2y":
		return "$" + "2y$10$" + made(seed, alphabet, 53)
	case "P":
		return "$" + "P$B" + made(seed, alphabet, 30)
	}
	return "$" + "apr1$" + made(seed+"salt", letters, 8) + "$" + made(seed, alphabet, 22)
}

// fill puts values in the place of the names in braces.
func fill(text string, pairs ...string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, "{"+pairs[i]+"}", pairs[i+1])
	}
	return text
}

// one returns the file with one value in it, named {v}.
func one(family, path, body, value, user, host string) File {
	return File{family, path, fill(body, "v", value), []Entry{{value, user, host}}}
}

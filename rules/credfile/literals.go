package credfile

import (
	"bytes"
	"regexp"
	"sync"
)

// assigned is a string literal of a program that is given to a name: define('NAME', 'VALUE'), 'NAME' => 'VALUE',
// $x['NAME'] = 'VALUE', NAME = "VALUE", name: 'VALUE', NAME = env('X', 'VALUE').
var assigned = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`([A-Za-z_][A-Za-z0-9_.-]{1,63})["']?\]?[ \t]{0,40}(=>|:=|=|:|,)[ \t]{0,40}(?:(?:os\.environ\.get|os\.getenv|env|getenv)\([ \t]{0,8}["'][A-Za-z0-9_.]{1,64}["'],[ \t]{0,8})?[rub]?(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)')`)
})

// maxSource bounds the source of a program: settings are short, and the search of them is slow.
const maxSource = 1 << 20

// readLiterals reads the string literals of a program that are given to a name, without those in comments. All are
// children of a section, in order; a line that closes a block begins another. Of a file longer than maxSource none is read.
func readLiterals(data []byte) (*node, error) {
	t := newTree()
	if len(data) > maxSource {
		return t.root, nil
	}
	plain := blankRemarks(data)
	section, err := t.add(t.root, "")
	if err != nil {
		return t.root, err
	}
	at := 0
	for _, m := range assigned().FindAllSubmatchIndex(plain, -1) {
		if bytes.Contains(plain[at:m[0]], []byte("}")) || bytes.Contains(plain[at:m[0]], []byte("),\n")) || bytes.Contains(plain[at:m[0]], []byte("],\n")) {
			if section, err = t.add(t.root, ""); err != nil {
				return t.root, err
			}
		}
		at = m[1]
		lo, hi := m[6], m[7]
		if lo < 0 {
			lo, hi = m[8], m[9]
		}
		name := string(plain[m[2]:m[3]])
		if plain[m[4]] == ',' && !firstArgument(plain[:m[2]]) || translated(plain[:m[2]]) || namesIt(plain[:m[2]], name, string(plain[lo:hi])) {
			continue
		}
		n, err := t.add(section, name)
		if err != nil {
			return t.root, err
		}
		v := value{text: string(plain[lo:hi]), lo: lo, hi: hi}
		if bytes.IndexByte(plain[lo:hi], '\\') >= 0 {
			v.text, v.quoted = unescapeBackslash(v.text), stepBackslash
		}
		n.set(v)
	}
	return t.root, nil
}

// remark is a comment of PHP, Python, Ruby or JavaScript that begins a line, or a block of them.
var remark = regexp.MustCompile(`(?m)^[ \t]*(?:#|//|\*).*$|(?s:/\*.*?\*/)`)

// blankRemarks returns a copy of data in which comments are blanks.
func blankRemarks(data []byte) []byte {
	out := bytes.Clone(data)
	for _, m := range remark.FindAllIndex(data, -1) {
		for i := m[0]; i < m[1]; i++ {
			if out[i] != '\n' {
				out[i] = ' '
			}
		}
	}
	return out
}

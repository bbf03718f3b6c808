package rules

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// briefText is the length of text up to which a pattern's brief form stands for it.
const briefText = 128

// maxBacktracked is the size of program from which on Go's regexp gives up its backtracking matcher for one that takes
// ten times as long.
const maxBacktracked = 500

// brief returns a pattern that has the same matches and captures as re in texts of at most briefText bytes, and is matched
// faster there; re itself if none is. A repetition is compiled to as many copies of its body as its bound says, and a bound
// that such a text cannot reach bounds nothing.
func brief(re *expression) *regexp.Regexp {
	tree, err := syntax.Parse(re.String(), syntax.Perl)
	if err != nil || instructions(tree) <= maxBacktracked || !unbind(tree) || instructions(tree) > maxBacktracked {
		return re.regexp()
	}
	text := unboundText(re.String())
	if same, err := syntax.Parse(text, syntax.Perl); err != nil || !same.Equal(tree) {
		text = tree.String() // right too, but Go takes long to print it and to fold its classes again
	}
	short, err := regexp.Compile(text)
	if err != nil {
		return re.regexp()
	}
	return short
}

// unboundText does to the text of most patterns what unbind does to the tree.
func unboundText(pattern string) string {
	return bounds.ReplaceAllStringFunc(pattern, func(bound string) string {
		at := strings.IndexByte(bound, ',') + 1
		if n, err := strconv.Atoi(bound[at : len(bound)-1]); err != nil || n < briefText {
			return bound
		}
		return bound[:at] + "}"
	})
}

var bounds = regexp.MustCompile(`\{\d+,\d+\}`)

// instructions returns the size of the program of re.
func instructions(re *syntax.Regexp) int {
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		return 0
	}
	return len(prog.Inst)
}

// unbind drops the bounds of re that a text of briefText bytes cannot reach, and tells whether there were any.
func unbind(re *syntax.Regexp) bool {
	changed := false
	for _, sub := range re.Sub {
		changed = unbind(sub) || changed
	}
	if re.Op == syntax.OpRepeat && re.Max > 0 && re.Max*shortest(re.Sub[0]) >= briefText {
		re.Max, changed = -1, true
	}
	return changed
}

// headed returns re at the beginning of a text alone; nil where re is no large program, asks what stands before a match or may
// match no text at all. There it costs what one match does: elsewhere Go's regexp looks for all that may begin further on as well.
// tree is its syntax.
func headed(re *expression, tree *syntax.Regexp) *regexp.Regexp {
	if looksBack(tree) || shortest(tree) == 0 || instructions(tree) <= maxBacktracked {
		return nil
	}
	head, err := regexp.Compile(`\A(?:` + re.String() + `)`)
	if err != nil {
		return nil
	}
	return head
}

// looksBack tells whether re asks what stands before a place.
func looksBack(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpBeginLine, syntax.OpBeginText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return true
	}
	return slices.ContainsFunc(re.Sub, looksBack)
}

// maxHeads is at how many places one after the other a match is looked for that begins there: a window begins slack bytes before
// the first that it was made for, and the next one is mostly right behind.
const maxHeads = 2 * slack

// matches returns where the rule's regex matches text, as FindAllIndex does.
func (r *ruleRun) matches(text []byte) [][]int {
	var out [][]int
	from := 0
	for tries := 0; len(text)-from > briefText && tries < maxHeads && r.head() != nil; tries++ {
		if m := r.head().FindIndex(text[from:]); m != nil {
			out = append(out, []int{from, from + m[1]})
			from, tries = from+m[1], -1
			continue
		}
		_, size := utf8.DecodeRune(text[from:])
		from += size
	}
	rest := r.within(len(text)-from).FindAllIndex(text[from:], -1)
	for _, m := range rest {
		m[0], m[1] = from+m[0], from+m[1]
	}
	return append(out, rest...)
}

// groups returns where the first match of the rule's regex in text and its groups are, as FindStringSubmatchIndex does.
func (r *ruleRun) groups(text string) []int {
	if len(text) > briefText && r.head() != nil {
		if m := r.head().FindStringSubmatchIndex(text); m != nil {
			return m
		}
	}
	return r.within(len(text)).FindStringSubmatchIndex(text)
}

// within returns what to find the rule's matches with in a text of n bytes.
func (r *ruleRun) within(n int) *regexp.Regexp {
	if n > briefText {
		return r.regex.regexp()
	}
	return r.brief()
}

// occurs tells whether a searching acceptor has a match anywhere in text. What Go's regexp says of the same pattern is
// the same, and takes many times as long.
func (c *acceptorCache) occurs(text string) bool {
	width := int32(len(c.a.kinds))
	s := c.begin(textEdge)
	for i := 0; i < len(text); {
		size, class := 1, uint8(0)
		if b := text[i]; b < utf8.RuneSelf {
			class = c.a.ascii[b]
		} else {
			var r rune
			r, size = utf8.DecodeRuneInString(text[i:])
			class = c.a.classOf(r)
		}
		t := c.next[s*width+int32(class)]
		if t < 0 {
			t = c.step(s, class)
		}
		if t&1 != 0 {
			return true
		}
		s = t >> 1
		i += size
	}
	return c.step(s, c.a.end)&1 != 0
}

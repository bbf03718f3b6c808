package rules

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// custom holds rules of every awkward kind: without keywords, with keywords of one byte, that no match need hold, that
// nothing bounds, anchored, composite, by path, and allowlists of every condition and target.
const custom = `
[[rules]]
id = 'no-keyword'
regex = '''zz[0-9]{3}'''
[[rules]]
id = 'no-literal'
regex = '''[0-9]{3}[xyz]{2,}'''
[[rules]]
id = 'one-byte'
regex = '''q[a-c]+'''
keywords = ['Q', 'a']
[[rules]]
id = 'elsewhere'
regex = '''[a-f]{4}7'''
keywords = ['token']
[[rules]]
id = 'unbounded'
regex = '''(?i)begin[\s\S]*?end'''
keywords = ['begin']
[[rules]]
id = 'unbounded-before'
regex = '''<[a-z=' ]*token[a-z=' ]*>'''
keywords = ['token']
[[rules]]
id = 'anchored'
regex = '''^(?:token|a+)=[a-z]+$'''
keywords = ['token', 'a']
[[rules]]
id = 'lines'
regex = '''(?m)^key[ =]+(\S+)$'''
keywords = ['key']
entropy = 1.5
[[rules]]
id = 'words'
regex = '''\bkey\B.\Bend\b|\Bkey\b'''
keywords = ['key']
[[rules]]
id = 'alternatives'
regex = '''(?:(key|token)|(begin))[=:]((?:a|b|c)+)'''
keywords = ['key', 'token', 'begin']
secretGroup = 3
[[rules]]
id = 'folded'
regex = '''(?i)(?:token|key)s?k[a-z]'''
keywords = ['token', 'key']
[[rules]]
id = 'overlapping'
regex = '''ab?ab?'''
keywords = ['a']
[[rules]]
id = 'newlines'
regex = '''\n+key\n+'''
keywords = ['key']
[[rules]]
id = 'composite'
regex = '''key=([a-z]+)'''
keywords = ['key']
[[rules.required]]
id = 'part'
withinLines = 1
[[rules.required]]
id = 'token-anywhere'
[[rules]]
id = 'part'
regex = '''begin'''
keywords = ['never-there']
skipReport = true
[[rules]]
id = 'token-anywhere'
regex = '''token'''
keywords = ['token']
[[rules]]
id = 'path-and-regex'
path = '''\.ya?ml$'''
regex = '''key.'''
keywords = ['key']
[[rules]]
id = 'generic-thing'
regex = '''(?:key|token)=?([a-z]{2,})'''
keywords = ['key', 'token']
[[rules.allowlists]]
condition = 'AND'
paths = ['''^a/''']
stopwords = ['END']
[[rules.allowlists]]
regexTarget = 'match'
regexes = ['''^key=b''', '''(?i)KEY=C''']
[[rules.allowlists]]
condition = '&&'
commits = ['deadbeef']
regexes = ['.']
[[rules.allowlists]]
condition = 'AND'
paths = ['''^skip/''']
[[rules]]
id = 'line-target'
regex = '''token([a-z]+)'''
keywords = ['token']
[[rules.allowlists]]
regexTarget = 'line'
regexes = ['''begin.*token''']
[[allowlists]]
stopwords = ['aab']
paths = ['''/skipped/''']
regexes = ['''^abc$''']
[[allowlists]]
targetRules = ['one-byte', 'no-keyword']
regexes = ['''cc''', '''7$''']
`

// TestOracleCustom compares on the awkward rules. Two differences are deliberate and kept out of the texts: the line that
// gitleaks shows an allowlist is all of the text before a match on a last line without newline, so every text ends in
// one; and gitleaks counts columns otherwise on the first line, so no rule here has withinColumns.
func TestOracleCustom(t *testing.T) {
	set := load(t, LoadOptions{Config: write(t, "c.toml", custom)})
	random := rand.New(rand.NewPCG(15, 16))
	pieces := []string{"key", "KEY", "token", "Token", "to\u212aen", "begin", "end", "a", "b", "c", "aab", "q", "zz", "123", "7", "x", "yy",
		"=", ":", "<", ">", "'", " ", "\n", "\n\n", "\r\n", "é", "\xff", "\xe2\x84", "s", "k", "_", "never-there"}
	n := 3000
	if full() {
		n = 100_000
	}
	var samples []sample
	for range n {
		var b strings.Builder
		for range random.IntN(40) {
			b.WriteString(pick(random, pieces...))
		}
		b.WriteString("\n")
		samples = append(samples, sample{pick(random, "", "a/x.yml", "b.yaml", "skip/a", "x/skipped/a"), []byte(b.String())})
	}
	if _, matches := agree(t, set, samples); matches < n {
		t.Errorf("only %d matches", matches)
	}
}

func FuzzOracle(f *testing.F) {
	set := load(f, LoadOptions{Config: write(f, "c.toml", custom)})
	mine, oracle := set.Searcher(), set.Gitleaks()
	f.Add("a/x.yml", []byte("key=abc\nbegin token=aab end\n"))
	f.Add("", []byte("<token= a><token"))
	f.Fuzz(func(t *testing.T, path string, text []byte) {
		// U+017F equals s under (?i) in a regex but not for gitleaks' keywords; U+0130 the other way round.
		if len(text) > 1<<12 || strings.ContainsAny(string(text), "\u017f\u0130") {
			return
		}
		s := sample{path, append(text, '\n')}
		want, _ := hitsOf(t, oracle, s)
		d := slices.DeleteFunc(differing(t, set, mine, s, want), func(only string) bool {
			_, value, _ := strings.Cut(only[len("- "):], " ")
			return only[0] == '-' && placeholder(value, true) != "" // which gitleaks knows none of
		})
		if len(d) > 0 {
			t.Errorf("%q", d)
		}
	})
}

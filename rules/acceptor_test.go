package rules

import (
	"math/rand/v2"
	"regexp/syntax"
	"testing"
)

// longestFrom returns the end of the longest match of pattern that begins at text[at], or -1: the oracle of acceptor.
func longestFrom(pattern string, text []byte, at int) int {
	end := -1
	for to := at; to <= len(text); to++ {
		if matchesExactly(pattern, text, at, to) {
			end = to
		}
	}
	return end
}

// matchesExactly tells whether pattern matches text[at:to] and nothing else, with the whole text as context: a simulation
// of the program, one set of places per position.
func matchesExactly(pattern string, text []byte, at, to int) bool {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		panic(err)
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		panic(err)
	}
	runes := []rune(string(text[at:to]))
	before, after := rune(-1), rune(-1)
	if r := []rune(string(text[:at])); len(r) > 0 {
		before = r[len(r)-1]
	}
	if r := []rune(string(text[to:])); len(r) > 0 {
		after = r[0]
	}
	places := map[uint32]bool{uint32(prog.Start): true}
	for i := 0; ; i++ {
		prev, next := before, after
		if i > 0 {
			prev = runes[i-1]
		}
		if i < len(runes) {
			next = runes[i]
		}
		closed := map[uint32]bool{}
		var visit func(pc uint32)
		visit = func(pc uint32) {
			if closed[pc] {
				return
			}
			closed[pc] = true
			switch inst := prog.Inst[pc]; inst.Op {
			case syntax.InstAlt, syntax.InstAltMatch:
				visit(inst.Out)
				visit(inst.Arg)
			case syntax.InstCapture, syntax.InstNop:
				visit(inst.Out)
			case syntax.InstEmptyWidth:
				if syntax.EmptyOp(inst.Arg)&^syntax.EmptyOpContext(prev, next) == 0 {
					visit(inst.Out)
				}
			}
		}
		for pc := range places {
			visit(pc)
		}
		if i == len(runes) {
			for pc := range closed {
				if prog.Inst[pc].Op == syntax.InstMatch {
					return true
				}
			}
			return false
		}
		places = map[uint32]bool{}
		for pc := range closed {
			if inst := prog.Inst[pc]; takes(&inst, runes[i]) {
				places[inst.Out] = true
			}
		}
	}
}

var acceptorPatterns = []string{
	`key[a-z]{2,4}\b`, `(?i)k(?:ey|s)+[\s'"]{0,3}=`, `a+b*$`, `\bab\B.`, `(?m)^a.*$`, `(?:ab|a)(?:bc|c)?`, `[^a\n]{1,3}é`,
	`(?s).{2}a`, `x*`, `(?i)ſ|[à-ÿ]k`, `a{3,}b?`, `\Ba|\z`,
}

// acceptorOf returns the acceptor of a pattern that is anchored.
func acceptorOf(t *testing.T, pattern string) *acceptor {
	t.Helper()
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		t.Fatal(err)
	}
	a, err := newAcceptor(bare(tree), false)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestReachIsTheLongestMatch(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	for _, pattern := range acceptorPatterns {
		a := acceptorOf(t, pattern)
		c := a.newCache()
		for range 60 {
			var text []byte
			for range random.IntN(30) {
				text = append(text, pick(random, "a", "b", "c", "k", "K", "\u212a", "ey", "s", "\u017f", "é", "=", " ", "\n", "\xff", "x", "Ü")...)
			}
			c.trail.forget()
			for at := range len(text) + 1 {
				if nextRune(text, at) != at {
					continue
				}
				if got := c.reach(text, at, len(text)); got != longestFrom(pattern, text, at) {
					t.Fatalf("%s from %d of %q: %d, want %d", pattern, at, text, got, longestFrom(pattern, text, at))
				}
			}
		}
	}
}

// TestReachIsNoShorterThanAMatch has parts that come more often than they are counted.
func TestReachIsNoShorterThanAMatch(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	for _, pattern := range []string{`k[ab]{2,90}c`, `(?s)k.{0,100}?end(?:s|x{1,70})`, `k(?:a{0,80}b?){1,3}\b`} {
		a := acceptorOf(t, pattern)
		if n := len(a.newCache().a.prog.Inst); n > 40 {
			t.Errorf("%s: %d instructions", pattern, n)
		}
		c, matches := a.newCache(), 0
		for range 40 {
			text := []byte("k")
			for range random.IntN(120) {
				text = append(text, pick(random, "a", "a", "a", "a", "a", "a", "a", "a", "aaaa", "b")...)
			}
			text = append(text, pick(random, "c", "ends", "endxx", " ", "k")...)
			c.trail.forget()
			want := longestFrom(pattern, text, 0)
			if got := c.reach(text, 0, len(text)); got < want {
				t.Fatalf("%s in %q: %d, want at least %d", pattern, text, got, want)
			}
			if want >= 0 {
				matches++
			}
		}
		if matches == 0 {
			t.Errorf("%s: no text matched", pattern)
		}
	}
}

// TestReachForgetsNothing makes the cache overflow and the trail join again and again, also where runs are cut.
func TestReachForgetsNothing(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	for _, pattern := range []string{`k[a-z]*(?:x|z)`, `k(?:[ab]{0,40}c?){0,8}[a-z]{5,}q`, `(?s)k.{0,300}?end.{0,200}?stop`} {
		a := acceptorOf(t, pattern)
		kept, cut := a.newCache(), a.newCache()
		for range 3 {
			var text []byte
			for range 1500 {
				text = append(text, pick(random, "k", "a", "b", "c", "x", "end", "q", "stop", "m", "\n")...)
			}
			kept.trail.forget()
			cut.trail.forget()
			for at := range text {
				if text[at] != 'k' {
					continue
				}
				got := kept.reach(text, at, len(text))
				if want := a.newCache().reach(text, at, len(text)); got != want {
					t.Fatalf("%s from %d: %d, want %d", pattern, at, got, want)
				}
				limit := min(len(text), (at/100+2)*100)
				got = cut.reach(text, at, limit)
				if want := a.newCache().reach(text, at, limit); got != want {
					t.Fatalf("%s from %d to %d: %d, want %d", pattern, at, limit, got, want)
				}
			}
		}
	}
}

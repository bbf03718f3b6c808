package scanner

import "strings"

// command is an array of words that a step of a build ran, as LLB records it (exec.meta.args).
type command struct {
	open  bool
	array int // the array that holds the words
	words []string
	whole fragment
}

// openArgv begins a command where an array of words starts.
func (r *statementReader) openArgv(p *jsonPath, opened string) {
	n := p.depth() - 1
	if opened != "[" || !p.member(n, "args") && !p.member(n, "command") {
		return
	}
	r.flushArgv()
	// The walk numbers the array as the next container.
	r.argv = command{open: true, array: p.opened + 1, whole: r.at(p)}
}

// closeArgv ends the command, if the array that ends is its own.
func (r *statementReader) closeArgv(p *jsonPath) {
	if r.argv.open && p.closed == r.argv.array {
		r.flushArgv()
	}
}

// flushArgv emits the words so far as one text.
func (r *statementReader) flushArgv() {
	if len(r.argv.words) > 0 {
		r.argv.whole.text = []byte(strings.Join(r.argv.words, " "))
		emitArgv(r.argv.whole, r.argv.words, 1, r.emit)
	}
	r.argv = command{}
}

// environment takes one NAME=VALUE of a step's environment, in which BuildKit passes the build arguments of a RUN too.
func (r *statementReader) environment(p *jsonPath, text string) {
	if r.crowded() {
		r.batch.add(p, text)
		return
	}
	f := r.at(p)
	if name, value, ok := strings.Cut(text, "="); ok && name != "" {
		f.key, text = clip(name, jsonNameBytes), value
	}
	f.text = []byte(text)
	r.emit(f)
}

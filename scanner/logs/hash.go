package logs

import "strings"

// hash is a run of digits with what surrounds it.
type hash struct {
	form        form
	digits      string
	at, to      int    // bytes of the line that it takes, "sha256:" included
	left, right string // the rest of its message, as far as windowBytes
	begins      bool   // left reaches the message's beginning
	ends        bool   // right reaches its end
}

const algorithm = "sha256:"

// hashes returns the runs of l that may be identities.
func hashes(l *line) []hash {
	var all []hash
	for i := 0; i < len(l.text); {
		if !hexDigits[l.text[i]] {
			i++
			continue
		}
		end := i
		for end < len(l.text) && hexDigits[l.text[end]] {
			end++
		}
		if h, ok := newHash(l, i, end); ok {
			all = append(all, h)
		}
		i = end
	}
	return all
}

func newHash(l *line, start, end int) (hash, bool) {
	if !mayIdentify(l.text, start, end) || end < len(l.text) && isWord(l.text[end]) {
		return hash{}, false
	}
	h := hash{form: bare, digits: l.text[start:end], at: start, to: end}
	switch {
	case end-start != fullDigits:
		h.form = short
	case strings.HasSuffix(l.text[:start], algorithm):
		h.form, h.at = digest, start-len(algorithm)
	}
	if h.at > 0 && h.form != digest && isWord(l.text[h.at-1]) {
		return hash{}, false
	}
	from, to, begins, ends := l.message(h.at, end)
	h.left, h.right, h.begins, h.ends = l.text[min(from, h.at):h.at], l.text[end:max(to, end)], begins, ends
	return h, true
}

// value returns the hash as the value of an identity of kind.
func (h *hash) value(kind string) string {
	if h.form == short || kind == ContainerID {
		return h.digits
	}
	return algorithm + h.digits
}

// alone reports whether the hash is all that its message says.
func (h *hash) alone() bool {
	return h.begins && h.ends && strings.Trim(h.left, openers) == "" && strings.Trim(h.right, closers) == ""
}

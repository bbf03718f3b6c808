package credfile

import "strings"

// readBlocks reads blocks in braces with a label each, KIND "LABEL" { NAME = VALUE }, as HCL and the configurations of
// servers have them. A block is a node of its label, or without one of its kind.
func readBlocks(data []byte) (*node, error) {
	t := newTree()
	at, depth := t.root, 0
	var err error
	blockParts(data, func(line value) bool {
		line = line.trimmed()
		text := line.text
		switch {
		case text == "" || text[0] == '#' || strings.HasPrefix(text, "//"):
			return true
		case strings.HasSuffix(text, "{"):
			if depth++; depth > maxDepth {
				err = errTooMuch
				return false
			}
			head := quotedBlanks(line.part(0, len(text)-1).trimmed())
			name := ""
			if len(head) > 0 {
				name = head[len(head)-1].unquoted().text
			}
			if name == "=" && len(head) > 1 {
				name = head[0].unquoted().text
			}
			at, err = t.add(at, name)
			return err == nil
		case text[0] == '}':
			if at.up != nil {
				at, depth = at.up, depth-1
			}
			return true
		}
		if name, v, ok := setting(line); ok {
			var n *node
			if n, err = t.add(at, name); err != nil {
				return false
			}
			n.set(v)
		}
		return true
	})
	return t.root, err
}

// blockParts calls fn for each line of data until it returns false, and for each part of a line that holds whole blocks: up to
// a brace that opens, what is in it up to a comma, and the brace that closes.
func blockParts(data []byte, fn func(value) bool) {
	lines(data, func(line value) bool {
		lo, quote, depth := 0, byte(0), 0
		for i := 0; i < len(line.text); i++ {
			end := -1
			switch c := line.text[i]; {
			case quote != 0:
				if c == '\\' {
					i++
				} else if c == quote {
					quote = 0
				}
			case c == '"':
				quote = c
			case c == '#' || c == '/' && strings.HasPrefix(line.text[i:], "//"):
				i = len(line.text)
			case c == '{' && i > 0 && strings.IndexByte(" \t=", line.text[i-1]) >= 0:
				depth++
				end = i + 1
			case c == '}' && depth > 0:
				depth--
				end = i
			case c == ',' && depth > 0:
				end = i
			}
			if end < 0 {
				continue
			}
			if !fn(line.part(lo, end)) {
				return false
			}
			if lo = end; line.text[i] == ',' {
				lo++
			}
		}
		return fn(line.part(lo, len(line.text)))
	})
}

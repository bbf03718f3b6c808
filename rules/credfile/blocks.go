package credfile

import "strings"

// readBlocks reads blocks in braces with a label each, KIND "LABEL" { NAME = VALUE }, as HCL and the configurations of
// servers have them. A block is a node of its label, or without one of its kind.
func readBlocks(data []byte) (*node, error) {
	t := newTree()
	at, depth := t.root, 0
	var err error
	lines(data, func(line value) bool {
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

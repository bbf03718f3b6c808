package credfile

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// maxYAML bounds a YAML file: its parser holds many times the text in memory.
const maxYAML = 1 << 20

// readYAML reads YAML documents that follow each other. Aliases are not followed: what they stand for is in the file
// already. A file that is none, a template for instance, that is longer than maxYAML or nested deeper than maxDepth, is read
// line by line.
func readYAML(data []byte) (*node, error) {
	if len(data) > maxYAML || bracketed(data) > maxDepth {
		return readINI(data)
	}
	t := newTree()
	y := yamlText{data: data, starts: lineStarts(data)}
	d := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var doc yaml.Node
		err := d.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return t.root, nil
		}
		if err != nil {
			return readINI(data)
		}
		if err := y.add(t, t.root, "", &doc, 0); err != nil {
			return t.root, err
		}
	}
}

// bracketed returns how deep brackets are nested in data at most: the parser's time is the square of that.
func bracketed(data []byte) int {
	depth, most := 0, 0
	for _, c := range data {
		switch c {
		case '[', '{':
			depth++
			most = max(most, depth)
		case ']', '}':
			depth = max(0, depth-1)
		}
	}
	return most
}

// yamlText finds where the parser's lines and columns are.
type yamlText struct {
	data   []byte
	starts []int
}

// lineStarts returns where lines begin.
func lineStarts(data []byte) []int {
	starts := []int{0}
	for i, c := range data {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// add adds what a node of the parser says to the tree, below at.
func (y *yamlText) add(t *tree, at *node, name string, from *yaml.Node, depth int) error {
	if depth > maxDepth {
		return errTooMuch
	}
	switch from.Kind {
	case yaml.DocumentNode:
		for _, k := range from.Content {
			if err := y.add(t, at, name, k, depth+1); err != nil {
				return err
			}
		}
		return nil
	case yaml.AliasNode:
		return nil
	}
	n, err := t.add(at, name)
	if err != nil {
		return err
	}
	switch from.Kind {
	case yaml.ScalarNode:
		n.set(y.value(from))
	case yaml.SequenceNode:
		for _, k := range from.Content {
			if err := y.add(t, n, "", k, depth+1); err != nil {
				return err
			}
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(from.Content); i += 2 {
			if err := y.add(t, n, from.Content[i].Value, from.Content[i+1], depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// value returns the value of a scalar. It is empty for one over several lines, of which no run of the file says all, and for
// one with a tag of an application: it names a value that is elsewhere.
func (y *yamlText) value(from *yaml.Node) value {
	if from.Line < 1 || from.Line > len(y.starts) || from.Tag == "!!null" || strings.HasPrefix(from.Tag, "!") && !strings.HasPrefix(from.Tag, "!!") {
		return value{}
	}
	at := y.starts[from.Line-1]
	for range from.Column - 1 {
		if at < len(y.data) {
			_, size := utf8.DecodeRune(y.data[at:])
			at += size
		}
	}
	rest := y.data[at:]
	line := rest
	if i := bytes.IndexByte(rest, '\n'); i >= 0 {
		line = rest[:i]
	}
	text := strings.TrimRight(from.Value, "\n")
	switch {
	case text == "":
		return value{}
	case from.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		if i := bytes.Index(rest, []byte(text)); i >= 0 {
			return value{text: text, lo: at + i, hi: at + i + len(text)}
		}
		return value{}
	}
	if i := bytes.Index(line, []byte(text)); i >= 0 {
		return value{text: text, lo: at + i, hi: at + i + len(text)}
	}
	for _, quote := range []byte{'"', '\''} {
		i := bytes.IndexByte(line, quote)
		if j := bytes.LastIndexByte(line, quote); i >= 0 && j > i+1 {
			return value{text: text, lo: at + i + 1, hi: at + j, quoted: stepBackslash}
		}
	}
	return value{}
}

// looksYAML tells whether the first line of data that says something is one of YAML and none of INI or TOML.
func looksYAML(data []byte) bool {
	yes := false
	lines(data[:min(len(data), 8<<10)], func(line value) bool {
		text := strings.TrimSpace(line.text)
		if text == "" || text[0] == '#' {
			return true
		}
		yes = text == "---" || text[0] == '-' || strings.HasSuffix(text, ":") || strings.Contains(text, ": ") && !strings.Contains(text, "=")
		return false
	})
	return yes
}

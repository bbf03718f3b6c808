package unpack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strconv"
)

const notebookDepth = 128

// matchNotebook tells JSON that begins as a notebook does: its cells come first, as they are written in order of name.
func matchNotebook(head []byte) bool {
	rest := bytes.TrimLeft(head, " \t\r\n\ufeff")
	if len(rest) == 0 || rest[0] != '{' {
		return false
	}
	rest = bytes.TrimLeft(rest[1:], " \t\r\n")
	if after, ok := bytes.CutPrefix(rest, []byte(`"cells"`)); ok {
		after = bytes.TrimLeft(after, " \t\r\n:")
		return bytes.HasPrefix(after, []byte("["))
	}
	return bytes.Contains(rest, []byte(`"nbformat"`)) || bytes.Contains(rest, []byte(`"cell_type"`))
}

// unpackNotebook yields the source of each cell of a Jupyter notebook (nbformat 3 and 4) and each of its outputs as text,
// and all that is elsewhere in the file as lines of KEY=value.
func unpackNotebook(ctx context.Context, in Input, out *sink) error {
	data, err := wholeInput(in)
	if err != nil {
		out.fault(err)
	}
	n := notebook{dec: json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff")))), cell: -1}
	n.dec.UseNumber()
	rerr := n.read(func() error { return n.flushCell(ctx, out) })
	if out.stopped != nil || errors.Is(rerr, errNotebookStop) {
		return n.stop
	}
	if rerr != nil {
		out.fault(rerr)
	}
	if err := n.flushCell(ctx, out); err != nil {
		return err
	}
	if err := putText(ctx, out, n.other, "metadata"); err != nil {
		return err
	}
	return putText(ctx, out, bytes.TrimSpace(data[min(int64(len(data)), n.dec.InputOffset()):]), "trailing bytes")
}

var errNotebookStop = errors.New("stopped")

// notebook is a notebook while it is read.
type notebook struct {
	dec     *json.Decoder
	path    []notebookStep
	cell    int // number of the cell that is being read, -1 before the first
	source  []byte
	outputs [][]byte
	other   []byte
	stop    error
}

// notebookStep is one step from the root of the document to a value.
type notebookStep struct {
	array bool
	key   string
	index int
	named bool // of an object: the key was read, its value comes next
}

// read reads the document token by token. It calls ready when a cell is complete.
func (n *notebook) read(ready func() error) error {
	for {
		token, err := n.dec.Token()
		if err == io.EOF && len(n.path) == 0 {
			return nil
		}
		if err != nil {
			return err
		}
		if err := n.take(token, ready); err != nil {
			return err
		}
		if len(n.path) == 0 {
			return nil // one value is the document
		}
	}
}

// take handles one token.
func (n *notebook) take(token json.Token, ready func() error) error {
	if d, ok := token.(json.Delim); ok {
		if d == '}' || d == ']' {
			n.path = n.path[:len(n.path)-1]
			n.done()
			return nil
		}
		if len(n.path) >= notebookDepth {
			return limited("reading JSON nested deeper than %d", notebookDepth)
		}
		if cell, ok := n.cellHere(); ok && len(n.path) > 0 && n.path[len(n.path)-1].array && cell != n.cell {
			if err := ready(); err != nil {
				n.stop = err
				return errNotebookStop
			}
			n.cell = cell
		}
		n.path = append(n.path, notebookStep{array: d == '['})
		return nil
	}
	if len(n.path) > 0 {
		if last := &n.path[len(n.path)-1]; !last.array && !last.named {
			last.key, _ = token.(string)
			last.named = true
			return nil
		}
	}
	n.value(token)
	n.done()
	return nil
}

// done ends a value.
func (n *notebook) done() {
	if len(n.path) == 0 {
		return
	}
	last := &n.path[len(n.path)-1]
	last.named = false
	last.index++
}

// cellHere returns the number of the cell in which the path ends: that of the innermost array named cells.
func (n *notebook) cellHere() (int, bool) {
	for i := len(n.path) - 1; i > 0; i-- {
		if n.path[i].array && !n.path[i-1].array && n.path[i-1].key == "cells" {
			return n.path[i].index + 1, true
		}
	}
	return 0, false
}

// value adds a text, number or boolean to where it belongs.
func (n *notebook) value(token json.Token) {
	var text string
	switch v := token.(type) {
	case string:
		text = v
	case json.Number:
		text = v.String()
	case bool:
		text = strconv.FormatBool(v)
	default:
		return
	}
	key, line := "", false
	var inner []notebookStep
	for i, s := range n.path {
		if !s.array {
			key = s.key
		}
		line = s.array
		if i > 0 && s.array && n.path[i-1].key == "cells" {
			inner = n.path[i+1:]
		}
	}
	field := ""
	if len(inner) > 0 {
		field = inner[0].key
	}
	switch {
	case field == "source" || field == "input":
		n.source = appendPart(n.source, text, line)
	case field == "outputs" && len(inner) > 1 && inner[1].array && isString(token) && key != "output_type":
		for len(n.outputs) <= inner[1].index && len(n.outputs) < 1<<16 {
			n.outputs = append(n.outputs, nil)
		}
		o := &n.outputs[min(inner[1].index, len(n.outputs)-1)]
		*o = appendPart(*o, text, line)
	default:
		n.other = append(append(append(append(n.other, key...), '='), text...), '\n')
	}
}

func isString(token json.Token) bool {
	_, ok := token.(string)
	return ok
}

// appendPart appends a text; one that is no line of an array is a line by itself.
func appendPart(to []byte, text string, line bool) []byte {
	to = append(to, text...)
	if !line && !bytes.HasSuffix(to, []byte("\n")) {
		to = append(to, '\n')
	}
	return to
}

// flushCell yields the cell that was read.
func (n *notebook) flushCell(ctx context.Context, out *sink) error {
	step := "cell " + strconv.Itoa(n.cell)
	source, outputs := n.source, n.outputs
	n.source, n.outputs = nil, nil
	if err := putText(ctx, out, source, step); err != nil {
		return err
	}
	for i, o := range outputs {
		if err := putText(ctx, out, o, step, "output "+strconv.Itoa(i+1)); err != nil {
			return err
		}
	}
	return nil
}

//go:build ignore

// The command makes rarity.bin, the model behind the rarity test, from the Go source tree: its identifiers, the words of
// its comments and the paths of its files. Run it with go generate.
package main

import (
	"go/scanner"
	"go/token"
	"io/fs"
	"log"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

const (
	symbols = 28
	kinds   = 4
)

// model counts what follows what.
type model struct {
	letters [symbols][symbols][symbols]float64
	kinds   [kinds][kinds][kinds]float64
}

func main() {
	m := &model{}
	root := filepath.Join(runtime.GOROOT(), "src")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == "testdata" {
			return fs.SkipDir
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		m.add(filepath.ToSlash(rel), 1)
		if filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err == nil && !strings.Contains(string(text[:min(len(text), 400)]), "DO NOT EDIT") {
			m.source(text)
		}
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile("rarity.bin", m.table(), 0o644); err != nil {
		log.Fatal(err)
	}
}

// source adds the identifiers and comments of a Go file.
func (m *model) source(text []byte) {
	files := token.NewFileSet()
	var s scanner.Scanner
	s.Init(files.AddFile("", files.Base(), len(text)), text, func(token.Position, string) {}, scanner.ScanComments)
	for {
		_, tok, lit := s.Scan()
		switch tok {
		case token.EOF:
			return
		case token.IDENT:
			m.add(lit, 1)
		case token.COMMENT:
			for _, w := range strings.Fields(lit) {
				m.add(w, 1)
			}
		}
	}
}

// add counts the characters of a token; one with a long run of digits, or that is very long, is no language.
func (m *model) add(word string, weight float64) {
	if len(word) > 80 {
		return
	}
	var a, b, ka, kb int
	for i := range len(word) {
		c, k := symbol(word[i])
		m.letters[a][b][c] += weight
		m.kinds[ka][kb][k] += weight
		a, b, ka, kb = b, c, kb, k
	}
}

// symbol must agree with raritySymbol.
func symbol(c byte) (symbol, kind int) {
	switch {
	case 'a' <= c && c <= 'z':
		return int(c-'a') + 1, 1
	case 'A' <= c && c <= 'Z':
		return int(c-'A') + 1, 2
	case '0' <= c && c <= '9':
		return 27, 3
	}
	return 0, 0
}

// table returns the costs: of a symbol after two others, smoothed by how often it follows one.
func (m *model) table() []byte {
	var out []byte
	var pairs [symbols][symbols]float64
	for a := range symbols {
		for b := range symbols {
			for c := range symbols {
				pairs[b][c] += m.letters[a][b][c]
			}
		}
	}
	const prior = 40
	for a := range symbols {
		for b := range symbols {
			total, below := 0.0, 0.0
			for c := range symbols {
				total += m.letters[a][b][c]
				below += pairs[b][c]
			}
			for c := range symbols {
				p := (pairs[b][c] + 1) / (below + symbols)
				out = append(out, cost((m.letters[a][b][c]+prior*p)/(total+prior)))
			}
		}
	}
	for a := range kinds {
		for b := range kinds {
			total := 0.0
			for k := range kinds {
				total += m.kinds[a][b][k]
			}
			for k := range kinds {
				out = append(out, cost((m.kinds[a][b][k]+1)/(total+kinds)))
			}
		}
	}
	return out
}

// cost is a probability in sixteenths of a bit.
func cost(p float64) byte { return byte(min(255, math.Round(-16*math.Log2(p)))) }

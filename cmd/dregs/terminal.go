package main

import (
	"io"
	"os"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/term"
)

// defaultWidth is the width of text that goes to no terminal.
const defaultWidth = 80

// isTerminal reports whether w is a terminal that understands control codes.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(f.Fd()))
}

// colored reports whether text to w is coloured: NO_COLOR (no-color.org) forbids it, CLICOLOR_FORCE asks for it, CLICOLOR=0
// (bixense.com/clicolors) declines it, else a terminal gets it.
func colored(w io.Writer) bool {
	if os.Getenv("NO_COLOR") != "" {
		return false
	}
	if force := os.Getenv("CLICOLOR_FORCE"); force != "" && force != "0" {
		return true
	}
	return os.Getenv("CLICOLOR") != "0" && isTerminal(w)
}

// width returns the columns of text to w: COLUMNS, else the terminal's, else 80.
func width(w io.Writer) int {
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	if f, ok := w.(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
			return n
		}
	}
	return defaultWidth
}

// printable returns s, which may quote what an image or an environment holds, safe for a terminal: control and formatting
// characters as Go escapes, line feeds and tabs kept.
func printable(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == '\n', r == '\t':
			b.WriteRune(r)
		case r == unicode.ReplacementChar && s[i] != "\uFFFD"[0]:
			b.WriteString(`\x`)
			b.WriteString(strconv.FormatUint(uint64(s[i]), 16))
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			q := strconv.QuoteRuneToASCII(r)
			b.WriteString(q[1 : len(q)-1])
		}
	}
	return b.String()
}

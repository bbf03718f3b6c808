package report

import (
	"bufio"
	"io"
)

// Options tell a Writer how to write. The zero value writes plain text at 80 columns under the default gate.
type Options struct {
	Gate    Gate
	Color   bool    // text: with ANSI colours
	Width   int     // text: columns; 0 means 80
	Verbose bool    // text: low secrets and every occurrence too
	Quiet   bool    // text: only the line of verdict
	Compact bool    // json: a secret a line, without indent, for a quarter of the time
	Signer  *Signer // intoto: what signs the statement; nil leaves it unsigned
}

// Writer writes r to w as a whole. Its output depends on r and o alone. Text that came from an image is escaped as the
// format demands. Its error is w's.
type Writer func(w io.Writer, r *Report, o Options) error

// Format is a way to write a report.
type Format struct {
	Name      string
	Extension string // of a file, with the dot
	About     string
	Write     Writer
}

// Formats lists the formats.
var Formats = []Format{
	{"text", ".txt", "for people: what to do, each secret with its life, the verdict", writeText},
	{"json", ".json", "the whole report, schema " + Schema, writeJSON},
	{"jsonl", ".jsonl", "the report as typed JSON lines, the last of which tells whether it is complete", writeJSONL},
	{"sarif", ".sarif", "SARIF 2.1.0, for code scanning", writeSARIF},
	{"html", ".html", "one page to hand to a colleague: the layers, each secret's life across them, filters; needs nothing else", writeHTML},
	{"markdown", ".md", "a comment for a pull request, at most 65,000 characters", writeMarkdown},
	{"junit", ".xml", "JUnit XML: a secret at the gate is a test that fails", writeJUnit},
	{"gitlab", ".json", "GitLab secret detection 15.0.7", writeGitLab},
	{"github", ".txt", "annotations for GitHub Actions: the first ten findings, then a summary", writeGitHub},
	{"csv", ".csv", "one row an occurrence, safe to open in a spreadsheet", writeCSV},
	{"rotation", ".csv", "what to replace, in the order to act: provider, account, host, where it ships, how to revoke it", writeRotation},
	{"intoto", ".json", "an in-toto statement about the images scanned, signed as DSSE with --sign-key", writeInToto},
}

// FormatNamed returns the format of that name.
func FormatNamed(name string) (Format, bool) {
	for _, f := range Formats {
		if f.Name == name {
			return f, true
		}
	}
	return Format{}, false
}

// FormatNames returns the names of all formats in the order of Formats.
func FormatNames() []string {
	names := make([]string, len(Formats))
	for i, f := range Formats {
		names[i] = f.Name
	}
	return names
}

// buffered calls write with a buffer before w, and flushes it.
func buffered(w io.Writer, write func(*bufio.Writer)) error {
	b := bufio.NewWriterSize(w, 64<<10)
	write(b)
	return b.Flush()
}

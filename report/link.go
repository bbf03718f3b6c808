package report

import (
	"encoding/csv"
	"fmt"
	"io"
)

// Link is a name that a repository of a registry has for a manifest or index: a tag, or its bare digest.
type Link struct {
	Repository  string `json:"repository"`
	Tag         string `json:"tag,omitempty"` // absent for what the repository holds under its digest
	Digest      string `json:"digest" clear:"digest"`
	Past        bool   `json:"past,omitempty"`         // the tag named it once
	Since       string `json:"since,omitempty"`        // RFC 3339
	SinceSource string `json:"since_source,omitempty"` // what tells Since
}

// Index is an index of a registry with the digests of the manifests that it names.
type Index struct {
	Digest    string   `json:"digest" clear:"digest"`
	Manifests []string `json:"manifests" clear:"digest"`
}

// WriteJSON writes a document of another schema than the report's as the format json is written: indented, and with
// nothing in it that a terminal obeys.
func WriteJSON(w io.Writer, document any) error { return encodeJSON(w, document, "  ") }

// ReadJSON reads a document of schema, or of an older version of it, that WriteJSON wrote. Its errors are those of Read.
func ReadJSON(r io.Reader, schema string, document any) error {
	text, err := readAll(r)
	if err != nil {
		return fmt.Errorf("reading %s: %w", schema, err)
	}
	if err := parseDocument(text, schema, document); err != nil {
		return fmt.Errorf("reading %s: %w", schema, err)
	}
	return nil
}

// WriteCSV writes rows, the names of the columns first. No cell begins as a formula of a spreadsheet does, nor holds what a
// terminal obeys.
func WriteCSV(w io.Writer, rows [][]string) error {
	out := csv.NewWriter(w)
	for i, row := range rows {
		cells := make([]string, len(row))
		for j, cell := range row {
			if cells[j] = cell; i > 0 {
				cells[j] = csvCell(cell)
			}
		}
		_ = out.Write(cells) // out keeps its error
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("writing CSV: %w", err)
	}
	return nil
}

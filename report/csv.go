package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
)

// csvColumns lists the columns. New ones are added at the end.
var csvColumns = []string{
	"type", "id", "fingerprint", "new", "ignored", "severity", "confidence", "status", "rule", "description", "redacted", "verdict", "advice",
	"target", "image", "place", "path", "via", "key", "line", "column", "offset", "layer", "layer_digest", "instruction", "created", "visibility", "removed_by", "origin", "facts",
}

// writeCSV writes one row for each occurrence of a secret (type secret), each exposure and each problem. No cell begins as a
// formula of a spreadsheet does: such a one has an apostrophe before it.
func writeCSV(w io.Writer, r *Report, _ Options) error {
	out := csv.NewWriter(w)
	put := func(row map[string]string) {
		cells := make([]string, len(csvColumns))
		for i, name := range csvColumns {
			cells[i] = csvCell(row[name])
		}
		_ = out.Write(cells) // out keeps its error
	}
	_ = out.Write(csvColumns)
	for i := range r.Secrets {
		for j := range r.Secrets[i].Occurrences {
			put(csvSecret(r, &r.Secrets[i], &r.Secrets[i].Occurrences[j]))
		}
	}
	for i := range r.Exposures {
		e := &r.Exposures[i]
		put(map[string]string{
			"type": "exposure", "new": strconv.FormatBool(e.New), "severity": e.Severity, "rule": e.Kind, "description": e.Value, "target": r.targetName(e.Target),
			"place": string(e.Place), "path": e.Path, "via": strings.Join(e.Via, " > "), "layer": numberText(e.Layer), "line": strconv.Itoa(e.Line), "column": strconv.Itoa(e.Column), "origin": e.Source,
		})
	}
	for i := range r.Targets {
		for _, p := range r.Targets[i].Problems {
			row := map[string]string{"type": "problem", "rule": p.Kind, "description": p.Error, "target": r.Targets[i].Name, "path": p.Where}
			if p.Accepted != nil {
				row["ignored"] = p.Accepted.Reason
			}
			put(row)
		}
	}
	out.Flush()
	return out.Error()
}

// numberText writes a number that may be absent.
func numberText(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

func csvSecret(r *Report, s *Secret, o *Occurrence) map[string]string {
	row := map[string]string{
		"type": "secret", "id": s.ID, "fingerprint": s.Fingerprint, "new": strconv.FormatBool(s.New), "severity": s.Severity, "confidence": s.Confidence,
		"status": s.Status, "rule": s.Rule, "description": s.Description, "redacted": firstOf(s.Secret, s.Redacted), "verdict": s.Verdict.State, "facts": factList(s.Verdict.Facts), "advice": s.Advice,
		"target": r.targetName(o.Target), "place": string(o.Place), "path": o.Path, "via": strings.Join(o.Via, " > "), "key": o.Key,
		"line": strconv.Itoa(o.Line), "column": strconv.Itoa(o.Column), "offset": strconv.FormatInt(o.Offset, 10), "layer_digest": o.LayerDigest,
		"instruction": o.Instruction, "created": o.Created, "visibility": o.Visibility, "origin": o.Origin,
	}
	if s.Ignored != nil {
		row["ignored"] = firstOf(s.Ignored.Reason, s.Ignored.By)
	}
	if m := r.imageOf(o); m != nil {
		row["image"] = list(m.Platform, firstOf(m.Digest, m.ID))
	}
	row["layer"] = numberText(o.Layer)
	if o.RemovedBy != nil {
		row["removed_by"] = strings.TrimSpace(o.RemovedBy.text())
	}
	return row
}

func (r *Report) targetName(i int) string {
	if i < 0 || i >= len(r.Targets) {
		return ""
	}
	return r.Targets[i].Name
}

// csvCell escapes a cell. Spreadsheets take what begins with one of these, after spaces too, for a formula.
func csvCell(s string) string {
	s = Escape(s)
	if t := strings.TrimLeft(s, " '\""); t != "" && strings.ContainsRune("=+-@|%＝＋－＠", []rune(t)[0]) {
		return "'" + s
	}
	return s
}

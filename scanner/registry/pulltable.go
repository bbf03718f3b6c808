package registry

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"dregs/report"
)

// errNoRegistry is a report that says nothing of a registry.
var errNoRegistry = errors.New("the report is of no registry")

// PullsFormats lists the formats of pulls; the first is the default.
var PullsFormats = []string{"text", "json", "csv"}

// Write writes p in one of PullsFormats.
func (p *Pulls) Write(w io.Writer, format string) error {
	switch format {
	case "text":
		return p.writeText(w)
	case "json":
		return report.WriteJSON(w, p)
	case "csv":
		return report.WriteCSV(w, p.rows())
	}
	return fmt.Errorf("writing the pulls: no format is named %q", format)
}

func (p *Pulls) writeText(w io.Writer) error {
	out := newPage(w)
	taken := 0
	for i := range p.Secrets {
		s := &p.Secrets[i]
		word := "not seen to be fetched"
		switch {
		case s.Taken:
			word = "TAKEN"
			taken++
		case len(s.Clients) > 0:
			word = "manifest fetched, the blob not"
		}
		out.line("%s  %s  %s  %s  %s", s.ID, strings.ToUpper(s.Severity), s.Rule, s.Redacted, word)
		for _, c := range s.Clients {
			out.row("  "+c.Took, firstOf(c.First, "(no time)"), c.Last, firstOf(c.Address, "(no address)"), firstOf(strings.Join(c.Users, " "), "-"),
				strconv.FormatInt(c.Requests, 10)+"x", strings.Join(c.Repositories, " "), firstOf(c.Agent, "-"))
		}
	}
	out.line("")
	for i := range p.Logs {
		l := &p.Logs[i]
		out.row("log", l.Name, strconv.FormatInt(l.Requests, 10)+" requests", strconv.FormatInt(l.Bad, 10)+" bad lines", l.First, l.Last)
	}
	for _, n := range p.Notes {
		out.line("note: %s", n)
	}
	out.problems(p.Problems)
	out.line("")
	if taken == 0 {
		out.line("verdict: the logs show no pull of a blob with a secret (%s looked for)", plural(len(p.Secrets), "secret", "secrets"))
	} else {
		out.line("verdict: %d of %s taken", taken, plural(len(p.Secrets), "secret was", "secrets were"))
	}
	return out.close()
}

// rows returns the table of the format csv: one row for each secret and client.
func (p *Pulls) rows() [][]string {
	rows := [][]string{{"secret", "rule", "severity", "redacted", "took", "first", "last", "address", "users", "agent", "requests", "bytes", "repositories", "tags", "objects", "assumed"}}
	for i := range p.Secrets {
		s := &p.Secrets[i]
		for _, c := range s.Clients {
			rows = append(rows, []string{
				s.ID, s.Rule, s.Severity, s.Redacted, c.Took, c.First, c.Last, c.Address, strings.Join(c.Users, " "), c.Agent, strconv.FormatInt(c.Requests, 10),
				strconv.FormatInt(c.Bytes, 10), strings.Join(c.Repositories, " "), strings.Join(c.Tags, " "), strings.Join(c.Objects, " "), strconv.FormatBool(c.Assumed),
			})
		}
	}
	return rows
}

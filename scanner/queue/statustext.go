package queue

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"dregs/report"
)

// StatusFormats are the formats of a Status.
var StatusFormats = []string{"text", "json"}

// deadShown is how many jobs that were given up the text names.
const deadShown = 20

// Write writes s in a format of StatusFormats.
func (s *Status) Write(w io.Writer, format string) error {
	var out strings.Builder
	switch format {
	case "json":
		e := json.NewEncoder(&out)
		e.SetIndent("", "  ")
		if err := e.Encode(s); err != nil {
			return fmt.Errorf("writing the status: %w", err)
		}
	case "text":
		s.text(&out)
	default:
		return fmt.Errorf("writing the status: no format is named %q", format)
	}
	if _, err := io.WriteString(w, out.String()); err != nil {
		return fmt.Errorf("writing the status: %w", err)
	}
	return nil
}

func (s *Status) text(out *strings.Builder) {
	if s.NoQueue {
		out.WriteString("Nothing was ever enqueued here.\n")
		return
	}
	out.WriteString("Jobs:")
	for i, state := range slices.Sorted(maps.Keys(s.States)) {
		if i > 0 {
			out.WriteString(",")
		}
		fmt.Fprintf(out, " %d %s", s.States[state], state)
	}
	out.WriteString("\n")
	fmt.Fprintf(out, "Left: %d jobs, %s of layers; the oldest is there for %s; %d workers have one now\n",
		s.LeftJobs, size(s.LeftBytes), time.Duration(s.OldestSeconds)*time.Second, s.Workers)
	fmt.Fprintf(out, "Tried again: %d times; given back, since the registry was not reached: %d times\n", s.Retries, s.Unreached)
	fmt.Fprintf(out, "Speed: %.1f layers/s, %s/s over the last %s\n", s.JobsPerSecond, size(int64(s.BytesPerSecond)), time.Duration(s.WindowSeconds)*time.Second)
	switch {
	case s.LeftJobs == 0:
		out.WriteString("End: nothing is left to do\n")
	case s.EndInSeconds == nil:
		out.WriteString("End: not to be told, no layer was done lately; is a worker running?\n")
	default:
		fmt.Fprintf(out, "End: in about %s, at %s\n", time.Duration(*s.EndInSeconds)*time.Second, s.EndsAt)
	}
	for _, g := range s.Groups {
		fmt.Fprintf(out, "\nQueue %s: dregs %s, rules %s\n  %d waiting, %d running, %d done, %d given up\n",
			g.Queue, report.Escape(g.Version), report.Escape(g.Rules), g.Waiting, g.Running, g.Done, g.Dead)
	}
	if s.DeadCount > 0 {
		fmt.Fprintf(out, "\nGiven up: %d\n", s.DeadCount)
	}
	for i, d := range s.Dead {
		if i == deadShown {
			fmt.Fprintf(out, "  … and %d more: see -f json\n", s.DeadCount-i)
			break
		}
		fmt.Fprintf(out, "  %s %s of %s, %d attempts: %s\n", d.Kind, report.Escape(d.Digest), report.Escape(d.Repository), d.Attempts, report.Escape(d.Error))
	}
}

// size writes bytes as people read them.
func size(n int64) string {
	const units = "KMGTPE"
	if n < 1024 {
		return fmt.Sprintf("%d B", n)
	}
	v, unit := float64(n)/1024, 0
	for v >= 1024 && unit < len(units)-1 {
		v, unit = v/1024, unit+1
	}
	return fmt.Sprintf("%.1f %ciB", v, units[unit])
}

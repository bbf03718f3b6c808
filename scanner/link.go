package scanner

import (
	"time"

	"dregs/report"
	"dregs/scanner/source"
)

// links describes the names and indexes of a registry.
func links(c *source.Contents) ([]report.Link, []report.Index) {
	var all []report.Link
	for _, l := range c.Links {
		out := report.Link{Repository: l.Repository, Tag: l.Tag, Digest: l.Digest, Past: l.Past}
		if !l.Since.IsZero() {
			out.Since, out.SinceSource = l.Since.Format(time.RFC3339), l.SinceSource
		}
		all = append(all, out)
	}
	var indexes []report.Index
	for _, i := range c.Indexes {
		indexes = append(indexes, report.Index(i))
	}
	return all, indexes
}

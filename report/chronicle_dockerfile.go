package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// WriteDockerfile writes the Dockerfile that the history of each image stands for, as far as it tells: what COPY and ADD took
// is not in it, nor what stages that were not shipped did. Entries of a base image whose name is known become a FROM.
func (c *Chronicle) WriteDockerfile(w io.Writer) error {
	return buffered(w, func(out *bufio.Writer) {
		put := func(line string) {
			// A heredoc keeps its tabs; all else that a terminal obeys is escaped.
			parts := strings.Split(line, "\t")
			for i := range parts {
				parts[i] = Escape(parts[i])
			}
			_, _ = out.WriteString(strings.Join(parts, "\t") + "\n") // the buffer keeps its error for Flush
		}
		put("# syntax=docker/dockerfile:1")
		put("# Reconstructed by dregs from the history of " + firstOf(shorten(c.Target, 200), "an image") + ".")
		put("# Secrets are redacted, files that COPY and ADD took are not here: it shows what was done, and builds nothing.")
		for i := range c.Images {
			put("")
			c.Images[i].dockerfile(put)
		}
	})
}

func (m *ImageLife) dockerfile(put func(string)) {
	put("# " + list(firstOf(m.Platform, "platform not told"), firstOf(m.Digest, m.ID), prefixed("inside ", shorten(strings.Join(m.Via, "!"), 200))))
	if m.Note != "" {
		put("# " + m.Note)
	}
	put("FROM " + m.from())
	for i := range m.Steps {
		s := &m.Steps[i]
		if s.Base && m.from() != scratch {
			continue
		}
		put("")
		put("# " + list(stepTitle(s), minute(s.Created), layerText(s.Layer), baseMark(s)))
		if s.History == nil {
			put("# no history entry is tied to this layer")
		}
		for _, line := range s.Dockerfile {
			put(line)
		}
	}
}

const scratch = "scratch"

// from returns what the image is built on: the base image where its name is known and where it ends is too.
func (m *ImageLife) from() string {
	b := m.Base
	if b == nil || b.Layers == 0 || b.Name == "" || strings.ContainsAny(b.Name, " \t\r\n$\\\"'") {
		return scratch
	}
	if b.Digest != "" && !strings.Contains(b.Name, "@") && isDigest(b.Digest) {
		return b.Name + "@" + b.Digest
	}
	return b.Name
}

func stepTitle(s *Step) string {
	if s.History == nil {
		return ""
	}
	return fmt.Sprintf("entry %d", *s.History)
}

func layerText(l *LayerLife) string {
	if l == nil {
		return ""
	}
	return fmt.Sprintf("layer %d %s %s", l.Index, l.Digest, Size(l.Size))
}

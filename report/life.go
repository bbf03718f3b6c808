package report

import (
	"fmt"
	"slices"
	"strings"
)

// Trail returns where an occurrence lies as one readable line: the path, the files within it after "!", and the decodings
// after "›". It is not escaped.
func (o *Occurrence) Trail() string {
	var b strings.Builder
	b.WriteString(o.Path)
	for _, step := range o.Via {
		switch {
		case decoding(step):
			b.WriteString(" › ")
		case b.Len() > 0:
			b.WriteString("!")
		}
		b.WriteString(step)
	}
	if o.Key != "" && !strings.HasSuffix(o.Path, o.Key) {
		if b.Len() > 0 {
			b.WriteString(" ")
		}
		b.WriteString("[" + o.Key + "]")
	}
	return b.String()
}

// decodings lists the steps of a trail that are no names of files.
var decodings = []string{
	"base64", "base64url", "hex", "percent", "url", "unicode-escape", "html-entity", "quoted-printable", "jwt", "utf-16", "utf16", "utf-16le", "utf-16be", "utf16le", "utf16be",
	"gzip", "zstd", "xz", "bzip2", "lz4", "lzip", "lzma", "compress", "zlib", "deflate",
}

func decoding(step string) bool { return slices.Contains(decodings, step) }

// Position returns ":line:column" where the occurrence has one that says anything: a value with a name begins at 1:1.
func (o *Occurrence) Position() string {
	if o.Line == 0 || o.Key != "" && o.Line == 1 && o.Column == 1 {
		return ""
	}
	return fmt.Sprintf(":%d:%d", o.Line, o.Column)
}

// CameIn returns what brought the occurrence: layer, instruction and time, as far as they are known.
func (o *Occurrence) CameIn() string {
	var at []string
	switch {
	case o.attested():
		at = append(at, "the attestation")
	case o.Layer != nil:
		at = append(at, fmt.Sprintf("layer %d", *o.Layer))
	case o.History != nil:
		at = append(at, fmt.Sprintf("history entry %d", *o.History))
	}
	if day, _, _ := strings.Cut(o.Created, "T"); day != "" && !strings.HasPrefix(o.Created, "0001-") {
		at = append(at, shorten(day, 12))
	}
	if o.Instruction != "" {
		at = append(at, shorten(instructionText(o.Instruction), instructionRunes))
	}
	return strings.Join(at, " · ")
}

// Fate returns what became of the occurrence, as a sentence without its full stop.
func (o *Occurrence) Fate() string {
	by := ""
	if o.RemovedBy != nil {
		by = o.RemovedBy.text()
	}
	switch o.Visibility {
	case Visible:
		switch o.Place {
		case Dockerfile, Log, DirFile:
			return "in plain sight"
		}
		return "still visible in the final image"
	case Deleted:
		return "deleted" + by + ", still in " + o.source()
	case Overwritten:
		return "overwritten" + by + ", still in " + o.source()
	case InHistory:
		if by != "" {
			return "changed" + by + ", still readable in " + o.source()
		}
		return "no container shows it, but whoever pulls can read it in " + o.source()
	}
	return o.Visibility
}

// source names what still holds an occurrence.
func (o *Occurrence) source() string {
	switch {
	case o.attested():
		return "the attestation"
	case o.Place == BuildArg, o.Place == HistoryEntry:
		return "the build history"
	case o.Place == Annotation:
		return "the annotations"
	case o.Layer != nil:
		return fmt.Sprintf("layer %d", *o.Layer)
	case o.History != nil:
		return "the build history"
	}
	return "the image"
}

// attested reports whether an occurrence lies in an attestation, whose layers are no layers of the image.
func (o *Occurrence) attested() bool {
	return o.Place == Provenance || o.Place == SBOM || o.Place == BuildArg && o.History == nil
}

func (r *Remover) text() string {
	at := ""
	if r.Layer != nil {
		at = fmt.Sprintf(" in layer %d", *r.Layer)
	} else if r.History != nil {
		at = fmt.Sprintf(" by history entry %d", *r.History)
	}
	if r.Instruction != "" {
		at += " (" + shorten(instructionText(r.Instruction), instructionRunes) + ")"
	}
	return at
}

// instructionRunes bounds an instruction where it is told in passing.
const instructionRunes = 120

// instructionText drops what builders put before and after an instruction.
func instructionText(s string) string {
	s = strings.TrimSuffix(strings.TrimSpace(s), " # buildkit")
	if rest, ok := strings.CutPrefix(s, "/bin/sh -c #(nop)"); ok {
		return strings.TrimSpace(rest)
	}
	if rest, ok := strings.CutPrefix(s, "/bin/sh -c "); ok {
		return "RUN " + strings.TrimSpace(rest)
	}
	return s
}

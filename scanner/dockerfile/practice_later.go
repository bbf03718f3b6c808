package dockerfile

import (
	"path"
	"slices"
	"strings"
)

// brought is a file or a variable that an instruction brought into a stage.
type brought struct {
	name  string
	line  int
	stage int
	env   bool
}

// removedLater tells of secrets that one instruction brings and a later one takes away: the layer, or the history entry, of
// the first keeps them.
func (h *habits) removedLater() {
	var all []brought
	for i := range h.file.Instructions {
		in := &h.file.Instructions[i]
		if in.Stage < 0 || in.OnBuild {
			continue
		}
		h.takenAway(in, all)
		switch in.Verb {
		case "COPY", "ADD":
			sources, dest := in.sources()
			for _, s := range sources {
				if credentialFile(s) || credentialFile(dest) {
					all = append(all, brought{name: placed(s, dest, len(in.Words) > 2), line: in.Line, stage: in.Stage})
				}
			}
			for _, d := range in.Heredocs {
				if credentialFile(d.File) || h.holdsSecret(d.Body) {
					all = append(all, brought{name: d.File, line: in.Line, stage: in.Stage})
				}
			}
		case "RUN":
			for _, file := range in.writes() {
				if !in.removes(file) {
					all = append(all, brought{name: file, line: in.Line, stage: in.Stage})
				}
			}
		case "ENV":
			for _, v := range in.Values {
				if h.holdsSecret(v.Text) {
					all = append(all, brought{name: v.Key, line: in.Line, stage: in.Stage, env: true})
				}
			}
		}
		if len(all) > maxBrought {
			return
		}
	}
}

// maxBrought bounds what is followed through a file.
const maxBrought = 100

// takenAway tells what of all an instruction takes away.
func (h *habits) takenAway(in *Instruction, all []brought) {
	if len(all) == 0 || in.Verb != "RUN" && in.Verb != "ENV" {
		return
	}
	if in.Verb == "RUN" && !slices.ContainsFunc(in.scripts(), removed().MatchString) {
		return
	}
	chain := h.file.Shipped(in.Stage)
	var gone []string
	line := 0
	for _, b := range all {
		if !contains(chain, b.stage) || !h.takes(in, b) {
			continue
		}
		gone = append(gone, b.name)
		line = b.line
	}
	if len(gone) == 0 {
		return
	}
	kept := "layer"
	if in.Verb == "ENV" {
		kept = "history entry"
	}
	h.tell(in, "dockerfile-removed-later",
		names(gone)+" came in by line "+number(line)+", whose "+kept+" keeps it; taking it away here hides it from containers only.",
		"Never let it in: "+strings.ToLower(secretMount[:1])+secretMount[1:])
}

func (h *habits) takes(in *Instruction, b brought) bool {
	if !b.env {
		return in.Verb == "RUN" && in.removes(b.name)
	}
	if in.Verb != "ENV" {
		return false
	}
	for _, v := range in.Values {
		if v.Key == b.name && !h.holdsSecret(v.Text) {
			return true
		}
	}
	return false
}

// placed returns where COPY puts a file.
func placed(source, dest string, several bool) string {
	if strings.HasSuffix(dest, "/") || several || path.Ext(dest) == "" && path.Ext(source) != "" && !credentialFile(dest) {
		return path.Join(dest, path.Base(source))
	}
	return dest
}

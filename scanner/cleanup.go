package scanner

import (
	"fmt"
	"slices"

	"dregs/report"
	"dregs/scanner/dockerfile"
)

// cleanupLine is a line of a Dockerfile that has a secret or brought one in; in is nil for a comment.
type cleanupLine struct {
	name string
	line int
	in   *dockerfile.Instruction
}

// shownLines is how many lines of a Dockerfile a recipe names.
const shownLines = 8

// remedies say what to make of an instruction that lets a secret in.
var remedies = map[string]string{
	"ENV":         "take the value out; give it to the container when it is run, or to one RUN by --mount=type=secret,env=NAME",
	"ARG":         "take the argument out; give it to the RUN that needs it by --mount=type=secret,env=NAME",
	"RUN":         "give the command its secret by --mount=type=secret, whose content no layer and no history entry keeps",
	"COPY":        "leave the file out of the build (.dockerignore), or mount it for one command by RUN --mount=type=secret",
	"ADD":         "leave the file out of the build (.dockerignore), or mount it for one command by RUN --mount=type=secret",
	"LABEL":       "take the value out: a label is for all to read",
	"CMD":         "read it from a file or a variable that the container is given when it is run",
	"ENTRYPOINT":  "read it from a file or a variable that the container is given when it is run",
	"HEALTHCHECK": "read it from a file or a variable that the container is given when it is run",
}

// cleanup is the recipe that gets a secret out: rotate it, change the instructions, rebuild.
func (s *scan) cleanup(sec *report.Secret, lines []cleanupLine) []string {
	steps := []string{"Replace the credential where it was issued: whoever pulled the image, or read the Dockerfile, may have it."}
	var told []string
	for _, l := range lines {
		what := "delete the comment"
		name := "comment"
		if l.in != nil {
			name, what = l.in.Verb, remedies[l.in.Verb]
		}
		if what == "" {
			what = "take the value out"
		}
		at := l.line
		if l.in != nil {
			at = l.in.Line
		}
		step := fmt.Sprintf("Change %s, line %d (%s): %s.", l.name, at, name, what)
		if !slices.Contains(told, step) {
			told = append(told, step)
		}
	}
	if len(told) > shownLines {
		told = append(told[:shownLines], fmt.Sprintf("Change %d more lines in the same way.", len(told)-shownLines))
	}
	return append(append(steps, told...), s.rebuild(sec)...)
}

// rebuild tells what has to be made anew.
func (s *scan) rebuild(sec *report.Secret) []string {
	first, layers, inImage := -1, 0, false
	for i := range sec.Occurrences {
		at := &sec.Occurrences[i]
		if at.Image == nil {
			continue
		}
		inImage = true
		if at.Layer == nil || at.Place != report.LayerFile {
			continue
		}
		if first < 0 || *at.Layer < first {
			first, layers = *at.Layer, len(s.targets[at.Target].Images[*at.Image].Layers)
		}
	}
	switch {
	case first >= 0 && first+1 < layers:
		return []string{fmt.Sprintf("Rebuild the image from layer %d up: that layer and the %d above it are made anew. Removing the value in a later layer leaves it in this one.", first, layers-first-1),
			"Delete the old tags and digests from every registry, or the old layers can still be pulled."}
	case inImage:
		return []string{"Rebuild the image, and delete the old tags and digests from every registry: a later instruction does not take it out of the history and the layers."}
	}
	return nil
}

package scanner

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"dregs/report"
)

// inlineBuildInfo is the member of the configuration in which BuildKit kept how an image was built.
const inlineBuildInfo = "moby.buildkit.buildinfo.v1"

// argPrefix names build arguments among the attributes of a build.
const argPrefix = "build-arg:"

// buildEntry is the build arguments that a history entry tells: the defaults of ARG, or what a RUN was given, as in
// "|2 A=x B=y /bin/sh -c command", with RUN before it where BuildKit wrote it.
type buildEntry struct {
	run     bool
	args    []setting
	command int  // where the command starts; the length of the text for an entry that is all arguments
	exact   bool // the arguments end where they are said to; otherwise that is the best reading
}

// buildEntries returns the build arguments that each history entry of c tells.
func buildEntries(c *configFile) []buildEntry {
	out := make([]buildEntry, len(c.entries))
	known := make(map[string]bool)
	shells := []string{strings.Join(c.shell, " ")}
	budget := readingBudget(historyBytes)
	for i := range c.entries {
		instruction := cleanNop(c.entries[i].createdBy)
		switch verb(instruction) {
		case "ARG":
			if budget.allows(len(instruction)) {
				out[i] = argEntry(&c.entries[i], known)
			}
		case "SHELL":
			shells = append(shells, shellWords(strings.TrimPrefix(instruction, "SHELL")))
		}
	}
	pattern := shellPattern(distinct(shells))
	for i := range c.entries {
		text := c.entries[i].createdBy
		head := text[:min(len(text), entryBytes)]
		if !runHead.MatchString(head) || !budget.allows(len(head)) {
			continue
		}
		if run, ok := parseRun(head, known, pattern); ok && (run.exact || len(head) == len(text)) {
			out[i] = run
		}
	}
	return out
}

// argEntry reads an ARG instruction: names, each with a default or without, that are added to known.
func argEntry(e *historyEntry, known map[string]bool) buildEntry {
	instruction, raw := settingText(e)
	text := strings.TrimSpace(strings.TrimPrefix(instruction, "ARG"))
	entry := buildEntry{command: len(e.createdBy), exact: true}
	for text != "" {
		first, rest, _ := strings.Cut(text, " ")
		if argName.MatchString(first) {
			known[first] = true
			text = strings.TrimLeft(rest, " ")
			continue
		}
		w, ok := dockerWord(text)
		if raw || !ok || w.equals <= 0 {
			break
		}
		entry.args = append(entry.args, setting{name: w.text[:w.equals], value: w.text[w.equals+1:]})
		text = strings.TrimLeft(text[w.length:], " ")
	}
	if text != "" {
		settings, exact := rawSettings(text, func(string) (string, bool) { return "", false })
		entry.args = append(entry.args, settings...)
		entry.exact = exact
	}
	for _, a := range entry.args {
		known[a.name] = true
	}
	return entry
}

var argName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)

// cleanNop returns the instruction of an entry without what the classic builder puts before one that runs nothing.
func cleanNop(createdBy string) string {
	if at := nopPrefix.FindStringIndex(createdBy); at != nil {
		return createdBy[at[1]:]
	}
	return createdBy
}

// shellWords returns the words of a JSON array of strings, joined by spaces; "" where text is none.
func shellWords(text string) string {
	var words []string
	rest, err := walkJSON([]byte(text), imageTokens, func(p *jsonPath, e jsonEvent) {
		if e.kind == jsonString && p.depth() == 1 {
			words = append(words, e.text)
		}
	})
	if err != nil || len(rest) > 0 {
		return ""
	}
	return strings.Join(words, " ")
}

// distinct returns the first of the shells that are worth a pattern, each once.
func distinct(shells []string) []string {
	var out []string
	for _, s := range shells {
		if s != "" && len(s) <= maxShellBytes && utf8.ValidString(s) && len(out) < maxShells && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// readBuildArgs reads the build arguments that the history tells, named and tied to their entries, and those of the
// inline build information.
func readBuildArgs(d *document, emit func(fragment)) error {
	if d.config == nil {
		return nil
	}
	for i, b := range d.config.builds {
		for _, a := range b.args {
			f := historyFragment(d, i, "created_by", a.value)
			f.place, f.path, f.key = report.BuildArg, clip(a.name, jsonNameBytes), clip(a.name, jsonNameBytes)
			emit(f)
		}
	}
	return configPlace(report.BuildArg)(d, emit)
}

// buildInfo takes the inline build information: base64 of JSON, whose build arguments are named in its attributes. It
// returns false where text is something else.
func (r *configReader) buildInfo(at *jsonPath, text string) bool {
	data, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil {
		return false
	}
	base := at.pointer()
	rest, err := walkJSON(data, imageTokens, func(p *jsonPath, e jsonEvent) {
		if e.kind != jsonString {
			return
		}
		v := configValue{
			place: report.ConfigOther, path: base + p.pointer(), key: clip(p.key(), jsonNameBytes), via: []string{"base64"},
			text: e.text, visibility: report.InHistory,
		}
		if name, ok := strings.CutPrefix(p.key(), argPrefix); ok {
			v.place, v.path, v.key, v.via = report.BuildArg, clip(name, jsonNameBytes), clip(name, jsonNameBytes), nil
		}
		r.file.values = append(r.file.values, v)
	})
	if err != nil || len(rest) > 0 {
		r.file.values = append(r.file.values, configValue{
			place: report.ConfigOther, path: base, via: []string{"base64"}, text: string(rest), visibility: report.InHistory,
		})
	}
	return true
}

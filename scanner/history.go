package scanner

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"dregs/report"
)

// historyEntry is an entry of the configuration's history, as it stands there.
type historyEntry struct {
	pointer   string
	created   string
	createdBy string
	comment   string
	author    string
	empty     bool // it says of itself that it made no layer
}

// layerOrigin tells what made a layer. history is nil where that cannot be told.
type layerOrigin struct {
	history     *int
	instruction string
	created     string
}

// tieHistory ties the history entries of c to layers where the entries that say they made one are as many as the layers:
// then they pair up in order. Otherwise nothing is tied, and each entry that may have made a layer says why not.
//
// The entry tied to a layer is the one that declares it. Buildah, unless it keeps intermediate layers, marks every
// instruction of a build as empty but the last, whatever that is: ADD and RUN are empty and CMD is the layer. A layer
// declared so is the work of all entries since the layer before it; its instruction shows those of them that change files.
func tieHistory(c *configFile, layers int) ([]report.History, []layerOrigin) {
	entries, buildah := c.entries, c.builtByBuildah()
	history := make([]report.History, len(entries))
	declared := 0
	for i, e := range entries {
		history[i] = report.History{Index: i, Created: e.created, Instruction: cleanInstruction(e.createdBy, &c.builds[i]), Comment: e.comment}
		if !e.empty {
			declared++
		}
	}
	if declared != layers {
		why := fmt.Sprintf("the history declares %d layers and the image has %d", declared, layers)
		for i := range entries {
			if !entries[i].empty || changesFiles(history[i].Instruction) {
				history[i].Untied = why
			}
		}
		return history, make([]layerOrigin, layers)
	}
	origins := make([]layerOrigin, 0, layers)
	group := 0
	for i := range entries {
		if entries[i].empty {
			continue
		}
		n, at := len(origins), i
		history[i].Layer = &n
		origins = append(origins, layerOrigin{
			history:     &at,
			instruction: groupInstruction(history[group:i+1], buildah),
			created:     entries[i].created,
		})
		group = i + 1
	}
	return history, origins
}

// groupInstruction returns what made the layer that the last of group declares; the others say they made none.
func groupInstruction(group []report.History, buildah bool) string {
	last := group[len(group)-1].Instruction
	// A RUN alone may really have changed nothing: the classic builder then marks it as empty.
	several := buildah || !changesFiles(last)
	var work []string
	for _, h := range group {
		switch {
		case !changesFiles(h.Instruction):
			continue
		case verb(h.Instruction) == "ADD" || verb(h.Instruction) == "COPY":
			several = several || h.Index != group[len(group)-1].Index
		}
		work = append(work, h.Instruction)
	}
	if !several || len(work) == 0 {
		return last
	}
	return strings.Join(work, "; ")
}

// verb returns the first word of an instruction.
func verb(instruction string) string {
	if i := strings.IndexAny(instruction, " \t\n"); i >= 0 {
		return instruction[:i]
	}
	return instruction
}

// changesFiles tells whether an instruction can make a layer: a Dockerfile's other instructions cannot.
func changesFiles(instruction string) bool {
	switch verb(instruction) {
	case "ENV", "LABEL", "ARG", "CMD", "ENTRYPOINT", "EXPOSE", "USER", "VOLUME", "STOPSIGNAL", "HEALTHCHECK", "SHELL", "ONBUILD", "MAINTAINER":
		return false
	}
	return true
}

var (
	nopPrefix    = regexp.MustCompile(`(?i)^(?:/bin/sh -c|cmd(?:\.exe)? /S /C|powershell(?:\.exe)? (?:-\S+ )*-Command .*?;?) *#\(nop\) +`)
	shellPrefix  = regexp.MustCompile(`^(?:/bin/sh -c|cmd(?:\.exe)? /S /C) +`)
	buildkitTail = regexp.MustCompile(` # buildkit$`)
)

// cleanInstruction returns the instruction that a history entry stands for, as a Dockerfile would have it. Of the
// arguments of a RUN only the names are shown.
func cleanInstruction(createdBy string, build *buildEntry) string {
	if at := nopPrefix.FindStringIndex(createdBy); at != nil {
		return strings.TrimSpace(createdBy[at[1]:])
	}
	s := createdBy
	words := []string{"RUN"}
	if build.run {
		s = s[build.command:]
		for _, a := range build.args {
			words = append(words, a.name+"="+report.Ellipsis)
		}
	}
	s = strings.TrimSpace(buildkitTail.ReplaceAllString(s, ""))
	if build.run {
		return strings.TrimSpace(strings.Join(append(words, shellPrefix.ReplaceAllString(s, "")), " "))
	}
	if rest, ok := strings.CutPrefix(s, "RUN "); ok {
		return "RUN " + shellPrefix.ReplaceAllString(rest, "")
	}
	if at := shellPrefix.FindStringIndex(s); at != nil {
		return "RUN " + s[at[1]:]
	}
	return s
}

// historyFragment is a text of history entry i.
func historyFragment(d *document, i int, member, text string) fragment {
	return fragment{
		place: report.HistoryEntry, path: d.config.entries[i].pointer + "/" + member, key: "", text: []byte(text),
		history: &i, layer: d.entryLayer(i), visibility: report.InHistory,
	}
}

// readHistory reads what each history entry says: the settings of ENV and LABEL one by one, with what became of each, and
// other instructions as text; the arguments of RUN and ARG are build arguments. An entry of which it is not certain where
// one value ends and the next begins is read as text too.
func readHistory(d *document, emit func(fragment)) error {
	if d.config == nil {
		return nil
	}
	settled := settleHistory(d)
	builds := d.config.builds
	for i, e := range d.config.entries {
		for _, s := range settled[i].settings {
			f := historyFragment(d, i, "created_by", s.value)
			f.path, f.key, f.removedBy = clip(s.name, jsonNameBytes), clip(s.name, jsonNameBytes), s.removedBy
			emit(f)
		}
		switch {
		case settled[i].exact || builds[i].exact && builds[i].command == len(e.createdBy):
		case builds[i].exact:
			emit(historyFragment(d, i, "created_by", e.createdBy[builds[i].command:]))
		default:
			emit(historyFragment(d, i, "created_by", e.createdBy))
		}
		emit(historyFragment(d, i, "comment", e.comment))
		emit(historyFragment(d, i, "author", e.author))
	}
	return nil
}

// settledEntry is the settings that one history entry makes, with the life of each.
type settledEntry struct {
	settings []settledSetting
	exact    bool // every byte of the entry that may matter is in a setting
}

type settledSetting struct {
	setting
	removedBy *report.Remover
}

// settleHistory finds the settings of ENV and LABEL in each history entry and what became of them: a value is removed by
// the first later entry that gives its name another value, unless the final configuration still has it.
func settleHistory(d *document) []settledEntry {
	out := make([]settledEntry, len(d.config.entries))
	verbs := map[string]*settingLife{
		"ENV":   {final: d.config.env, later: make(map[string]laterValue)},
		"LABEL": {final: d.config.labels, later: make(map[string]laterValue)},
	}
	for _, l := range verbs {
		l.index()
	}
	budget := readingBudget(historyBytes)
	for i := len(d.config.entries) - 1; i >= 0; i-- {
		instruction, raw := settingText(&d.config.entries[i])
		l := verbs[verb(instruction)]
		if l == nil || !budget.allows(len(instruction)) {
			continue
		}
		settings, exact := parseSettings(strings.TrimPrefix(instruction, verb(instruction)), raw, l.has)
		out[i].exact = exact
		for j := len(settings) - 1; j >= 0; j-- {
			out[i].settings = append(out[i].settings, settledSetting{settings[j], l.settle(d, i, settings[j])})
		}
		slices.Reverse(out[i].settings)
	}
	return out
}

// settingText returns the instruction of an entry, and whether it is known to hold values as they are, with no quotes:
// BuildKit and the classic builder write them so, others repeat the Dockerfile.
func settingText(e *historyEntry) (instruction string, raw bool) {
	at := nopPrefix.FindStringIndex(e.createdBy)
	if at == nil {
		return e.createdBy, strings.HasPrefix(e.comment, "buildkit.")
	}
	return e.createdBy[at[1]:], strings.HasSuffix(e.createdBy[:at[1]], "  ")
}

// settingLife follows the settings of one kind from the last entry to the first.
type settingLife struct {
	final []setting
	last  map[string]string
	later map[string]laterValue
}

// laterValue is the next value of a name, the entry that sets it, and what replaces that value in turn.
type laterValue struct {
	value string
	entry int
	next  *report.Remover
}

func (l *settingLife) index() {
	l.last = make(map[string]string, len(l.final))
	for _, s := range l.final {
		l.last[s.name] = s.value
	}
}

// has returns the final value of name.
func (l *settingLife) has(name string) (string, bool) {
	v, ok := l.last[name]
	return v, ok
}

// settle returns what removed the value that entry i sets, nil where it stands.
func (l *settingLife) settle(d *document, i int, s setting) *report.Remover {
	final, kept := l.last[s.name]
	later, again := l.later[s.name]
	var remover *report.Remover
	switch {
	case again && later.value == s.value:
		remover = later.next
	case again:
		remover = &report.Remover{Layer: d.entryLayer(later.entry), History: &later.entry, Instruction: d.history[later.entry].Instruction}
	case !kept:
		remover = &report.Remover{Instruction: fmt.Sprintf("the final configuration does not have %s", clip(s.name, jsonNameBytes))}
	case final != s.value && !s.expands:
		remover = &report.Remover{Instruction: fmt.Sprintf("the final configuration has another value of %s", clip(s.name, jsonNameBytes))}
	}
	l.later[s.name] = laterValue{value: s.value, entry: i, next: remover}
	if kept && final == s.value {
		return nil
	}
	return remover
}

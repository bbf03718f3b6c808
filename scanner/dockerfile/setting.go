package dockerfile

import (
	"slices"
	"strings"

	"dregs/report"
)

// read finds the stages, and the values that the instructions give to names.
func (f *File) read() {
	for i := range f.Instructions {
		f.Instructions[i].Stage = -1
	}
	global, scope := variables{}, variables{}
	stage := -1
	count := 0
	for i := range f.Instructions {
		in := &f.Instructions[i]
		if in.Verb == "FROM" && !in.OnBuild {
			if len(f.Stages) == maxStages {
				f.problem(report.Limit, "reading instructions: there are more than %d stages", maxStages)
				return
			}
			f.stage(in, global)
			stage = len(f.Stages) - 1
			scope = variables{}
			if parent := f.Stages[stage].Parent; parent >= 0 {
				scope = f.inherited(parent)
			}
		}
		in.Stage = stage
		known := scope
		if stage < 0 {
			known = global
		}
		switch in.Verb {
		case "ENV", "LABEL":
			f.settings(in, known)
		case "ARG":
			f.arguments(in, known, global)
		case "RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK", "SHELL":
			f.command(in)
		case "COPY", "ADD":
			f.files(in, known)
		}
		if stage >= 0 {
			f.Stages[stage].known = known
		}
		if count += len(in.Values); count > maxValues {
			in.Values = nil
			f.problem(report.Limit, "reading instructions: there are more than %d values", maxValues)
			return
		}
	}
}

// inherited is what a stage knows of the one that it is built from.
func (f *File) inherited(parent int) variables {
	known := variables{}
	for name, value := range f.Stages[parent].known {
		if f.Stages[parent].env[name] {
			known[name] = value
		}
	}
	return known
}

// stage adds the stage that a FROM begins.
func (f *File) stage(in *Instruction, global variables) {
	s := Stage{Parent: -1, Line: in.Line, env: make(map[string]bool)}
	if len(in.Words) > 0 {
		s.Base = in.Words[0].s
		if base, ok := global.expand(s.Base, f.escape); ok && base != "" {
			s.Base = base
		}
	}
	for i, other := range f.Stages {
		if other.Name != "" && strings.EqualFold(other.Name, s.Base) {
			s.Parent = i // the last of that name
		}
	}
	if s.Parent >= 0 {
		for name := range f.Stages[s.Parent].env {
			s.env[name] = true
		}
	}
	if len(in.Words) == 3 && strings.EqualFold(in.Words[1].s, "as") {
		s.Name = strings.ToLower(in.Words[2].s)
	}
	f.Stages = append(f.Stages, s)
}

// settings reads ENV and LABEL: NAME=VALUE pairs, or NAME VALUE, where the value is the rest of the line.
func (f *File) settings(in *Instruction, known variables) {
	if len(in.Words) == 0 {
		return
	}
	if !strings.Contains(in.Words[0].s, "=") {
		name, value := cutField(in.Args)
		f.setting(in, name, value, known)
		return
	}
	scope := known.copy()
	for _, w := range in.Words {
		if at := strings.IndexByte(w.s, '='); at >= 0 {
			f.settingIn(in, w.slice(0, at), w.slice(at+1, len(w.s)), scope, known)
		}
	}
}

// copy returns the variables as they are now: the pairs of one instruction do not see each other.
func (v variables) copy() variables {
	c := make(variables, len(v))
	for k, value := range v {
		c[k] = value
	}
	return c
}

func (f *File) setting(in *Instruction, name, value Text, known variables) {
	f.settingIn(in, name, value, known, known)
}

// settingIn adds the value of one name, expanded by what is in scope, and makes it known.
func (f *File) settingIn(in *Instruction, name, value Text, scope, known variables) {
	key := keyOf(name, scope, f.escape)
	text, refers := unquote(value, f.escape)
	v := Value{Key: key, Text: text}
	certain := !refers
	if refers {
		var expanded string
		if expanded, certain = scope.expand(value.s, f.escape); certain && expanded != text.s {
			v.Expanded = expanded
		}
	}
	in.Values = append(in.Values, v)
	if in.Verb == "LABEL" || in.OnBuild {
		return
	}
	final := v.Text.s
	if v.Expanded != "" {
		final = v.Expanded
	}
	known.set(key, final, certain)
	if in.Verb == "ENV" && in.Stage >= 0 {
		f.Stages[in.Stage].env[key] = true
	}
}

func keyOf(name Text, scope variables, escape byte) string {
	text, refers := unquote(name, escape)
	if refers {
		if expanded, ok := scope.expand(name.s, escape); ok {
			return expanded
		}
	}
	return text.s
}

// arguments reads ARG: names with a default or without. One without, in a stage, has the value that it has before FROM.
// A default does not change what ENV has set.
func (f *File) arguments(in *Instruction, known, global variables) {
	for _, w := range in.Words {
		at := strings.IndexByte(w.s, '=')
		if at < 0 {
			name := keyOf(w, known, f.escape)
			if value, ok := global[name]; ok && in.Stage >= 0 && !f.isEnv(in.Stage, name) {
				known.set(name, value, true)
			}
			continue
		}
		key := keyOf(w.slice(0, at), known, f.escape)
		if f.isEnv(in.Stage, key) {
			f.settingIn(in, w.slice(0, at), w.slice(at+1, len(w.s)), known, known.copy())
			continue
		}
		f.settingIn(in, w.slice(0, at), w.slice(at+1, len(w.s)), known, known)
	}
}

func (f *File) isEnv(stage int, name string) bool { return stage >= 0 && f.Stages[stage].env[name] }

// files gives the heredocs of COPY and ADD the names of the files that they become.
func (f *File) files(in *Instruction, known variables) {
	if len(in.Heredocs) == 0 || len(in.Words) == 0 {
		return
	}
	dest := in.Words[len(in.Words)-1].s
	if expanded, ok := known.expand(dest, f.escape); ok {
		dest = expanded
	}
	several := len(in.Words) > 2 || strings.HasSuffix(dest, "/")
	for i := range in.Heredocs {
		in.Heredocs[i].File = dest
		if several {
			in.Heredocs[i].File = strings.TrimSuffix(dest, "/") + "/" + in.Heredocs[i].Name
		}
	}
}

// command reads the assignments and the options with a value in a command: of the shell form, of the exec form, and of the
// heredocs that a RUN is given.
func (f *File) command(in *Instruction) {
	words := in.Words
	if !in.Exec {
		words = shellWords(in.Args)
	}
	for i, w := range words {
		f.commandWord(in, words, i, w)
	}
	for _, doc := range in.Heredocs {
		words := shellWords(doc.Body)
		for i, w := range words {
			f.commandWord(in, words, i, w)
		}
	}
}

// Command returns the words of a command in exec form as a shell would show them, empty for any other instruction.
func (in *Instruction) Command() Text {
	var b textBuilder
	if !in.Exec || !slices.Contains([]string{"RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK", "SHELL"}, in.Verb) {
		return b.text()
	}
	for i, w := range in.Words {
		if i > 0 {
			b.made(" ", w.Source(0))
		}
		b.part(w, 0, len(w.s))
	}
	return b.text()
}

var (
	assignmentHead = late(`^-{0,2}([A-Za-z_][A-Za-z0-9_.-]*)=`)
	optionName     = late(`^(?:--[A-Za-z][A-Za-z0-9_.-]+|-[A-Za-z][A-Za-z0-9_.-]{4,})$`)
)

func (f *File) commandWord(in *Instruction, words []Text, i int, w Text) {
	if m := assignmentHead().FindStringSubmatchIndex(w.s); m != nil {
		in.Values = append(in.Values, Value{Key: w.s[m[2]:m[3]], Text: w.slice(m[1], len(w.s))})
		return
	}
	if i > 0 && optionName().MatchString(words[i-1].s) && !strings.HasPrefix(w.s, "-") {
		in.Values = append(in.Values, Value{Key: strings.TrimLeft(words[i-1].s, "-"), Text: w})
	}
}

// shellWords cuts a shell command into words, quotes and escapes resolved; operators end words.
func shellWords(t Text) []Text {
	var words []Text
	var b textBuilder
	open := false
	end := func() {
		if open {
			words = append(words, b.text())
		}
		b, open = textBuilder{}, false
	}
	quote := byte(0)
	for i := 0; i < len(t.s); i++ {
		c := t.s[i]
		switch {
		case quote == 0 && (blank(c) || strings.IndexByte(";&|()<>`", c) >= 0):
			end()
			continue
		case quote == 0 && (c == '\'' || c == '"'):
			quote, open = c, true
			continue
		case quote != 0 && c == quote:
			quote = 0
			continue
		case c == '\\' && quote != '\'' && i+1 < len(t.s) && (quote == 0 || strings.IndexByte("\"\\$`\n", t.s[i+1]) >= 0):
			if i++; t.s[i] == '\n' {
				continue
			}
		}
		open = true
		b.part(t, i, i+1)
	}
	end()
	return words
}

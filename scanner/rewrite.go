package scanner

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"dregs/report"
	"dregs/scanner/dockerfile"
)

// rewriter writes one history entry as a Dockerfile has it. Builders write what they did, not what they were told: hashes for
// the sources of COPY, Go's own notation for lists and health checks, values without their quotes.
type rewriter struct {
	config *configFile
	entry  int
	hide   *strings.Replacer // the secrets of the entry
}

// lines returns the instruction, a line each, heredocs in it. What a builder would not take for one instruction comes back
// as a comment.
func (w *rewriter) lines() []string {
	lines := w.instruction()
	for i := range lines {
		lines[i] = strings.ReplaceAll(lines[i], "\x00", "\ufffd") // no Dockerfile may hold one
	}
	f := dockerfile.Parse([]byte("FROM scratch\n" + strings.Join(lines, "\n") + "\n"))
	if len(f.Problems) > 0 || len(f.Instructions) > 2 {
		return commented(lines)
	}
	return lines
}

// commented makes comments of lines.
func commented(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		if out[i] = l; !strings.HasPrefix(l, "#") {
			out[i] = "# " + l
		}
	}
	return out
}

// instruction returns the lines of an entry as they should read.
func (w *rewriter) instruction() []string {
	e := &w.config.entries[w.entry]
	build := &w.config.builds[w.entry]
	instruction := cleanInstruction(e.createdBy, build)
	name := strings.ToUpper(verb(instruction))
	text := strings.TrimSpace(strings.TrimPrefix(instruction, verb(instruction)))
	switch name {
	case "ENV", "LABEL":
		return w.settings(name, e)
	case "ARG":
		return w.arguments(e, build)
	case "RUN":
		if build.run {
			command := strings.TrimSpace(buildkitTail.ReplaceAllString(e.createdBy[build.command:], ""))
			text = shellPrefix.ReplaceAllString(command, "")
		}
		return w.command(text)
	case "COPY", "ADD":
		return w.files(name, text)
	case "CMD", "ENTRYPOINT", "SHELL":
		return w.plain(name + " " + w.list(text))
	case "VOLUME", "EXPOSE":
		return w.plain(name + " " + strings.Join(goList(text), " "))
	case "HEALTHCHECK":
		return w.plain("HEALTHCHECK " + w.healthcheck(text))
	case "WORKDIR", "USER", "STOPSIGNAL", "MAINTAINER", "ONBUILD":
		return w.plain(instruction)
	}
	if instruction == "" {
		return []string{"# an entry without an instruction"}
	}
	return w.comment(instruction)
}

// plain returns an instruction of one line.
func (w *rewriter) plain(text string) []string {
	text = w.hide.Replace(strings.TrimSpace(text))
	if strings.ContainsAny(text, "\r\n") {
		return w.comment(text)
	}
	return []string{safeEnd(text)}
}

// safeEnd keeps the end of a line from continuing it.
func safeEnd(text string) string {
	if strings.HasSuffix(strings.TrimRight(text, " \t"), `\`) {
		return strings.TrimRight(text, " \t") + `\`
	}
	return text
}

func (w *rewriter) comment(text string) []string {
	var lines []string
	for line := range strings.Lines(w.hide.Replace(text)) {
		lines = append(lines, "# "+strings.TrimRight(strings.ReplaceAll(line, "\r", " "), "\n"))
	}
	return lines
}

// settings writes ENV and LABEL with their values quoted.
func (w *rewriter) settings(name string, e *historyEntry) []string {
	instruction, raw := settingText(e)
	final := w.config.env
	if name == "LABEL" {
		final = w.config.labels
	}
	last := make(map[string]string, len(final))
	for _, s := range final {
		last[s.name] = s.value
	}
	text := strings.TrimPrefix(instruction, verb(instruction))
	if len(text) > entryBytes {
		return []string{"# " + name + " " + report.Ellipsis}
	}
	settings, _ := parseSettings(text, raw, func(name string) (string, bool) { v, ok := last[name]; return v, ok })
	if len(settings) == 0 {
		return w.comment(instruction)
	}
	return w.assigned(name, settings)
}

func (w *rewriter) assigned(name string, settings []setting) []string {
	words := []string{name}
	for _, s := range settings {
		words = append(words, bareOrQuoted(w.hide.Replace(s.name))+"="+quoteWord(w.hide.Replace(s.value)))
	}
	return []string{strings.Join(words, " ")}
}

// arguments writes ARG: with its default, which is cleared of secrets, or without.
func (w *rewriter) arguments(e *historyEntry, build *buildEntry) []string {
	if len(build.args) > 0 {
		return w.assigned("ARG", build.args)
	}
	return w.plain(cleanNop(e.createdBy))
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:@%+,-]+$`)

func bareOrQuoted(s string) string {
	if plainWord.MatchString(s) {
		return s
	}
	return quoteWord(s)
}

// quoteWord quotes a value for a Dockerfile, in which a value cannot have a line end.
func quoteWord(s string) string {
	s = strings.NewReplacer("\r", " ", "\n", " ").Replace(s)
	if plainWord.MatchString(s) {
		return s
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`).Replace(s) + `"`
}

// command writes a RUN: of several lines as a heredoc.
func (w *rewriter) command(text string) []string {
	text = w.hide.Replace(text)
	if text == "" {
		return []string{"# RUN without a command"}
	}
	if !strings.ContainsAny(text, "\r\n") && !strings.Contains(text, "<<") {
		return []string{"RUN " + safeEnd(text)}
	}
	lines := strings.Split(strings.ReplaceAll(text, "\r", ""), "\n")
	end := "EOF"
	for n := 1; containsLine(lines, end); n++ {
		end = fmt.Sprintf("EOF%d", n)
	}
	return append(append([]string{"RUN <<'" + end + "'"}, lines...), end)
}

func containsLine(lines []string, line string) bool {
	for _, l := range lines {
		if l == line {
			return true
		}
	}
	return false
}

// files writes COPY and ADD. Sources that are known by their hash only are told so.
func (w *rewriter) files(name, text string) []string {
	at := hashedSources.FindStringIndex(text)
	if at == nil {
		if len(strings.Fields(text)) < 2 || strings.Contains(text, "<<") {
			return w.comment(name + " " + text)
		}
		return w.plain(name + " " + text)
	}
	sources := strings.TrimSuffix(strings.TrimSpace(text[at[0]:at[1]]), " in")
	dest := strings.TrimSpace(text[at[1]:])
	if sources == "" || dest == "" {
		return w.comment(name + " " + text)
	}
	lines := []string{"# the builder kept the hash of what was copied, not its name"}
	return append(lines, w.plain(name+" "+sources+" "+dest)...)
}

// list writes a list in Go's notation, ["a" "b"] or [a b], as JSON; JSON as it is.
func (w *rewriter) list(text string) string {
	if !strings.HasPrefix(text, "[") || json.Valid([]byte(text)) {
		return text
	}
	words, ok := goStrings(strings.TrimSuffix(strings.TrimPrefix(text, "["), "]"))
	if !ok {
		words = goList(text)
	}
	for i := range words {
		words[i] = w.hide.Replace(words[i])
	}
	return jsonList(words)
}

func jsonList(words []string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(append([]string{}, words...)) != nil {
		return "[]"
	}
	return strings.TrimSpace(strings.ReplaceAll(b.String(), `","`, `", "`))
}

// goStrings reads strings in Go's quotes, separated by spaces.
func goStrings(text string) ([]string, bool) {
	var words []string
	for text = strings.TrimLeft(text, " "); text != ""; text = strings.TrimLeft(text, " ") {
		quoted, err := strconv.QuotedPrefix(text)
		if err != nil {
			return nil, false
		}
		word, err := strconv.Unquote(quoted)
		if err != nil {
			return nil, false
		}
		words = append(words, word)
		text = text[len(quoted):]
	}
	return words, true
}

// goList reads the elements of "[a b]", or the keys of "map[a:{} b:{}]".
func goList(text string) []string {
	inner := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(text, "map"), "["), "]")
	words := strings.Fields(inner)
	for i := range words {
		words[i] = strings.TrimSuffix(words[i], ":{}")
	}
	return words
}

var healthPattern = regexp.MustCompile(`^&\{\[(.*)\] "([^"]*)" "([^"]*)" "([^"]*)"(?: "([^"]*)")? '(.*)'\}$`)

// healthcheck writes a health check that stands in Go's notation.
func (w *rewriter) healthcheck(text string) string {
	m := healthPattern.FindStringSubmatch(text)
	if m == nil {
		return text
	}
	words, ok := goStrings(m[1])
	if !ok || len(words) == 0 {
		return "NONE"
	}
	var out []string
	for i, option := range []string{"interval", "timeout", "start-period", "start-interval"} {
		if v := m[2+i]; v != "" && v != "0s" {
			out = append(out, "--"+option+"="+v)
		}
	}
	if c, _, _, err := strconv.UnquoteChar(m[6], '\''); err == nil && c > 0 && c < 1000 {
		out = append(out, "--retries="+strconv.Itoa(int(c)))
	}
	for i := range words {
		words[i] = w.hide.Replace(words[i])
	}
	switch words[0] {
	case "NONE":
		return "NONE"
	case "CMD-SHELL":
		return strings.Join(append(out, "CMD "+strings.Join(words[1:], " ")), " ")
	case "CMD":
		words = words[1:]
	}
	return strings.Join(append(out, "CMD "+jsonList(words)), " ")
}

package scanner

import (
	"bytes"
	"regexp"
	"strings"

	"dregs/report"
)

// configHistory bounds the history entries of a configuration; what lies behind it is read as other strings.
const configHistory = 10_000

// configFile is an image configuration (OCI image-spec config.md, and Docker's container_config). Of two members of one
// name the later counts, as for the programs that run images; the value that it hides is kept as well.
type configFile struct {
	created string
	shell   []string
	env     []setting // what a container gets, in order
	labels  []setting
	diffIDs []string
	entries []historyEntry
	builds  []buildEntry  // by history entry
	values  []configValue // every string, in the order of the document
}

// configValue is a string of a configuration.
type configValue struct {
	place      report.Place
	path, key  string
	via        []string
	text       string
	visibility string
	argv       int  // the array that it is an element of, for commands
	history    *int // the history entry that holds it
}

// builtByBuildah tells whether buildah left its label.
func (c *configFile) builtByBuildah() bool {
	for _, l := range c.labels {
		if l.name == "io.buildah.version" {
			return true
		}
	}
	return false
}

// readConfigFile reads every string of a configuration. It returns what could be read beside the faults.
func readConfigFile(data []byte) (*configFile, []error) {
	r := configReader{file: &configFile{}, live: make(map[string][]int), array: make(map[string]int)}
	rest, err := walkJSON(data, imageTokens, r.visit)
	r.finish()
	var faults []error
	if err != nil {
		faults = append(faults, err)
		r.file.values = append(r.file.values, configValue{
			place: report.ConfigOther, text: string(rest), visibility: report.InHistory,
		})
	} else if len(bytes.TrimSpace(data)) == 0 {
		faults = append(faults, report.Faultf(report.Corrupt, "reading JSON: the document is empty"))
	}
	if r.crowded {
		faults = append(faults, report.Faultf(report.Limit, "reading the history: more than %d entries", configHistory))
	}
	return r.file, faults
}

// configReader builds a configFile from the steps of a walk.
type configReader struct {
	file    *configFile
	live    map[string][]int // by field: the values that count so far, as indexes into file.values
	array   map[string]int   // by field: the array that they are in
	history int              // the array that the history entries are in
	crowded bool
}

// A configField is a member of the configuration that has a place of its own.
type configField struct {
	place report.Place
	path  string
	depth int // of its strings
}

var configFields = map[string]configField{
	"env":         {report.ConfigEnv, "Env", 3},
	"labels":      {report.ConfigLabel, "Labels", 3},
	"cmd":         {report.ConfigCmd, "Cmd", 3},
	"entrypoint":  {report.ConfigEntrypoint, "Entrypoint", 3},
	"healthcheck": {report.ConfigHealthcheck, "Healthcheck", 4},
	"onbuild":     {report.ConfigOnbuild, "OnBuild", 3},
}

var bareDigest = regexp.MustCompile(`^sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})$`)

func (r *configReader) visit(p *jsonPath, e jsonEvent) {
	switch {
	case p.member(0, "history") && p.depth() >= 2:
		r.entry(p, e)
	case p.member(0, "config") && p.depth() >= 2:
		r.config(p, e)
	default:
		r.top(p, e)
	}
}

// top takes what is neither of the container's configuration nor of the history.
func (r *configReader) top(p *jsonPath, e jsonEvent) {
	if e.kind == jsonString {
		switch {
		case p.depth() == 1 && p.member(0, "created"):
			r.file.created = e.text
		case p.member(0, "rootfs") && p.member(1, "diff_ids") && p.depth() == 3:
			r.file.diffIDs = append(r.file.diffIDs, e.text)
			if bareDigest.MatchString(e.text) {
				return // the identity of content that is read
			}
		case p.depth() == 1 && p.member(0, inlineBuildInfo) && r.buildInfo(p, e.text):
			return
		}
	}
	if e.kind == jsonOpen && p.member(0, "rootfs") && p.member(1, "diff_ids") && p.depth() == 2 {
		r.file.diffIDs = nil
	}
	r.other(p, e, report.InHistory)
}

// other keeps a value that has no place of its own, and a long name.
func (r *configReader) other(p *jsonPath, e jsonEvent, visibility string) {
	v := configValue{place: report.ConfigOther, path: p.pointer(), text: e.text, visibility: visibility}
	switch {
	case e.kind == jsonString, e.kind == jsonNumber && len(e.text) >= longNumber:
		v.key = clip(p.key(), jsonNameBytes)
	case e.kind == jsonName && len(e.text) >= longName:
	default:
		return
	}
	if p.member(0, "history") {
		if n := len(r.file.entries) - 1; n >= 0 && p.depth() > 2 {
			v.history = &n
		}
	}
	r.file.values = append(r.file.values, v)
}

// Lengths from which a number may be a secret, and a member's name may hold one.
const (
	longNumber = 6
	longName   = 20
)

// config takes what the container is run with.
func (r *configReader) config(p *jsonPath, e jsonEvent) {
	name := strings.ToLower(p.step(1))
	field, known := configFields[name]
	if !known {
		if name == "shell" && e.kind == jsonString && p.depth() == 3 {
			r.file.shell = append(r.file.shell, e.text)
		}
		r.other(p, e, report.Visible)
		return
	}
	switch {
	case p.depth() == 2 && (e.kind == jsonNull || e.kind == jsonOpen && e.text == "["):
		r.shadow(name)
	case e.kind == jsonString && p.depth() == 2 && name != "labels":
		r.shadow(name)
		r.keep(name, field, p, e.text)
	case e.kind == jsonString && name == "healthcheck" && !p.member(2, "test"):
		r.keepAs(name, configValue{place: field.place, path: p.pointer(), key: clip(p.key(), jsonNameBytes), text: e.text})
	case e.kind == jsonString && p.depth() == field.depth:
		if name != "labels" && r.array[name] != p.container() {
			r.shadow(name)
			r.array[name] = p.container()
		}
		r.keep(name, field, p, e.text)
	case e.kind == jsonName && p.depth() == field.depth && name == "labels" && len(e.text) >= longName:
		r.keepAs("", configValue{place: field.place, path: clip(e.text, jsonNameBytes), text: e.text})
	default:
		r.other(p, e, report.Visible)
	}
}

// keep adds a string of a field with a place of its own.
func (r *configReader) keep(name string, field configField, p *jsonPath, text string) {
	v := configValue{place: field.place, path: field.path, text: text, argv: p.container()}
	switch name {
	case "env":
		if k, value, ok := strings.Cut(text, "="); ok && k != "" {
			v.path, v.key, v.text = clip(k, jsonNameBytes), clip(k, jsonNameBytes), value
		}
	case "labels":
		v.path, v.key = clip(p.key(), jsonNameBytes), clip(p.key(), jsonNameBytes)
		name += "/" + p.key()
		r.shadow(name)
	}
	r.keepAs(name, v)
}

// keepAs adds v as a value of the field name that counts, until a later one hides it.
func (r *configReader) keepAs(name string, v configValue) {
	v.visibility = report.Visible
	r.live[name] = append(r.live[name], len(r.file.values))
	r.file.values = append(r.file.values, v)
}

// shadow tells that a later member of the same name hides what came before.
func (r *configReader) shadow(name string) {
	for _, i := range r.live[name] {
		r.file.values[i].visibility = report.InHistory
	}
	delete(r.live, name)
}

// finish collects the settings that count, and the build arguments.
func (r *configReader) finish() {
	r.file.builds = buildEntries(r.file)
	for _, v := range r.file.values {
		if v.key == "" || v.visibility != report.Visible {
			continue
		}
		switch v.place {
		case report.ConfigEnv:
			r.file.env = append(r.file.env, setting{name: v.key, value: v.text})
		case report.ConfigLabel:
			r.file.labels = append(r.file.labels, setting{name: v.key, value: v.text})
		}
	}
}

// entry takes a value of the history.
func (r *configReader) entry(p *jsonPath, e jsonEvent) {
	if e.kind == jsonOpen && p.depth() == 2 {
		if r.history != p.container() {
			r.hideHistory()
			r.history = p.container()
		}
		if len(r.file.entries) == configHistory {
			r.crowded = true
		} else {
			r.file.entries = append(r.file.entries, historyEntry{pointer: p.pointer()})
		}
	}
	n := len(r.file.entries) - 1
	if r.crowded || n < 0 || p.depth() != 3 || !r.field(&r.file.entries[n], p, e) {
		r.other(p, e, report.InHistory)
	}
}

// field sets a member of h and tells whether it is one that has a place of its own.
func (r *configReader) field(h *historyEntry, p *jsonPath, e jsonEvent) bool {
	if p.member(2, "empty_layer") {
		h.empty = e.kind == jsonBool && e.text == "true"
		return e.kind == jsonBool
	}
	if e.kind != jsonString {
		return false
	}
	var text *string
	switch {
	case p.member(2, "created"):
		h.created = e.text
		return false
	case p.member(2, "created_by"):
		text = &h.createdBy
	case p.member(2, "comment"):
		text = &h.comment
	case p.member(2, "author"):
		text = &h.author
	default:
		return false
	}
	if *text != "" {
		r.hide(h, p.step(2), *text)
	}
	*text = e.text
	return true
}

// hideHistory keeps the texts of a history that a second one replaces.
func (r *configReader) hideHistory() {
	for i := range r.file.entries {
		h := &r.file.entries[i]
		r.hide(h, "created_by", h.createdBy)
		r.hide(h, "comment", h.comment)
		r.hide(h, "author", h.author)
	}
	r.file.entries = nil
}

// hide keeps a text of a history entry that a later member of the same name replaces.
func (r *configReader) hide(h *historyEntry, name, text string) {
	r.file.values = append(r.file.values, configValue{
		place: report.ConfigOther, path: h.pointer + "/" + name, key: name, text: text, visibility: report.InHistory,
	})
}

// configPlace reads the values of one place, each by itself.
func configPlace(at report.Place) func(*document, func(fragment)) error {
	return func(d *document, emit func(fragment)) error {
		if d.config == nil {
			return nil
		}
		for i := range d.config.values {
			if v := &d.config.values[i]; v.place == at {
				emit(v.fragment(d))
			}
		}
		return nil
	}
}

func (v *configValue) fragment(d *document) fragment {
	f := fragment{place: v.place, path: v.path, key: v.key, via: v.via, text: []byte(v.text), history: v.history, visibility: v.visibility}
	if v.history != nil {
		f.layer = d.entryLayer(*v.history)
	}
	return f
}

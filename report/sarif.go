package report

import (
	"fmt"
	"io"
	"net/url"
	"sort"
	"strings"
	"time"
)

const (
	sarifSchema  = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	sarifResults = 25_000 // what GitHub takes of one run
	sarifRelated = 10     // related locations of one result
)

// The parts of SARIF 2.1.0 that are written.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool         `json:"tool"`
		Invocations []sarifInvocation `json:"invocations"`
		ColumnKind  string            `json:"columnKind"`
		Results     []sarifResult     `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version,omitempty"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID         string         `json:"id"`
		Short      sarifText      `json:"shortDescription"`
		Help       sarifText      `json:"help"`
		Default    sarifLevel     `json:"defaultConfiguration"`
		Properties map[string]any `json:"properties"`
	}
	sarifLevel struct {
		Level string `json:"level"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifInvocation struct {
		Successful    bool                `json:"executionSuccessful"`
		Start         string              `json:"startTimeUtc,omitempty"`
		End           string              `json:"endTimeUtc,omitempty"`
		Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct {
		Level   string    `json:"level"`
		Message sarifText `json:"message"`
	}
	sarifResult struct {
		RuleID       string             `json:"ruleId"`
		RuleIndex    int                `json:"ruleIndex"`
		Level        string             `json:"level"`
		Message      sarifText          `json:"message"`
		Locations    []sarifLocation    `json:"locations"`
		Related      []sarifLocation    `json:"relatedLocations,omitempty"`
		Fingerprints map[string]string  `json:"partialFingerprints"`
		Baseline     string             `json:"baselineState,omitempty"`
		Suppressions []sarifSuppression `json:"suppressions,omitempty"`
		Properties   map[string]any     `json:"properties,omitempty"`
	}
	sarifSuppression struct {
		Kind          string `json:"kind"`
		Justification string `json:"justification,omitempty"`
	}
	sarifLocation struct {
		ID       int            `json:"id,omitempty"`
		Physical sarifPhysical  `json:"physicalLocation"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
		Message  *sarifText     `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		Line    int        `json:"startLine"`
		Column  int        `json:"startColumn,omitempty"`
		Snippet *sarifText `json:"snippet,omitempty"`
	}
	sarifLogical struct {
		Name string `json:"fullyQualifiedName"`
		Kind string `json:"kind"`
	}
)

// writeSARIF writes SARIF 2.1.0: one result for each finding, the most severe 25,000 of them, and for each exposure and
// practice; what was left out or could not be read is told as a notification of the run.
func writeSARIF(w io.Writer, r *Report, _ Options) error {
	b := &sarifBuilder{r: r, index: make(map[string]int)}
	b.secrets()
	b.exposures()
	b.practices()
	run := sarifRun{
		Tool:        sarifTool{sarifDriver{Name: firstOf(r.Tool.Name, "dregs"), Version: r.Tool.Version, Rules: nonNil(b.rules)}},
		ColumnKind:  "unicodeCodePoints",
		Results:     []sarifResult{},
		Invocations: []sarifInvocation{b.invocation()},
	}
	return encodeLines(w, sarifLog{sarifSchema, "2.1.0", []sarifRun{run}}, "results", b.results)
}

// sarifBuilder gathers rules and results.
type sarifBuilder struct {
	r       *Report
	rules   []sarifRule
	index   map[string]int
	results []sarifResult
	dropped int
}

// rule returns the index of a rule, which it adds where it is new. The rule has the highest of its results' severities.
func (b *sarifBuilder) rule(id, description, help, severity string) int {
	i, ok := b.index[id]
	if !ok {
		i = len(b.rules)
		b.index[id] = i
		b.rules = append(b.rules, sarifRule{
			ID: id, Short: sarifText{firstOf(description, id)}, Help: sarifText{firstOf(help, description, id)},
			Properties: map[string]any{"tags": []string{"security"}},
		})
	}
	rule := &b.rules[i]
	if had, ok := rule.Properties["dregs/severity"].(string); !ok || Rank(severity) > Rank(had) {
		rule.Properties["dregs/severity"] = severity
		rule.Properties["security-severity"] = securitySeverity(severity)
		rule.Default = sarifLevel{sarifLevelOf(severity)}
	}
	return i
}

func sarifLevelOf(severity string) string {
	switch severity {
	case Critical, High:
		return "error"
	case Medium:
		return "warning"
	}
	return "note"
}

// securitySeverity is the score by which GitHub ranks an alert.
func securitySeverity(severity string) string {
	switch severity {
	case Critical:
		return "9.5"
	case High:
		return "8.0"
	case Medium:
		return "5.0"
	}
	return "2.0"
}

func (b *sarifBuilder) secrets() {
	all := findings(b.r)
	order := bySeverity(all)
	if len(order) > sarifResults {
		b.dropped = len(order) - sarifResults
		order = order[:sarifResults]
	}
	sort.Ints(order)
	for _, i := range order {
		b.secret(&all[i])
	}
}

func (b *sarifBuilder) secret(f *finding) {
	s := f.secret
	res := sarifResult{
		RuleID: s.Rule, RuleIndex: b.rule(s.Rule, s.Description, s.Advice, s.Severity), Level: sarifLevelOf(s.Severity),
		Message:      sarifText{sarifEscape(f.sentence())},
		Locations:    []sarifLocation{sarifPlace(f.first())},
		Fingerprints: map[string]string{"dregs/v1": f.key()},
		Properties:   map[string]any{"secret": s.ID, "status": s.Status, "severity": s.Severity, "confidence": s.Confidence, "visibility": f.first().Visibility},
	}
	if b.r.Baseline != nil {
		res.Baseline = map[bool]string{true: "new", false: "unchanged"}[s.New]
	}
	if s.Ignored != nil {
		res.Suppressions = []sarifSuppression{{"external", sarifEscape(s.Ignored.By + ": " + s.Ignored.Reason)}}
	}
	res.Related = related(f)
	b.results = append(b.results, res)
}

// related returns what added and what removed the finding, and its further places.
func related(f *finding) []sarifLocation {
	var out []sarifLocation
	add := func(o *Occurrence, text string) {
		if len(out) < sarifRelated {
			l := sarifPlace(o)
			l.ID, l.Message = len(out)+1, &sarifText{sarifEscape(text)}
			out = append(out, l)
		}
	}
	o := f.first()
	if in := o.CameIn(); in != "" {
		add(o, "added: "+in)
	}
	if o.RemovedBy != nil {
		add(o, "removed"+o.RemovedBy.text())
	}
	for _, other := range f.all[1:] {
		add(other, list(other.CameIn(), other.Fate()))
	}
	return out
}

func sarifPlace(o *Occurrence) sarifLocation {
	uri := o.Path
	switch o.Place {
	case LayerFile, DirFile, Dockerfile, Log:
	default:
		uri = string(o.Place) + "/" + firstOf(o.Key, o.Path)
	}
	region := &sarifRegion{Line: max(o.Line, 1), Column: max(o.Column, 1)}
	if o.Snippet != "" {
		region.Snippet = &sarifText{o.Snippet}
	}
	l := sarifLocation{Physical: sarifPhysical{Artifact: sarifArtifact{relativeURI(uri)}, Region: region}}
	if name := o.where(); name != "" {
		l.Logical = append(l.Logical, sarifLogical{name, "member"})
	}
	if o.Layer != nil {
		l.Logical = append(l.Logical, sarifLogical{strings.TrimSpace(fmt.Sprintf("layer %d %s", *o.Layer, o.LayerDigest)), "module"})
	}
	return l
}

// relativeURI returns path as a relative reference of RFC 3986 that neither leaves its folder nor reads as a scheme.
func relativeURI(path string) string {
	var parts []string
	for _, p := range strings.Split(strings.ToValidUTF8(path, "\ufffd"), "/") {
		switch p {
		case "", ".":
		case "..":
			parts = append(parts, "%2E%2E")
		default:
			parts = append(parts, strings.ReplaceAll(url.PathEscape(p), ":", "%3A"))
		}
	}
	return firstOf(strings.Join(parts, "/"), "unnamed")
}

// sarifEscape escapes s as plain text of a message, where brackets make links.
func sarifEscape(s string) string {
	return sarifBrackets.Replace(Escape(s))
}

var sarifBrackets = strings.NewReplacer("[", `\[`, "]", `\]`)

func (b *sarifBuilder) exposures() {
	numbers := make(map[string]int)
	for i := range b.r.Exposures {
		e := &b.r.Exposures[i]
		if len(b.results) >= sarifResults {
			b.dropped++
			continue
		}
		id := "exposed-" + e.Kind
		hash := hashOf([]string{"exposure", e.Kind, e.Path, e.Source})
		numbers[hash]++
		res := sarifResult{
			RuleID: id, RuleIndex: b.rule(id, "Identity of an image in a log", "Whoever reads the log can ask the registry for the image. Keep the log private, or remove the image.", e.Severity),
			Level:        sarifLevelOf(e.Severity),
			Message:      sarifText{sarifEscape(fmt.Sprintf("%s %s%s%s.", e.Kind, shorten(e.Value, 200), prefixed(" printed by ", e.Source), prefixed(": ", e.Reason)))},
			Locations:    []sarifLocation{{Physical: sarifPhysical{Artifact: sarifArtifact{relativeURI(e.where())}, Region: &sarifRegion{Line: max(e.Line, 1), Column: max(e.Column, 1)}}}},
			Fingerprints: map[string]string{"dregs/v1": fmt.Sprintf("%s:%d", hash, numbers[hash])},
		}
		b.results = append(b.results, res)
	}
}

func (b *sarifBuilder) practices() {
	numbers := make(map[string]int)
	for i := range b.r.Practices {
		p := &b.r.Practices[i]
		if len(b.results) >= sarifResults {
			b.dropped++
			continue
		}
		hash := hashOf([]string{"practice", p.Rule, p.Path})
		numbers[hash]++
		b.results = append(b.results, sarifResult{
			RuleID: p.Rule, RuleIndex: b.rule(p.Rule, "Practice that lets secrets in", p.Instead, Low), Level: "note",
			Message:      sarifText{sarifEscape(p.Why + " " + p.Instead)},
			Locations:    []sarifLocation{{Physical: sarifPhysical{Artifact: sarifArtifact{relativeURI(p.Path)}, Region: &sarifRegion{Line: max(p.Line, 1)}}}},
			Fingerprints: map[string]string{"dregs/v1": fmt.Sprintf("%s:%d", hash, numbers[hash])},
		})
	}
}

// sarifNotifications bounds the problems told.
const sarifNotifications = 1000

func (b *sarifBuilder) invocation() sarifInvocation {
	v := sarifInvocation{Successful: b.r.Complete}
	if !b.r.Started.IsZero() {
		v.Start = b.r.Started.UTC().Format(time.RFC3339)
		v.End = b.r.ended().Format(time.RFC3339)
	}
	tell := func(level, text string) {
		v.Notifications = append(v.Notifications, sarifNotification{level, sarifText{sarifEscape(text)}})
	}
	if b.dropped > 0 {
		tell("warning", fmt.Sprintf("%d further results are left out: a run holds %d. The JSON report has all.", b.dropped, sarifResults))
	}
	problems := 0
	for i := range b.r.Targets {
		t := &b.r.Targets[i]
		for j := range t.Problems {
			if problems++; problems > sarifNotifications {
				continue
			}
			p := &t.Problems[j]
			level := "error"
			if p.Accepted != nil {
				level = "note"
			}
			tell(level, p.Kind+": "+t.Name+": "+p.Where+": "+p.Error)
		}
	}
	if problems > sarifNotifications {
		tell("error", fmt.Sprintf("%d further problems are left out.", problems-sarifNotifications))
	}
	return v
}

// ended returns when the scan was over.
func (r *Report) ended() time.Time {
	return r.Started.Add(time.Duration(r.DurationMS) * time.Millisecond).UTC()
}

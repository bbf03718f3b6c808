package scanner

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"dregs/report"
	"dregs/rules"
)

// A judgement is one row of the table of severities: what it takes away from the rule's severity and confidence.
type judgement struct {
	severity   func(string) string
	confidence string // empty for the rule's
}

// byVerdict is what a verdict makes of a rule's severity and confidence. Others change nothing.
var byVerdict = map[string]judgement{
	report.Test:       {severity: toLow},
	report.Public:     {severity: toLow},
	report.Malformed:  {severity: same, confidence: report.Low},
	report.Expired:    {severity: lower},
	report.Encrypted:  {severity: lower},
	report.WellFormed: {severity: same, confidence: report.High},
}

// assess gives the severity and the confidence of a secret: the rule's, moved by the verdict and by whose the files are
// that hold it.
//
// Generic are here, besides what generic rules find, what is malformed or expired.
//
//	where it occurs                       generic, a word    a password's hash   any other
//	a file of one's own, metadata         by verdict         by verdict          by verdict
//	of a vendor's dpkg, apk, rpm package  low                by verdict          by verdict
//	in another package's file or tree     low                low                 by verdict
//	tests or documents of a package       low                low                 low, verdict public
//	a distribution's published file       low                low                 low, verdict public
//
//	verdict       severity      confidence
//	test, public  low           the rule's
//	malformed     the rule's    low
//	expired       one lower     the rule's
//	encrypted     one lower     the rule's
//	well-formed   the rule's    high
//	unknown       the rule's    the rule's
func assess(r *rules.Rule, v report.Verdict, found nature, where standing) (severity, confidence string) {
	severity, confidence = cmp.Or(r.Severity, report.Medium), cmp.Or(r.Confidence, report.Medium)
	if j, ok := byVerdict[v.State]; ok {
		severity, confidence = j.severity(severity), cmp.Or(j.confidence, confidence)
	}
	if found.excused(where) {
		severity = report.Low
	}
	return severity, confidence
}

// nature tells what kind of thing was found.
type nature uint8

const (
	shaped  nature = iota // by a rule that knows the shape of what it looks for
	generic               // by a generic rule, by a path alone, or what opens nothing: expired, or of a shape that does not hold, as what a document cuts short
	hashed                // of a password, as libraries of hashing explain themselves by
	word                  // a value that a person chose, as stands in every example of a connection URL or a command
)

func natureOf(r *rules.Rule, v report.Verdict, wordy bool) nature {
	switch {
	case r.Generic, r.PathAlone, v.State == report.Malformed, v.State == report.Expired:
		return generic
	case r.Vendor == rules.PasswordHash:
		return hashed
	case wordy:
		return word
	}
	return shaped
}

// excused tells whether what was found is no news where it was found: everybody has the file.
func (n nature) excused(where standing) bool {
	switch n {
	case shaped:
		return where >= testData
	case hashed:
		return where >= thirdParty
	}
	return where > own
}

// withOrigin returns v with what the origin of all occurrences adds to it.
func withOrigin(v report.Verdict, found nature, where standing, all []report.Occurrence) report.Verdict {
	if !found.excused(where) {
		return v
	}
	if found != generic && found != hashed && v.State != report.Test {
		v.State = report.Public
	}
	facts := maps.Clone(v.Facts)
	if facts == nil {
		facts = make(map[string]string)
	}
	facts["published-in"] = originsOf(all)
	v.Facts = facts
	return v
}

// originsOf names the first packages that occurrences lie in.
func originsOf(all []report.Occurrence) string {
	const most = 3
	var names []string
	for i := range all {
		if !slices.Contains(names, all[i].Origin) {
			names = append(names, all[i].Origin)
		}
		if len(names) > most {
			names[most] = "…"
			break
		}
	}
	return strings.Join(names, ", ")
}

func same(severity string) string { return severity }

func toLow(string) string { return report.Low }

// lower is the severity below s; low has none.
func lower(s string) string {
	switch s {
	case report.Critical:
		return report.High
	case report.High:
		return report.Medium
	}
	return report.Low
}

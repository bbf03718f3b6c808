package scanner

import (
	"testing"

	"dregs/report"
	"dregs/rules"
	"dregs/scanner/origin"
)

// TestAssess walks through the table of severities.
func TestAssess(t *testing.T) {
	const random = "x7Kq" + "9ZtPw2" + "Lm4Rv8Bn" + "1Cd6"
	specific := &rules.Rule{ID: "key", Severity: report.Critical, Confidence: report.High}
	anything := &rules.Rule{ID: "generic", Severity: report.Medium, Confidence: report.Medium, Generic: true}
	tests := map[string]struct {
		rule                         *rules.Rule
		value, verdict               string
		where                        standing
		severity, confidence, become string
	}{
		"own":                          {specific, random, report.Unknown, own, report.Critical, report.High, report.Unknown},
		"own, test key":                {specific, random, report.Test, own, report.Low, report.High, report.Test},
		"own, malformed":               {specific, random, report.Malformed, own, report.Critical, report.Low, report.Malformed},
		"own, expired":                 {specific, random, report.Expired, own, report.High, report.High, report.Expired},
		"own, encrypted":               {specific, random, report.Encrypted, own, report.High, report.High, report.Encrypted},
		"own, generic":                 {anything, random, report.Unknown, own, report.Medium, report.Medium, report.Unknown},
		"own, generic, well-formed":    {anything, random, report.WellFormed, own, report.Medium, report.High, report.WellFormed},
		"package":                      {specific, random, report.WellFormed, thirdParty, report.Critical, report.High, report.WellFormed},
		"package, malformed":           {specific, random, report.Malformed, thirdParty, report.Low, report.Low, report.Malformed},
		"package, expired":             {specific, random, report.Expired, thirdParty, report.Low, report.High, report.Expired},
		"package, a hash":              {&rules.Rule{ID: "hash", Vendor: rules.PasswordHash, Severity: report.Medium}, random, report.Unknown, thirdParty, report.Low, report.Medium, report.Unknown},
		"vendor's package, a hash":     {&rules.Rule{ID: "hash", Vendor: rules.PasswordHash, Severity: report.Medium}, random, report.Unknown, installed, report.Medium, report.Medium, report.Unknown},
		"vendor's package, generic":    {anything, random, report.Unknown, installed, report.Low, report.Medium, report.Unknown},
		"vendor's package":             {specific, random, report.WellFormed, installed, report.Critical, report.High, report.WellFormed},
		"own, a hash":                  {&rules.Rule{ID: "hash", Vendor: rules.PasswordHash, Severity: report.Medium}, random, report.Unknown, own, report.Medium, report.Medium, report.Unknown},
		"package, a word":              {specific, "randompassword", report.Unknown, thirdParty, report.Low, report.High, report.Public},
		"package, a path alone":        {&rules.Rule{ID: "p12", Severity: report.High, PathAlone: true}, random, report.Unknown, thirdParty, report.Low, report.Medium, report.Unknown},
		"own, a path alone":            {&rules.Rule{ID: "p12", Severity: report.High, PathAlone: true}, random, report.Unknown, own, report.High, report.Medium, report.Unknown},
		"own, a word":                  {specific, "randompassword", report.Unknown, own, report.Critical, report.High, report.Unknown},
		"package, generic":             {anything, random, report.Unknown, thirdParty, report.Low, report.Medium, report.Unknown},
		"package's tests":              {specific, random, report.WellFormed, testData, report.Low, report.High, report.Public},
		"package's tests, test key":    {specific, random, report.Test, testData, report.Low, report.High, report.Test},
		"package's tests, generic":     {anything, random, report.Unknown, testData, report.Low, report.Medium, report.Unknown},
		"distribution":                 {specific, random, report.Unknown, distributed, report.Low, report.High, report.Public},
		"distribution, generic":        {anything, random, report.Unknown, distributed, report.Low, report.Medium, report.Unknown},
		"a rule that says nothing":     {&rules.Rule{}, random, report.Unknown, own, report.Medium, report.Medium, report.Unknown},
		"a rule that says nothing too": {&rules.Rule{}, random, report.Expired, own, report.Low, report.Medium, report.Expired},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			v := report.Verdict{State: test.verdict}
			found := natureOf(test.rule, v, report.NewValue(test.value).Wordy())
			v = withOrigin(v, found, test.where, []report.Occurrence{{Origin: "npm a 1"}})
			if v.State != test.become {
				t.Errorf("verdict %s, want %s", v.State, test.become)
			}
			if told := v.Facts["published-in"] != ""; told != found.excused(test.where) {
				t.Errorf("the origin told %v", told)
			}
			if s, c := assess(test.rule, v, found, test.where); s != test.severity || c != test.confidence {
				t.Errorf("%s, confidence %s; want %s, %s", s, c, test.severity, test.confidence)
			}
		})
	}
}

// TestStanding proves that all occurrences of a value must agree, and what a folder is learned from.
func TestStanding(t *testing.T) {
	key := &rules.Rule{ID: "private-key"}
	at := func(path, state string, o origin.Origin) *found {
		return &found{match: rules.Match{Rule: key, Verdict: report.Verdict{State: state}}, at: report.Occurrence{Path: path}, origin: o}
	}
	npm := origin.Origin{Package: origin.Package{System: "npm", Name: "a"}, Standing: origin.Member}
	deb := origin.Origin{Package: origin.Package{System: "dpkg", Name: "a", Distribution: true}, Standing: origin.Published}
	vendor := origin.Origin{Package: origin.Package{System: "dpkg", Name: "app"}, Standing: origin.Published}
	manual := vendor
	manual.Test = true
	readme := npm
	readme.Test = true
	other := origin.Origin{Package: origin.Package{System: "npm", Name: "b"}, Standing: origin.Member}
	compiled := origin.Origin{Package: deb.Package, Standing: origin.Member, Source: "lib/a.py"}
	known := at("node_modules/a/keys/known.pem", report.Test, npm)
	tests := map[string]struct {
		learned, all []*found
		want         standing
	}{
		"a distribution's":                   {nil, []*found{at("lib/a.py", "", deb)}, distributed},
		"and one's own":                      {nil, []*found{at("lib/a.py", "", deb), at("app/a", "", origin.Origin{})}, own},
		"and another's":                      {nil, []*found{at("lib/a.py", "", deb), at("node_modules/a/x", "", npm)}, thirdParty},
		"a vendor's":                         {nil, []*found{at("etc/app/htpasswd", "", vendor)}, installed},
		"a vendor's documents":               {nil, []*found{at("usr/share/doc/app/users", "", manual)}, testData},
		"compiled":                           {nil, []*found{at("lib/a.py", "", deb), at("lib/a.pyc", "", compiled)}, distributed},
		"compiled, without its source":       {nil, []*found{at("lib/a.pyc", "", compiled)}, thirdParty},
		"a package's, in its documents too":  {nil, []*found{at("node_modules/a/x", "", npm), at("node_modules/a/README.md", "", readme)}, testData},
		"in another's documents":             {nil, []*found{at("node_modules/b/x", "", other), at("node_modules/a/README.md", "", readme)}, thirdParty},
		"beside a test key":                  {[]*found{known}, []*found{at("node_modules/a/keys/new.pem", "", npm)}, testData},
		"below a test key":                   {[]*found{known}, []*found{at("node_modules/a/keys/b/new.pem", "", npm)}, testData},
		"elsewhere in the package":           {[]*found{known}, []*found{at("node_modules/a/new.pem", "", npm)}, thirdParty},
		"one's own beside one's own test":    {[]*found{at("keys/known.pem", report.Test, origin.Origin{})}, []*found{at("keys/new.pem", "", origin.Origin{})}, own},
		"one's own beside a package's tests": {[]*found{known}, []*found{at("node_modules/a/keys/new.pem", "", origin.Origin{})}, own},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := learnTests(test.learned).standing(test.all); got != test.want {
				t.Errorf("standing %d, want %d", got, test.want)
			}
		})
	}
}

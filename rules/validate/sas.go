package validate

import (
	"strings"
	"time"

	"dregs/report"
)

// sasExpiry is the parameter of a shared access address that tells until when it is good. It stands in the same query as
// the signature, before it or behind it, and may be encoded.
var sasExpiry = late(`(?:[?&;]|\A)se=(20[0-9]{2}-[0-9]{2}-[0-9]{2})(?:T([0-9]{2})(?::|%3[Aa])([0-9]{2}))?`)

// sasReach bounds how far from its signature the parameters of an address are looked for.
const sasReach = 512

// judgeSAS tells until when an Azure shared access signature is good. Where minutes are missing the day's end counts.
func judgeSAS(in *Input, facts facts) string {
	if in.Rule != "azure-sas-signature" {
		return ""
	}
	before := in.Before[max(0, len(in.Before)-sasReach):]
	before = before[strings.LastIndexAny(before, " \t\r\n\"'<>")+1:]
	after := in.After[:min(len(in.After), sasReach)]
	if end := strings.IndexAny(after, " \t\r\n\"'<>"); end >= 0 {
		after = after[:end]
	}
	m := sasExpiry().FindStringSubmatch(before)
	if m == nil {
		m = sasExpiry().FindStringSubmatch(after)
	}
	if m == nil {
		return ""
	}
	hour, minute := m[2], m[3]
	if hour == "" {
		hour, minute = "23", "59"
	}
	end, err := time.Parse("2006-01-02 15:04", m[1]+" "+hour+":"+minute)
	if err != nil {
		return ""
	}
	facts.addTime("expires", end.Unix())
	if end.Before(in.Now) {
		return report.Expired
	}
	return ""
}

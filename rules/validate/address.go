package validate

import (
	"net/url"
	"strings"
)

// beforePassword ends where the password of an address begins; afterPassword begins where it ends.
var (
	beforePassword = late(`\b([A-Za-z][A-Za-z0-9+.-]{1,30})://([^\s:@/"'<>\x60]{0,128}):\z`)
	afterPassword  = late(`\A@([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?(?:[^A-Za-z0-9.-]|\z)`)
	sentryHost     = late(`\Ao([0-9]{1,12})\.ingest\.(?:[a-z]{2}\.)?sentry\.io\z`)
)

// judgeAddress tells user and host of an address: of one that is the value, or whose password is.
func judgeAddress(in *Input, facts facts) string {
	before := in.Before[max(0, len(in.Before)-256):]
	if strings.HasSuffix(before, ":") {
		if m := beforePassword().FindStringSubmatch(before); m != nil {
			facts.addUser("user", unescape(m[2]))
			if m := afterPassword().FindStringSubmatch(in.After[:min(len(in.After), 300)]); m != nil {
				facts.add("host", m[1]+m[2])
			}
			return ""
		}
	}
	address := in.Value
	if strings.HasSuffix(before, "://") {
		address = "https://" + address // the rule leaves the scheme out
	}
	if len(address) > 2<<10 || !strings.Contains(address[:min(len(address), 32)], "://") {
		return ""
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	facts.add("host", u.Host)
	if m := sentryHost().FindStringSubmatch(u.Hostname()); m != nil {
		facts.add("organization", m[1])
	}
	if in.isFrom("sentry") { // the user of a DSN is its key, the path its project
		facts.add("project", strings.Trim(u.Path, "/"))
		return ""
	}
	if _, ok := u.User.Password(); ok {
		facts.addUser("user", u.User.Username())
	}
	return ""
}

// unescape undoes percent-encoding, or returns s as it is where that is broken.
func unescape(s string) string {
	if out, err := url.PathUnescape(s); err == nil {
		return out
	}
	return s
}

// hostOf returns the host of an address, or "".
func hostOf(address string) string {
	if u, err := url.Parse(address); err == nil {
		return u.Host
	}
	return ""
}

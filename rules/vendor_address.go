package rules

import (
	"bytes"
	"slices"
	"strings"
)

// Bounds of an address that holds a token.
const (
	maxAddress = 512 // behind the host
	maxLabels  = 64  // of the host, before or behind the vendor's name
)

// doors are words of hosts and paths behind which a token stands that opens what the address names:
// https://hooks.acme.com/services/TOKEN. A version, v2, is one too.
var doors = words(`api rest hook hooks webhook webhooks services service incoming token tokens key keys apikey secret auth bot ws rpc send json
 gateway ingest push notify trigger integrations feed`)

// namedDoors are those of them that say by themselves that what comes next opens something.
var namedDoors = words(`hook hooks webhook webhooks token tokens key keys apikey secret bot trigger`)

// parameters of addresses give a token to a vendor's host, though their names alone do not say so.
var parameters = words(`k appid app_id api auth apikey api_key key token secret`)

// addressed judges the path and the parameters of the address whose host the vendor's name at l.data[at] is a part of: a token
// among them is the vendor's where what stands before it says that it opens something.
func (a *assigner) addressed(l look, lead *vendorLead, at int) (f found, ok bool) {
	data := l.data
	host, ok := hostAround(data, at, at+len(lead.word))
	if !ok {
		return f, false
	}
	address := data[host.hi:min(len(data), host.hi+maxAddress)]
	if end := bytes.IndexFunc(address, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"'`<>\\|)]}{,*", r) }); end >= 0 {
		address = address[:end]
	}
	path, query := address, []byte(nil)
	if i := bytes.IndexByte(address, '?'); i >= 0 {
		path, query = address[:i], address[i+1:]
	}
	open, named := false, false
	for _, label := range bytes.Split(data[host.lo:host.hi], []byte(".")) {
		open = open || doors[string(label)]
	}
	from := host.hi
	for part := range bytes.SplitSeq(path, []byte("/")) {
		word := asciiLower(string(part))
		switch {
		case len(part) == 0:
		case doors[word] || version(word):
			open, named = true, namedDoors[word]
		case open && a.opensAt(l, lead, part, named):
			return a.inAddress(l, lead, at, span{from, from + len(part)}), true
		default:
			open, named = false, false
		}
		from += len(part) + 1
	}
	from = host.hi + len(path) + 1
	for part := range bytes.SplitSeq(query, []byte("&")) {
		name, value, _ := bytes.Cut(part, []byte("="))
		if parameters[asciiLower(string(bytes.TrimPrefix(name, []byte("amp;"))))] && a.opensAt(l, lead, value, true) {
			lo := from + len(name) + 1
			return a.inAddress(l, lead, at, span{lo, lo + len(value)}), true
		}
		from += len(part) + 1
	}
	return f, false
}

// inAddress returns what was found.
func (a *assigner) inAddress(l look, lead *vendorLead, at int, secret span) found {
	r := lead.weak
	if l.setting != inText {
		r = lead.rule
	}
	return found{r, span{at, secret.hi}, secret}
}

// opensAt tells whether a part of an address may be a token of the vendor's. named tells that what stands before it says so;
// otherwise it is of letters and digits alone, or long and mixed.
func (a *assigner) opensAt(l look, lead *vendorLead, part []byte, named bool) bool {
	value := string(part)
	if len(value) < minAlone || !named && uuid(value) || !uuid(value) && !rare(value) || !plainRun(value, bondBeside) {
		return false
	}
	if placeholder(value, false) != "" || identifies(value) && !uuid(value) || locator(value) || l.setting == inText && a.sieve.broken("", value) {
		return false
	}
	return slices.ContainsFunc(lead.vendor.shapes, func(s shape) bool { return s.fits(value) })
}

// hostAround returns the host of an address that data[lo:hi] is a part of.
func hostAround(data []byte, lo, hi int) (span, bool) {
	if hi >= len(data) || data[hi] != '.' && data[hi] != '-' {
		return span{}, false // the last label is no vendor's
	}
	host := span{lo, hi}
	for host.hi < len(data) && host.hi-hi < maxLabels && nameByte[data[host.hi]] {
		host.hi++
	}
	if host.hi >= len(data) || data[host.hi] != '/' && data[host.hi] != '?' && data[host.hi] != ':' {
		return span{}, false
	}
	for host.lo > 0 && lo-host.lo < maxLabels && nameByte[data[host.lo-1]] {
		host.lo--
	}
	return host, bytes.HasSuffix(data[:host.lo], []byte("://")) || host.lo > 0 && data[host.lo-1] == '@'
}

// version tells whether a part of a path is the version of an interface: v2, v1.1.
func version(part string) bool {
	digits, letters := countKinds(part)
	return len(part) > 1 && len(part) < 6 && part[0] == 'v' && letters == 1 && digits > 0
}

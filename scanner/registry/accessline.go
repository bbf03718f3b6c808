package registry

import (
	"encoding/json"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// form is how a line tells of a request. A registry writes both of distribution's own forms into one stream, each of every
// request.
type form int

const (
	formCombined form = iota // Apache's, nginx's and the access log of distribution
	formFields               // distribution's log: key=value
	formJSON                 // the same as JSON, and JSON of proxies
	forms
)

// request is one request as a line of an access log tells of it.
type request struct {
	form       form
	at         time.Time // zero where the line tells none
	method     string
	repository string
	object     string // the tag or digest of a manifest, or the digest of a blob
	blob       bool
	address    string // of the client
	user       string
	agent      string
	status     int
	bytes      int64 // sent, -1 unknown
}

// reading is what became of a line.
type reading int

const (
	lineBad   reading = iota // of no known form
	lineOther                // it tells of no request for a manifest or blob
	lineRead
)

// maxField bounds what is kept of one field of a line.
const maxField = 1024

// maxPrefix bounds what may stand before the fields of a line.
const maxPrefix = 256

// parseLine reads one line: combined or vhost combined format, or the fields or JSON of distribution's own log.
func parseLine(line string) (request, reading) {
	line = strings.TrimSpace(line)
	switch {
	case line == "":
		return request{}, lineOther
	case line[0] == '{':
		return parseJSONLine(line)
	case strings.HasPrefix(line, "time=") || strings.HasPrefix(line, "level="):
		return parseFieldLine(line)
	}
	if at := strings.Index(line[:min(len(line), maxPrefix)], ` time="`); at >= 0 {
		return parseFieldLine(line[at+1:]) // behind what a collector of logs puts before each line
	}
	return parseCombined(line)
}

// parseCombined reads HOST IDENT USER [TIME] "METHOD URI PROTOCOL" STATUS BYTES "REFERER" "AGENT", where the last two may be
// missing and the name of a virtual host may come first.
func parseCombined(line string) (request, reading) {
	r := request{form: formCombined, bytes: -1}
	head, rest, ok := strings.Cut(line, " [")
	if !ok {
		return r, lineBad
	}
	names := strings.Fields(head)
	if len(names) < 3 {
		return r, lineBad
	}
	r.address = names[len(names)-3]
	r.user = dashed(names[len(names)-1])
	stamp, rest, ok := strings.Cut(rest, "] ")
	if !ok {
		return r, lineBad
	}
	at, err := time.Parse("02/Jan/2006:15:04:05 -0700", stamp)
	if err != nil {
		return r, lineBad
	}
	r.at = at.UTC()
	asked, rest, ok := quoted(rest)
	if !ok {
		return r, lineBad
	}
	counts := strings.Fields(rest)
	if len(counts) < 2 {
		return r, lineBad
	}
	if r.status, err = strconv.Atoi(counts[0]); err != nil {
		return r, lineBad
	}
	if n, err := strconv.ParseInt(counts[1], 10, 64); err == nil && n >= 0 {
		r.bytes = n
	}
	if _, after, ok := strings.Cut(rest, `"`); ok {
		if _, after, ok = quoted(`"` + after); ok {
			agent, _, _ := quoted(strings.TrimLeft(after, " "))
			r.agent = dashed(agent)
		}
	}
	parts := strings.Fields(asked)
	if len(parts) < 2 {
		return r, lineOther // a request that was none
	}
	return r.asks(parts[0], parts[1])
}

// dashed returns what a field says; a dash says nothing.
func dashed(s string) string {
	if s == "-" {
		return ""
	}
	return s
}

// quoted returns the string in quotes that s begins with, and what follows it.
func quoted(s string) (text, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		return "", s, false
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return unquote(s[:i+1]), s[i+1:], true
		}
	}
	return "", s, false
}

// unquote takes the escapes out of a string in quotes; those that Go does not know stay.
func unquote(s string) string {
	if text, err := strconv.Unquote(s); err == nil {
		return text
	}
	return s[1 : len(s)-1]
}

// parseFieldLine reads key=value pairs, values in quotes where they hold spaces.
func parseFieldLine(line string) (request, reading) {
	fields := map[string]string{}
	for line != "" {
		key, rest, ok := strings.Cut(line, "=")
		if !ok {
			break
		}
		key = strings.TrimSpace(key)
		value := ""
		if text, after, isQuoted := quoted(rest); isQuoted {
			value, line = text, strings.TrimLeft(after, " ")
		} else {
			value, line, _ = strings.Cut(rest, " ")
		}
		if len(fields) < 64 {
			fields[key] = value
		}
	}
	if fields["time"] == "" && fields["level"] == "" {
		return request{}, lineBad
	}
	return requestOf(formFields, func(names ...string) string {
		for _, n := range names {
			if v := fields[n]; v != "" {
				return v
			}
		}
		return ""
	})
}

// parseJSONLine reads an object of distribution's log, or of a proxy that logs JSON.
func parseJSONLine(line string) (request, reading) {
	var fields map[string]any
	d := json.NewDecoder(strings.NewReader(line))
	d.UseNumber()
	if d.Decode(&fields) != nil {
		return request{}, lineBad
	}
	if inner, ok := fields["log"].(string); ok && !strings.HasPrefix(strings.TrimSpace(inner), "{") {
		return parseLine(inner) // docker's json-file around what the registry wrote
	}
	return requestOf(formJSON, func(names ...string) string {
		for _, n := range names {
			switch v := fields[n].(type) {
			case string:
				if v != "" {
					return v
				}
			case json.Number:
				return v.String()
			}
		}
		return ""
	})
}

// requestOf reads a request from named fields. Only lines that tell how a request was answered count: distribution logs
// further ones of each.
func requestOf(f form, field func(names ...string) string) (request, reading) {
	r := request{form: f, bytes: -1}
	status := field("http.response.status", "status", "response_code")
	method, uri := field("http.request.method", "request_method", "method"), field("http.request.uri", "request_uri", "uri", "path")
	if asked := strings.Fields(field("request")); uri == "" && len(asked) >= 2 {
		method, uri = asked[0], asked[1]
	}
	if status == "" || method == "" || uri == "" {
		return r, lineOther
	}
	n, err := strconv.Atoi(status)
	if err != nil {
		return r, lineBad
	}
	r.status = n
	if sent, err := strconv.ParseInt(field("http.response.written", "bytes_sent", "body_bytes_sent"), 10, 64); err == nil && sent >= 0 {
		r.bytes = sent
	}
	r.at = timeIn(field("time", "time_iso8601", "@timestamp", "timestamp", "time_local"))
	r.address = field("http.request.remoteaddr", "remote_addr", "client_ip", "remote_ip")
	r.user = dashed(field("auth.user.name", "remote_user", "user"))
	r.agent = dashed(field("http.request.useragent", "http_user_agent", "user_agent"))
	return r.asks(method, uri)
}

// timeIn reads a time as logs write it; zero where it is none.
func timeIn(s string) time.Time {
	for _, layout := range []string{time.RFC3339Nano, "02/Jan/2006:15:04:05 -0700", "2006-01-02T15:04:05"} {
		if at, err := time.Parse(layout, s); err == nil {
			return at.UTC()
		}
	}
	return time.Time{}
}

// asks tells which manifest or blob a request is for (OCI distribution-spec): a URI .../v2/REPOSITORY/manifests/REFERENCE or
// .../v2/REPOSITORY/blobs/DIGEST.
func (r request) asks(method, uri string) (request, reading) {
	r.method = method
	uri, _, _ = strings.Cut(uri, "?")
	if len(uri) > maxField {
		return r, lineOther
	}
	path, err := url.PathUnescape(uri)
	if err != nil {
		return r, lineOther
	}
	_, name, ok := strings.Cut(path, "/v2/")
	if !ok {
		return r, lineOther
	}
	slash := strings.LastIndex(name, "/")
	if slash < 0 || slash+1 == len(name) {
		return r, lineOther
	}
	r.object = name[slash+1:]
	name = name[:slash]
	if r.repository, ok = strings.CutSuffix(name, "/manifests"); !ok {
		if r.repository, r.blob = strings.CutSuffix(name, "/blobs"); !r.blob {
			return r, lineOther
		}
	}
	r.address, r.user, r.agent = host(r.address), bounded(r.user), bounded(r.agent)
	return r, lineRead
}

// host returns an address without its port.
func host(address string) string {
	if h, _, err := net.SplitHostPort(address); err == nil {
		address = h
	}
	return bounded(strings.Trim(address, "[]"))
}

func bounded(s string) string {
	if len(s) > maxField {
		return strings.ToValidUTF8(s[:maxField], "") + "…"
	}
	return s
}

// fetches tells that a request brought its client what it asked for: the answer itself, a part of it, or where it is kept.
func (r *request) fetches() bool {
	return r.method == "GET" && (r.status == 200 || r.status == 206 || r.status == 302 || r.status == 303 || r.status == 307 || r.status == 308)
}

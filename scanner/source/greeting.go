package source

import (
	"crypto/tls"
	"errors"
	"net/http"
	"sync"
)

// greetings remember how registries answer GET /v2/, which tells how to log in (OCI distribution-spec), so that it is not asked
// for each of their repositories again. It is safe for concurrent use.
type greetings struct {
	inner http.RoundTripper

	mu    sync.Mutex
	known map[string]greeting // by URL
}

// greeting is the answer of a registry, or the error of one that does not encrypt.
type greeting struct {
	answer http.Response // without a body
	err    error
}

// RoundTrip implements http.RoundTripper.
func (g *greetings) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method != http.MethodGet || req.URL.Path != "/v2/" || req.Header.Get("Authorization") != "" {
		return g.inner.RoundTrip(req)
	}
	where := req.URL.String()
	g.mu.Lock()
	known, ok := g.known[where]
	g.mu.Unlock()
	if !ok {
		resp, err := g.inner.RoundTrip(req)
		if !isGreeting(resp, err) {
			return resp, err
		}
		known = greeting{err: err}
		if err == nil {
			discard(resp)
			known.answer = http.Response{
				Status: resp.Status, StatusCode: resp.StatusCode, Proto: resp.Proto, ProtoMajor: resp.ProtoMajor, ProtoMinor: resp.ProtoMinor,
				Header: resp.Header,
			}
		}
		g.mu.Lock()
		g.known[where] = known
		g.mu.Unlock()
	}
	if known.err != nil {
		return nil, known.err
	}
	resp := known.answer
	resp.Header, resp.Body, resp.Request = resp.Header.Clone(), http.NoBody, req
	return &resp, nil
}

// isGreeting tells an answer that another time would be the same.
func isGreeting(resp *http.Response, err error) bool {
	if err != nil {
		var plain tls.RecordHeaderError
		return errors.As(err, &plain) && string(plain.RecordHeader[:]) == "HTTP/"
	}
	return resp.StatusCode == http.StatusOK || resp.StatusCode == http.StatusUnauthorized
}

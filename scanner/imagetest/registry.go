package imagetest

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"testing"
)

// Push uploads m with all that it names to repo of the registry at base (a URL), under each of its tags and by digest.
// What is Missing is left out, as far as the registry lets it.
func Push(tb testing.TB, base, repo string, m *Manifest) {
	tb.Helper()
	for _, child := range m.Children {
		Push(tb, base, repo, child)
	}
	if m.Config != nil {
		pushBlob(tb, base, repo, m.ID, m.Config)
	}
	for _, l := range m.Layers {
		if !l.Missing {
			pushBlob(tb, base, repo, l.Digest, l.Data)
		}
	}
	if m.Missing {
		return
	}
	for _, ref := range append([]string{m.Digest}, m.Tags...) {
		put(tb, base+"/v2/"+repo+"/manifests/"+ref, m.MediaType, m.stored())
	}
}

func pushBlob(tb testing.TB, base, repo, digest string, data []byte) {
	tb.Helper()
	req, err := http.NewRequestWithContext(tb.Context(), http.MethodPost, base+"/v2/"+repo+"/blobs/uploads/", nil)
	if err != nil {
		tb.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		tb.Fatal(err)
	}
	drain(resp)
	where, err := resp.Request.URL.Parse(resp.Header.Get("Location"))
	if err != nil {
		tb.Fatal(err)
	}
	where.RawQuery = url.Values{"digest": {digest}}.Encode()
	put(tb, where.String(), "application/octet-stream", data)
}

func put(tb testing.TB, where, mediaType string, data []byte) {
	tb.Helper()
	req, err := http.NewRequestWithContext(tb.Context(), http.MethodPut, where, bytes.NewReader(data))
	if err != nil {
		tb.Fatal(err)
	}
	req.Header.Set("Content-Type", mediaType)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		tb.Fatal(err)
	}
	drain(resp)
	if resp.StatusCode/100 != 2 {
		tb.Fatalf("putting %s: %s", where, resp.Status)
	}
}

func drain(resp *http.Response) {
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
}

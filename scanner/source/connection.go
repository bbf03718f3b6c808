package source

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"dregs/report"
)

// connection is an authenticated client of one repository of a registry, or of its catalog (OCI distribution-spec). It is safe for
// concurrent use.
type connection struct {
	host   string
	base   string // https://HOST/v2/REPO, or https://HOST/v2 for the registry itself
	client *http.Client
	wait   waits

	noReferrers atomic.Bool // it does not know the referrers API
}

// manifestTypes are the documents that a registry is asked for.
var manifestTypes = strings.Join([]string{
	"application/vnd.oci.image.index.v1+json",
	"application/vnd.oci.image.manifest.v1+json",
	"application/vnd.docker.distribution.manifest.list.v2+json",
	"application/vnd.docker.distribution.manifest.v2+json",
	"application/vnd.oci.artifact.manifest.v1+json",
	"application/vnd.docker.distribution.manifest.v1+prettyjws",
	"application/vnd.docker.distribution.manifest.v1+json",
}, ", ")

const maxRedirects = 10

// connect authenticates for pulling from repo. Credentials go to the registry's own host and to the token server that it
// names, never where a redirect leads.
func connect(ctx context.Context, repo name.Repository, opts Options, wait waits) (*connection, error) {
	auth, err := opts.credentials(repo)
	if err != nil {
		return nil, fmt.Errorf("looking up credentials for %s: %w", repo.RegistryStr(), err)
	}
	c, err := dial(ctx, repo.Registry, auth, repo.Scope(transport.PullScope), opts, wait)
	if err != nil {
		return nil, err
	}
	c.base += "/" + repo.RepositoryStr()
	return c, nil
}

// connectRegistry authenticates for listing the repositories of a registry.
func connectRegistry(ctx context.Context, registry name.Registry, opts Options, wait waits) (*connection, error) {
	auth, err := opts.credentials(registry)
	if err != nil {
		return nil, fmt.Errorf("looking up credentials for %s: %w", registry.RegistryStr(), err)
	}
	return dial(ctx, registry, auth, registry.Scope(transport.PullScope), opts, wait)
}

// dial authenticates for one scope.
func dial(ctx context.Context, registry name.Registry, auth authn.Authenticator, scope string, opts Options, wait waits) (*connection, error) {
	w := opts.wire
	if w == nil {
		w = newWire(opts, wait)
	}
	agent := transport.NewUserAgent(w.greetings, opts.UserAgent)
	authenticated, err := transport.NewWithContext(ctx, registry, auth, agent, []string{scope})
	if err != nil {
		return nil, requestError("connecting to "+registry.RegistryStr(), err)
	}
	return &connection{
		host: registry.RegistryStr(), wait: wait,
		base:   "https://" + registry.RegistryStr() + "/v2", // the transport knows whether it is http
		client: &http.Client{Transport: authenticated, CheckRedirect: checkRedirect},
	}, nil
}

// wire carries the requests of one connection, or of all those of one source.
type wire struct {
	transport *http.Transport
	greetings *greetings
}

// newWire returns a wire that keeps as many connections to a host as are in use at one time.
func newWire(opts Options, wait waits) *wire {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = opts.Jobs
	t.ResponseHeaderTimeout = wait.idle
	if opts.Insecure {
		t.TLSClientConfig = &tls.Config{InsecureSkipVerify: true} //nolint:gosec // asked for by --insecure
	}
	return &wire{t, &greetings{inner: &retrier{inner: t, wait: wait}, known: map[string]greeting{}}}
}

// checkRedirect follows a bounded number of redirects, and none from an encrypted connection to a plain one.
func checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) >= maxRedirects {
		return fmt.Errorf("stopped after %d redirects", maxRedirects)
	}
	if req.URL.Scheme != "https" && via[len(via)-1].URL.Scheme == "https" && req.URL.Host != via[0].URL.Host {
		return errors.New("refused a redirect to an unencrypted connection")
	}
	return nil
}

// name returns HOST/NAME of the repository.
func (c *connection) name() string {
	return c.host + strings.TrimPrefix(c.base, "https://"+c.host+"/v2")
}

// get sends a request below the repository and returns the response where its status is one of those accepted.
func (c *connection) get(ctx context.Context, method, where string, header http.Header, accepted ...int) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, where, nil)
	if err != nil {
		return nil, fmt.Errorf("building request: %w", err)
	}
	for key, values := range header {
		req.Header[key] = values
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return nil, requestError("asking "+c.host, err)
	}
	for _, status := range accepted {
		if resp.StatusCode == status {
			return resp, nil
		}
	}
	discard(resp)
	return nil, statusError(c.host, resp.StatusCode)
}

// answer is a document as the registry gave it.
type answer struct {
	data      []byte
	mediaType string
	digest    string // as the registry stated it, or ""
	next      string // URL of the next page, or ""
}

// document gets a document of at most limit bytes.
func (c *connection) document(ctx context.Context, where string, header http.Header, limit int64) (*answer, error) {
	for tries := 1; ; tries++ {
		a, err := c.documentOnce(ctx, where, header, limit)
		if err == nil || tries >= c.wait.attempts || !isBroken(err) || ctx.Err() != nil {
			return a, c.stalled(ctx, err)
		}
	}
}

// stalled returns err, or a fault in its place where it is our own cancelling of a request that stood still.
func (c *connection) stalled(ctx context.Context, err error) error {
	if errors.Is(err, context.Canceled) && ctx.Err() == nil {
		return report.Faultf(report.Unreadable, "%s sent nothing for %s", c.host, c.wait.idle)
	}
	return err
}

func (c *connection) documentOnce(ctx context.Context, where string, header http.Header, limit int64) (*answer, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	resp, err := c.get(ctx, http.MethodGet, where, header, http.StatusOK)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	defer time.AfterFunc(c.wait.idle, cancel).Stop()
	data, err := readAtMost(resp.Body, limit)
	if err != nil {
		return nil, err
	}
	a := &answer{data: data, mediaType: resp.Header.Get("Content-Type"), digest: resp.Header.Get("Docker-Content-Digest")}
	a.mediaType, _, _ = strings.Cut(a.mediaType, ";")
	if link, rel, _ := strings.Cut(resp.Header.Get("Link"), ">"); strings.HasPrefix(link, "<") && strings.Contains(rel, `rel="next"`) {
		if u, err := resp.Request.URL.Parse(link[1:]); err == nil {
			a.next = u.String()
		}
	}
	return a, nil
}

// manifest gets a manifest or index by tag or digest.
func (c *connection) manifest(ctx context.Context, ref string, limit int64) (*answer, error) {
	return c.document(ctx, c.base+"/manifests/"+ref, http.Header{"Accept": {manifestTypes}}, limit)
}

// statusError returns the fault for an answer that is none.
func statusError(host string, status int) error {
	kind := report.Unreadable
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		kind = report.Unauthorized
	case http.StatusNotFound:
		kind = report.Missing
	}
	return &report.Fault{Kind: kind, Err: &answerError{host, status}}
}

// answerError is an answer with another status than hoped for.
type answerError struct {
	host   string
	status int
}

// Error implements error.
func (e *answerError) Error() string {
	return fmt.Sprintf("%s answers %d %s", e.host, e.status, http.StatusText(e.status))
}

// requestError returns why a request failed, without its URL: after a redirect that can hold a signature. A refusal of
// the registry or its token server is a fault of kind unauthorized.
func requestError(doing string, err error) error {
	var refused *transport.Error
	if errors.As(err, &refused) {
		return fmt.Errorf("%s: %w", doing, statusError("it", refused.StatusCode))
	}
	var u *url.Error
	if errors.As(err, &u) {
		host := "a host"
		if where, perr := url.Parse(u.URL); perr == nil && where.Host != "" {
			host = where.Host
		}
		return fmt.Errorf("%s: reaching %s: %w", doing, host, u.Err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// isReset tells a connection that the other side closed.
func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, net.ErrClosed) ||
		strings.Contains(err.Error(), "server closed idle connection")
}

// registryHint returns the sentence that may help with err.
func registryHint(err error, reference string) string {
	var refused *answerError
	text := err.Error()
	switch {
	case errors.As(err, &refused) && refused.status == http.StatusNotFound:
		return "check the name and the tag of " + reference
	case errors.As(err, &refused) && (refused.status == http.StatusUnauthorized || refused.status == http.StatusForbidden):
		return "it is not there or not for you: log in with docker login, or give --username and --password-stdin"
	case strings.Contains(text, "HTTP response to HTTPS client"):
		return "the registry does not encrypt; --plain-http allows that"
	case strings.Contains(text, "x509:"):
		return "the registry's certificate is not trusted; --insecure accepts it"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens there; a file needs its scheme, such as docker-archive:FILE"
	}
	return "write docker-archive:FILE, docker:NAME or podman:NAME if no registry was meant"
}

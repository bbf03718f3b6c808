package source

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"golang.org/x/sync/errgroup"

	"dregs/report"
)

const (
	catalogPage  = 1000      // names asked for at one time
	maxNames     = 1_000_000 // repositories of a registry, or tags of a repository
	maxNamePages = 10_000
)

// catalogSource is a whole registry (OCI distribution-spec, and the catalog of Docker's registry API).
type catalogSource struct {
	registry name.Registry
	opts     Options
	list     []string
	choice   *choice
	wait     waits
}

// OpenCatalog opens all that sel chooses of a registry: every image of every repository, with what refers to it. Images
// that several repositories hold are one. Nothing is read before Read.
func OpenCatalog(host string, sel Selection, opts Options) (Source, error) {
	var how []name.Option
	if opts.PlainHTTP {
		how = append(how, name.Insecure)
	}
	registry, err := name.NewRegistry(host, how...)
	if err != nil || host == "" {
		return nil, hint(fmt.Errorf("opening %q: it is no registry", host), "registries look like registry.example.com or localhost:5000")
	}
	if _, err := parsePlatform(opts.Platform); err != nil {
		return nil, err
	}
	c, err := sel.choice()
	if err != nil {
		return nil, err
	}
	return &catalogSource{registry: registry, opts: opts.withDefaults(), list: sel.List, choice: c, wait: defaultWaits()}, nil
}

// Scheme implements Source.
func (s *catalogSource) Scheme() string { return SchemeRegistry }

// Close implements Source.
func (s *catalogSource) Close() error {
	if s.opts.wire != nil {
		s.opts.wire.transport.CloseIdleConnections()
	}
	return nil
}

// Read implements Source. It reads the documents of one repository after the other, so that what is held of each is
// bounded, and hands the blobs over unread.
func (s *catalogSource) Read(ctx context.Context, blob func(ctx context.Context, b Blob) error) (*Contents, error) {
	var problems problemList
	s.opts.wire = newWire(s.opts, s.wait)
	names, err := s.repositories(ctx)
	if err != nil && len(names) == 0 {
		return nil, hint(fmt.Errorf("listing the repositories of %s: %w", s.registry.RegistryStr(), err), catalogHint(err, s.registry.RegistryStr()))
	}
	problems.add("catalog", err)
	parts := make([]*repository, len(names))
	var g errgroup.Group
	g.SetLimit(s.opts.Jobs)
	for i, n := range names {
		g.Go(func() error {
			parts[i] = s.repository(ctx, n)
			return nil
		})
	}
	_ = g.Wait() // its functions return no error
	merged := newHolding(s.opts.MaxImages)
	for _, p := range parts {
		if p != nil {
			merged.add(p)
		}
	}
	contents := merged.contents(problems)
	if ctx.Err() != nil {
		return contents, fmt.Errorf("reading %s: %w", s.registry.RegistryStr(), ctx.Err())
	}
	return contents, s.handOver(ctx, merged, contents, blob)
}

// handOver calls blob for every layer once, each from the first repository that holds it.
func (s *catalogSource) handOver(ctx context.Context, h *holding, c *Contents, blob func(context.Context, Blob) error) error {
	given := map[string]bool{}
	for _, l := range slices.Concat(layersOf(c.Images)...) {
		from := h.at[l.Key]
		if l.Key == "" || given[l.Key] || from == nil {
			continue
		}
		given[l.Key] = true
		digest, other := stated(l.Digest)
		err := blob(ctx, Blob{Key: l.Key, Digest: digest, MediaType: l.MediaType, Size: l.Size, Remote: true, Repository: from.name(), Open: func(ctx context.Context) (io.ReadCloser, error) {
			body, err := from.blob(ctx, l.Digest, s.opts.MaxInflated)
			if err != nil {
				return nil, err // whoever reads it says so
			}
			return checked(body, other), nil
		}})
		if err != nil {
			return err
		}
	}
	return nil
}

// repositories returns the names of those that were chosen, sorted; those that were listed until an error beside it.
func (s *catalogSource) repositories(ctx context.Context) ([]string, error) {
	names, err := s.list, error(nil)
	if names == nil {
		var c *connection
		if c, err = connectRegistry(ctx, s.registry, s.opts, s.wait); err == nil {
			names, err = c.names(ctx, c.base+"/_catalog?n="+strconv.Itoa(catalogPage), "repositories", s.opts.MaxManifest)
		}
	}
	kept := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !s.choice.repository(n) })
	slices.Sort(kept)
	return slices.Compact(kept), err
}

// names reads a list of names page by page, as _catalog and tags/list give it under field. Those that were read until an
// error come beside it.
func (c *connection) names(ctx context.Context, where, field string, limit int64) ([]string, error) {
	var all []string
	known := map[string]bool{}
	for page := range maxNamePages {
		a, err := c.document(ctx, where, http.Header{}, limit)
		if err != nil {
			return all, fmt.Errorf("listing %s: %w", field, err)
		}
		var doc map[string]json.RawMessage
		var names []string
		if err := json.Unmarshal(a.data, &doc); err != nil {
			return all, report.Faultf(report.Corrupt, "listing %s: the answer is no JSON object", field)
		}
		if raw := doc[field]; raw != nil && json.Unmarshal(raw, &names) != nil {
			return all, report.Faultf(report.Corrupt, "listing %s: the answer has no list of names", field)
		}
		fresh := false
		for _, n := range names {
			if !known[n] {
				known[n], fresh = true, true
				all = append(all, n)
			}
		}
		switch {
		case len(all) > maxNames:
			return all[:maxNames], report.Faultf(report.Limit, "there are more than %d %s", maxNames, field)
		case a.next == "":
			return all, nil
		case !fresh || !c.isOwn(a.next):
			return all, report.Faultf(report.Limit, "listing %s does not end: page %d brings nothing new", field, page+1)
		}
		where = a.next
	}
	return all, report.Faultf(report.Limit, "%s have more than %d pages", field, maxNamePages)
}

// repository is what one repository of a registry holds.
type repository struct {
	name     string
	contents *Contents
	from     *connection
	problems problemList
}

// repository reads the documents of one repository; whatever goes wrong is among its problems.
func (s *catalogSource) repository(ctx context.Context, path string) *repository {
	r := &repository{name: path, contents: &Contents{}}
	fail := func(err error) *repository {
		r.problems.add("repository "+path, err)
		return r
	}
	if ctx.Err() != nil {
		return fail(ctx.Err())
	}
	repo, err := name.NewRepository(s.registry.RegistryStr()+"/"+path, s.nameOptions()...)
	if err != nil {
		return fail(report.Faultf(report.Unsupported, "the registry names a repository that can be none"))
	}
	if r.from, err = connect(ctx, repo, s.opts, s.wait); err != nil {
		return fail(err)
	}
	tags, err := r.from.names(ctx, r.from.base+"/tags/list?n="+strconv.Itoa(catalogPage), "tags", s.opts.MaxManifest)
	if err != nil {
		fail(err)
	}
	var known map[string]bool
	if err == nil {
		known = make(map[string]bool, len(tags))
		for _, t := range tags {
			known[t] = true
		}
	}
	tags = slices.DeleteFunc(tags, func(t string) bool { return !takes(s.choice.tags, t) })
	slices.Sort(tags)
	opts := s.opts
	opts.Platform = "" // that a repository has none of the platform is no error of the registry
	docs := newRemoteDocuments(r.from, opts)
	g, err := newGraph(docs, s.opts)
	if err != nil {
		return fail(err)
	}
	g.eager, g.tags = true, known
	for _, t := range s.roots(ctx, r, docs, tags) {
		d := descriptor{MediaType: t.mediaType, Digest: sha256Of(t.data), Size: int64(len(t.data))}
		if _, _, ok := splitDigest(t.digest); ok {
			d.Digest = t.digest // visit checks it
		}
		docs.keep(d.Digest, t.data)
		r.contents.Links = append(r.contents.Links, Link{Repository: path, Tag: t.tag, Digest: d.Digest})
		if err := g.visit(ctx, d, nil, []string{path + ":" + t.tag}, 0); err != nil {
			return fail(err)
		}
		if err := g.referrers(ctx, r.from, d.Digest); err != nil {
			return fail(err)
		}
	}
	r.take(g)
	return r
}

// take keeps what a graph found. A platform that the repository does not have is no problem of a whole registry.
func (r *repository) take(g *graph) {
	kept, _ := g.admitted()
	r.contents.Indexes = g.indexes()
	r.problems.list = append(r.problems.list, g.problems.list...)
	for _, n := range kept {
		r.contents.Images = append(r.contents.Images, n.Image)
		r.problems.list = append(r.problems.list, n.problems...)
	}
}

func (s *catalogSource) nameOptions() []name.Option {
	if s.opts.PlainHTTP {
		return []name.Option{name.Insecure}
	}
	return nil
}

// tagRoot is what a tag names.
type tagRoot struct {
	tag string
	*answer
	created time.Time
}

// roots gets what the tags name, in order of the tags: of the newest alone where their number is bounded.
func (s *catalogSource) roots(ctx context.Context, r *repository, docs *remoteDocuments, tags []string) []tagRoot {
	all := make([]tagRoot, len(tags))
	var (
		g  errgroup.Group
		mu sync.Mutex
	)
	g.SetLimit(s.opts.Jobs)
	for i, tag := range tags {
		g.Go(func() error {
			a, err := r.from.manifest(ctx, url.PathEscape(tag), s.opts.MaxManifest)
			if err != nil {
				mu.Lock()
				defer mu.Unlock()
				r.problems.add("tag "+r.name+":"+tag, err)
				return nil
			}
			all[i] = tagRoot{tag: tag, answer: a}
			if s.choice.limit > 0 {
				all[i].created = createdOf(ctx, docs, a.data, s.opts.MaxManifest, 0)
			}
			return nil
		})
	}
	_ = g.Wait() // its functions return no error
	slices.SortFunc(r.problems.list, func(x, y report.Problem) int { return strings.Compare(x.Where, y.Where) })
	all = slices.DeleteFunc(all, func(t tagRoot) bool { return t.answer == nil })
	if s.choice.limit > 0 && len(all) > s.choice.limit {
		slices.SortStableFunc(all, func(x, y tagRoot) int { return y.created.Compare(x.created) })
		all = all[:s.choice.limit]
		slices.SortFunc(all, func(x, y tagRoot) int { return cmp.Compare(x.tag, y.tag) })
	}
	return all
}

// createdOf returns the time that an image says it was made at; of an index, the latest of its images'. It is zero where
// that cannot be told.
func createdOf(ctx context.Context, docs *remoteDocuments, data []byte, limit int64, depth int) time.Time {
	var latest time.Time
	m, err := parseManifest(data)
	if err != nil || depth > maxDepth {
		return latest
	}
	for _, d := range m.Manifests {
		if inner, err := docs.fetch(ctx, d, limit); err == nil {
			docs.keep(d.Digest, inner)
			if at := createdOf(ctx, docs, inner, limit, depth+1); at.After(latest) {
				latest = at
			}
		}
	}
	if m.Config == nil || !m.hasImageConfig() {
		return latest
	}
	if _, _, ok := splitDigest(m.Config.Digest); !ok {
		return latest
	}
	config, err := docs.fetch(ctx, *m.Config, limit)
	if err != nil {
		return latest
	}
	docs.keep(m.Config.Digest, config)
	if at := createdIn(config); at.After(latest) {
		latest = at
	}
	return latest
}

// createdIn returns the time that an image configuration states.
func createdIn(config []byte) time.Time {
	var c struct {
		Created time.Time `json:"created"`
	}
	if json.Unmarshal(config, &c) != nil {
		return time.Time{}
	}
	return c.Created
}

// catalogHint returns the sentence that may help where a catalog cannot be listed.
func catalogHint(err error, host string) string {
	var refused *answerError
	if errors.As(err, &refused) {
		switch refused.status {
		case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed:
			return "the catalog of " + host + " is closed to you: log in, or name the repositories with --repo-list FILE"
		}
	}
	return registryHint(err, host)
}

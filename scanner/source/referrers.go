package source

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"dregs/report"
)

const (
	maxReferrerPages = 100
	maxReferrerDepth = 3 // referrers of referrers: the signature of an SBOM
)

// attachedTags are the suffixes of the tags under which cosign attaches what belongs to a manifest.
var attachedTags = []string{".sig", ".att", ".sbom"}

// referrers visits what refers to root and to the images found, by the registry's referrers API (OCI distribution-spec)
// or, where it has none, by the tags that stand for it.
func (g *graph) referrers(ctx context.Context, c *connection, root string) error {
	for depth := range maxReferrerDepth {
		subjects := g.subjects(root)
		if len(subjects) == 0 || g.full {
			return nil
		}
		found := make([][]reference, len(subjects))
		var group errgroup.Group
		group.SetLimit(g.opts.Jobs)
		var mu sync.Mutex
		for i, subject := range subjects {
			g.asked[subject] = true
			group.Go(func() error {
				var problem error
				found[i], problem = c.referrersOf(ctx, subject, g.opts, g.tagsOf(subject, depth))
				mu.Lock()
				defer mu.Unlock()
				g.problems.add("referrers of "+subject, problem)
				return nil
			})
		}
		_ = group.Wait() // its functions return no error
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("reading referrers: %w", err)
		}
		for i, references := range found {
			if err := g.visitReferences(ctx, subjects[i], references); err != nil {
				return err
			}
		}
	}
	return nil
}

// reference is something that refers to a manifest: named by a descriptor, or got by a tag.
type reference struct {
	descriptor
	tag  string
	data []byte // of one got by tag
}

func (g *graph) visitReferences(ctx context.Context, subject string, references []reference) error {
	for _, r := range references {
		if g.full {
			return nil
		}
		var tags []string
		if r.data != nil {
			tags = []string{r.tag}
			if docs, ok := g.docs.(*remoteDocuments); ok {
				docs.keep(r.Digest, r.data)
			}
		}
		var above []Document
		if len(r.Annotations) > 0 {
			above = []Document{{What: g.unique("descriptor " + r.Digest), Annotations: r.Annotations}}
		}
		if err := g.visit(ctx, r.descriptor, above, tags, 0); err != nil {
			return err
		}
		if n := g.byDigest[r.Digest]; n != nil && n.Subject == "" {
			n.Subject = subject
		}
	}
	return nil
}

// subjects returns the manifests whose referrers were not asked for yet: root, and the images that the filter admits.
func (g *graph) subjects(root string) []string {
	var all []string
	if !g.asked[root] {
		all = append(all, root)
	}
	kept, _ := g.admitted()
	for _, n := range kept {
		if n.Digest != "" && n.Kind != kindAttestation && !g.asked[n.Digest] && !slices.Contains(all, n.Digest) {
			all = append(all, n.Digest)
		}
	}
	return all
}

// referrerTags are the tags that may name what refers to a manifest.
type referrerTags struct {
	index    string   // stands for the referrers API; empty where the repository has no such tag
	attached []string // by cosign
}

// tagsOf returns the tags to ask for of a subject: those that the repository has, where its tags are known.
func (g *graph) tagsOf(subject string, depth int) referrerTags {
	tagged := strings.Replace(subject, ":", "-", 1)
	has := func(tag string) bool { return g.tags == nil || g.tags[tag] }
	var t referrerTags
	if has(tagged) {
		t.index = tagged
	}
	for _, suffix := range attachedTags {
		if depth == 0 && has(tagged+suffix) {
			t.attached = append(t.attached, tagged+suffix)
		}
	}
	return t
}

// referrersOf returns what refers to subject; the error is a problem beside it.
func (c *connection) referrersOf(ctx context.Context, subject string, opts Options, tags referrerTags) ([]reference, error) {
	if _, _, ok := splitDigest(subject); !ok {
		return nil, nil // it was told when the manifest was visited
	}
	var all []reference
	err := errNoReferrers
	if !c.noReferrers.Load() {
		all, err = c.listReferrers(ctx, subject, opts)
	}
	if errors.Is(err, errNoReferrers) {
		all, err = nil, nil
		if tags.index != "" {
			all, err = c.referrersTag(ctx, tags.index, opts)
		}
	}
	for _, tag := range tags.attached {
		a, terr := c.manifest(ctx, tag, opts.MaxManifest)
		if terr != nil {
			if !isAbsent(terr) && err == nil {
				err = terr
			}
			continue
		}
		d := descriptor{MediaType: a.mediaType, Digest: sha256Of(a.data), Size: int64(len(a.data))}
		all = append(all, reference{descriptor: d, tag: tag, data: a.data})
	}
	return all, err
}

// errNoReferrers is a registry that does not know the referrers API.
var errNoReferrers = errors.New("registry has no referrers API")

// listReferrers asks the referrers API, page by page.
func (c *connection) listReferrers(ctx context.Context, subject string, opts Options) ([]reference, error) {
	var all []reference
	seen := map[string]bool{}
	where := c.base + "/referrers/" + subject
	for page := range maxReferrerPages {
		a, err := c.document(ctx, where, http.Header{"Accept": {"application/vnd.oci.image.index.v1+json"}}, opts.MaxManifest)
		if err != nil && page == 0 && isUnknownEndpoint(err) {
			if isAbsent(err) { // where there is the API, there is an answer for every digest, if an empty one
				c.noReferrers.Store(true)
			}
			return nil, errNoReferrers
		}
		if err != nil {
			return all, fmt.Errorf("listing referrers: %w", err)
		}
		index, err := parseManifest(a.data)
		if err != nil {
			return all, fmt.Errorf("listing referrers: %w", err)
		}
		fresh := false
		for _, d := range index.Manifests {
			if !seen[d.Digest] {
				seen[d.Digest], fresh = true, true
				all = append(all, reference{descriptor: d})
			}
		}
		if len(all) > opts.MaxImages {
			return all[:opts.MaxImages], report.Faultf(report.Limit, "there are more than %d referrers", opts.MaxImages)
		}
		if a.next == "" {
			return all, nil
		}
		if !fresh || !c.isOwn(a.next) {
			return all, report.Faultf(report.Limit, "listing referrers does not end: page %d brings nothing new", page+1)
		}
		where = a.next
	}
	return all, report.Faultf(report.Limit, "referrers have more than %d pages", maxReferrerPages)
}

// isOwn tells that a URL is the registry's own: a next page elsewhere is not asked for.
func (c *connection) isOwn(where string) bool {
	_, rest, _ := strings.Cut(where, "://")
	host, _, _ := strings.Cut(rest, "/")
	return host == c.host
}

// referrersTag reads the index that stands for the referrers API under a tag.
func (c *connection) referrersTag(ctx context.Context, tag string, opts Options) ([]reference, error) {
	a, err := c.manifest(ctx, tag, opts.MaxManifest)
	if isAbsent(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading referrers tag: %w", err)
	}
	index, err := parseManifest(a.data)
	if err != nil {
		return nil, fmt.Errorf("reading referrers tag: %w", err)
	}
	var all []reference
	for _, d := range index.Manifests[:min(len(index.Manifests), opts.MaxImages)] {
		all = append(all, reference{descriptor: d})
	}
	if len(index.Manifests) > opts.MaxImages {
		return all, report.Faultf(report.Limit, "there are more than %d referrers", opts.MaxImages)
	}
	return all, nil
}

// isAbsent tells that the registry does not have what was asked for.
func isAbsent(err error) bool {
	var refused *answerError
	return errors.As(err, &refused) && refused.status == http.StatusNotFound
}

// isUnknownEndpoint tells how registries answer that do not know the referrers API.
func isUnknownEndpoint(err error) bool {
	var refused *answerError
	if !errors.As(err, &refused) {
		return false
	}
	switch refused.status {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusBadRequest, http.StatusNotImplemented, http.StatusNotAcceptable:
		return true
	}
	return false
}

package registry

import (
	"slices"
	"time"

	"dregs/report"
)

// What a request for something that carries a secret brought.
const (
	TookBlob     = "blob"     // the layer or configuration that the secret lies in
	TookManifest = "manifest" // a manifest that names it, or an index that leads there
)

// carrier ties a manifest or blob to a secret of the report.
type carrier struct {
	secret int
	took   string
}

// carriers are what carries the secrets of a report.
type carriers struct {
	byDigest map[string]map[carrier]bool
	tags     map[string][]tagged // by repository and tag, oldest first
}

// tagged is what a tag names since a time, zero for one that is not known.
type tagged struct {
	digest string
	since  time.Time
}

func tagKey(repository, tag string) string { return repository + ":" + tag }

// carriersOf lists what carries the secrets of r's registries.
func carriersOf(r *report.Report) *carriers {
	c := &carriers{byDigest: map[string]map[carrier]bool{}, tags: map[string][]tagged{}}
	for i := range r.Secrets {
		for _, o := range r.Secrets[i].Occurrences {
			if r.Targets[o.Target].Kind == report.KindRegistry {
				c.occurrence(r, i, &o)
			}
		}
	}
	for i := range r.Targets {
		t := &r.Targets[i]
		for range maxDepth {
			c.indexes(t.Indexes)
		}
		for _, l := range t.Links {
			if l.Tag == "" {
				continue
			}
			since, _ := time.Parse(time.RFC3339, l.Since) // zero where it is not told
			key := tagKey(l.Repository, l.Tag)
			c.tags[key] = append(c.tags[key], tagged{l.Digest, since})
		}
	}
	for _, all := range c.tags {
		// A stable sort leaves what is current last where times are equal or unknown.
		slices.SortStableFunc(all, func(a, b tagged) int { return a.since.Compare(b.since) })
	}
	return c
}

func (c *carriers) add(digest string, one carrier) {
	if digest == "" {
		return
	}
	if c.byDigest[digest] == nil {
		c.byDigest[digest] = map[carrier]bool{}
	}
	c.byDigest[digest][one] = true
}

// occurrence notes what one spot of a secret lies in. A secret in a layer is in every image with that layer.
func (c *carriers) occurrence(r *report.Report, secret int, o *report.Occurrence) {
	blob := o.Place.InLayer()
	if blob {
		c.add(o.LayerDigest, carrier{secret, TookBlob})
	}
	if o.Image == nil {
		return
	}
	img := &r.Targets[o.Target].Images[*o.Image]
	c.add(img.Digest, carrier{secret, TookManifest})
	switch {
	case blob:
	case o.Place == report.Annotation:
		c.add(img.Digest, carrier{secret, TookBlob}) // the manifest is what the secret lies in
	case img.Kind != "":
		for i := range img.Layers {
			c.add(img.Layers[i].Digest, carrier{secret, TookBlob})
		}
	default:
		c.add(img.ID, carrier{secret, TookBlob})
	}
}

// indexes notes what leads to a manifest that carries a secret.
func (c *carriers) indexes(all []report.Index) {
	for _, x := range all {
		for _, child := range x.Manifests {
			for one := range c.byDigest[child] {
				c.add(x.Digest, carrier{one.secret, TookManifest})
			}
		}
	}
}

// named returns the digest that a tag named at a time, and whether that is known: a scan over HTTP tells only what the tag
// names now.
func (c *carriers) named(repository, tag string, at time.Time) (digest string, known bool) {
	all := c.tags[tagKey(repository, tag)]
	if len(all) == 0 {
		return "", false
	}
	last := all[len(all)-1]
	if last.since.IsZero() || at.IsZero() {
		return last.digest, false
	}
	for i := len(all) - 1; i >= 0; i-- {
		if !all[i].since.After(at) {
			return all[i].digest, true
		}
	}
	return "", false
}

package registry

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"dregs/report"
	"dregs/scanner/source"
)

// Taking says how an inventory is taken.
type Taking struct {
	Where     string // a host, or the folder of a storage
	Selection source.Selection
	Source    source.Options
	Version   string // of the program
	Now       func() time.Time
}

// Take reads the inventory of a registry: its documents alone, no layer. What could not be read is among the inventory's
// problems. An error is for a registry that could not be read at all, and comes with the inventory where ctx ended.
func Take(ctx context.Context, t Taking) (*Inventory, error) {
	src, err := source.OpenRegistry(t.Where, t.Selection, t.Source)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	c, err := src.Read(ctx, func(context.Context, source.Blob) error { return nil })
	if c == nil {
		return nil, err
	}
	v := newInventory(c)
	v.Tool = Tool{"dregs", t.Version}
	v.Registry, v.Source = t.Where, src.Scheme()
	v.Taken = timeOf(t.Now).UTC().Format(time.RFC3339)
	v.Narrowed = t.Selection.Narrows()
	if v.Source == source.SchemeRegistry {
		for i := range v.Repositories {
			v.Repositories[i].Reference = t.Where + "/" + v.Repositories[i].Path
		}
	}
	if err != nil {
		v.Problems = append(v.Problems, report.NewProblem(t.Where, err))
	}
	v.Complete = len(v.Problems) == 0
	if ctx.Err() != nil {
		return v, fmt.Errorf("taking the inventory: %w", ctx.Err())
	}
	if err != nil && len(v.Manifests) == 0 && !errors.Is(err, context.Canceled) {
		return nil, err
	}
	return v, nil
}

// timeOf returns the time that now tells, or the real one.
func timeOf(now func() time.Time) time.Time {
	if now == nil {
		return time.Now()
	}
	return now()
}

// newInventory lists what c holds.
func newInventory(c *source.Contents) *Inventory {
	v := &Inventory{Schema: InventorySchema, Repositories: []Repository{}, Manifests: []Manifest{}, Problems: slices.Concat([]report.Problem{}, c.Problems)}
	held := map[string]map[string]bool{}
	hold := func(repository, digest string) {
		if held[repository] == nil {
			held[repository] = map[string]bool{}
		}
		held[repository][digest] = true
	}
	for i := range c.Images {
		img := &c.Images[i]
		v.Manifests = append(v.Manifests, manifestOf(img))
		if img.Standing != nil {
			for _, r := range img.Standing.Repositories {
				hold(r, img.Digest)
			}
		}
	}
	for _, x := range c.Indexes {
		v.Manifests = append(v.Manifests, Manifest{Digest: x.Digest, Kind: KindIndex, Manifests: x.Manifests})
	}
	slices.SortFunc(v.Manifests, func(a, b Manifest) int { return cmp.Or(cmp.Compare(a.Digest, b.Digest), cmp.Compare(a.Kind, b.Kind)) })
	v.Manifests = slices.CompactFunc(v.Manifests, func(a, b Manifest) bool { return a.Digest == b.Digest })
	tags := map[string]map[string]*Tag{}
	for _, l := range c.Links {
		hold(l.Repository, l.Digest)
		if l.Tag != "" {
			addTag(tags, l)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(held)) {
		r := Repository{Path: path, Tags: []Tag{}, Manifests: slices.Sorted(maps.Keys(held[path]))}
		for _, name := range slices.Sorted(maps.Keys(tags[path])) {
			r.Tags = append(r.Tags, *tags[path][name])
		}
		v.Repositories = append(v.Repositories, r)
	}
	return v
}

// addTag notes what a link says of its tag. Links come sorted, the past ones first.
func addTag(tags map[string]map[string]*Tag, l source.Link) {
	if tags[l.Repository] == nil {
		tags[l.Repository] = map[string]*Tag{}
	}
	t := tags[l.Repository][l.Tag]
	if t == nil {
		t = &Tag{Name: l.Tag}
		tags[l.Repository][l.Tag] = t
	}
	since, told := "", ""
	if !l.Since.IsZero() {
		since, told = l.Since.UTC().Format(time.RFC3339), l.SinceSource
	}
	if l.Past {
		t.Past = append(t.Past, PastTag{l.Digest, since, told})
		return
	}
	t.Digest, t.Since, t.SinceSource = l.Digest, since, told
}

// manifestOf describes one image, artifact or attestation.
func manifestOf(img *source.Image) Manifest {
	m := Manifest{
		Digest: img.Digest, MediaType: img.MediaType, Kind: cmp.Or(img.Kind, KindImage), Platform: img.Platform, ID: img.ID, Subject: img.Subject,
	}
	if img.Standing != nil {
		m.State = img.Standing.State
	}
	var config struct {
		Created string `json:"created"`
		RootFS  struct {
			DiffIDs []string `json:"diff_ids"`
		} `json:"rootfs"`
	}
	if img.Kind == "" && json.Unmarshal(img.Config, &config) != nil {
		config.RootFS.DiffIDs = nil // a configuration that is broken is told as a problem by whoever scans it
	}
	m.Created = config.Created
	for i, l := range img.Layers {
		out := Layer{Digest: l.Digest, MediaType: l.MediaType, Size: l.Size}
		if len(config.RootFS.DiffIDs) == len(img.Layers) {
			out.DiffID = config.RootFS.DiffIDs[i]
		}
		m.Layers = append(m.Layers, out)
	}
	return m
}

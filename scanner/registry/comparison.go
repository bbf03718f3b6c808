package registry

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"dregs/report"
)

// comparison finds what changed from one inventory to another.
type comparison struct {
	old, new      manifests
	before, after map[string]*Repository
	changes       []Change
	told          map[string]bool // manifests, by repository and digest, that a change of a tag explains
	named         map[string]bool // the same, that a new tag leads to
	problems      []report.Problem
}

func (c *comparison) add(change Change) {
	if at := change.Repository + "@" + change.New; (c.told[at] || c.named[at]) && slices.Contains(additions, change.Kind) && change.Tag == "" {
		return
	}
	c.changes = append(c.changes, change)
}

// names compares repositories and tags.
func (c *comparison) names() {
	paths := map[string]bool{}
	for _, side := range []map[string]*Repository{c.before, c.after} {
		for path := range side {
			paths[path] = true
		}
	}
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		before, after := c.before[path], c.after[path]
		switch {
		case before == nil:
			c.add(Change{Kind: RepositoryAdded, Severity: Info, Repository: path, Why: "the repository is new"})
			before = &Repository{}
		case after == nil:
			c.add(Change{Kind: RepositoryGone, Severity: report.Medium, Repository: path, Why: "the repository and all its tags are gone"})
			continue
		}
		c.tags(path, before, after)
	}
}

// tags compares the tags of one repository.
func (c *comparison) tags(path string, before, after *Repository) {
	was, is := tagsOf(before), tagsOf(after)
	for _, name := range slices.Sorted(maps.Keys(is)) {
		old, now := was[name], is[name]
		switch {
		case now.Digest == "":
		case old == nil || old.Digest == "":
			c.add(Change{Kind: TagAdded, Severity: Info, Repository: path, Tag: name, New: now.Digest, Since: now.Since, Why: "the tag is new"})
			below := map[string]bool{}
			c.new.lead(now.Digest, below)
			for digest := range below {
				c.named[path+"@"+digest] = true
			}
		case old.Digest != now.Digest:
			c.moved(path, name, old, now)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(was)) {
		if now := is[name]; was[name].Digest != "" && (now == nil || now.Digest == "") {
			c.add(Change{Kind: TagGone, Severity: report.Low, Repository: path, Tag: name, Old: was[name].Digest, Why: "the tag is gone"})
		}
	}
}

func tagsOf(r *Repository) map[string]*Tag {
	all := make(map[string]*Tag, len(r.Tags))
	for i := range r.Tags {
		all[r.Tags[i].Name] = &r.Tags[i]
	}
	return all
}

// floating are tags that builds move all the time.
var floating = []string{"latest", "main", "master", "edge", "nightly", "dev", "develop", "staging", "stable", "snapshot", "head", "canary"}

func isFloating(tag string) bool { return slices.Contains(floating, strings.ToLower(tag)) }

// moved tells how a tag came to name something else: by platform where it names an index.
func (c *comparison) moved(path, tag string, old, now *Tag) {
	c.told[path+"@"+now.Digest] = true
	change := Change{Kind: TagMoved, Repository: path, Tag: tag, Old: old.Digest, New: now.Digest, Since: now.Since}
	if c.old[now.Digest] != nil {
		change.Severity = report.Medium
		change.Why = "the tag was moved to a manifest that was there before: a rollback, a promotion, or somebody serving an old image again"
		if isFloating(tag) {
			change.Severity = report.Low
			change.Why = "the tag, one that builds move, names a manifest that was there before"
		}
		c.add(change)
		return
	}
	before, after := byPlatform(c.old.images(old.Digest)), byPlatform(c.new.images(now.Digest))
	changed := false
	for _, platform := range slices.Sorted(maps.Keys(after)) {
		was, is := before[platform], after[platform]
		c.told[path+"@"+is.Digest] = true
		if was == nil || was.Digest == is.Digest {
			continue
		}
		changed = true
		one := change
		one.Platform, one.Old, one.New = platform, was.Digest, is.Digest
		c.replaced(&one, was, is)
		c.add(one)
	}
	if changed && len(before) == len(after) {
		return
	}
	change.Kind, change.Severity = PlatformChanged, report.Medium
	change.Why = fmt.Sprintf("the tag names other platforms: %s before, %s now", platforms(before), platforms(after))
	if slices.Equal(slices.Sorted(maps.Keys(before)), slices.Sorted(maps.Keys(after))) {
		change.Kind, change.Severity = ImageReplaced, report.Medium
		change.Why = "the tag names another document with the same images in it: annotations or attestations differ"
	}
	c.add(change)
}

// replaced tells what an image that took the place of another is to it.
func (c *comparison) replaced(change *Change, was, is *Manifest) {
	change.Layers = added(was, is)
	n := plural(len(change.Layers), "layer", "layers")
	switch relate(was.stack(), is.stack()) {
	case same:
		change.Kind, change.Severity = ConfigChanged, report.High
		change.Why = "the layers are the same and the configuration is another: command, entry point, user or environment were changed without a rebuild"
		if was.ID == is.ID {
			change.Kind, change.Severity = ImageReplaced, report.Low
			change.Why = "layers and configuration are the same: only the manifest was written anew"
		}
	case inserted:
		change.Kind, change.Severity = LayerInserted, report.Critical
		change.Why = n + " appeared below the top of an image whose other layers are all kept: no build does so"
	case extended:
		change.Kind, change.Severity = LayersOnTop, report.High
		change.Why = n + " appeared on top of the image that the tag named before"
	case truncated:
		change.Kind, change.Severity = ImageReplaced, report.High
		change.Why = "the upper layers of the image that the tag named before are gone"
	case rebuilt:
		change.Kind, change.Severity = ImageReplaced, report.Medium
		change.Why = "the image was replaced by one on the same base, as a rebuild does"
		if isFloating(change.Tag) {
			change.Severity = report.Low
		}
	default:
		change.Kind, change.Severity = ImageReplaced, report.High
		change.Why = "the image was replaced by one that shares no base layer with it"
		if isFloating(change.Tag) {
			change.Severity = report.Medium
		}
	}
	if was.Created != "" && was.Created == is.Created && change.Kind != ImageReplaced {
		change.Why += "; it claims the same time of creation as before"
	}
}

// byPlatform returns images by platform; of two that claim one, the first by digest.
func byPlatform(all []*Manifest) map[string]*Manifest {
	by := map[string]*Manifest{}
	for _, m := range all {
		if known := by[m.Platform]; known == nil || m.Digest < known.Digest {
			by[m.Platform] = m
		}
	}
	return by
}

func platforms(by map[string]*Manifest) string {
	if len(by) == 0 {
		return "none"
	}
	return strings.Join(slices.Sorted(maps.Keys(by)), ", ")
}

// maxRelated bounds the comparisons of stacks of layers.
const maxRelated = 5_000_000

// manifests compares what the repositories hold under any name: what is gone, what is new, and new images that are known
// ones with layers put in.
func (c *comparison) manifests() {
	tops := c.tops()
	left := maxRelated
	for _, path := range slices.Sorted(maps.Keys(c.after)) {
		had := map[string]bool{}
		if before := c.before[path]; before != nil {
			for _, digest := range before.Manifests {
				had[digest] = true
			}
		}
		for _, digest := range c.after[path].Manifests {
			if m := c.new[digest]; !had[digest] && m != nil {
				c.appeared(path, m, had, tops, &left)
			}
		}
	}
	if left < 0 {
		c.problems = append(c.problems, report.NewProblem("layers", report.Faultf(report.Limit, "more than %d pairs of images share layers: not all were compared", maxRelated)))
	}
	for _, path := range slices.Sorted(maps.Keys(c.before)) {
		if c.after[path] == nil {
			continue // its repository is gone
		}
		has := map[string]bool{}
		for _, digest := range c.after[path].Manifests {
			has[digest] = true
		}
		for _, digest := range c.before[path].Manifests {
			if m := c.old[digest]; !has[digest] && m != nil && (m.Kind == KindImage || m.Kind == KindIndex) {
				c.add(Change{Kind: ManifestGone, Severity: report.Low, Repository: path, Platform: m.Platform, Old: digest, Why: "the manifest is no longer there, or no longer reached by a tag"})
			}
		}
	}
}

// tops returns the images of the old inventory by the identity of their top layer, each stack once.
func (c *comparison) tops() map[string][]*Manifest {
	all := map[string][]*Manifest{}
	seen := map[string]bool{}
	for _, digest := range slices.Sorted(maps.Keys(c.old)) {
		m := c.old[digest]
		stack := m.stack()
		if key := strings.Join(stack, " "); m.Kind == KindImage && len(stack) > 1 && !seen[key] {
			seen[key] = true
			top := stack[len(stack)-1]
			all[top] = append(all[top], m)
		}
	}
	return all
}

// appeared tells what a manifest is that a repository did not have.
func (c *comparison) appeared(path string, m *Manifest, had map[string]bool, tops map[string][]*Manifest, left *int) {
	change := Change{Kind: ManifestAdded, Severity: Info, Repository: path, Platform: m.Platform, New: m.Digest, Why: "the manifest is new"}
	if m.Kind != KindImage && m.Kind != KindIndex {
		change.Kind, change.Why = AttestationsAdded, "it is no image but goes with one: an attestation, a signature or another artifact"
	}
	if m.Kind == KindImage && c.old[m.Digest] == nil && !c.told[path+"@"+m.Digest] {
		c.known(&change, m, had, tops, left)
	}
	c.add(change)
}

// known looks for the image that m is with layers put in. On top they are an ordinary derived image, unless both lie in one
// repository.
func (c *comparison) known(change *Change, m *Manifest, had map[string]bool, tops map[string][]*Manifest, left *int) {
	stack := m.stack()
	for i := len(stack) - 1; i >= 0; i-- {
		for _, old := range tops[stack[i]] {
			if *left--; *left < 0 {
				return
			}
			if old.Platform != m.Platform {
				continue
			}
			switch relate(old.stack(), stack) {
			case inserted:
				change.Kind, change.Severity, change.Old, change.Layers = LayerInserted, report.Critical, old.Digest, added(old, m)
				change.Why = plural(len(change.Layers), "layer", "layers") + " stand below the top of a known image whose other layers are all kept: no build does so"
				return
			case extended:
				if had[old.Digest] && change.Kind == ManifestAdded {
					change.Kind, change.Severity, change.Old, change.Layers = LayersOnTop, report.Medium, old.Digest, added(old, m)
					change.Why = plural(len(change.Layers), "layer", "layers") + " stand on top of an image of the same repository"
				}
			}
		}
	}
}

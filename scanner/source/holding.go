package source

import (
	"slices"
	"sort"
	"strings"

	"dregs/report"
)

// holding is what several repositories hold together. An image of several repositories is one.
type holding struct {
	images   []*Image
	byDigest map[string]*Image
	at       map[string]*connection // by key of a layer: where to get it
	links    []Link
	indexes  []Index
	problems problemList
	most     int
	full     bool
}

func newHolding(most int) *holding {
	return &holding{byDigest: map[string]*Image{}, at: map[string]*connection{}, most: most}
}

// add adds what a repository holds.
func (h *holding) add(r *repository) {
	h.problems.list = append(h.problems.list, r.problems.list...)
	h.links = append(h.links, r.contents.Links...)
	h.indexes = append(h.indexes, r.contents.Indexes...)
	for i := range r.contents.Images {
		h.image(r, &r.contents.Images[i])
	}
}

func (h *holding) image(r *repository, img *Image) {
	known := h.byDigest[img.Digest]
	if known == nil {
		if len(h.images) >= h.most {
			if !h.full {
				h.problems.add("registry", report.Faultf(report.Limit, "registry has more than %d images", h.most))
			}
			h.full = true
			return
		}
		known = img
		if known.Standing == nil {
			known.Standing = &Standing{}
		}
		h.images = append(h.images, known)
		h.byDigest[img.Digest] = known
		for _, l := range img.Layers {
			if _, ok := h.at[l.Key]; !ok {
				h.at[l.Key] = r.from
			}
		}
	} else {
		known.Tags = addTags(known.Tags, img.Tags)
	}
	if !slices.Contains(known.Standing.Repositories, r.name) {
		known.Standing.Repositories = append(known.Standing.Repositories, r.name)
	}
}

// contents returns all images, in order of their first name and digest. Of each it says where it stands, unless that
// is known already.
func (h *holding) contents(problems problemList) *Contents {
	c := &Contents{Links: sortLinks(h.links), Indexes: sortIndexes(h.indexes)}
	sort.SliceStable(h.images, func(i, j int) bool {
		a, b := h.images[i], h.images[j]
		if x, y := firstName(a), firstName(b); x != y {
			return x < y
		}
		return a.Digest < b.Digest
	})
	for _, img := range h.images {
		slices.Sort(img.Standing.Repositories)
		if img.Standing.State == "" {
			img.Standing.State = report.Untagged
			if len(img.Tags) > 0 {
				img.Standing.State = report.Tagged
			}
		}
		if at := createdIn(img.Config); img.Standing.Since.IsZero() && !at.IsZero() {
			img.Standing.Since, img.Standing.SinceSource = at.UTC(), "image configuration"
		}
		c.Images = append(c.Images, *img)
	}
	problems.list = append(problems.list, h.problems.list...)
	c.Problems = problems.bounded()
	return c
}

// firstName is what an image is sorted by: its repository and tag.
func firstName(img *Image) string {
	if len(img.Tags) > 0 {
		return slices.Min(img.Tags)
	}
	if len(img.Standing.Repositories) > 0 {
		return slices.Min(img.Standing.Repositories) + "\x7f" // behind its tags
	}
	return strings.Repeat("\xff", 4)
}

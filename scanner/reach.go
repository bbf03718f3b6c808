package scanner

import (
	"cmp"
	"slices"
	"time"

	"dregs/report"
	"dregs/scanner/source"
)

// sighting is a time at which a registry had something, and what tells so.
type sighting struct {
	at     time.Time
	source string
}

// spotKey names an image of a target, or what no image holds by the digest or path that it is stored under.
type spotKey struct {
	target, image int // -1 for no image
	name          string
}

// seen notes since when the registry has an image.
func (j *join) seen(image int, since time.Time, source string) {
	j.stamp(spotKey{j.target, image, ""}, since, source)
}

// stamp notes a time, unless nothing tells it.
func (j *join) stamp(of spotKey, at time.Time, source string) {
	if at.IsZero() {
		return
	}
	if j.scan.sightings == nil {
		j.scan.sightings = make(map[spotKey]sighting)
	}
	j.scan.sightings[of] = sighting{at.UTC(), source}
}

// pullable marks what lies in layers of an image that no repository links, where one still links the layer.
func (j *join) pullable(src *source.Image, all []found) {
	if src.Standing == nil || len(src.Standing.Pullable) == 0 {
		return
	}
	for i := range all {
		if at := &all[i].at; at.Layer != nil && *at.Layer < len(src.Layers) {
			at.Pullable = src.Standing.Pullable[src.Layers[*at.Layer].Key]
		}
	}
}

// held notes the repositories that link something.
func (j *join) held(what spotKey, by []string) {
	if len(by) == 0 {
		return
	}
	if j.scan.holders == nil {
		j.scan.holders = make(map[spotKey][]string)
	}
	j.scan.holders[what] = by
}

// unfinished makes of the damage that an upload has by its nature something that was left out, and no problem.
func (j *join) unfinished(name string, r *blobResult) {
	cut := 0
	r.faults = slices.DeleteFunc(r.faults, func(f located) bool {
		kind := faultKind(f.err)
		if kind == report.Corrupt {
			cut++
		}
		return kind == report.Corrupt
	})
	if cut > 0 {
		j.skip(unfinishedUpload, "blob "+name, name, 0)
	}
}

// reach tells what ships a secret, nil where none of its occurrences lies in a registry.
func (s *scan) reach(all []report.Occurrence) *report.Reach {
	r := report.Reach{Repositories: []string{}, Tags: []string{}, Digests: []string{}, Platforms: []string{}}
	var first, last sighting
	found := false
	for i := range all {
		o := &all[i]
		t := &s.targets[o.Target]
		if t.Kind != report.KindRegistry {
			continue
		}
		found = true
		key := spotKey{o.Target, -1, o.LayerDigest}
		if o.Image != nil {
			img := &t.Images[*o.Image]
			key = spotKey{o.Target, *o.Image, ""}
			r.Repositories = append(r.Repositories, img.Repositories...)
			r.Tags = append(r.Tags, img.Tags...)
			r.PastTags = append(r.PastTags, img.PastTags...)
			r.Digests = append(r.Digests, img.Digest)
			if img.Platform != "" {
				r.Platforms = append(r.Platforms, img.Platform)
			}
		} else {
			r.Repositories = append(r.Repositories, s.holders[key]...)
			if o.State == report.Orphan {
				r.Digests = append(r.Digests, o.LayerDigest)
			}
		}
		at, ok := s.sightings[key]
		if !ok {
			continue
		}
		if first.at.IsZero() || at.before(first) {
			first = at
		}
		if last.at.IsZero() || last.before(at) {
			last = at
		}
	}
	if !found {
		return nil
	}
	for _, list := range []*[]string{&r.Repositories, &r.Tags, &r.PastTags, &r.Digests, &r.Platforms} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	if !first.at.IsZero() {
		r.FirstSeen, r.FirstSeenSource = first.at.Format(time.RFC3339), first.source
		r.LastSeen, r.LastSeenSource = last.at.Format(time.RFC3339), last.source
	}
	return &r
}

// before orders sightings, those of one time by what tells them, so that the order of images makes no difference.
func (s sighting) before(o sighting) bool {
	return cmp.Or(s.at.Compare(o.at), cmp.Compare(s.source, o.source)) < 0
}

package scanner

import (
	"cmp"
	"slices"
	"sort"
	"strings"

	"dregs/report"
	"dregs/scanner/logs"
)

// besideLines is how near a credential lies to an identity that it opens: docker login and the push after it.
const besideLines = 10

// exposures judges what was sighted: which scanned image it names, and how severe it is that a log tells it.
func (s *scan) exposures(r *report.Report) []report.Exposure {
	out := make([]report.Exposure, 0, len(s.sighted))
	images := newImageIndex(r.Targets, s.indexes)
	beside := newCredentials(r.Secrets)
	for i := range s.sighted {
		x := &s.sighted[i]
		e := report.Exposure{
			Kind: x.Kind, Value: x.Value, Source: x.Source, Target: x.target, Path: x.path, Line: x.Line, Column: x.Column, Lines: x.Lines, Count: x.Count,
			Place: x.place, Image: x.image, Layer: x.layer, Via: x.via, Snippet: x.Snippet, New: true,
		}
		e.Matches = images.match(&e)
		if s.Known != nil {
			e.Known = s.Known.Match(e.Kind, e.Value)
		}
		e.Severity, e.Reason = exposureSeverity(&e, beside.near(&e))
		out = append(out, e)
	}
	sort.SliceStable(out, func(i, j int) bool { return exposureLess(&out[i], &out[j]) })
	return out
}

// exposureSeverity returns the severity of an exposure and why it has it; secret is the rule of a credential beside it.
func exposureSeverity(e *report.Exposure, secret string) (severity, why string) {
	switch {
	case e.Known != "":
		return report.High, "the inventory knows it by its " + e.Known
	case e.Place == report.LayerFile:
		return report.Low, "it lies in a log inside an image"
	case secret != "":
		return report.High, "a credential lies beside it: " + secret
	case e.Kind == logs.PrivateImageRef && strings.Contains(e.Value, "@"):
		return report.Medium, "a private registry, a repository and a digest: all that a pull takes but the password"
	case e.Matches != nil:
		return report.Low, "it names an image of this scan"
	case e.Kind == logs.PrivateImageRef:
		return report.Low, "a private registry and a repository, but no digest"
	}
	return report.Low, "without a private registry's name it leads nowhere"
}

func exposureLess(a, b *report.Exposure) bool {
	return cmp.Or(
		cmp.Compare(a.Target, b.Target),
		cmp.Compare(number(a.Image), number(b.Image)),
		cmp.Compare(number(a.Layer), number(b.Layer)),
		strings.Compare(a.Path, b.Path),
		slices.Compare(a.Via, b.Via),
		cmp.Compare(a.Line, b.Line),
		cmp.Compare(a.Column, b.Column),
		strings.Compare(a.Kind, b.Kind),
		strings.Compare(a.Value, b.Value),
	) < 0
}

// indexAbove is the digest of an index that an image stands in.
type indexAbove struct {
	digest        string
	target, image int
}

// imageIndex finds the images of a scan by their identities.
type imageIndex struct {
	digits map[string]report.ExposureMatch
	sorted []string
	tags   map[string]report.ExposureMatch
}

// newImageIndex indexes the images of targets and the indexes above them. The first image of an identity has it; what
// identifies an image goes before what identifies a layer.
func newImageIndex(targets []report.Target, indexes []indexAbove) *imageIndex {
	x := &imageIndex{digits: make(map[string]report.ExposureMatch), tags: make(map[string]report.ExposureMatch)}
	for i := range targets {
		for j := range targets[i].Images {
			img := &targets[i].Images[j]
			x.add(img.ID, i, j, logs.ImageID)
			x.add(img.Digest, i, j, logs.ImageDigest)
			for _, tag := range img.Tags {
				if _, ok := x.tags[tag]; !ok {
					x.tags[tag] = report.ExposureMatch{Target: i, Image: j, What: "tag"}
				}
			}
		}
	}
	for _, above := range indexes {
		x.add(above.digest, above.target, above.image, logs.ImageDigest)
	}
	for i := range targets {
		for j := range targets[i].Images {
			for k := range targets[i].Images[j].Layers {
				l := &targets[i].Images[j].Layers[k]
				x.add(l.Digest, i, j, logs.LayerDigest)
				x.add(l.DiffID, i, j, logs.LayerDigest)
			}
		}
	}
	for d := range x.digits {
		x.sorted = append(x.sorted, d)
	}
	slices.Sort(x.sorted)
	return x
}

func (x *imageIndex) add(digest string, target, image int, what string) {
	digits, ok := strings.CutPrefix(digest, "sha256:")
	if !ok {
		return
	}
	if _, taken := x.digits[digits]; !taken {
		x.digits[digits] = report.ExposureMatch{Target: target, Image: image, What: what}
	}
}

// match returns the image that e names, by the whole of its digest, by a digest's beginning, or by its name; nil for none.
func (x *imageIndex) match(e *report.Exposure) *report.ExposureMatch {
	if e.Kind == logs.ContainerID {
		return nil
	}
	name, digits, ok := strings.Cut(e.Value, "sha256:")
	if !ok {
		name, digits = e.Value, e.Value
	}
	if e.Kind == logs.PrivateImageRef && !ok {
		if m, ok := x.tags[name]; ok {
			return &m
		}
		return nil
	}
	if i, _ := slices.BinarySearch(x.sorted, digits); i < len(x.sorted) && strings.HasPrefix(x.sorted[i], digits) {
		m := x.digits[x.sorted[i]]
		return &m
	}
	return nil
}

// credentials finds secrets by the lines of the texts that they lie in.
type credentials map[textKey][]credential

type textKey struct {
	target    int
	path, via string
}

type credential struct {
	line  int
	rule  string
	value report.Value
}

func newCredentials(secrets []report.Secret) credentials {
	c := make(credentials)
	for i := range secrets {
		s := &secrets[i]
		if report.Rank(s.Severity) < report.Rank(report.Medium) || s.Confidence == report.Low {
			continue
		}
		for j := range s.Occurrences {
			if at := &s.Occurrences[j]; at.Place == report.Log || at.Place == report.DirFile {
				key := textKey{at.Target, at.Path, strings.Join(at.Via, "\x00")}
				c[key] = append(c[key], credential{at.Line, s.Rule, s.Value()})
			}
		}
	}
	for _, all := range c {
		sort.SliceStable(all, func(i, j int) bool { return all[i].line < all[j].line })
	}
	return c
}

// near returns the rule of a secret beside e, "" where there is none. An identity is no credential of its own.
func (c credentials) near(e *report.Exposure) string {
	all := c[textKey{e.Target, e.Path, strings.Join(e.Via, "\x00")}]
	if len(all) == 0 {
		return ""
	}
	for _, line := range e.Lines {
		first := sort.Search(len(all), func(i int) bool { return all[i].line >= line-besideLines })
		for _, s := range all[first:] {
			if s.line > line+besideLines {
				break
			}
			if !strings.Contains(e.Value, s.value.Reveal()) {
				return s.rule
			}
		}
	}
	return ""
}

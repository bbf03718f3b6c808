package logs

import "strings"

// place is a line's place in its log, with the lines before it.
type place struct {
	number int
	line   *line
	before []byte // what of the log lies before the line, as far as it is still at hand
}

// previousRaw returns the n-th line before, cleaned but with its prefixes; "" where it is not at hand.
func (p *place) previousRaw(n int) string {
	b := p.before
	for ; n > 0 && len(b) > 0; n-- {
		b = b[:len(b)-1] // the line end
		start := 0
		for i := len(b) - 1; i >= 0; i-- {
			if b[i] == '\n' {
				start = i + 1
				break
			}
		}
		if n == 1 {
			l := newLine(b[start:])
			return l.text[l.start:l.end]
		}
		b = b[:start]
	}
	return ""
}

// previous returns the n-th message before, without its prefixes and the quote that it begins with.
func (p *place) previous(n int) string {
	text := strings.TrimRight(p.previousRaw(n), " \t\n")
	text = text[strings.LastIndexByte(text, '\n')+1:]
	return text[prefix(text):]
}

// sighting returns h as an identity.
func (h *hash) sighting(kind, source string) sighting {
	return sighting{kind: kind, value: h.value(kind), source: source, at: h.at}
}

// identify tells what h is by its context.
func (f *Finder) identify(h *hash, at *place) (sighting, bool) {
	for i := range phrases {
		if p := &phrases[i]; p.fits(h) {
			return h.sighting(p.kind, p.source), true
		}
	}
	for _, tell := range []func(*hash, *place) (sighting, bool){f.byReference, byKey, byPath, byForm, f.byInspect, f.byArray, f.byTable, f.byCommand, f.byPull} {
		if s, ok := tell(h, at); ok {
			return s, ok
		}
	}
	return sighting{}, false
}

// byPath tells a digest in a path of the registry's API. Homebrew's bottles lie in a registry and are no images.
func byPath(h *hash, _ *place) (sighting, bool) {
	i := strings.LastIndex(h.left, "/v2/")
	if h.form != digest || i < 0 || strings.HasPrefix(h.left[i:], "/v2/homebrew/") || strings.ContainsAny(h.left[i:], " \"") {
		return sighting{}, false
	}
	switch {
	case strings.HasSuffix(h.left, "/manifests/"):
		return h.sighting(ImageDigest, "registry"), true
	case strings.HasSuffix(h.left, "/blobs/"):
		return h.sighting(LayerDigest, "registry"), true
	}
	return sighting{}, false
}

// byForm tells the forms that no fixed words surround: docker's and podman's events, BuildKit's downloads, ctr's tables.
func byForm(h *hash, _ *place) (sighting, bool) {
	words := strings.Fields(h.left[max(0, len(h.left)-200):])
	switch n := len(words); {
	case n >= 2 && words[n-2] == "container" && h.form == bare && strings.HasPrefix(h.right, " ("):
		return h.sighting(ContainerID, "docker events"), true
	case n >= 2 && words[n-2] == "pod" && h.form == bare && strings.HasPrefix(h.right, " ("):
		return h.sighting(ContainerID, "podman events"), true
	case n >= 2 && words[n-2] == "image" && h.form == digest && strings.HasPrefix(h.right, " ("):
		return h.sighting(ImageID, "docker events"), true
	case n >= 2 && words[n-2] == "image" && h.form == bare && imageEvents[words[n-1]] && strings.HasPrefix(h.right, " "):
		return h.sighting(ImageID, "podman events"), true
	case n >= 1 && h.form == digest && strings.HasPrefix(words[n-1], "application/vnd.") && strings.HasPrefix(h.right, " ") && kindOfMedia("mediaType"+words[n-1]) == ImageDigest:
		return h.sighting(ImageDigest, "ctr"), true
	case n == 2 && words[0] == "unpacking" && h.form == digest && strings.HasPrefix(h.right, "..."):
		return h.sighting(ImageDigest, "ctr"), true
	case n == 0 && h.form == digest && h.begins && transferred(h.right):
		return h.sighting(LayerDigest, "BuildKit"), true
	}
	return sighting{}, false
}

var imageEvents = map[string]bool{
	"build": true, "pull": true, "push": true, "tag": true, "untag": true, "remove": true, "save": true, "loadfromarchive": true, "mount": true, "unmount": true, "pull-error": true,
}

// transferred tells BuildKit's progress of a layer: " 1.05MB / 3.40MB 0.2s".
func transferred(text string) bool {
	done, total, ok := strings.Cut(strings.TrimLeft(text, " "), " / ")
	return ok && isSize(done) && isSize(strings.Fields(total + " .")[0])
}

func isSize(s string) bool {
	n, ok := strings.CutSuffix(s, "B")
	return ok && len(n) > 0 && len(n) < 12 && n[0] >= '0' && n[0] <= '9'
}

// byPull tells what docker pull prints last. Helm prints the same for its charts.
func (f *Finder) byPull(h *hash, at *place) (sighting, bool) {
	if h.form != digest || !h.begins || !h.ends || strings.Trim(h.left, openers) != "Digest:" || strings.Trim(h.right, closers) != "" {
		return sighting{}, false
	}
	if before := at.previous(1); strings.HasPrefix(before, "Pulled: ") || strings.HasPrefix(before, "Pushed: ") {
		return sighting{}, false
	}
	f.pulled = pulled{digest: h.value(ImageDigest), line: at.number}
	return h.sighting(ImageDigest, "docker pull"), true
}

// byInspect tells the ID that docker inspect and podman inspect print first, once the line after it says which it is of.
func (f *Finder) byInspect(h *hash, at *place) (sighting, bool) {
	if h.form != bare || strings.Trim(h.left, openers) != `Id":` || at.previous(1) != "{" {
		return sighting{}, false
	}
	f.pending = &pending{hash: *h, line: at.line, number: at.number}
	return sighting{}, false
}

// pending is an ID that waits for the line after it.
type pending struct {
	hash   hash
	line   *line
	number int
}

// settle tells what the pending ID is, in the line after it.
func (f *Finder) settle(at *place) {
	p := f.pending
	f.pending = nil
	text := strings.TrimLeft(at.line.text, " \t\"")
	switch {
	case p.number != at.number-1:
	case strings.HasPrefix(text, `Digest": "sha256:`), strings.HasPrefix(text, `RepoTags": `):
		f.put(p.line, p.number, p.hash.sighting(ImageID, "podman inspect"))
	case strings.HasPrefix(text, `Created": "`):
		f.put(p.line, p.number, p.hash.sighting(ContainerID, "docker inspect"))
	}
}

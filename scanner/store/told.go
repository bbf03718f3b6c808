package store

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"

	"dregs/report"
)

// toldImage is what one report tells of an image, which may be told of several times.
type toldImage struct {
	name     string
	images   []*report.Image
	findings []finding
}

// finding is an occurrence of a secret.
type finding struct {
	secret *report.Secret
	at     *report.Occurrence
}

// toldBy returns the images that r tells of, in its order, with their findings.
func toldBy(r *report.Report) []*toldImage {
	var all []*toldImage
	byName := make(map[string]*toldImage)
	byPlace := make([][]*toldImage, len(r.Targets)) // by target and position
	for t := range r.Targets {
		images := r.Targets[t].Images
		byPlace[t] = make([]*toldImage, len(images))
		for i := range images {
			name := cmp.Or(images[i].Digest, images[i].ID)
			if name == "" {
				continue
			}
			told := byName[name]
			if told == nil {
				told = &toldImage{name: name}
				byName[name] = told
				all = append(all, told)
			}
			told.images = append(told.images, &images[i])
			byPlace[t][i] = told
		}
	}
	for i := range r.Secrets {
		s := &r.Secrets[i]
		for j := range s.Occurrences {
			at := &s.Occurrences[j]
			if at.Image == nil {
				continue
			}
			if told := byPlace[at.Target][*at.Image]; told != nil {
				told.findings = append(told.findings, finding{s, at})
			}
		}
	}
	return all
}

// digest returns the digest of all rows of the image, whatever the order of its findings: that depends on other images too.
func (t *toldImage) digest() string {
	var h rowForm
	sums := make([][sha256.Size]byte, len(t.findings))
	for i := range t.findings {
		f := &t.findings[i]
		h = h[:0]
		h.texts(f.at.LayerDigest, string(f.at.Place), f.at.Path, f.at.Key)
		h.texts(f.at.Via...)
		h.number(int64(f.at.Line))
		h.texts(f.secret.Fingerprint, f.secret.Rule, f.secret.Severity, f.secret.Redacted, f.at.Visibility)
		sums[i] = sha256.Sum256(h)
	}
	slices.SortFunc(sums, func(a, b [sha256.Size]byte) int { return bytes.Compare(a[:], b[:]) })
	h = h[:0]
	for _, img := range t.images {
		h.texts(img.ID, img.Platform, img.Created)
		h.texts(img.Tags...)
		h.number(int64(len(img.Layers)))
		for i := range img.Layers {
			l := &img.Layers[i]
			h.number(int64(l.Index))
			h.texts(l.Digest, l.DiffID)
			h.number(l.Size)
		}
	}
	for i := range sums {
		h = append(h, sums[i][:]...)
	}
	sum := sha256.Sum256(h)
	return hex.EncodeToString(sum[:])
}

// rowForm is fields of rows, put so that no two rows of different fields are the same bytes.
type rowForm []byte

func (f *rowForm) number(n int64) { *f = binary.BigEndian.AppendUint64(*f, uint64(n)) }

// texts puts how many texts there are and each with its length.
func (f *rowForm) texts(all ...string) {
	f.number(int64(len(all)))
	for _, text := range all {
		f.number(int64(len(text)))
		*f = append(*f, text...)
	}
}

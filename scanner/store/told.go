package store

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"io"
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
	h := rowHash{Hash: sha256.New()}
	sums := make([][sha256.Size]byte, len(t.findings))
	for i := range t.findings {
		f := &t.findings[i]
		h.Reset()
		h.texts(f.at.LayerDigest, string(f.at.Place), f.at.Path, f.at.Key)
		h.texts(f.at.Via...)
		h.number(int64(f.at.Line))
		h.texts(f.secret.Fingerprint, f.secret.Rule, f.secret.Severity, f.secret.Redacted, f.at.Visibility)
		h.Sum(sums[i][:0])
	}
	slices.SortFunc(sums, func(a, b [sha256.Size]byte) int { return bytes.Compare(a[:], b[:]) })
	h.Reset()
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
		h.Write(sums[i][:])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// rowHash hashes fields of rows so that no two rows of different fields are the same bytes.
type rowHash struct {
	hash.Hash
}

func (h rowHash) number(n int64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	h.Write(b[:])
}

// texts hashes how many texts there are and each with its length.
func (h rowHash) texts(all ...string) {
	h.number(int64(len(all)))
	for _, text := range all {
		h.number(int64(len(text)))
		_, _ = io.WriteString(h.Hash, text)
	}
}

package scanner

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"

	"dregs/scanner/store"
)

// documentScope is the scope of screenings of the texts of one image's documents, whatever else is scanned.
const documentScope = "documents"

// textsDigest returns the digest of texts and of all that searching them depends on beside the rules.
func textsDigest(all []fragment) string {
	h := sha256.New()
	put := func(text []byte) {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(text)))
		h.Write(size[:])
		h.Write(text)
	}
	for i := range all {
		f := &all[i]
		put([]byte(cmp.Or(f.like, f.place)))
		put([]byte(f.key))
		put([]byte{byte(min(len(f.via), 255))})
		for _, step := range f.via {
			put([]byte(step))
		}
		put(f.text)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// cleanTexts tells whether an earlier scan searched texts of that digest and found nothing in them, not even what it judged to
// be no secret.
func (m *memory) cleanTexts(ctx context.Context, digest string) bool {
	if m == nil || m.failed() {
		return false
	}
	ok, err := m.store.Screened(ctx, store.Screening{Digest: digest, Examination: m.examination, Scope: documentScope})
	m.fail(ctx, err)
	return ok && err == nil
}

// noteClean notes that there is nothing in texts of that digest.
func (m *memory) noteClean(digest string) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.clean = append(m.clean, store.Screening{Digest: digest, Examination: m.examination, Scope: documentScope})
}

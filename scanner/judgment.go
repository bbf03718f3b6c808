package scanner

import (
	"maps"

	"dregs/rules"
)

// judgments are, by reason, the candidates that were judged to be no secrets: under its key for a content that is searched
// once however often the scan meets it, and under the zero key for what is searched each time.
type judgments map[contentKey]map[string]int

// count adds what one search counted; nil is nothing.
func (j *judgments) count(t *rules.Tally) {
	if t != nil {
		j.put(contentKey{}, t.Counts())
	}
}

// put adds counts under the zero key, and takes them as they are under any other: nobody may change those.
func (j *judgments) put(key contentKey, counts map[string]int) {
	if len(counts) == 0 {
		return
	}
	if *j == nil {
		*j = make(judgments)
	}
	if key != (contentKey{}) {
		(*j)[key] = counts
		return
	}
	if (*j)[key] == nil {
		(*j)[key] = maps.Clone(counts)
		return
	}
	for reason, n := range counts {
		(*j)[key][reason] += n
	}
}

// add adds those of other.
func (j *judgments) add(other judgments) {
	for key, counts := range other {
		j.put(key, counts)
	}
}

// name puts what has no key under key, that of the content it was counted in.
func (j *judgments) name(key contentKey) {
	if own := (*j)[contentKey{}]; own != nil {
		delete(*j, contentKey{})
		j.put(key, own)
	}
}

// judge adds what one search of r's own strings counted.
func (r *blobResult) judge(t *rules.Tally) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.judged.count(t)
}

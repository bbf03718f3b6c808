package scanner

import (
	"sort"
	"strconv"
)

// Bounds of one batch.
const (
	batchValues = 1_024
	batchBytes  = 64 << 10
)

// valueBatch gathers the strings of a large document into texts of many lines, so that searching 200,000 short values
// costs no more than searching their bytes. Each fragment finds the value that a match lies in by its offset.
type valueBatch struct {
	base   fragment
	emit   func(fragment)
	text   []byte
	values []batchValue
}

// batchValue is where a value of a batch starts and where it stands in its document.
type batchValue struct {
	start     int
	container string
	name, key string
	index     int // in an array, else -1
}

func (v *batchValue) pointer() string {
	if v.container == "" && v.name == "" && v.index < 0 {
		return ""
	}
	if v.index >= 0 {
		return v.container + "/" + strconv.Itoa(v.index)
	}
	return v.container + "/" + pointerEscaper.Replace(clip(v.name, jsonNameBytes))
}

// add adds the value at p, and emits what was gathered where it is enough.
func (b *valueBatch) add(p *jsonPath, text string) {
	if text == "" || bareDigest.MatchString(text) {
		return
	}
	v := batchValue{start: len(b.text), key: p.key(), index: -1}
	if n := len(p.frames); n > 0 {
		f := &p.frames[n-1]
		v.container = f.pointer
		if f.object {
			v.name = f.name
		} else {
			v.index = f.index
		}
	}
	if b.text == nil {
		b.text, b.values = make([]byte, 0, batchBytes+len(text)+1), make([]batchValue, 0, batchValues)
	}
	b.values = append(b.values, v)
	b.text = append(append(b.text, text...), '\n')
	if len(b.values) >= batchValues || len(b.text) >= batchBytes {
		b.flush()
	}
}

// flush emits what was gathered.
func (b *valueBatch) flush() {
	if len(b.values) == 0 {
		return
	}
	f := b.base
	f.text = b.text
	f.locate = locator(b.base.path, b.values)
	b.emit(f)
	b.text, b.values = nil, nil
}

// locator returns the function that finds the value at an offset. base is the pointer of the document.
func locator(base string, values []batchValue) func(int) (path, key string, start int) {
	return func(offset int) (path, key string, start int) {
		i := sort.Search(len(values), func(i int) bool { return values[i].start > offset }) - 1
		v := &values[max(i, 0)]
		return base + v.pointer(), clip(v.key, jsonNameBytes), v.start
	}
}

package layer

import (
	"bytes"

	"dregs/report"
)

// slackBytes is how much slack is kept of either side of the compression.
const slackBytes = 32 << 20

// slackSet collects slack and the problems that did not end the reading. The zero value is ready.
type slackSet struct {
	items    []Slack
	size     int
	over     int64  // bytes that found no room
	lead     []byte // the first bytes after a compressed stream, where its reader took them
	problems []error
	unlisted int // problems beyond listedProblems
}

// listedProblems is how many problems of one layer are told one by one: a hostile layer can have millions.
const listedProblems = 100

// problem records err, a report.Fault.
func (s *slackSet) problem(err error) {
	if len(s.problems) == listedProblems {
		s.unlisted++
		return
	}
	s.problems = append(s.problems, err)
}

// add appends a run of its own.
func (s *slackSet) add(kind string, data []byte) {
	w := s.run(kind)
	w.write(data)
}

// run begins a run that is written piece by piece.
func (s *slackSet) run(kind string) *slackRun {
	return &slackRun{set: s, kind: kind}
}

// item returns the slack of kind.
func (s *slackSet) item(kind string) *Slack {
	for i := range s.items {
		if s.items[i].Kind == kind {
			return &s.items[i]
		}
	}
	s.items = append(s.items, Slack{Kind: kind})
	return &s.items[len(s.items)-1]
}

// all returns the problems, with the one for what found no room.
func (s *slackSet) all() []error {
	errs := s.problems
	if s.unlisted > 0 {
		errs = append(errs, report.Faultf(report.Limit, "%d further problems of the layer are not listed", s.unlisted))
	}
	if s.over > 0 {
		errs = append(errs, report.Faultf(report.Limit, "%d bytes that no reader of the archive sees are over the limit of %d", s.over, slackBytes))
	}
	return errs
}

// slackRun is one run of slack while it is read. What is written before the first byte that is not zero is dropped in
// whole pieces only: a run that is written block by block begins on a block. Zero bytes at its end are dropped.
type slackRun struct {
	set   *slackSet
	kind  string
	begun bool
	zeros int // zero bytes seen since the last other byte
}

// write appends data.
func (w *slackRun) write(data []byte) {
	body := bytes.TrimRight(data, "\x00")
	if len(body) == 0 {
		if w.begun {
			w.zeros += len(data)
		}
		return
	}
	item := w.set.item(w.kind)
	if !w.begun && len(item.Data) > 0 {
		w.put(item, []byte{'\n'})
	}
	w.begun = true
	for w.zeros > 0 {
		n := min(w.zeros, len(zeros))
		w.put(item, zeros[:n])
		w.zeros -= n
	}
	w.put(item, body)
	w.zeros = len(data) - len(body)
}

// put appends data as far as there is room.
func (w *slackRun) put(item *Slack, data []byte) {
	n := min(len(data), slackBytes-w.set.size)
	item.Data = append(item.Data, data[:n]...)
	w.set.size += n
	w.set.over += int64(len(data) - n)
}

// zeros is a run of zero bytes; nothing writes to it.
var zeros [4096]byte

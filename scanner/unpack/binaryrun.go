package unpack

import (
	"bytes"
	"errors"
	"io"
)

// minRun is the length in characters from which UTF-16 text in a binary is told.
const minRun = 6

// wideRuns reads the UTF-16 text in the bytes of src, of either byte order, as UTF-8, a run a line: characters up to
// U+00FF of which every other byte is zero.
type wideRuns struct {
	src   io.Reader
	buf   []byte // what was read and not yet scanned
	out   []byte // what was found and not yet taken
	text  []byte // backing of out
	err   error
	inRun bool // the line in out goes on
}

const wideBuffer = 256 << 10

func newWideRuns(src io.Reader) *wideRuns {
	return &wideRuns{src: src, buf: make([]byte, 0, wideBuffer)}
}

// wideRunsOf returns the runs of a file.
func wideRunsOf(in Input) *wideRuns {
	if in.Data == nil {
		return newWideRuns(in.Reader)
	}
	w := &wideRuns{err: io.EOF}
	w.scan(in.Data, true)
	w.out = w.text
	return w
}

// WideText takes a file piece by piece, as it is written to it, and gives the UTF-16 text in it to its function, which may
// keep nothing of it. It holds little more than a piece of text at a time. An error of the function is that of Write or Close.
type WideText struct {
	runs *wideRuns
	take func(text []byte) error
}

// wideTextBytes is how much text is given at a time.
const wideTextBytes = 1 << 20

// NewWideText returns a WideText. Close gives the last of the text.
func NewWideText(take func(text []byte) error) *WideText {
	return &WideText{runs: newWideRuns(nil), take: take}
}

// Write implements io.Writer.
func (t *WideText) Write(p []byte) (n int, err error) {
	w := t.runs
	for n < len(p) && err == nil {
		m := copy(w.buf[len(w.buf):cap(w.buf)], p[n:])
		w.buf = w.buf[:len(w.buf)+m]
		n += m
		if len(w.buf) == cap(w.buf) {
			err = t.scan(false)
		}
	}
	return n, err
}

// Close ends the file.
func (t *WideText) Close() error { return t.scan(true) }

func (t *WideText) scan(last bool) error {
	w := t.runs
	rest := w.scan(w.buf, last)
	w.buf = w.buf[:copy(w.buf, w.buf[rest:])]
	if len(w.text) == 0 || len(w.text) < wideTextBytes && !last {
		return nil
	}
	err := t.take(w.text)
	w.text = w.text[:0]
	return err
}

// any reports whether there is a run, and reads up to it.
func (w *wideRuns) any() bool {
	for len(w.out) == 0 && w.err == nil {
		w.fill()
	}
	return len(w.out) > 0
}

// Read implements io.Reader.
func (w *wideRuns) Read(p []byte) (int, error) {
	if !w.any() {
		return 0, w.err
	}
	n := copy(p, w.out)
	w.out = w.out[n:]
	return n, nil
}

// fill reads on and scans. What may be the beginning of a longer run stays in the buffer.
func (w *wideRuns) fill() {
	n, err := io.ReadFull(w.src, w.buf[len(w.buf):cap(w.buf)])
	w.buf = w.buf[:len(w.buf)+n]
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	w.err = err
	w.text = w.text[:0]
	rest := w.scan(w.buf, err != nil)
	w.out = w.text
	w.buf = w.buf[:copy(w.buf, w.buf[rest:])]
}

// scan appends the runs in data to text and returns from where on data is to be scanned again with what follows it.
func (w *wideRuns) scan(data []byte, last bool) int {
	at := 0
	if w.inRun {
		at = w.goOn(data, last)
	}
	for {
		start, end := nextRun(data, at)
		if start < 0 {
			break
		}
		if !last && end >= len(data)-1 {
			if start > 0 || len(data) < cap(w.buf) {
				return start
			}
			if end+1 == len(data) && data[end] == 0 { // a full buffer has an even length
				w.add(data[:end])
				w.inRun = true
				return len(data)
			}
		}
		w.add(data[start:end])
		w.text = append(w.text, '\n')
		at = end
	}
	if last {
		return len(data)
	}
	return max(at, len(data)-2*minRun)
}

// goOn appends the rest of a run that filled the whole buffer before.
func (w *wideRuns) goOn(data []byte, last bool) int {
	end := 0
	for end < len(data) && wide(data[end]) {
		end += 2
		if end > len(data) || data[end-1] != 0 {
			end--
			break
		}
	}
	if end < len(data) || last {
		w.inRun = false
	}
	w.add(data[:min(end, len(data))])
	if !w.inRun {
		w.text = append(w.text, '\n')
	}
	return min(end, len(data))
}

// add appends a run as UTF-8.
func (w *wideRuns) add(run []byte) {
	for i := 0; i < len(run); i += 2 {
		w.text = appendLatin(w.text, run[i])
	}
}

func appendLatin(p []byte, c byte) []byte {
	if c < 0x80 {
		return append(p, c)
	}
	return append(p, 0xc0|c>>6, 0x80|c&0x3f)
}

// wide reports whether c can be the low byte of a printable character.
func wide(c byte) bool {
	return c >= 0x20 && c < 0x7f || c >= 0xa0 || c == '\t' || c == '\n' || c == '\r'
}

// nextRun returns the first run in data from at on, -1 where there is none. It begins and ends with a character.
func nextRun(data []byte, at int) (start, end int) {
	for p := nextZeros(data, at); p >= 0; p = nextZeros(data, p+1) {
		if start, end := runAround(data, p+1, at); end > start {
			return start, end
		}
	}
	return -1, -1
}

// runAround returns the run to which the character at i belongs, and which does not begin before least; an empty one
// where it is too short.
func runAround(data []byte, i, least int) (start, end int) {
	if !wide(data[i]) {
		return 0, 0
	}
	start, end = i, i+1
	for start-2 >= least && data[start-1] == 0 && wide(data[start-2]) {
		start -= 2
	}
	for end+1 < len(data) && data[end] == 0 && wide(data[end+1]) {
		end += 2
	}
	if (end-start+1)/2 < minRun {
		return 0, 0
	}
	return start, end
}

// wideText returns the UTF-16 text in data as wideRuns has it.
func wideText(data []byte) []byte {
	w := wideRuns{}
	w.scan(data, true)
	return bytes.Clone(w.text)
}

// failure returns the error of the source, if it is not its end.
func (w *wideRuns) failure() error {
	if w.err == io.EOF {
		return nil
	}
	return w.err
}

package unpack

import (
	"bytes"
	"context"
	"encoding/ascii85"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"sync"
)

const (
	pdfStreamMemory = 16 << 20 // a longer stream is yielded, but no text is drawn from it
	pdfDictBytes    = 64 << 10 // of a stream's dictionary
	pdfWindow       = 1 << 20
	pdfLearning     = 64 << 20 // bytes of objects that are read for fonts
)

func matchPDF(head []byte) bool { return bytes.Contains(head[:min(len(head), 1024)], []byte("%PDF-")) }

// unpackPDF yields the compressed streams of a PDF file (ISO 32000), object streams among them, and then the text that
// its pages show, as far as the strings, the fonts and their ToUnicode maps tell it. Streams are found by their keywords,
// not by the cross-reference table, so that those of former revisions are read too. What is not compressed is in the file
// as it is, and not yielded.
func unpackPDF(ctx context.Context, in Input, out *sink) error {
	p := &pdfFile{in: in, out: out, fonts: newPDFFonts(), window: make([]byte, min(pdfWindow, in.Size)), learning: pdfLearning}
	for off := int64(0); off < in.Size; {
		if err := ctx.Err(); err != nil {
			return err
		}
		s, ok, err := p.next(off)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		if p.encrypted {
			break
		}
		if err := p.stream(ctx, s); err != nil {
			return err
		}
		off = s.end
	}
	if p.encrypted {
		out.fault(unsupported("reading pdf: it is encrypted"))
		return nil
	}
	for _, page := range p.pages {
		text := page.text(p.fonts)
		if err := putText(ctx, out, text, page.step, "text"); err != nil {
			return err
		}
	}
	return nil
}

// pdfFile is a PDF file while it is read.
type pdfFile struct {
	in        Input
	out       *sink
	window    []byte
	at        int64  // where window lies
	filled    int    // of window
	gap       []byte // what learn reads
	learning  int64  // bytes that learn may still read
	fonts     *pdfFonts
	pages     []*pdfPage
	frees     []func() // give back what decoding a stream took
	held      int      // bytes of pages
	encrypted bool
}

// pdfStream is one stream.
type pdfStream struct {
	number     int // of its object
	dict       []byte
	start, end int64 // of its data
}

// late returns a regular expression that is compiled when it is first asked for: most scans meet no PDF.
func late(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}

var (
	pdfObject    = late(`(\d{1,9})\s+\d{1,5}\s+obj\b`)
	pdfFilter    = late(`/(?:Filter|F)\s*(\[[^\]]{0,256}\]|/[A-Za-z0-9]{1,32})`)
	pdfName      = late(`/([A-Za-z0-9]{1,32})`)
	pdfObjStm    = late(`/Type\s*/ObjStm\b`)
	pdfFirst     = late(`/First\s+(\d{1,9})\b`)
	pdfEncrypted = late(`/Encrypt\s+\d|/Encrypt\s*<<`)
	pdfLength    = late(`/Length\s+(\d{1,12})\b(\s+\d+\s+R\b)?`)
)

// next finds the first stream from off on.
func (p *pdfFile) next(off int64) (pdfStream, bool, error) {
	begin, from := off, off
	for {
		at, err := p.find("stream", off)
		if at < 0 || err != nil {
			p.learn(begin, p.in.Size)
			return pdfStream{}, false, err
		}
		off = at + int64(len("stream"))
		var eol [2]byte
		n, _ := p.in.At.ReadAt(eol[:], off)
		switch {
		case n >= 1 && eol[0] == '\n':
			off++
		case n == 2 && eol[0] == '\r' && eol[1] == '\n':
			off += 2
		default:
			continue
		}
		before := make([]byte, min(at-from, pdfDictBytes))
		from = at // so that no byte is looked at twice
		if _, err := p.in.At.ReadAt(before, at-int64(len(before))); err != nil && !errors.Is(err, io.EOF) {
			return pdfStream{}, false, err
		}
		if !bytes.HasSuffix(bytes.TrimRight(before, " \r\n\t"), []byte(">>")) {
			continue
		}
		objects := pdfObject().FindAllSubmatchIndex(before, -1)
		if len(objects) == 0 {
			continue
		}
		p.learn(begin, at)
		last := objects[len(objects)-1]
		s := pdfStream{dict: before[last[1]:], start: off}
		s.number, _ = strconv.Atoi(string(before[last[2]:last[3]]))
		s.end, err = p.endOf(s)
		return s, true, err
	}
}

// endOf returns where the data of a stream ends: as its dictionary says if that is true, else at the next endstream.
func (p *pdfFile) endOf(s pdfStream) (int64, error) {
	if m := pdfLength().FindSubmatch(s.dict); m != nil && m[2] == nil {
		length, _ := strconv.ParseInt(string(m[1]), 10, 64)
		var after [16]byte
		if n, _ := p.in.At.ReadAt(after[:], s.start+length); bytes.HasPrefix(bytes.TrimLeft(after[:n], "\r\n "), []byte("endstream")) {
			return s.start + length, nil
		}
	}
	at, err := p.find("endstream", s.start)
	if at < 0 {
		return p.in.Size, err
	}
	return at, err
}

// find returns the offset of the first word from off on, -1 where there is none.
func (p *pdfFile) find(word string, off int64) (int64, error) {
	for off < p.in.Size {
		if end := p.at + int64(p.filled); off < p.at || off+int64(len(word)) > end {
			n, err := p.in.At.ReadAt(p.window, off)
			if err != nil && !errors.Is(err, io.EOF) {
				return -1, err
			}
			p.at, p.filled = off, n
		}
		if at := bytes.Index(p.window[off-p.at:p.filled], []byte(word)); at >= 0 {
			return off + int64(at), nil
		}
		if p.filled < len(word) || p.at+int64(p.filled) >= p.in.Size {
			break
		}
		off = p.at + int64(p.filled-len(word)+1)
	}
	return -1, nil
}

// learn takes in what objects between from and to, which are no streams, tell of fonts and encryption.
func (p *pdfFile) learn(from, to int64) {
	if p.gap == nil {
		p.gap = make([]byte, min(pdfWindow, p.in.Size))
	}
	for from < to && p.learning > 0 {
		n, _ := p.in.At.ReadAt(p.gap[:min(int64(len(p.gap)), to-from)], from)
		if n == 0 {
			return
		}
		p.learning -= int64(n)
		text := p.gap[:n]
		p.encrypted = p.encrypted || pdfEncrypted().Match(text)
		starts := pdfObject().FindAllSubmatchIndex(text, -1)
		for i, m := range starts {
			end := len(text)
			if i+1 < len(starts) {
				end = starts[i+1][0]
			}
			number, _ := strconv.Atoi(string(text[m[2]:m[3]]))
			p.fonts.learn(number, text[m[1]:end])
		}
		from += int64(n)
	}
}

// stream yields the content of a compressed stream, and keeps what it tells.
func (p *pdfFile) stream(ctx context.Context, s pdfStream) error {
	defer p.free()
	body, packed, err := p.decode(s)
	if err != nil {
		p.out.fault(p.out.classify(fmt.Errorf("reading pdf object %d: %w", s.number, err)))
		return nil
	}
	if body == nil {
		return nil
	}
	step := "object " + strconv.Itoa(s.number)
	data, err := io.ReadAll(io.LimitReader(body, min(pdfStreamMemory, p.out.left)+1))
	if err != nil {
		p.out.fault(p.out.classify(fmt.Errorf("reading pdf object %d: %w", s.number, err)))
	}
	if packed {
		content := io.Reader(bytes.NewReader(data))
		if err == nil {
			content = io.MultiReader(content, body)
		}
		if err := p.out.put(ctx, Member{Steps: []string{step}, Size: -1, Kind: Content, Body: content}); err != nil {
			return err
		}
	}
	switch {
	case len(data) > pdfStreamMemory:
	case pdfObjStm().Match(s.dict):
		p.objects(s, data)
	case bytes.Contains(data, []byte("begincmap")):
		p.fonts.addMap(s.number, data)
	case bytes.Contains(data, []byte("BT")) && p.held < pdfStreamMemory:
		page := readPDFPage(step, data)
		p.held += page.size
		p.pages = append(p.pages, page)
	}
	return nil
}

// objects takes in the objects of an object stream: pairs of number and offset, and then, from First on, the objects.
func (p *pdfFile) objects(s pdfStream, data []byte) {
	m := pdfFirst().FindSubmatch(s.dict)
	if m == nil {
		return
	}
	first, _ := strconv.Atoi(string(m[1]))
	if first > len(data) {
		return
	}
	head := bytes.Fields(data[:first])
	for i := 0; i+1 < len(head); i += 2 {
		number, err := strconv.Atoi(string(head[i]))
		start, serr := strconv.Atoi(string(head[i+1]))
		end := len(data) - first
		if i+3 < len(head) {
			end, _ = strconv.Atoi(string(head[i+3]))
		}
		if err == nil && serr == nil && start >= 0 && start < end && first+end <= len(data) {
			p.fonts.learn(number, data[first+start:first+end])
		}
	}
}

// free gives back what decoding a stream took.
func (p *pdfFile) free() {
	for _, free := range p.frees {
		free()
	}
	p.frees = p.frees[:0]
}

// decode returns the content of a stream, nil for one that holds a picture or sound, and whether it is packed at all.
func (p *pdfFile) decode(s pdfStream) (body io.Reader, packed bool, err error) {
	body = io.NewSectionReader(p.in.At, s.start, s.end-s.start)
	m := pdfFilter().FindSubmatch(s.dict)
	if m == nil {
		return body, false, nil
	}
	for _, name := range pdfName().FindAllSubmatch(m[1], -1) {
		packed = true
		switch string(name[1]) {
		case "FlateDecode", "Fl":
			var free func()
			body, free, err = p.out.memory.zlib(body)
			p.frees = append(p.frees, free)
		case "LZWDecode", "LZW":
			body = pdfLZW(body, s.dict)
		case "RunLengthDecode", "RL":
			body = newRunLength(body)
		case "ASCII85Decode", "A85":
			body = ascii85.NewDecoder(&untilMark{src: body, mark: '~'})
		case "ASCIIHexDecode", "AHx":
			body = hex.NewDecoder(&untilMark{src: body, mark: '>', spaces: true})
		case "DCTDecode", "DCT", "JPXDecode", "CCITTFaxDecode", "CCF", "JBIG2Decode":
			return nil, false, nil
		default:
			err = unsupported("filter %s", name[1])
		}
		if err != nil {
			return nil, false, err
		}
	}
	return body, packed, nil
}

// untilMark reads up to a mark, and can leave out white space.
type untilMark struct {
	src    io.Reader
	mark   byte
	spaces bool // to be left out
	ended  bool
}

// Read implements io.Reader.
func (u *untilMark) Read(p []byte) (int, error) {
	for {
		if u.ended {
			return 0, io.EOF
		}
		n, err := u.src.Read(p)
		if at := bytes.IndexByte(p[:n], u.mark); at >= 0 {
			n, u.ended = at, true
		}
		if u.spaces {
			kept := p[:0]
			for _, c := range p[:n] {
				if c > ' ' {
					kept = append(kept, c)
				}
			}
			n = len(kept)
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

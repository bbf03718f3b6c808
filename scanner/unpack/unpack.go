// Package unpack tells what is inside a file: archives, compressed streams, repositories, databases, documents. Formats
// are told by their bytes, never by a name. Each is taken apart by one level: what is found is yielded, and the caller
// decides whether to unpack that in turn, to which depth, and what to search in it. The package searches nothing, writes
// nothing to disk in the clear, follows no link, runs nothing, and needs bounded memory and time for any input.
//
// # Steps
//
// Each member names the steps that lead from the file to it; a caller appends them to the steps that led to the file.
//
//   - A member of an archive is one step, its name as the archive has it: lib/a.jar yields ["c.properties"], shown as
//     lib/a.jar!c.properties.
//   - The content of a compressed stream is one step, the name of the format: access.log.gz yields ["gzip"].
//   - A part without a name of its own is a step that describes it, in lower case: ["names"], ["comment"],
//     ["trailing bytes"]; below a member it follows the member's name: ["a.txt", "comment"].
//
// Steps, names and facts hold foreign bytes as they are: whoever shows them escapes them.
package unpack

import (
	"bytes"
	"context"
	"io"

	"dregs/report"
)

// HeadBytes is how many bytes Detect wants to see. It copes with fewer, as a smaller file has.
const HeadBytes = 4096

// A Kind tells what the bytes of a member are.
type Kind string

// Kinds of member. Only Content may be something that unpacks again.
const (
	Content  Kind = "content"
	Name     Kind = "name"     // names or link targets, one a line
	Comment  Kind = "comment"  // free text that belongs to the archive or one of its members
	Metadata Kind = "metadata" // header fields, extended attributes, records
)

// Member is one thing found in a file.
type Member struct {
	Name  string            // as the file has it, raw; empty where it has none
	Steps []string          // from the file to this member, at least one
	Size  int64             // bytes of Body as the file claims, which may be a lie; -1 unknown
	Kind  Kind              // what Body is
	Facts map[string]string // what else is known: "commit", "author-date", "unlisted"; nil for nothing
	// Body is valid until yield returns, and need not be read. Its error, other than io.EOF, is what Unpack returns
	// afterwards too, so that a caller may search what it got and return nil.
	Body io.Reader
	// Data is all of Body where that lies in memory anyway, else nil. It is valid until yield returns.
	Data []byte
	// Parts are set for a member that is several, each of Kind and without Name or Facts, which lie in Data one after the
	// other: a caller may search them as one, which costs less, or take them one by one. Steps is empty then.
	Parts []Part
}

// Part is one of several members in the same Data.
type Part struct {
	Step string // from the file to it
	Data []byte // its part of Data
}

// Member returns the part as a member of its own.
func (p Part) Member(kind Kind) Member { return memoryMember(kind, p.Data, p.Step) }

// Input is a file to be taken apart. Reader begins at the first byte; At and Size give random access. One of Reader and
// At is enough; where both are set they are the same bytes.
type Input struct {
	Reader io.Reader
	At     io.ReaderAt
	Size   int64     // of At
	Data   []byte    // the whole file where it lies in memory, beside At; may be nil, and must not change
	Git    *GitGraph // takes in the commits and trees of git objects; may be nil
	Memory *Memory   // used again for the next file; may be nil
}

// Format is one kind of file that contains others.
type Format struct {
	Name string
	// Random tells that the format needs random access: Unpack spools an Input without At.
	Random bool
	// Guessed tells that no signature tells the format: a file that nothing is found in is none that contains others.
	Guessed bool
	// Opaque tells that what is in a file of the format cannot be read: Unpack yields what its bytes show, if anything, and
	// returns a fault of kind unsupported.
	Opaque bool
	// Raw tells that the members do not show all that the bytes of the file itself do: a caller searches both. The bytes
	// of any other format hold nothing that its members lack, while Unpack returns no fault.
	Raw bool

	match  func(head []byte) bool
	tail   func(tail []byte) bool
	unpack func(ctx context.Context, in Input, out *sink) error
}

// Detect returns the format of the file that begins with head, nil where it is none that contains others. head should be
// the first HeadBytes bytes, or the whole of a smaller file.
func Detect(head []byte) *Format {
	for i := range formats {
		if f := &formats[i]; f.match != nil && f.match(head) {
			return f
		}
	}
	return nil
}

// TailBytes is how many bytes from the end of a file DetectTail wants to see.
const TailBytes = zipEndBytes

// DetectTail returns the format of a file that ends with tail, for those that are told by their end and may begin with
// anything: a zip archive behind a program or a script. It returns nil where it is none of these. tail should be the last
// TailBytes bytes, or the whole of a smaller file.
func DetectTail(tail []byte) *Format {
	for i := range formats {
		if f := &formats[i]; f.tail != nil && f.tail(tail) {
			return f
		}
	}
	return nil
}

// Fronts tells of the beginning of a file that an archive often follows in it: a script, the header of a JMOD file (JEP 261)
// or of a Chrome extension.
func Fronts(head []byte) bool {
	return bytes.HasPrefix(head, []byte("#!")) || bytes.HasPrefix(head, []byte("JM\x01\x00")) || bytes.HasPrefix(head, []byte("Cr24"))
}

// Formats returns the names of all formats, in the order in which they are tried.
func Formats() []string {
	names := make([]string, len(formats))
	for i := range formats {
		names[i] = formats[i].Name
	}
	return names
}

// Unpack calls yield for each member of in, in an order that depends on the bytes alone. An error of yield ends Unpack,
// which returns it unchanged; so does the end of ctx. Otherwise Unpack yields all that can be read and then returns what
// could not: a report.Fault, or several joined, those of kind limit first. Kind corrupt is for damaged content,
// unsupported for what is encrypted or packed by an unknown method, and limit for a bound that was hit. An error of the
// input itself is passed on.
func (f *Format) Unpack(ctx context.Context, in Input, lim Limits, yield func(Member) error) error {
	out := newSink(f.Name, lim, yield)
	if out.memory = in.Memory; out.memory == nil {
		out.memory = new(Memory)
	}
	if f.Random && in.At == nil {
		return f.spool(ctx, in, out)
	}
	return f.run(ctx, in, out)
}

// spool runs the unpacker on a copy of in that has random access.
func (f *Format) spool(ctx context.Context, in Input, out *sink) error {
	spooled, err := out.memory.Spool(in.Reader, out.lim.SpoolBytes, spoolMemory)
	if err != nil {
		out.fault(err)
	}
	if spooled == nil {
		return out.result(nil)
	}
	in.At, in.Size, in.Reader = spooled, spooled.Size(), nil
	err = f.run(ctx, in, out)
	if cerr := spooled.Close(); err == nil {
		err = cerr
	}
	return err
}

// run runs the unpacker and yields the names it collected.
func (f *Format) run(ctx context.Context, in Input, out *sink) error {
	if in.Reader == nil {
		in.Reader = io.NewSectionReader(in.At, 0, in.Size)
	}
	err := f.unpack(ctx, in, out)
	if out.stopped == nil {
		if lerr := out.flush(ctx); err == nil {
			err = lerr
		}
	}
	return out.result(err)
}

// corrupt returns a report.Fault for damaged content.
func corrupt(format string, args ...any) error {
	return report.Faultf(report.Corrupt, format, args...)
}

// unsupported returns a report.Fault for content that cannot be read although nothing says that it is damaged.
func unsupported(format string, args ...any) error {
	return report.Faultf(report.Unsupported, format, args...)
}

// limited returns a report.Fault for a bound that was hit.
func limited(format string, args ...any) error {
	return report.Faultf(report.Limit, format, args...)
}

// Package layer reads one filesystem change set of an image, in any compression, entry by entry, and resolves the fate
// of each path over a stack of them (OCI image-spec layer.md). It searches nothing and knows no registry.
package layer

import (
	"cmp"
	"io"
	"time"
)

// Limits bound what a layer may cost. A zero field means its default. A bound that is hit is a report.Fault of kind
// limit, never a silent cut.
type Limits struct {
	LayerBytes int64 // uncompressed bytes of one layer; default 16 GiB
	Entries    int   // tar entries of one layer; default 1,000,000
	PathBytes  int   // bytes of one path or link target; default 4,096 for paths as the kernel has it
	NameBytes  int64 // bytes of the paths and link targets of all entries; default 256 MiB
	Window     int64 // decompressor window; default 128 MiB
}

// withDefaults returns l with its zero fields set.
func (l Limits) withDefaults() Limits {
	return Limits{
		LayerBytes: cmp.Or(l.LayerBytes, 16<<30),
		Entries:    cmp.Or(l.Entries, 1_000_000),
		PathBytes:  cmp.Or(l.PathBytes, 4096),
		NameBytes:  cmp.Or(l.NameBytes, 256<<20),
		Window:     cmp.Or(l.Window, 128<<20),
	}
}

// Whiteout tells what an entry removes.
type Whiteout uint8

// Whiteouts.
const (
	NoWhiteout     Whiteout = iota
	PathWhiteout            // .wh.NAME: the lower layers' NAME, and all below it
	OpaqueWhiteout          // .wh..wh..opq: all that lower layers put into the entry's directory
)

// Record is what the timeline needs of an entry. Path is slash-separated, relative to the root, clean, without the
// whiteout's prefix: for a PathWhiteout the path removed, for an OpaqueWhiteout the directory ("" is the root).
type Record struct {
	Path     string
	Link     string // target of a symbolic or hard link; of a hard link clean and relative to the root
	Size     int64
	Mode     uint32 // permission and setuid, setgid, sticky bits as in the tar header
	Type     byte   // tar type flag, '0' for every kind of regular file, 'g' for a global PAX header, which is no file
	Whiteout Whiteout
}

// Entry is one tar entry while it is read.
type Entry struct {
	Record
	Index   int               // position in the archive
	RawName string            // the name as the archive has it
	PAX     map[string]string // PAX records and extended attributes, unchanged
	ModTime time.Time
	UID     int
	GID     int
	User    string
	Group   string
	Body    io.Reader // valid until the callback returns; what is left unread is skipped
}

// Kinds of slack.
const (
	TarTail        = "tar-tail"        // what follows the end of the archive, from its first block that is not zero
	TarGap         = "tar-gap"         // blocks that are no header where one must stand, and extended headers that had to be dropped
	TarPadding     = "tar-padding"     // what fills up blocks and header fields, where it is not zero
	CompressedTail = "compressed-tail" // what follows the end of the compressed stream
	GzipName       = "gzip-name"
	GzipComment    = "gzip-comment"
	GzipExtra      = "gzip-extra"
	ZstdSkippable  = "zstd-skippable" // frames that a decompressor passes over
)

// Slack is bytes of a layer that no reader of the archive sees. There is at most one Slack of each kind: runs that are
// apart in the layer are joined by a line feed. Runs of zero bytes at the ends are left out.
type Slack struct {
	Kind string
	Data []byte // at most 32 MiB over all kinds inside the compression, and as much outside; more is a problem of kind limit
}

// Summary is what reading a layer to its end tells. It is valid, as far as the reading came, beside an error too.
type Summary struct {
	Digest      string   // sha256 of the bytes as stored; empty unless they were read to their end
	DiffID      string   // sha256 of the uncompressed bytes; empty unless they were read to their end
	Compression string   // "gzip", "zstd", "xz", "bzip2" or "" for none
	Size        int64    // bytes as stored
	Bytes       int64    // uncompressed bytes
	Files       int      // regular files and hard links, duplicates counted
	Records     []Record // every entry in archive order, that of Entry.Index i at i
	Slack       []Slack
	Problems    []error // what was passed over while the reading went on; report.Faults
}

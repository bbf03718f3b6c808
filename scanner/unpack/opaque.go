package unpack

import (
	"bytes"
	"context"
)

// signature is how a file begins.
type signature struct{ name, magic string }

// opaque lists archives, disk images and streams that are told, so that nobody takes them for read, but not taken apart.
var opaque = []signature{
	{"rar", "Rar!\x1a\x07"},
	{"cabinet", "MSCF\x00\x00\x00\x00"},
	{"lzop", "\x89LZO\x00\r\n\x1a\n"},
	{"snappy", "\xff\x06\x00\x00sNaPpY"},
	{"xar", "xar!\x00\x1c\x00\x01"},
	{"wim", "MSWIM\x00\x00\x00"},
	{"lrzip", "LRZI\x00"},
	{"luks", "LUKS\xba\xbe"},
	{"qcow2", "QFI\xfb\x00\x00\x00"},
}

// opaqueFormats are the formats of opaque. What the bytes of such a file show is found, beside the fault.
func opaqueFormats() []Format {
	all := make([]Format, len(opaque))
	for i, o := range opaque {
		all[i] = Format{
			Name: o.name, Random: true, Raw: true, Opaque: true,
			match: func(head []byte) bool { return bytes.HasPrefix(head, []byte(o.magic)) },
			unpack: func(ctx context.Context, in Input, out *sink) error {
				if err := unpackBinary(ctx, in, out); err != nil {
					return err
				}
				return unsupported("reading %s: the format is not taken apart", o.name)
			},
		}
	}
	return all
}

package unpack

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

const tarBlock = 512

// isTar tells a tar archive, of whatever age, by the checksum of its first header.
func isTar(head []byte) bool {
	if len(head) < tarBlock || head[0] == 0 {
		return false
	}
	sum, ok := tarOctal(head[148:156])
	if !ok {
		return false
	}
	var unsigned, signed int64
	for i, c := range head[:tarBlock] {
		if i >= 148 && i < 156 {
			c = ' '
		}
		unsigned += int64(c)
		signed += int64(int8(c))
	}
	return sum == unsigned || sum == signed
}

// tarOctal reads a number of a tar header.
func tarOctal(field []byte) (int64, bool) {
	field = bytes.Trim(field, " \x00")
	n := int64(0)
	for _, c := range field {
		if c < '0' || c > '7' {
			return 0, false
		}
		n = n*8 + int64(c-'0')
	}
	return n, len(field) > 0
}

// unpackTar yields the files of a tar archive in their order, whatever type they claim to have, then what follows the
// archive. Names and link targets are listed, PAX records and extended attributes are metadata of their file.
func unpackTar(ctx context.Context, in Input, out *sink) error {
	src := &counted{src: in.Reader}
	archive := tar.NewReader(src)
	for {
		h, err := archive.Next()
		switch {
		case err == io.EOF:
			if src.n%tarBlock != 0 {
				out.fault(corrupt("reading tar: cut short"))
			}
			return out.trailing(ctx, "tar", in.Reader)
		case errors.Is(err, tar.ErrHeader):
			out.fault(fmt.Errorf("reading tar entry %d: %w", out.entries, err))
			return out.trailing(ctx, "tar", in.Reader)
		case err != nil && !errors.Is(err, tar.ErrInsecurePath):
			return fmt.Errorf("reading tar entry %d: %w", out.entries, err)
		}
		if err := tarEntry(ctx, out, h, archive); err != nil {
			return err
		}
	}
}

func tarEntry(ctx context.Context, out *sink, h *tar.Header, body io.Reader) error {
	if h.Typeflag != tar.TypeXGlobalHeader {
		if err := out.name(ctx, h.Name); err != nil {
			return err
		}
	}
	if err := out.link(ctx, h.Linkname); err != nil {
		return err
	}
	if records := tarRecords(h.PAXRecords); records != "" {
		if err := out.text(ctx, Metadata, []byte(records), h.Name, "pax records"); err != nil {
			return err
		}
	}
	switch h.Typeflag {
	case tar.TypeDir, tar.TypeSymlink, tar.TypeLink, tar.TypeChar, tar.TypeBlock, tar.TypeFifo, tar.TypeXGlobalHeader:
		return out.count()
	}
	return out.put(ctx, Member{Name: h.Name, Steps: []string{h.Name}, Size: h.Size, Kind: Content, Body: body})
}

// tarPlain are PAX records that hold numbers, or what the header shows anyway.
var tarPlain = map[string]bool{
	"path": true, "linkpath": true, "size": true, "uid": true, "gid": true, "uname": true, "gname": true,
	"mtime": true, "atime": true, "ctime": true, "hdrcharset": true, "LIBARCHIVE.creationtime": true,
}

// tarRecords returns the PAX records that may say something, one a line.
func tarRecords(pax map[string]string) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(pax)) {
		if !tarPlain[k] && !strings.HasPrefix(k, "GNU.sparse.") {
			fmt.Fprintf(&b, "%s=%s\n", k, pax[k])
		}
	}
	return b.String()
}

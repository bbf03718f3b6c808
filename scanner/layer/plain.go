package layer

import (
	"archive/tar"
	"time"
)

// plain returns the header as archive/tar would, for the most usual ones: a file, directory or link of POSIX or GNU
// whose fields are all in order. These are nearly all headers there are, and archive/tar makes a reader's worth of
// garbage for each. It returns nil for any other.
func (b *block) plain() *tar.Header {
	switch b.typeflag() {
	case tar.TypeReg, tar.TypeDir, tar.TypeSymlink, tar.TypeLink:
	default:
		return nil
	}
	var prefix []byte
	switch magic := string(b[257:265]); {
	case magic[:6] == "ustar\x00" && !b.isStar():
		prefix = text(b.prefix())
	case magic == "ustar  \x00" && [blockBytes - 345]byte(b[345:]) == [blockBytes - 345]byte{}:
	default:
		return nil
	}
	var numbers [7]int64
	for i, field := range [...][]byte{b[100:108], b[108:116], b[116:124], b.sizeField(), b[136:148], b[329:337], b[337:345]} {
		n, ok := plainOctal(field)
		if !ok {
			return nil
		}
		numbers[i] = n
	}
	h := &tar.Header{
		Typeflag: b.typeflag(),
		Name:     string(text(b.name())),
		Linkname: string(text(b.linkname())),
		Mode:     numbers[0],
		Uid:      int(numbers[1]),
		Gid:      int(numbers[2]),
		Size:     numbers[3],
		ModTime:  time.Unix(numbers[4], 0),
		Uname:    string(text(b.user())),
		Gname:    string(text(b.group())),
	}
	if len(prefix) > 0 {
		h.Name = string(prefix) + "/" + h.Name
	}
	return h
}

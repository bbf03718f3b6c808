package layer

import (
	"archive/tar"
	"bytes"
	"strconv"
	"strings"
)

// residue returns what a header holds where nobody looks: after the NUL that ends a text field, in the link name of what
// is no link, and in the part that its format has no use for.
func (b *block) residue() []byte {
	var found []byte
	look := func(field []byte) {
		if field = bytes.Trim(field, "\x00"); len(field) > 0 {
			if found != nil {
				found = append(found, '\n')
			}
			found = append(found, field...)
		}
	}
	name, link := b.name(), b.linkname()
	look(name[len(text(name)):])
	if t := b.typeflag(); t == tar.TypeLink || t == tar.TypeSymlink {
		link = link[len(text(link)):]
	}
	look(link)
	if !b.isUSTAR() && !b.isGNU() {
		look(b[257:]) // the seventh edition's headers end there
		return found
	}
	user, group := b.user(), b.group()
	look(user[len(text(user)):])
	look(group[len(text(group)):])
	switch prefix := b.prefix(); {
	case b.isGNU():
		if !numeric(prefix) {
			look(prefix)
		}
		look(b[500:])
	case b.isStar():
		prefix = prefix[:131]
		look(prefix[len(text(prefix)):])
	default:
		look(prefix[len(text(prefix)):])
		look(b[500:])
	}
	return found
}

// numeric tells whether field has nothing but what numbers are written with, in decimal or octal.
func numeric[T []byte | string](field T) bool {
	for i := range len(field) {
		switch c := field[i]; {
		case c >= '0' && c <= '9', c == 0, c == ' ', c == '\n', c == ',', c == '.', c == '-':
		default:
			return false
		}
	}
	return true
}

// unused keeps as slack what the headers of an entry say and hdr, which was made of them, does not: names that an extended
// header replaces, records that a later one replaces, what stands behind the end of a long name.
func (a *archive) unused(hdr *tar.Header, raw []byte) {
	for _, e := range a.pending {
		a.unusedNames((*block)(e.raw), hdr)
		size, _ := (*block)(e.raw).size() // it was read by that
		data := e.raw[blockBytes:][:size]
		switch e.typeflag {
		case tar.TypeGNULongName:
			data = data[len(text(data)):]
		case tar.TypeGNULongLink:
			if hdr.Typeflag == tar.TypeLink || hdr.Typeflag == tar.TypeSymlink {
				data = data[len(text(data)):]
			}
		case tar.TypeXHeader:
			a.unusedRecords(data, hdr)
			continue
		}
		if data = bytes.Trim(data, "\x00"); len(data) > 0 {
			a.slack.add(TarGap, data)
		}
	}
	blk := (*block)(raw)
	if blk.typeflag() == tar.TypeXGlobalHeader {
		size, _ := blk.size()
		a.unusedRecords(raw[blockBytes:][:size], hdr)
		return
	}
	a.unusedNames(blk, hdr)
}

// unusedNames keeps the names of a block that are not those of hdr. Writers put the beginning of a long name there.
func (a *archive) unusedNames(b *block, hdr *tar.Header) {
	for _, name := range [...][]byte{text(b.name()), b.usedPrefix()} {
		if !explains(hdr.Name, name) {
			a.slack.add(TarGap, name)
		}
	}
	if t := b.typeflag(); t == tar.TypeLink || t == tar.TypeSymlink {
		if link := text(b.linkname()); !explains(hdr.Linkname, link) {
			a.slack.add(TarGap, link)
		}
	}
	if !b.isUSTAR() && !b.isGNU() {
		return
	}
	for _, owner := range [...][]byte{text(b.user()), text(b.group())} {
		if o := string(owner); o != "" && o != "root" && o != hdr.Uname && o != hdr.Gname {
			a.slack.add(TarGap, owner)
		}
	}
}

// usedPrefix returns the prefix of a POSIX header, nil where it has none.
func (b *block) usedPrefix() []byte {
	switch {
	case !b.isUSTAR():
		return nil
	case b.isStar():
		return text(b.prefix()[:131])
	}
	return text(b.prefix())
}

// explains tells whether each part of name is one of whole, cut off or not, or what writers put into extended headers.
func explains(whole string, name []byte) bool {
	if strings.HasPrefix(whole, string(name)) {
		return true
	}
	for part := range strings.SplitSeq(string(name), "/") {
		if !strings.Contains(whole, part) && !extendedName(part) {
			return false
		}
	}
	return true
}

// extendedName tells a part of the names that writers give to extended headers, and to the files that they belong to.
func extendedName(part string) bool {
	for _, prefix := range [...]string{"PaxHeader", "@PaxHeader", "@LongLink", "GNUSparseFile"} {
		if rest, ok := strings.CutPrefix(part, prefix); ok {
			return strings.Trim(rest, "s.0123456789") == ""
		}
	}
	return part == "."
}

// unusedRecords keeps the records of an extended header of POSIX that hdr does not have: those that a later one of the same
// key replaces or takes back.
func (a *archive) unusedRecords(data []byte, hdr *tar.Header) {
	for len(data) > 0 {
		digits, _, ok := bytes.Cut(data[:min(len(data), 20)], []byte(" "))
		n, err := strconv.Atoi(string(digits))
		if !ok || err != nil || n <= len(digits)+1 || n > len(data) {
			a.slack.add(TarGap, data)
			return
		}
		key, value, _ := bytes.Cut(bytes.TrimSuffix(data[len(digits)+1:n], []byte("\n")), []byte("="))
		if hdr.PAXRecords[string(key)] != string(value) && !numeric(value) {
			a.slack.add(TarGap, data[len(digits)+1:n])
		}
		data = data[n:]
	}
}

// Package imagetest builds container images in code for tests: layers out of lists of entries, manifests, indexes,
// attestations and artifacts, written as archives and layouts or pushed to a registry. It also builds what no honest
// tool would write, and it imports none of the packages that it helps to test. Its bytes are the same on every run.
// What cannot be built panics: its inputs are constants of tests.
package imagetest

import (
	"archive/tar"
	"bytes"
	"path"
	"time"
)

// Epoch is the time of every entry and configuration that states none.
var Epoch = time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)

// Entry is one tar entry of a layer. The zero Type is a regular file, the zero Mode 0644 (0755 for a directory; use
// NoMode for a mode of 000).
type Entry struct {
	Name string
	Body string
	Type byte   // a tar type flag
	Link string // target of a symbolic or hard link
	Mode int64
	UID  int
	GID  int
	Time time.Time         // zero means Epoch
	PAX  map[string]string // PAX records, extended attributes among them
	Raw  []byte            // whole tar blocks written in the entry's stead: for headers that no writer makes
}

// NoMode is the mode of a file that nobody may read.
const NoMode = -1

// File is a regular file.
func File(name, body string) Entry { return Entry{Name: name, Body: body} }

// Dir is a directory.
func Dir(name string) Entry { return Entry{Name: name + "/", Type: tar.TypeDir} }

// Symlink is a symbolic link to target.
func Symlink(name, target string) Entry {
	return Entry{Name: name, Type: tar.TypeSymlink, Link: target}
}

// HardLink is a hard link to target, which is named from the root of the layer.
func HardLink(name, target string) Entry {
	return Entry{Name: name, Type: tar.TypeLink, Link: target}
}

// Remove is the whiteout of name.
func Remove(name string) Entry {
	dir, base := path.Split(name)
	return Entry{Name: dir + ".wh." + base}
}

// Opaque is the whiteout of all that lower layers put into dir; "" is the root.
func Opaque(dir string) Entry { return Entry{Name: path.Join(dir, ".wh..wh..opq")} }

// Device is a character device.
func Device(name string) Entry { return Entry{Name: name, Type: tar.TypeChar} }

// FIFO is a named pipe.
func FIFO(name string) Entry { return Entry{Name: name, Type: tar.TypeFifo} }

// Tar returns entries as an archive in the given order, duplicates kept, ended by two zero blocks.
func Tar(entries ...Entry) []byte {
	var buf bytes.Buffer
	for _, e := range entries {
		if e.Raw != nil {
			buf.Write(e.Raw)
			continue
		}
		writeEntry(&buf, e)
	}
	buf.Write(make([]byte, 2*blockSize))
	return buf.Bytes()
}

const blockSize = 512

// writeEntry writes one entry with a writer of its own, so that entries may repeat and mix with raw blocks.
func writeEntry(buf *bytes.Buffer, e Entry) {
	h := &tar.Header{
		Name: e.Name, Typeflag: e.Type, Linkname: e.Link, Mode: e.Mode, Uid: e.UID, Gid: e.GID,
		ModTime: e.Time, PAXRecords: e.PAX, Size: int64(len(e.Body)),
	}
	if h.Typeflag == 0 {
		h.Typeflag = tar.TypeReg
	}
	switch {
	case h.Mode == NoMode:
		h.Mode = 0
	case h.Mode == 0 && h.Typeflag == tar.TypeDir:
		h.Mode = 0o755
	case h.Mode == 0:
		h.Mode = 0o644
	}
	if h.ModTime.IsZero() {
		h.ModTime = Epoch
	}
	w := tar.NewWriter(buf)
	must(w.WriteHeader(h))
	if len(e.Body) > 0 {
		_, err := w.Write([]byte(e.Body))
		must(err)
	}
	must(w.Flush())
}

func must(err error) {
	if err != nil {
		panic("imagetest: " + err.Error())
	}
}

package origin

import (
	"bytes"
	"encoding/binary"
	"path"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// rpmPackage is what a header is made of. All files have the same hash.
type rpmPackage struct {
	name, version, release, vendor, sum string
	files                               []string
}

// rpmBlob returns the header of a package as a database holds it.
func rpmBlob(p rpmPackage) []byte {
	var index, data bytes.Buffer
	entry := func(tag, kind uint32, count int, value []byte) {
		for _, n := range []uint32{tag, kind, uint32(data.Len()), uint32(count)} {
			index.Write(binary.BigEndian.AppendUint32(nil, n))
		}
		data.Write(value)
	}
	text := func(tag uint32, all ...string) {
		var value []byte
		for _, s := range all {
			value = append(append(value, s...), 0)
		}
		entry(tag, rpmStrings, len(all), value)
	}
	var bases, dirs, sums []string
	var indexes []byte
	for i, f := range p.files {
		bases, dirs, sums = append(bases, path.Base(f)), append(dirs, path.Dir(f)+"/"), append(sums, p.sum)
		indexes = binary.BigEndian.AppendUint32(indexes, uint32(i))
	}
	entry(rpmDirIndexes, rpmInt32, len(p.files), indexes)
	text(rpmName, p.name)
	text(rpmVersion, p.version)
	text(rpmRelease, p.release)
	text(rpmVendor, p.vendor)
	text(rpmBaseNames, bases...)
	text(rpmDirNames, dirs...)
	text(rpmFileDigests, sums...)
	out := binary.BigEndian.AppendUint32(nil, uint32(index.Len()/16))
	out = binary.BigEndian.AppendUint32(out, uint32(data.Len()))
	return append(append(out, index.Bytes()...), data.Bytes()...)
}

// ndbFile returns a database of rpm's own format that holds blobs.
func ndbFile(blobs ...string) []byte {
	words := func(all ...uint32) (out []byte) {
		for _, n := range all {
			out = binary.LittleEndian.AppendUint32(out, n)
		}
		return out
	}
	page := append(words(ndbMagic, 0, 1, 1, uint32(len(blobs)+1)), make([]byte, 12)...)
	var body []byte
	for i, b := range blobs {
		at := (ndbPage + len(body)) / ndbUnit
		page = append(page, words(ndbSlotMagic, uint32(i+1), uint32(at), uint32(len(b)/ndbUnit+2))...)
		body = append(body, words(ndbBlobMagic, uint32(i+1), 1, uint32(len(b)))...)
		body = append(body, b...)
		body = append(body, make([]byte, (ndbUnit-len(body)%ndbUnit)%ndbUnit)...)
	}
	return append(append(page, make([]byte, ndbPage-len(page))...), body...)
}

// bdbFile returns a hash table of Berkeley DB that holds blobs as long values.
func bdbFile(blobs ...string) []byte {
	const size = 4096
	head := make([]byte, size)
	binary.LittleEndian.PutUint32(head[12:], bdbHashMagic)
	binary.LittleEndian.PutUint32(head[20:], size)
	head[25] = 8
	table := make([]byte, size)
	table[25] = bdbHashPage
	binary.LittleEndian.PutUint16(table[20:], uint16(2*len(blobs)))
	var rest []byte
	low := size
	for i, b := range blobs {
		low -= 5
		table[low] = 1 // a short key
		binary.LittleEndian.PutUint16(table[bdbHead+4*i:], uint16(low))
		low -= bdbOffPageLen
		table[low] = bdbOffPage
		binary.LittleEndian.PutUint16(table[bdbHead+4*i+2:], uint16(low))
		first := 2 + len(rest)/size
		binary.LittleEndian.PutUint32(table[low+4:], uint32(first))
		binary.LittleEndian.PutUint32(table[low+8:], uint32(len(b)))
		for data := []byte(b); len(data) > 0; {
			page := make([]byte, size)
			n := copy(page[bdbHead:], data)
			data = data[n:]
			page[25] = bdbOverflow
			binary.LittleEndian.PutUint16(page[22:], uint16(n))
			if len(data) > 0 {
				binary.LittleEndian.PutUint32(page[16:], uint32(2+len(rest)/size+1))
			}
			rest = append(rest, page...)
		}
	}
	return append(append(head, table...), rest...)
}

func TestRPMHeader(t *testing.T) {
	want := []string{"/usr/bin/a", "/etc/b"}
	r := &Records{}
	if err := readRPMHeader(r, "", rpmBlob(rpmPackage{name: "n", version: "1", release: "2", vendor: "Fedora Project", files: want, sum: sha256Of("x")})); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range r.files {
		got = append(got, "/"+f.path)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if p := r.files[0].pkg; !p.Distribution || p.String() != "rpm n 1-2" {
		t.Errorf("package %+v", p)
	}
}

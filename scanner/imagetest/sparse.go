package imagetest

import (
	"archive/tar"
	"bytes"
	"fmt"
)

// Sparse returns the blocks of a sparse file of size bytes (GNU's PAX format 1.0): data at offset, holes elsewhere.
func Sparse(name string, size, offset int, data []byte) []byte {
	holes := []byte(fmt.Sprintf("1\n%d\n%d\n", offset, len(data)))
	holes = append(holes, make([]byte, blockSize-len(holes)%blockSize)...)
	records := ""
	for _, kv := range [][2]string{
		{"GNU.sparse.major", "1"}, {"GNU.sparse.minor", "0"},
		{"GNU.sparse.name", name}, {"GNU.sparse.realsize", fmt.Sprint(size)},
	} {
		records += record(kv[0], kv[1])
	}
	var buf bytes.Buffer
	writeEntry(&buf, Entry{Name: "PaxHeaders.0/" + name, Body: records})
	buf.Bytes()[typeFlagAt] = tar.TypeXHeader
	fixChecksum(buf.Bytes())
	writeEntry(&buf, Entry{Name: "GNUSparseFile.0/" + name, Body: string(holes) + string(data)})
	return buf.Bytes()
}

const typeFlagAt = 156

// record is one PAX record: its own length, a space, key=value and a newline.
func record(key, value string) string {
	rest := " " + key + "=" + value + "\n"
	n := len(rest)
	for len(fmt.Sprint(n))+len(rest) != n {
		n = len(fmt.Sprint(n)) + len(rest)
	}
	return fmt.Sprint(n) + rest
}

// fixChecksum writes the checksum of the header that block begins with.
func fixChecksum(block []byte) {
	field := block[148:156]
	copy(field, "        ")
	sum := 0
	for _, b := range block[:blockSize] {
		sum += int(b)
	}
	copy(field, fmt.Sprintf("%06o\x00 ", sum))
}

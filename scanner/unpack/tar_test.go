package unpack

import (
	"archive/tar"
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
)

func TestTar(t *testing.T) {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, h := range []*tar.Header{
		{Typeflag: tar.TypeXGlobalHeader, PAXRecords: map[string]string{"comment": "0123abcd"}},
		{Name: "dir/", Typeflag: tar.TypeDir, Mode: 0o755},
		{Name: "link", Typeflag: tar.TypeSymlink, Linkname: "/run/secrets/key"},
		{Name: "hard", Typeflag: tar.TypeLink, Linkname: "dir/file"},
		{Name: "dir/" + strings.Repeat("x", 200), Typeflag: tar.TypeReg, PAXRecords: map[string]string{
			"SCHILY.xattr.user.note": "a note", "uname": "root"}, Format: tar.FormatPAX},
	} {
		must(t, w.WriteHeader(h))
	}
	must(t, w.Close())
	second := tarOf(t, []file{{"second", "archive\n"}})
	data := append(append(buf.Bytes(), make([]byte, 8192)...), second...)
	got, err := unpackAll(t, data, Limits{})
	must(t, err)
	long := "dir/" + strings.Repeat("x", 200)
	want := []found{
		{Metadata, []string{"GlobalHead.0.0", "pax records"}, "comment=0123abcd\n"},
		{Metadata, []string{long, "pax records"}, "SCHILY.xattr.user.note=a note\n"},
		{Content, []string{long}, ""},
		{Content, []string{"tar", "trailing bytes"}, string(second)},
		{Name, []string{"names"}, "dir/\nlink\nhard\n" + long + "\n"},
		{Name, []string{"link targets"}, "/run/secrets/key\ndir/file\n"},
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("members (-got +want):\n%s", diff)
	}
}

// Damage in the middle is told, and what follows is yielded for another look.
func TestTarDamaged(t *testing.T) {
	data := tarOf(t, []file{{"a", "one\n"}, {"b", "two\n"}, {"c", "three\n"}})
	copy(data[1024:], "this is no header")
	got, err := unpackAll(t, data, Limits{})
	if kind(err) != report.Corrupt {
		t.Errorf("error = %v, want one of kind corrupt", err)
	}
	if len(got) < 2 || got[0].Text != "one\n" || !strings.HasPrefix(got[1].Text, "two\n") {
		t.Fatalf("members = %v", got)
	}
}

// A sparse file may claim any size: its zeros count.
func TestTarSparse(t *testing.T) {
	block := make([]byte, 512)
	copy(block, "sparse")
	copy(block[100:], "0000644\x00")
	copy(block[108:], "0000000\x00")
	copy(block[116:], "0000000\x00")
	copy(block[124:], "00000000000\x00")
	copy(block[136:], "00000000000\x00")
	block[156] = tar.TypeGNUSparse
	copy(block[257:], "ustar  \x00")
	copy(block[386:], "77777777777\x0000000000000\x00") // an empty piece at 8 GiB
	copy(block[483:], "77777777777\x00")
	copy(block[148:], "        ")
	sum := 0
	for _, c := range block {
		sum += int(c)
	}
	copy(block[148:], []byte{byte('0' + sum>>15&7), byte('0' + sum>>12&7), byte('0' + sum>>9&7), byte('0' + sum>>6&7), byte('0' + sum>>3&7), byte('0' + sum&7), 0, ' '})
	_, err := unpackAll(t, slices.Concat(block, make([]byte, 1024)), Limits{FileBytes: 1 << 20})
	if kind(err) != report.Limit {
		t.Errorf("error = %v, want a limit", err)
	}
}

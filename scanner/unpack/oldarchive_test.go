package unpack

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// arOf packs files as GNU ar does: long names in a table.
func arOf(t testing.TB, files []file) []byte {
	var table, body bytes.Buffer
	for _, f := range files {
		name := f.name + "/"
		if len(name) > 16 {
			name = fmt.Sprintf("/%d", table.Len())
			fmt.Fprintf(&table, "%s/\n", f.name)
		}
		arMemberOf(&body, name, f.text)
	}
	var out bytes.Buffer
	out.WriteString(arMagic)
	if table.Len() > 0 {
		arMemberOf(&out, "//", table.String())
	}
	out.Write(body.Bytes())
	return out.Bytes()
}

func arMemberOf(w *bytes.Buffer, name, text string) {
	fmt.Fprintf(w, "%-16s%-12d%-6d%-6d%-8o%-10d`\n%s", name, 0, 0, 0, 0o644, len(text), text)
	if len(text)%2 == 1 {
		w.WriteByte('\n')
	}
}

func TestArNames(t *testing.T) {
	var buf bytes.Buffer
	buf.WriteString(arMagic)
	arMemberOf(&buf, "/", "symbols")
	arMemberOf(&buf, "#1/20", "a name of BSD kind\x00\x00the text")
	arMemberOf(&buf, "debian-binary", "2.0\n")
	got, err := unpackAll(t, buf.Bytes(), Limits{})
	must(t, err)
	want := []file{{"a name of BSD kind", "the text"}, {"debian-binary", "2.0\n"}}
	if diff := cmp.Diff(archived(got), want, cmp.AllowUnexported(file{})); diff != "" {
		t.Errorf("files (-got +want):\n%s", diff)
	}
}

// cpioOf returns a packer of files in one of the formats of cpio.
func cpioOf(magic string) func(t testing.TB, files []file) []byte {
	return func(t testing.TB, files []file) []byte {
		var w bytes.Buffer
		for _, f := range append(files[:len(files):len(files)], file{cpioEnd, ""}) {
			cpioMemberOf(&w, magic, cpioReg|0o644, f)
		}
		return w.Bytes()
	}
}

func cpioMemberOf(w *bytes.Buffer, magic string, mode uint32, f file) {
	align := 1
	switch magic {
	case cpioNew, cpioCRC:
		align = 4
		w.WriteString(magic)
		for _, v := range []int{1, int(mode), 0, 0, 1, 0, len(f.text), 0, 0, 0, 0, len(f.name) + 1, 0} {
			fmt.Fprintf(w, "%08x", v)
		}
	case cpioOld:
		fmt.Fprintf(w, "%s%06o%06o%06o%06o%06o%06o%06o%011o%06o%011o", magic, 0, 1, mode, 0, 0, 1, 0, 0, len(f.name)+1, len(f.text))
	default:
		align = 2
		for _, v := range []int{cpioBin, 0, 1, int(mode), 0, 0, 1, 0, 0, 0, len(f.name) + 1, len(f.text) >> 16, len(f.text)} {
			w.Write(binary.LittleEndian.AppendUint16(nil, uint16(v)))
		}
	}
	pad := func() {
		for w.Len()%align != 0 {
			w.WriteByte(0)
		}
	}
	w.WriteString(f.name)
	w.WriteByte(0)
	pad()
	w.WriteString(f.text)
	pad()
}

// An initrd is several archives, one after the other; a link's target is its content.
func TestCpioSeveral(t *testing.T) {
	var w bytes.Buffer
	cpioMemberOf(&w, cpioNew, cpioReg, file{"one", "1"})
	cpioMemberOf(&w, cpioNew, cpioLnk, file{"link", "to/there"})
	cpioMemberOf(&w, cpioNew, 0, file{cpioEnd, ""})
	w.Write(make([]byte, 512-w.Len()%512))
	second := cpioOf(cpioNew)(t, []file{{"two", "2"}})
	w.Write(second)
	got, err := unpackAll(t, w.Bytes(), Limits{})
	must(t, err)
	want := []found{
		{Content, []string{"one"}, "1"},
		{Content, []string{"cpio", "trailing bytes"}, string(second)},
		{Name, []string{"names"}, "one\nlink\n"},
		{Name, []string{"link targets"}, "to/there\n"},
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("members (-got +want):\n%s", diff)
	}
}

func TestRPM(t *testing.T) {
	payload := gzipped(t, string(cpioOf(cpioNew)(t, []file{{"./etc/app.conf", "key = value\n"}})), gzip.Header{})
	var rpm bytes.Buffer
	rpm.WriteString(rpmMagic)
	rpm.Write(make([]byte, rpmLead-4))
	header := func(texts map[uint32]string) {
		var index, data bytes.Buffer
		for _, tag := range []uint32{1000, 1023, 1035} {
			if text, ok := texts[tag]; ok {
				for _, v := range []uint32{tag, rpmString, uint32(data.Len()), 1} {
					index.Write(binary.BigEndian.AppendUint32(nil, v))
				}
				data.WriteString(text + "\x00")
			}
		}
		rpm.WriteString(rpmHeaderMagic + "\x00\x00\x00\x00")
		rpm.Write(binary.BigEndian.AppendUint32(nil, uint32(len(texts))))
		rpm.Write(binary.BigEndian.AppendUint32(nil, uint32(data.Len())))
		rpm.Write(index.Bytes())
		rpm.Write(data.Bytes())
	}
	header(map[uint32]string{1000: "signed"})
	rpm.Write(make([]byte, 1)) // the first header is padded to eight bytes
	header(map[uint32]string{1000: "app", 1023: "useradd app", 1035: strings.Repeat("0", 64)})
	rpm.Write(payload)
	got, err := unpackAll(t, rpm.Bytes(), Limits{})
	must(t, err)
	want := []found{
		{Metadata, []string{"signature header"}, "signed\n"},
		{Metadata, []string{"header"}, "app\nuseradd app\n"},
		{Content, []string{"payload"}, string(payload)},
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("members (-got +want):\n%s", diff)
	}
}

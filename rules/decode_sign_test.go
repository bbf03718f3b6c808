package rules

import (
	"encoding/ascii85"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// bytesOf returns the bytes of s as code lists them, a line each row.
func bytesOf(s, format string, row int) string {
	var b strings.Builder
	for i := range len(s) {
		if row > 0 && i%row == 0 {
			b.WriteString("\n\t")
		}
		fmt.Fprintf(&b, format+", ", s[i])
	}
	return b.String()
}

// dump returns what xxd prints of s, each line behind lead.
func dump(s, lead string) string {
	var b strings.Builder
	for at := 0; at < len(s); at += 16 {
		line := s[at:min(len(s), at+16)]
		fmt.Fprintf(&b, "%s%08x:", lead, at)
		for i := range len(line) {
			if i%2 == 0 {
				b.WriteByte(' ')
			}
			fmt.Fprintf(&b, "%02x", line[i])
		}
		fmt.Fprintf(&b, "%*s%s\n", 2+40-len(line)*5/2, "", strings.ReplaceAll(line, "\n", "."))
	}
	return b.String()
}

// inBase85 returns data as git's binary patches have it.
func inBase85(data string) string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
	var b strings.Builder
	for ; data != ""; data = data[min(len(data), 52):] {
		line := data[:min(len(data), 52)]
		b.WriteByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[len(line)-1])
		for at := 0; at < len(line); at += 4 {
			n := uint32(0)
			for i := range 4 {
				n <<= 8
				if at+i < len(line) {
					n |= uint32(line[at+i])
				}
			}
			var group [5]byte
			for i := 4; i >= 0; i-- {
				group[i] = digits[n%85]
				n /= 85
			}
			b.Write(group[:])
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// registryOf returns s as a registry file has it by bytes, so many in a line.
func registryOf(s string, row int) string {
	var b strings.Builder
	for i := range len(s) {
		if i > 0 {
			b.WriteByte(',')
		}
		if i > 0 && i%row == 0 {
			b.WriteString("\\\r\n  ")
		}
		fmt.Fprintf(&b, "%02x,00", s[i])
	}
	return b.String()
}

// base85Of and ascii85Of return s in Python's base 85 and in PostScript's.
func base85Of(s string) string {
	n := len(s)
	s += strings.Repeat("\x00", -n&3)
	text := ""
	for line := range strings.Lines(inBase85(s)) {
		text += strings.TrimSpace(line)[1:]
	}
	return text[:len(text)-(-n&3)]
}

func ascii85Of(s string) string {
	out := make([]byte, ascii85.MaxEncodedLen(len(s)))
	return string(out[:ascii85.Encode(out, []byte(s))])
}

func patchOf(was, is string) string {
	return "GIT binary patch\nliteral " + strconv.Itoa(len(is)) + "\n" + inBase85(zlibOf(is, 6)) + "\nliteral " + strconv.Itoa(len(was)) + "\n" + inBase85(zlibOf(was, 6)) + "\n"
}

func xzOf(text string) string {
	return pack(text, func(out io.Writer) (*xz.Writer, error) { return xz.NewWriter(out) })
}

func zstdOf(text string) string {
	return pack(text, func(out io.Writer) (*zstd.Encoder, error) { return zstd.NewWriter(out) })
}

// signForms are texts in which the token p is written in another way than runs and escapes, and where it begins.
func signForms(p string) []struct {
	name, text string
	want       string // steps; "-" for nothing
	offset     int64
	line, col  int
} {
	std := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	other := strings.Repeat("0x00, 0x67, 0xff, ", 40)
	return []struct {
		name, text string
		want       string
		offset     int64
		line, col  int
	}{
		{"Go", "var k = []byte{" + bytesOf(p, "0x%02x", 0) + "}", "byte list", 15, 1, 1},
		{"Go, decimal, wrapped", "var k = []uint8{" + bytesOf("x "+p, "%d", 8) + "\n}", "byte list", 18, 1, 3},
		{"Java", "byte[] k = {" + bytesOf(p, "%d", 0) + "};", "byte list", 12, 1, 1},
		{"Java, cast", "byte[] k = new byte[] {" + bytesOf(p, "(byte) 0x%02X", 10) + "};", "byte list", 25, 1, 1},
		{"C, ended by a zero", "unsigned char k[] = {" + bytesOf(p, "0x%02x", 12) + " 0x00 };", "byte list", 23, 1, 1},
		{"C, with its size", "static const unsigned char k[41] = {" + bytesOf(p, "%d", 0) + "0};", "byte list", 36, 1, 1},
		{"words alone", "var k = []byte{" + bytesOf("the words of "+p[:12]+" text", "%d", 0) + "}", "-", 0, 0, 0},
		{"Rust", "const K: &[u8] = &[" + bytesOf(p, "%du8", 0) + "];", "byte list", 19, 1, 1},
		{"Python", "k = bytes([" + bytesOf(p, "%d", 0) + "])", "byte list", 11, 1, 1},
		{"JavaScript", "k = new Uint8Array([" + bytesOf(p, "%d", 0) + "])", "byte list", 20, 1, 1},
		{"JSON", `{"type":"Buffer","data":[` + bytesOf(p, "%d", 0) + `10]}`, "byte list", 25, 1, 1},
		{"codes", "eval(String.fromCharCode(" + bytesOf("t="+p, "%d", 0) + "59))", "byte list", 25, 1, 3},
		{"numbers that are no bytes", "var k = []byte{" + strings.ReplaceAll(bytesOf(p, "%d", 0), ", ", "00, ") + "}", "-", 0, 0, 0},
		{"bytes that are no text", "var k = []byte{" + other + bytesOf(p, "0x%02x", 0) + "}", "-", 0, 0, 0},
		{"a size", "byte[] k = new byte[16]; // " + bytesOf(p, "%d", 0), "-", 0, 0, 0},

		{"characters in C", "char k[] = {" + bytesOf(p, "'%c'", 0) + "0};", "character list", 12, 1, 1},
		{"characters in rows", "char k[] = {\n  " + bytesOf(p, "'%c'", 10) + "};", "character list", 17, 1, 1},
		{"characters in JavaScript", "k = [" + strings.ReplaceAll(bytesOf(p, "\"%c\"", 0), ", ", ",") + "].join('')", "character list", 5, 1, 1},
		{"characters in a column", "k = [\n" + strings.ReplaceAll(bytesOf(p, "  \"%c\"", 0), ", ", ",\n") + "].join('')", "character list", 8, 1, 1},
		{"characters in a column of Windows", "k = [" + strings.ReplaceAll(bytesOf(p, "'%c'", 0), ", ", ",\r\n\t\t") + "]", "character list", 5, 1, 1},
		{"an alphabet in a column", "k = [\n" + strings.ReplaceAll(bytesOf("ghijklmnopqrstuvwxyz0123456789", "'%c'", 0), ", ", ",\n") + "]", "-", 0, 0, 0},
		{"bytes in Rust", "let k = [" + bytesOf(p, "b'%c'", 0) + "];", "character list", 10, 1, 1},
		{"characters that end", "char k[] = {" + bytesOf(p[:12], "'%c'", 0) + "0};" + p[12:], "-", 0, 0, 0},
		{"characters before", "char k[] = {" + bytesOf("x"+p, "'%c'", 0) + "0};", "character list", 17, 1, 1},
		{"characters of words", "char k[] = {" + bytesOf("hf_ is no token and ends so", "'%c'", 0) + "0};", "-", 0, 0, 0},

		{"od -An", " " + strings.ReplaceAll(bytesOf("t="+p, "%02x", 16), ", ", " ") + "\n", "hex", 9, 1, 1},
		{"od -tx1", "0000000 " + strings.ReplaceAll(strings.ReplaceAll(bytesOf("t="+p, "%02x", 16), ", ", " ")[2:], "\n\t", "\n0000020  ") + "\n0000060\n", "hex", 14, 1, 1},
		{"openssl", "    " + strings.ReplaceAll(strings.ReplaceAll(bytesOf(p, "%02x", 0), ", ", ":"), "_", "") + "\n", "hex", 4, 1, 1},
		{"characters beside", "0000  " + strings.ReplaceAll(strings.ReplaceAll(bytesOf(p, "%02x", 16)[2:], ", ", " "), "\n\t", "   ab.cd\n0010  ") + "\n", "hex", 6, 1, 1},
		{"pairs of words", strings.ReplaceAll(bytesOf("ghp_ and no token", "%02x", 0), ", ", " "), "-", 0, 0, 0},

		{"Python's base 85", "k = base64.b85decode(\"" + base85Of(p+"1") + "\")", "base85", 22, 1, 1},
		{"ended early", "k = b85decode(b'" + base85Of("t="+p) + "')", "base85", 16, 1, 3},
		{"Adobe's base 85", "k = '<~" + ascii85Of(p+" a") + "~>'", "base85", 7, 1, 1},
		{"Python's ascii85", "k = a85decode('" + strings.ReplaceAll(ascii85Of(p), "'", "\\'") + "')", "base85", 15, 1, 1},
		{"no base 85", "k = '<~ " + p[:12] + " ~>'" + "b85decode(\"" + p[:17] + "\")", "-", 0, 0, 0},

		{"xxd", "$ xxd f\n" + dump("token\n"+p+"\n", ""), "hex dump", 8, 2, 1},
		{"xxd, in a comment", dump("a "+p+" ab", "# "), "hex dump", 2, 1, 3},
		{"hexdump -C", hex.Dump([]byte("a " + p + " |b")), "hex dump", 0, 1, 3},
		{"from the middle", strings.Replace(dump(p, ""), "00000000", "00000010", 1), "-", 0, 0, 0},
		{"a line that is missing", strings.Replace(dump(p, ""), "00000010", "00000020", 1), "-", 0, 0, 0},

		{"a string of the registry", "\"Token\"=hex(1):" + registryOf(p+"\x00", 80) + "\r\n", "hex,utf-16", 15, 1, 1},
		{"lines of the registry", "\"K\"=hex(1):" + registryOf("a\nb "+p+"\x00", 7) + "\r\n", "hex,utf-16", 11, 2, 3},
		{"strings of the registry", "\"K\"=hex(7):" + registryOf("a\x00"+p+"\x00\x00", 25) + "\r\n", "hex,utf-16", 11, 2, 1},
		{"bytes of the registry", "\"K\"=hex(3):" + registryOf(p, 80) + "\r\n", "-", 0, 0, 0},
		{"a string that ends", "\"K\"=hex(1):" + registryOf(p[:9], 80) + "x," + registryOf(p[9:], 80), "-", 0, 0, 0},

		{"a patch", "diff\n" + patchOf("nothing of interest\n", "\x00\x01t="+p+"\n"+randomText(200)), "base85,zlib", 34, 1, 5},
		{"a patch of a text", "diff\n" + patchOf("nothing of interest\n", "t="+p+"\n"+randomText(200)), "base85,zlib", 34, 1, 3},
		{"what a patch replaced", patchOf("", "a\n"+p) + "\n", "base85,zlib", 28, 2, 1},
		{"no patch", "GIT binary patch\nliteral 20\n" + p + "\n\n", "", 28, 3, 1},

		{"colours inside", "x \x1b[32m" + p[:9] + "\x1b[1;31m" + p[9:] + "\x1b[0m\n", "colour", 7, 1, 8},
		{"what grep marks", "T=\x1b[01;31m\x1b[K" + p[:3] + "\x1b[m\x1b[K" + p[3:] + "\n", "colour", 13, 1, 14},
		{"colours in JSON", `{"log":"x \u001b[32m` + p[:9] + `\u001b[39m` + p[9:] + `"}`, "unicode-escape,colour", 20, 1, 21},
		{"colours around", "x \x1b[32m" + p + "\x1b[0m\n", "", 7, 1, 8},
		{"a cursor that moves", "x " + p[:9] + "\x1b[3C" + p[9:], "-", 0, 0, 0},

		{"base 32", "x: " + base32.StdEncoding.EncodeToString([]byte(p+" x")), "base32", 3, 1, 1},
		{"a short text in base 32", "x: " + base32.StdEncoding.EncodeToString([]byte("a "+p+" x")), "base32", 3, 1, 3},
		{"xz", "x: " + std(xzOf("a\nb "+p)), "base64,xz", 3, 2, 3},
		{"zstd", "x: " + std(zstdOf("a\nb "+p)), "base64,zstd", 3, 2, 3},
		{"xz in hexadecimal", "x: " + hex.EncodeToString([]byte(xzOf(p))), "hex,xz", 3, 1, 1},
		{"zstd of nothing", "x: " + std(zstdMagic+strings.Repeat("\xff", 60)), "-", 0, 0, 0},
		{"bzip2 of nothing", "x: " + std(bzipMagic+"9"+bzipBlock+strings.Repeat("\xff", 60)), "-", 0, 0, 0},
		{"xz of nothing", "x: " + std(xzMagic+strings.Repeat("\xff", 60)), "-", 0, 0, 0},
	}
}

func TestDecodeSigns(t *testing.T) {
	p := pat()
	e := load(t, LoadOptions{Enable: []string{"github-pat"}}).Searcher()
	for _, test := range signForms(p) {
		t.Run(test.name, func(t *testing.T) {
			got := findBothWays(t, e, test.text)
			checkDecoded(t, got, test.want, test.offset, test.line, test.col, p)
		})
	}
}

// TestDecodeSignsAcrossBlocks holds that what a sign announces is found once, wherever the blocks of a text are cut.
func TestDecodeSignsAcrossBlocks(t *testing.T) {
	p := pat()
	e := load(t, LoadOptions{Enable: []string{"github-pat"}}).Searcher()
	filler := strings.Repeat("some words of a text\n", blockSize/21+1)
	for _, test := range signForms(p) {
		if test.want == "-" {
			continue
		}
		for _, before := range []int{0, 3, 20, len(test.text) / 2, len(test.text) - 1, len(test.text)} {
			lead := filler[:blockSize-before-1] + "\n"
			got := trails(find(t, e, Fragment{Data: []byte(lead + test.text + "\n" + filler)}))
			if diff := cmp.Diff([]string{"github-pat " + p + " " + test.want}, got); diff != "" {
				t.Errorf("%s, %d bytes before the cut: %s", test.name, before, diff)
			}
		}
	}
}

func TestDecompressBzip2(t *testing.T) {
	packed, err := hex.DecodeString("425a6839314159265359f4a0d4310000041180400437c79c002000229868234c8530004d2994b4e2615dbb9cbf558849342c07a187f177245385090f4a0d4310")
	if err != nil {
		t.Fatal(err)
	}
	d := &decoding{inflatable: maxInflated}
	if text, whole := d.opened(packed, packingOf(packed)); string(text) != "a note of some length, to be read" || !whole {
		t.Errorf("got %q, %v", text, whole)
	}
	for range maxInflated / streamCost {
		d.opened(packed, bzipped)
	}
	if text, whole := d.opened(packed, bzipped); text != nil || whole {
		t.Error("more streams were read than a block may hold")
	}
}

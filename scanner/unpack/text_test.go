package unpack

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

// encoded returns text in units of width bytes.
func encoded(text string, width int, order binary.AppendByteOrder) []byte {
	var b []byte
	if width == 4 {
		for _, r := range text {
			b = order.AppendUint32(b, uint32(r))
		}
		return b
	}
	for _, u := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, u)
	}
	return b
}

func TestText(t *testing.T) {
	text := "password = swordfish\r\nänderung = 日本語 😀\r\n" + strings.Repeat("more of it\n", 1000)
	tests := []struct {
		name  string
		width int
		order binary.AppendByteOrder
		step  string
	}{
		{"utf-16le", 2, binary.LittleEndian, "utf-16"},
		{"utf-16be", 2, binary.BigEndian, "utf-16"},
		{"utf-32le", 4, binary.LittleEndian, "utf-32"},
		{"utf-32be", 4, binary.BigEndian, "utf-32"},
	}
	for _, tt := range tests {
		for _, mark := range []string{"", "\ufeff"} {
			t.Run(tt.name+map[string]string{"": " without mark"}[mark], func(t *testing.T) {
				got, err := unpackAll(t, encoded(mark+text, tt.width, tt.order), Limits{})
				must(t, err)
				if diff := cmp.Diff(got, []found{{Content, []string{tt.step}, text}}); diff != "" {
					t.Errorf("members (-got +want):\n%.1000s", diff)
				}
			})
		}
	}
}

func TestTextNot(t *testing.T) {
	tests := map[string][]byte{
		"empty":      {},
		"mark alone": {0xff, 0xfe},
		"ascii":      []byte(strings.Repeat("plain text\n", 100)),
		"latin-1":    []byte(strings.Repeat("\xe4nderung\n", 100)),
		"zeros":      make([]byte, 2000),
		"numbers":    bytes.Repeat([]byte{1, 0, 2, 0, 3, 0, 0, 0}, 100),
		"noise":      noise(2000),
		"short":      encoded("abc", 2, binary.LittleEndian),
	}
	for name, data := range tests {
		t.Run(name, func(t *testing.T) {
			if f := Detect(data); f != nil {
				t.Errorf("Detect = %s, want nothing", f.Name)
			}
		})
	}
}

// Odd and broken units are no reason to stop.
func TestTextBroken(t *testing.T) {
	data := append(encoded("\ufeffkey\n", 2, binary.LittleEndian), 0x00, 0xd8, 'x', 0, 'y')
	got, err := unpackAll(t, data, Limits{})
	must(t, err)
	if diff := cmp.Diff(got, []found{{Content, []string{"utf-16"}, "key\n\ufffdx\ufffd"}}); diff != "" {
		t.Errorf("members (-got +want):\n%s", diff)
	}
}

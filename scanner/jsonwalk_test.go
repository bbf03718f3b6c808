package scanner

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
)

// walked returns the events of a document as text.
func walked(data []byte) (events []string, rest []byte, err error) {
	rest, err = walkJSON(data, jsonTokens, func(p *jsonPath, e jsonEvent) {
		events = append(events, fmt.Sprintf("%d %s %s %q", e.kind, p.pointer(), p.key(), e.text))
	})
	return events, rest, err
}

func TestWalkJSON(t *testing.T) {
	tests := []struct {
		name, data string
		want       []string
		rest       string
		err        bool
	}{
		{"values and their places", `{"a/b":[1,{"c~":true}],"a/b":null}`, []string{
			`5   "{"`, `4 /a~1b a/b "a/b"`, `5 /a~1b a/b "["`, `1 /a~1b/0 a/b "1"`, `5 /a~1b/1 a/b "{"`, `4 /a~1b/1/c~0 c~ "c~"`, `2 /a~1b/1/c~0 c~ "true"`,
			`6 /a~1b/1 a/b ""`, `6 /a~1b a/b ""`, `4 /a~1b a/b "a/b"`, `3 /a~1b a/b "null"`, `6   ""`,
		}, "", false},
		{"several documents", "\"a\" \"b\"\n", []string{`0   "a"`, `0   "b"`}, "", false},
		{"escapes", `"a\"\\\/\n\u00e9\ud83d\ude00\ud800"`, []string{`0   "a\"\\/\né😀�"`}, "", false},
		{"bytes that are no UTF-8", "\"a\xffb\"", []string{`0   "a\xffb"`}, "", false},
		{"cut in a string", `["a","b`, []string{`5   "["`, `0 /0  "a"`}, `,"b`, true},
		{"cut in an array", `["a"`, []string{`5   "["`, `0 /0  "a"`}, "", true},
		{"a comma too many", `["a",]`, []string{`5   "["`, `0 /0  "a"`}, `,]`, true},
		{"empty", " \n", nil, "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, rest, err := walked([]byte(tt.data))
			if diff := cmp.Diff(got, tt.want); diff != "" {
				t.Errorf("events (-got +want):\n%s", diff)
			}
			if string(rest) != tt.rest || (err != nil) != tt.err {
				t.Errorf("rest %q, error %v, want %q and an error: %v", rest, err, tt.rest, tt.err)
			}
		})
	}
}

func TestPointersStayShort(t *testing.T) {
	long := strings.Repeat("n", 10*jsonPointerBytes)
	doc := strings.Repeat(`{"`+long+`":`, 20) + `"v"` + strings.Repeat("}", 20)
	_, err := walkJSON([]byte(doc), jsonTokens, func(p *jsonPath, e jsonEvent) {
		if n := len(p.pointer()); n > jsonPointerBytes+len(report.Ellipsis) {
			t.Fatalf("a pointer of %d bytes", n)
		}
	})
	if err != nil {
		t.Error(err)
	}
}

// decoded returns the strings of a document as encoding/json has them.
func decoded(data []byte) (texts []string, err error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return texts, nil
		}
		if err != nil {
			return nil, err
		}
		if s, ok := t.(string); ok {
			texts = append(texts, s)
		}
	}
}

// FuzzWalkJSON compares the walk with encoding/json: the same documents are valid, with the same strings.
func FuzzWalkJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,-0.5e+3,{"b":null}],"c":"\u00e9\n"}`, `[]`, `"\ud83d\ude00"`, `{"a":1,}`, `[01]`, `tru`, `{"a" 1}`, "[\"\x01\"]"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var got []string
		values := 0
		_, err := walkJSON(data, jsonTokens, func(p *jsonPath, e jsonEvent) {
			if e.kind == jsonString || e.kind == jsonName {
				got = append(got, e.text)
			}
			if p.depth() == 0 && e.kind != jsonOpen {
				values++
			}
		})
		var fault *report.Fault
		if errors.As(err, &fault) && fault.Kind == report.Limit {
			return
		}
		if want := json.Valid(data); want != (err == nil && values == 1) {
			t.Fatalf("valid: %v; walk: %d values, %v", want, values, err)
		}
		if err != nil || values != 1 || !utf8.Valid(data) {
			return
		}
		want, err := decoded(data)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(got, want); diff != "" {
			t.Errorf("strings (-got +want):\n%s", diff)
		}
	})
}

func BenchmarkWalkJSON(b *testing.B) {
	data := largeSBOM(10_000)
	b.Run("walk", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			if _, err := walkJSON(data, jsonTokens, func(*jsonPath, jsonEvent) {}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			if _, err := decoded(data); err != nil {
				b.Fatal(err)
			}
		}
	})
}

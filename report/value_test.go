package report

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

func TestValueIsPrintedNowhere(t *testing.T) {
	plain := "ghp" + "_" + "x7Kd93mQ0aZpL2v8Rt5Yw1Bn6Hc4Jf9Ges3U"
	v := NewValue(plain)
	s := NewSecret(v, 4, 4.1)
	type holder struct {
		Open   Value
		hidden Value
		p      *Value
		list   []Value
		m      map[string]Value
		any    any
	}
	h := holder{v, v, &v, []Value{v}, map[string]Value{"k": v}, v}
	outputs := make(map[string]string)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%p", "%b", "%o", "%c", "%U", "%e"} {
		for name, x := range map[string]any{"value": v, "pointer": &v, "secret": s, "pointer to secret": &s, "holder": h, "pointer to holder": &h, "list": []Secret{s}, "error": fmt.Errorf("a %v", v)} {
			outputs[verb+" of a "+name] = fmt.Sprintf(verb, x)
		}
	}
	outputs["print"] = fmt.Sprint(v, s, h)
	if b, err := json.Marshal(h); err == nil {
		outputs["json"] = string(b)
	}
	if b, err := json.Marshal(s); err == nil {
		outputs["json of a secret"] = string(b)
	}
	if b, err := json.Marshal(map[Value]Value{v: v}); err == nil {
		outputs["json of a map"] = string(b)
	}
	if b, err := xml.Marshal(struct{ V Value }{v}); err == nil {
		outputs["xml"] = string(b)
	}
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(struct{ V Value }{v}); err == nil {
		outputs["gob"] = b.String()
	}
	for name, handler := range map[string]func(*bytes.Buffer) slog.Handler{
		"slog text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
		"slog json": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
	} {
		var b bytes.Buffer
		slog.New(handler(&b)).Info("found", "value", v, "secret", s, "holder", h, "pointer", &h)
		outputs[name] = b.String()
	}
	func() {
		defer func() { outputs["panic"] = fmt.Sprint(recover()) }()
		panic(v)
	}()
	for what, out := range outputs {
		for from := 4; from+5 <= len(plain); from++ {
			if part := plain[from : from+5]; strings.Contains(out, part) || strings.Contains(out, fmt.Sprintf("%x", part)) {
				t.Errorf("%s shows %q: %s", what, part, out)
				break
			}
		}
	}
	if v.Reveal() != plain || v != NewValue(plain) || v == NewValue("other") || !cmp.Equal(v, NewValue(plain)) {
		t.Error("a value is not what it was made of")
	}
	var zero Value
	if zero.Reveal() != "" || zero.Len() != 0 || NewValue("") != zero || zero.String() != Ellipsis {
		t.Errorf("the zero value is %q", zero)
	}
}

func TestRedact(t *testing.T) {
	tests := []struct {
		name, value string
		prefix      int
		want        string
	}{
		{"empty", "", 0, "…"},
		{"short", "hunter2", 0, "…"},
		{"23 bytes", strings.Repeat("a", 19) + "tail", 0, "…"},
		{"24 bytes", strings.Repeat("a", 20) + "tail", 0, "…tail"},
		{"prefix", "abcd" + strings.Repeat("x", 16), 4, "abcd…"},
		{"prefix and tail", "abcd" + strings.Repeat("x", 32) + "tail", 4, "abcd…tail"},
		{"prefix of more than a quarter", "abcd" + strings.Repeat("x", 11), 4, "…"},
		{"prefix longer than the value", "abcd", 9, "…"},
		{"nothing to be shown", "abcd" + strings.Repeat("x", 32) + "tail", ShowNothing, "…"},
		{"control codes", "\x1b[3" + strings.Repeat("x", 32) + "\u202el\n", 4, "[3x…l"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Redact(tt.value, tt.prefix); got != tt.want {
				t.Errorf("Redact(%q, %d) = %q, want %q", tt.value, tt.prefix, got, tt.want)
			}
		})
	}
}

// TestRedactShowsLittle holds that of no value more than its prefix, a quarter of it at most, and 4 bytes are shown.
func TestRedactShowsLittle(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 2000 {
		value := randomValue(rng, nil)
		prefix := rng.IntN(len(value)+5) - 2
		head, tail, ok := strings.Cut(Redact(value, prefix), Ellipsis)
		if !ok || len(head) > max(prefix, 0) || len(head)*4 > len(value) || len(tail) > 4 || len(tail) > 0 && len(value) < 24 {
			t.Errorf("Redact(%q, %d) = %q and %q", value, prefix, head, tail)
		}
		if i := strings.IndexFunc(head+tail, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsPrint(r) }); i >= 0 {
			t.Errorf("Redact(%q, %d) holds %q", value, prefix, head+tail)
		}
	}
}

func TestNewSecretTellsLittleOfShortValues(t *testing.T) {
	for n, want := range map[int]int{15: 0, 16: 16} {
		s := NewSecret(NewValue(strings.Repeat("a", n)), 0, 3.14)
		if s.Length != want || (s.Entropy != 0) != (want != 0) {
			t.Errorf("of %d bytes length %d and entropy %v are told", n, s.Length, s.Entropy)
		}
	}
}

package unpack

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// unpackTexts unpacks data as what it is told to be and returns its members by their steps.
func unpackTexts(t testing.TB, data []byte, want string) (map[string]string, error) {
	t.Helper()
	f := Detect(data[:min(len(data), HeadBytes)])
	if f == nil || f.Name != want {
		t.Fatalf("told as %v, want %s", f, want)
	}
	texts := map[string]string{}
	err := f.Unpack(context.Background(), Input{At: bytes.NewReader(data), Size: int64(len(data))}, Limits{}, func(m Member) error {
		body, err := io.ReadAll(m.Body)
		for _, p := range m.Parts {
			texts[p.Step] += string(p.Data)
		}
		if m.Parts != nil {
			return err
		}
		texts[strings.Join(m.Steps, " › ")] += string(body)
		return err
	})
	return texts, err
}

// makeClass writes a class with one constant field and code that sets another and puts a property.
func makeClass() []byte {
	var pool []byte
	count := uint16(1)
	add := func(b ...byte) uint16 {
		pool = append(pool, b...)
		count++
		return count - 1
	}
	u2 := func(tag byte, refs ...uint16) uint16 {
		b := []byte{tag}
		for _, r := range refs {
			b = binary.BigEndian.AppendUint16(b, r)
		}
		return add(b...)
	}
	text := func(s string) uint16 {
		return add(append([]byte{classUtf8, byte(len(s) >> 8), byte(len(s))}, s...)...)
	}
	member := func(tag byte, name string) uint16 { return u2(tag, 0, u2(classNameAndType, text(name), text("()V"))) }
	str := func(s string) uint16 { return u2(classString, text(s)) }
	constant, valueName := str("constant-value"), text("ConstantValue")
	fieldName := text("API_KEY")
	set, setter := str("set-value"), member(classField, "dbPassword")
	key, value, put := str("mail.password"), str("put-value"), member(classMethod, "setProperty")
	text("alone \xc0\x80 text")
	add(classLong, 0, 0, 0, 0, 0, 0, 0x30, 0x39)
	count++ // a long takes two numbers

	class := []byte("\xca\xfe\xba\xbe\x00\x00\x00\x41")
	class = binary.BigEndian.AppendUint16(class, count)
	class = append(class, pool...)
	for _, v := range []uint16{1, 0, 0, 0, 1, 0x18, fieldName, 0, 1, valueName, 0, 2, constant} {
		class = binary.BigEndian.AppendUint16(class, v)
	}
	code := []byte{jvmLdcW, byte(set >> 8), byte(set), jvmPutstatic, byte(setter >> 8), byte(setter), 0}
	code = append(code, jvmLdc, byte(key), jvmLdc, byte(value), jvmInvoke, byte(put>>8), byte(put), 0xb1)
	return append(class, code...)
}

func TestClass(t *testing.T) {
	texts, err := unpackTexts(t, makeClass(), "java class")
	if err != nil {
		t.Error(err)
	}
	want := "API_KEY=constant-value\ndbPassword=set-value\nmail.password=put-value\n"
	if diff := cmp.Diff(want, texts["assignments"]); diff != "" {
		t.Errorf("assignments differ: %s", diff)
	}
	if !strings.Contains(texts["constants"], "alone \x00 text\n12345\n") || strings.Contains(texts["constants"], "set-value") {
		t.Errorf("constants %q", texts["constants"])
	}
}

func TestDamagedClass(t *testing.T) {
	class := makeClass()
	for n := 10; n < len(class); n++ {
		_, _ = unpackTexts(t, class[:n], "java class")
	}
}

// TestCompiledJava lets the compiler write the class.
func TestCompiledJava(t *testing.T) {
	javac, err := exec.LookPath("javac")
	if err != nil {
		t.Skip("no javac here")
	}
	dir := t.TempDir()
	source := `import java.util.*;
class Conf {
  static final String API_KEY = "value-of-constant";
  static String token = "value-of-static";
  String secret = "value-of-field";
  Conf() {
    Properties p = new Properties();
    p.setProperty("db.password", "value-of-property");
    new Conf2().setPassphrase("value-of-setter");
    System.out.println("only printed \u20ac \ud83d\ude00");
  }
}
class Conf2 { void setPassphrase(String s) {} }`
	if err := os.WriteFile(filepath.Join(dir, "Conf.java"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), javac, "Conf.java")
	cmd.Dir = dir
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("javac: %v: %s", err, text)
	}
	texts, err := unpackTexts(t, readFile(t, filepath.Join(dir, "Conf.class")), "java class")
	if err != nil {
		t.Error(err)
	}
	for _, want := range []string{"API_KEY=value-of-constant", "token=value-of-static", "secret=value-of-field", "db.password=value-of-property", "setPassphrase=value-of-setter", "println=only printed € 😀"} {
		if !strings.Contains("\n"+texts["assignments"], "\n"+want+"\n") {
			t.Errorf("%q is not among %q", want, texts["assignments"])
		}
	}
}

func FuzzClass(f *testing.F) {
	f.Add(makeClass())
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzUnpack(t, Format{Name: "java class", unpack: unpackClass}, data)
	})
}

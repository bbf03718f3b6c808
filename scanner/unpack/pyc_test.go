package unpack

import (
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// makePyc writes the compiled form of a module for Python 3.8 by hand: NAME = value, and a constant by itself.
func makePyc() []byte {
	short := func(s string) []byte { return append([]byte{'z', byte(len(s))}, s...) }
	tuple := func(items ...[]byte) []byte {
		b := []byte{')', byte(len(items))}
		for _, i := range items {
			b = append(b, i...)
		}
		return b
	}
	data := binary.LittleEndian.AppendUint16(nil, 3413)
	data = append(append(data, '\r', '\n'), make([]byte, 12)...)
	data = append(append(data, 'c'|marshalFlag), make([]byte, 24)...)
	code := []byte{100, 0, 90, 0, 100, 1, 83, 0}
	data = append(append(append(data, 's'), binary.LittleEndian.AppendUint32(nil, uint32(len(code)))...), code...)
	data = append(data, tuple(short("value"), short("alone"), []byte{'N'}, []byte{'i', 57, 48, 0, 0})...)
	data = append(data, tuple(short("NAME"))...)
	for range 3 {
		data = append(data, tuple()...)
	}
	data = append(append(data, short("module.py")...), short("<module>")...)
	return append(data, 1, 0, 0, 0, 's', 0, 0, 0, 0)
}

func TestPyc(t *testing.T) {
	texts, err := unpackTexts(t, append(makePyc(), "hidden behind"...), "pyc")
	if err != nil {
		t.Error(err)
	}
	want := map[string]string{
		"assignments":    "NAME=value\n",
		"constants":      "alone\n12345\nNAME\nmodule.py\n<module>\n",
		"trailing bytes": "hidden behind",
	}
	if diff := cmp.Diff(want, texts); diff != "" {
		t.Errorf("texts differ: %s", diff)
	}
}

func TestDamagedPyc(t *testing.T) {
	data := makePyc()
	for n := 17; n < len(data); n++ {
		if _, err := unpackTexts(t, data[:n], "pyc"); err == nil {
			t.Errorf("%d bytes of %d: no fault", n, len(data))
		}
	}
}

const pySource = `# -*- coding: utf-8 -*-
import os
API_KEY = "value-of-name"
os.environ["TOKEN_KEY"] = "value-of-item"
DATABASES = {"ENGINE": "postgres", "PASSWORD": "value-of-key", "HOST": "db"}
class Client(object):
    secret = "value-of-attribute"
    def __init__(self):
        self.token = "value-of-self"
        local = "value-of-local"
        os.environ.setdefault("A", "B")
        self.connect(user="me", password="value-of-argument")
    def connect(self, **kw):
        return u"only returned \u20ac"
`

// TestCompiledPython lets every Python on this machine compile the same module.
func TestCompiledPython(t *testing.T) {
	var pythons []string
	for _, name := range []string{"python3", "python2"} {
		if path, err := exec.LookPath(name); err == nil {
			pythons = append(pythons, path)
		}
	}
	if home, err := os.UserHomeDir(); err == nil {
		more, _ := filepath.Glob(filepath.Join(home, ".pyenv/versions/*/bin/python"))
		pythons = append(pythons, more...)
	}
	if len(pythons) == 0 {
		t.Skip("no Python here")
	}
	for _, python := range pythons {
		t.Run(python, func(t *testing.T) {
			dir := t.TempDir()
			source, compiled := filepath.Join(dir, "conf.py"), filepath.Join(dir, "conf.pyc")
			if err := os.WriteFile(source, []byte(pySource), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), python, "-c", "import py_compile, sys; py_compile.compile(sys.argv[1], sys.argv[2], doraise=True)", source, compiled)
			if text, err := cmd.CombinedOutput(); err != nil {
				t.Skipf("compiling: %v: %s", err, text)
			}
			data := readFile(t, compiled)
			texts, err := unpackTexts(t, data, "pyc")
			if err != nil {
				t.Error(err)
			}
			all := "\n" + texts["assignments"] + "\n" + texts["constants"]
			for _, want := range []string{"only returned €", "Client", "setdefault", "postgres"} {
				if !strings.Contains(all, want+"\n") {
					t.Errorf("%q is not among %q", want, all)
				}
			}
			version := int(binary.LittleEndian.Uint16(data))
			if pyOps(version) == nil {
				return
			}
			for _, want := range []string{"API_KEY=value-of-name", "PASSWORD=value-of-key", "secret=value-of-attribute", "token=value-of-self", "local=value-of-local", "TOKEN_KEY=value-of-item"} {
				if !strings.Contains(all, "\n"+want+"\n") {
					t.Errorf("version %d: %q is not among %q", version, want, texts["assignments"])
				}
			}
			if version >= pyc36 && version < pyc20 && !strings.Contains(all, "\npassword=value-of-argument\n") {
				t.Errorf("version %d: the argument is not among %q", version, texts["assignments"])
			}
		})
	}
}

func FuzzPyc(f *testing.F) {
	f.Add(makePyc())
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzUnpack(t, Format{Name: "pyc", unpack: unpackPyc}, data)
	})
}

package report

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares got with the file of that name in testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(got), string(want)); diff != "" {
		t.Errorf("%s differs (got -, want +):\n%s", name, diff)
	}
}

func written(t *testing.T, w Writer, r *Report, o Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := w(&b, r, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestGolden(t *testing.T) {
	for _, f := range Formats {
		t.Run(f.Name, func(t *testing.T) {
			golden(t, "sample-"+f.Name+f.Extension, written(t, f.Write, sampleReport(), Options{}))
		})
	}
	t.Run("verbose", func(t *testing.T) {
		golden(t, "sample-verbose.txt", written(t, writeText, sampleReport(), Options{Verbose: true, Width: 100}))
	})
	t.Run("colour", func(t *testing.T) {
		golden(t, "sample-colour.txt", written(t, writeText, sampleReport(), Options{Color: true}))
	})
	t.Run("empty", func(t *testing.T) {
		for _, f := range Formats {
			golden(t, "empty-"+f.Name+f.Extension, written(t, f.Write, &Report{Schema: Schema, Complete: true}, Options{}))
		}
	})
	t.Run("quiet", func(t *testing.T) {
		got := string(written(t, writeText, sampleReport(), Options{Quiet: true}))
		want := "verdict: do not publish: 2 new secrets at or above medium (1 still visible, 1 buried in layers or history); 1 new exposed identity at or above high; and not everything could be read (1 problem)\n"
		if got != want {
			t.Errorf("quiet = %q, want %q", got, want)
		}
	})
}

// TestFormatsShowNoValue holds for every format that no spelling of a found value is in it, and nothing that a terminal
// obeys.
func TestFormatsShowNoValue(t *testing.T) {
	for seed := range uint64(40) {
		r, values := testReport(rand.New(rand.NewPCG(seed, 7)))
		Clear(r, nil)
		words := vocabulary(r)
		for _, f := range Formats {
			out := string(written(t, f.Write, r, Options{Verbose: true, Width: 4000}))
			for _, v := range values {
				if localOnly(v, words) {
					continue
				}
				if name := leaks(out, v); name != "" {
					t.Errorf("seed %d: %s shows %q as %s", seed, f.Name, v, name)
				}
			}
			if i := strings.IndexFunc(out, obeyed); i >= 0 {
				t.Errorf("seed %d: %s holds %q", seed, f.Name, out[i:min(len(out), i+8)])
			}
			if !utf8.ValidString(out) {
				t.Errorf("seed %d: %s is no UTF-8", seed, f.Name)
			}
		}
		if t.Failed() {
			return
		}
	}
}

// obeyed reports whether a terminal does something with r other than show it.
func obeyed(r rune) bool {
	return r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == 0x2028 || r == 0x2029)
}

// TestFormatsShowWhatIsAskedFor holds that the plaintext is in those formats that print it, and only after Show.
func TestFormatsShowWhatIsAskedFor(t *testing.T) {
	plain := "ghp" + "_" + "x7Kd93mQ0aZpL2v8Rt5Yw1Bn6Hc4Jf9Ges3U"
	s := NewSecret(NewValue(plain), 4, 4.5)
	s.Rule, s.Severity, s.Occurrences = "github-pat", High, []Occurrence{{Place: Log, Path: "a.log", Line: 1, Column: 1}}
	for _, show := range []bool{false, true} {
		if show {
			s.Show()
		}
		r := &Report{Targets: []Target{{}}, Secrets: []Secret{s}}
		for _, f := range Formats {
			shown := strings.Contains(string(written(t, f.Write, r, Options{})), plain)
			if want := show && (f.Name == "text" || f.Name == "json" || f.Name == "jsonl" || f.Name == "csv" || f.Name == "html"); shown != want {
				t.Errorf("%s shows the plaintext: %v, want %v", f.Name, shown, want)
			}
		}
	}
}

func TestFormatsAreDeterministic(t *testing.T) {
	for _, f := range Formats {
		first := written(t, f.Write, sampleReport(), Options{})
		for range 5 {
			if again := written(t, f.Write, sampleReport(), Options{}); !bytes.Equal(first, again) {
				t.Errorf("%s differs from run to run", f.Name)
			}
		}
	}
}

func TestFormatsReturnTheErrorOfTheWriter(t *testing.T) {
	errFull := errors.New("disk full")
	for _, f := range Formats {
		w := writerFunc(func([]byte) (int, error) { return 0, errFull })
		if err := f.Write(w, sampleReport(), Options{}); !errors.Is(err, errFull) {
			t.Errorf("%s: error %v, want %v", f.Name, err, errFull)
		}
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestTextFits80Columns(t *testing.T) {
	for line := range strings.Lines(string(written(t, writeText, sampleReport(), Options{}))) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 80 && !strings.HasPrefix(line, "  where") && !strings.HasPrefix(line, "verdict:") && !strings.Contains(line, "sha256:") {
			t.Errorf("line of %d columns: %s", n, line)
		}
	}
}

// TestJSONIsOneDocument holds that writing secret by secret gives what encoding the whole report at once does.
func TestJSONIsOneDocument(t *testing.T) {
	for name, r := range testReports() {
		var want bytes.Buffer
		if err := encodeJSON(&want, filled(r), "  "); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(written(t, writeJSON, r, Options{})), want.String()); diff != "" {
			t.Errorf("%s (got -, want +):\n%s", name, diff)
		}
	}
}

func TestReadWhatJSONWrites(t *testing.T) {
	want := written(t, writeJSON, sampleReport(), Options{})
	r, err := Read(bytes.NewReader(want))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(written(t, writeJSON, r, Options{})), string(want)); diff != "" {
		t.Errorf("written again (got -, want +):\n%s", diff)
	}
}

func TestReadRefuses(t *testing.T) {
	whole := string(written(t, writeJSON, sampleReport(), Options{}))
	errDisk := errors.New("disk gone")
	tests := []struct {
		name string
		in   io.Reader
		want error
	}{
		{"newer schema", strings.NewReader(strings.Replace(whole, "report/v1", "report/v2", 1)), ErrNewerSchema},
		{"empty", strings.NewReader(""), ErrTruncated},
		{"half", strings.NewReader(whole[:len(whole)/2]), ErrTruncated},
		{"all but the end", strings.NewReader(strings.TrimRight(whole, "}\n")), ErrTruncated},
		{"other JSON", strings.NewReader(`{"schema":"sarif"}`), ErrNotReport},
		{"other schema", strings.NewReader(`{"schema":"dregs/baseline/v1"}`), ErrNotReport},
		{"no JSON", strings.NewReader("hello"), ErrNotReport},
		{"wrong kind", strings.NewReader(`{"schema":"dregs/report/v1","secrets":7}`), ErrNotReport},
		{"something after it", strings.NewReader(whole + "{}"), ErrNotReport},
		{"JSON lines", bytes.NewReader(written(t, writeJSONL, sampleReport(), Options{})), ErrNotReport},
		{"occurrence nowhere", strings.NewReader(`{"schema":"dregs/report/v1","secrets":[{"occurrences":[{"target":3}]}]}`), ErrNotReport},
		{"broken reader", iotest.ErrReader(errDisk), errDisk},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Read(tt.in); !errors.Is(err, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
		})
	}
}

// FuzzRead holds that whatever Read accepts can be written in every format.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"schema":"dregs/report/v1"}`))
	f.Add([]byte(`{"schema":"dregs/report/v1","targets":[{"images":[{}]}],"secrets":[{"occurrences":[{"target":0,"image":0,"layer":7,"via":["a"]}]}]}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		r, err := Read(bytes.NewReader(in))
		if err != nil {
			return
		}
		for _, format := range Formats {
			out := written(t, format.Write, r, Options{Verbose: true})
			if i := bytes.IndexFunc(out, obeyed); i >= 0 {
				t.Errorf("%s holds %q", format.Name, out[i:min(len(out), i+8)])
			}
		}
	})
}

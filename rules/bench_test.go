//go:build unix

package rules

import (
	"bytes"
	"context"
	"io"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
)

// corpora are the texts that the benchmarks read: what a Go toolchain and a Debian system have.
var corpora = []struct {
	name  string
	roots []string
	keep  func(path string, size int64) bool
}{
	{"javascript", []string{"/usr/lib/node_modules", "/usr/share/nodejs"}, byExtension(".js", ".mjs", ".cjs", ".ts")},
	{"python", []string{"/usr/lib/python3", "/usr/lib/python3.11", "/usr/lib/python3.12", "/usr/lib/python3.13"}, byExtension(".py")},
	{"go", []string{runtime.GOROOT()}, byExtension(".go")},
	{"binaries", []string{"/usr/bin", "/usr/lib/x86_64-linux-gnu"}, func(path string, size int64) bool {
		return size > 64<<10 && (filepath.Ext(path) == "" || strings.Contains(path, ".so"))
	}},
}

func byExtension(extensions ...string) func(string, int64) bool {
	return func(path string, _ int64) bool {
		for _, e := range extensions {
			if filepath.Ext(path) == e {
				return true
			}
		}
		return false
	}
}

// corpus returns files of one kind, at most 24 MB.
func corpus(b *testing.B, i int) []sample {
	c := corpora[i]
	var out []sample
	for _, root := range c.roots {
		out = append(out, files(b, []string{root}, 24<<20/len(c.roots), c.keep)...)
	}
	if len(out) == 0 {
		b.Skip("no files of this kind")
	}
	return out
}

func sizeOf(samples []sample) int64 {
	n := int64(0)
	for _, s := range samples {
		n += int64(len(s.text))
	}
	return n
}

// deflated returns the samples as one gzip stream.
func deflated(b *testing.B, samples []sample) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	for _, s := range samples {
		if _, err := w.Write(s.text); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}

func inflate(b *testing.B, compressed []byte) {
	r, err := gzip.NewReader(bytes.NewReader(compressed))
	if err == nil {
		_, err = io.Copy(io.Discard, r)
	}
	if err != nil {
		b.Fatal(err)
	}
}

// ratio runs work and inflation in turn and reports the median of their speeds' ratios.
func ratio(b *testing.B, samples []sample, work func()) {
	compressed := deflated(b, samples)
	work()
	b.SetBytes(sizeOf(samples))
	var ratios []float64
	var busy time.Duration
	for b.Loop() {
		start := cpuTime(b)
		inflate(b, compressed)
		middle := cpuTime(b)
		work()
		end := cpuTime(b)
		ratios = append(ratios, float64(middle-start)/float64(end-middle))
		busy += end - middle
	}
	b.ReportMetric(median(ratios), "x-inflate")
	b.ReportMetric(float64(sizeOf(samples))*float64(len(ratios))/1e6/busy.Seconds(), "MB/cpu-s")
}

// cpuTime returns the processor time that the process has used: unlike the clock's, it bears other load on the machine.
func cpuTime(b testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func median(v []float64) float64 {
	for i := range v {
		for j := i; j > 0 && v[j] < v[j-1]; j-- {
			v[j], v[j-1] = v[j-1], v[j]
		}
	}
	return v[len(v)/2]
}

// BenchmarkKeywords measures the pass that finds every keyword of gitleaks' rules, against inflation; BenchmarkAllKeywords
// that of all rules.
func BenchmarkKeywords(b *testing.B)    { benchmarkKeywords(b, foreign(b)) }
func BenchmarkAllKeywords(b *testing.B) { benchmarkKeywords(b, load(b, LoadOptions{})) }

func benchmarkKeywords(b *testing.B, set *Set) {
	p, err := newPlan(set)
	if err != nil {
		b.Fatal(err)
	}
	for i, c := range corpora {
		b.Run(c.name, func(b *testing.B) {
			samples := corpus(b, i)
			l := new(lanes) // a scan has one for each of its workers
			ratio(b, samples, func() {
				for _, s := range samples {
					for lo := 0; lo < len(s.text); lo += stretch {
						p.main.words().scan(s.text, lo, min(len(s.text), lo+stretch), l)
					}
				}
			})
		})
	}
}

// BenchmarkMatcher measures the whole matcher with gitleaks' rules and no decoding, against inflation; BenchmarkEverything
// with all that a scan does.
func BenchmarkMatcher(b *testing.B)    { benchmarkSearch(b, foreign(b)) }
func BenchmarkEverything(b *testing.B) { benchmarkSearch(b, load(b, LoadOptions{})) }

// foreign returns the rules that are gitleaks', to be run without decoding.
func foreign(b *testing.B) *Set {
	o := LoadOptions{NoDecode: true}
	for _, r := range load(b, o).Rules() {
		if r.Origin == "gitleaks" {
			o.Enable = append(o.Enable, r.ID)
		}
	}
	return load(b, o)
}

func benchmarkSearch(b *testing.B, set *Set) {
	e := set.Searcher()
	for i, c := range corpora {
		b.Run(c.name, func(b *testing.B) {
			samples := corpus(b, i)
			ratio(b, samples, func() {
				for _, s := range samples {
					if _, err := e.Search(context.Background(), Fragment{Path: "x" + filepath.Ext(s.path), Data: s.text}); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}

// BenchmarkLoad measures what a process pays before it searches anything.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := loadAnew(b, LoadOptions{}).Searcher().(*engine).ready(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkGitleaks measures gitleaks' detector on a little of the same, for comparison.
func BenchmarkGitleaks(b *testing.B) {
	set := foreign(b)
	oracle, mine := set.Gitleaks(), set.Searcher()
	for i, c := range corpora {
		b.Run(c.name, func(b *testing.B) {
			var samples []sample
			for _, s := range corpus(b, i) {
				if sizeOf(samples)+int64(len(s.text)) < 1<<20 {
					samples = append(samples, s)
				}
			}
			search := func(e Searcher) time.Duration {
				start := cpuTime(b)
				for _, s := range samples {
					if _, err := e.Search(context.Background(), Fragment{Path: "x" + filepath.Ext(s.path), Data: s.text}); err != nil {
						b.Fatal(err)
					}
				}
				return cpuTime(b) - start
			}
			search(mine)
			b.SetBytes(sizeOf(samples))
			var ratios []float64
			for b.Loop() {
				slow := search(oracle)
				ratios = append(ratios, float64(slow)/float64(search(mine)))
			}
			b.ReportMetric(median(ratios), "x-gitleaks")
		})
	}
}

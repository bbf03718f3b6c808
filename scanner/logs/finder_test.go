package logs

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
)

// mixture puts pieces of logs, silent and telling, into a random order; long lines and stray bytes are among them.
func mixture(rng *rand.Rand, pieces int) []byte {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(contexts)) {
		all = append(all, contexts[name].log)
	}
	for _, name := range slices.Sorted(maps.Keys(silent)) {
		all = append(all, silent[name])
	}
	var b bytes.Buffer
	for range pieces {
		switch rng.IntN(12) {
		case 0:
			b.WriteString(strings.Repeat("filler "+hashB[:rng.IntN(40)], rng.IntN(200)))
		case 1:
			fmt.Fprintf(&b, "%s writing image sha256:%s done ", strings.Repeat("x", rng.IntN(100_000)), hashA)
		case 2:
			b.Write([]byte{0, 0xff, 0x1b, '['}[:rng.IntN(5)])
		default:
			b.WriteString(fill(all[rng.IntN(len(all))]))
		}
	}
	return b.Bytes()
}

// written returns what a Finder tells of text that is written to it in parts of the sizes that next gives.
func written(t *testing.T, text []byte, next func() int) []Identity {
	t.Helper()
	f := NewFinder()
	for len(text) > 0 {
		n := min(next(), len(text))
		if _, err := f.Write(text[:n]); err != nil {
			t.Fatalf("writing: %v", err)
		}
		text = text[n:]
	}
	if err := f.Close(); err != nil {
		t.Fatalf("closing: %v", err)
	}
	return f.Identities()
}

func TestResultDoesNotDependOnWrites(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 1))
		text := mixture(rng, 400)
		want, err := Find(text)
		if err != nil {
			t.Fatalf("finding: %v", err)
		}
		if len(want) == 0 {
			t.Fatalf("seed %d: nothing is told", seed)
		}
		for name, next := range map[string]func() int{
			"small parts":  func() int { return 1 + rng.IntN(50) },
			"parts":        func() int { return 1 + rng.IntN(100_000) },
			"at one time":  func() int { return len(text) },
			"equal blocks": func() int { return 4096 },
		} {
			if diff := cmp.Diff(want, written(t, text, next)); diff != "" {
				t.Fatalf("seed %d, %s (-found as a whole +written):\n%s", seed, name, diff)
			}
		}
	}
}

// TestCandidates holds the search for lines worth reading to an oracle that reads every line.
func TestCandidates(t *testing.T) {
	for seed := range uint64(30) {
		rng := rand.New(rand.NewPCG(seed, 2))
		var kept [][]byte
		for _, line := range bytes.SplitAfter(mixture(rng, 300), []byte("\n")) {
			if len(line) < lineBytes {
				kept = append(kept, line)
			}
		}
		text := bytes.Join(kept, nil)
		got, err := Find(text)
		if err != nil {
			t.Fatalf("finding: %v", err)
		}
		if diff := cmp.Diff(everyLine(text), got); diff != "" {
			t.Fatalf("seed %d (-every line +candidates):\n%s", seed, diff)
		}
	}
}

func everyLine(text []byte) []Identity {
	f := NewFinder()
	f.buf = text
	for _, line := range bytes.SplitAfter(text, []byte("\n")) {
		raw := bytes.TrimSuffix(line, []byte("\n"))
		f.line(raw, text[max(0, f.next-beforeBytes):f.next], 0, len(raw))
		f.next += len(line)
		f.number++
	}
	return f.Identities()
}

// TestLongLine finds an identity wherever it stands in a line that is read in pieces, and once.
func TestLongLine(t *testing.T) {
	const before = "#8 writing image "
	for _, at := range []int{0, 100, windowBytes, lineBytes - windowBytes - 20, lineBytes - 100, lineBytes - 40, lineBytes, lineBytes + windowBytes, 3*lineBytes - 5*windowBytes, 200_000} {
		text := strings.Repeat("é", at/2) + " " + before + algorithm + hashA + " done" + strings.Repeat("-", 150_000) + "\nSuccessfully built " + hashB[:12] + "\n"
		want := []Identity{
			{Kind: ImageID, Value: algorithm + hashA, Source: "BuildKit", Line: 1, Column: at/2 + 2 + len(before), Lines: []int{1}, Count: 1},
			{Kind: ImageID, Value: hashB[:12], Source: "docker build", Line: 2, Column: 20, Lines: []int{2}, Count: 1},
		}
		got, err := Find([]byte(text))
		if err != nil {
			t.Fatalf("finding: %v", err)
		}
		for i := range got {
			got[i].Snippet = ""
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("at byte %d (-want +got):\n%s", at, diff)
		}
	}
}

func TestRepeatedIdentity(t *testing.T) {
	line := "#8 writing image " + algorithm + hashA + " done\n"
	got, err := Find([]byte(strings.Repeat("nothing\n"+line, MaxLines+5)))
	if err != nil || len(got) != 1 {
		t.Fatalf("found %d identities (%v), want 1", len(got), err)
	}
	id := got[0]
	if id.Count != MaxLines+5 || len(id.Lines) != MaxLines || id.Lines[0] != 2 || id.Lines[1] != 4 {
		t.Errorf("count %d, %d lines from %v, want %d, %d from [2 4]", id.Count, len(id.Lines), id.Lines[:2], MaxLines+5, MaxLines)
	}
	if want := strings.TrimSpace(line); id.Snippet != want {
		t.Errorf("snippet %q, want %q", id.Snippet, want)
	}
}

func TestTooManyIdentities(t *testing.T) {
	f := NewFinder()
	for i := range MaxIdentities + 1 {
		fmt.Fprintf(f, "#8 writing image sha256:%064x done\n", i)
	}
	var fault *report.Fault
	if err := f.Close(); !errors.As(err, &fault) || fault.Kind != report.Limit {
		t.Errorf("closing: %v, want a fault of kind limit", err)
	}
	if n := len(f.Identities()); n != MaxIdentities {
		t.Errorf("kept %d identities, want %d", n, MaxIdentities)
	}
}

// TestTimeIsLinear reads hostile texts of one and of eight times a size: the time for a byte must not grow with it.
func TestTimeIsLinear(t *testing.T) {
	for name, unit := range map[string]string{
		"runs in one line":   hashA[:12] + " ",
		"digests":            algorithm + hashA + ",",
		"references":         "registry.corp.example/a@" + algorithm + hashA + " ",
		"escapes":            `\u001b[`,
		"open codes":         "\x1b]",
		"anchors":            "image: ",
		"lines of hashes":    algorithm + hashA + "\n",
		"blank lines":        "\n",
		"backslashes":        `\`,
		"JSON that opens":    `{"log":"`,
		"heads of tables":    "CONTAINER ID   IMAGE " + hashA[:12] + "\n",
		"digits":             "a",
		"prefixes of prefix": "[a] ",
	} {
		t.Run(name, func(t *testing.T) {
			cost := func(size int) time.Duration {
				text := []byte(strings.Repeat(unit, size/len(unit)))
				best := time.Hour
				for range 3 {
					start := time.Now()
					if _, err := Find(text); err != nil {
						t.Fatalf("finding: %v", err)
					}
					best = min(best, time.Since(start))
				}
				return best
			}
			small, large := cost(128<<10), cost(1<<20)
			if large > 40*small+200*time.Millisecond {
				t.Errorf("8 times the text took %v, after %v", large, small)
			}
			if large > 5*time.Second {
				t.Errorf("1 MiB took %v", large)
			}
		})
	}
}

// TestRealLogs reads what tools printed: the number of identities of each kind.
func TestRealLogs(t *testing.T) {
	for file, want := range map[string]map[string]int{
		"buildah-bud.log":    {ImageID: 5},
		"podman-build.log":   {ImageID: 10},
		"podman-create.log":  {ContainerID: 1},
		"podman-history.log": {ImageID: 3},
		"podman-inspect.log": {ImageID: 1, ImageDigest: 1, LayerDigest: 3},
		"podman-images.log":  {ImageID: 2},
		"skopeo-copy.log":    {ImageID: 1, LayerDigest: 2},
		"skopeo-inspect.log": {ImageDigest: 1, LayerDigest: 2},
	} {
		t.Run(file, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("testdata", file))
			if err != nil {
				t.Fatalf("reading log: %v", err)
			}
			all, err := Find(text)
			if err != nil {
				t.Fatalf("finding: %v", err)
			}
			got := make(map[string]int)
			for _, id := range all {
				got[id.Kind]++
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("identities by kind (-want +got):\n%s", diff)
			}
		})
	}
}

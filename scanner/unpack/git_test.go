package unpack

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-billy/v5/memfs"
	"github.com/go-git/go-billy/v5/util"
	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/storer"
	"github.com/go-git/go-git/v5/storage/memory"
	"github.com/google/go-cmp/cmp"

	"dregs/report"
)

// gitFound is what unpacking git objects yields: content by identity, and the names of trees.
type gitFound struct {
	objects map[string]string
	places  map[string]GitPlace
	names   map[string]bool
	damaged []string
}

func newGitFound() *gitFound {
	return &gitFound{objects: map[string]string{}, places: map[string]GitPlace{}, names: map[string]bool{}}
}

func (f *gitFound) yield(m Member) error {
	data, err := io.ReadAll(m.Body)
	id := m.Facts[FactObject]
	switch {
	case err != nil: // Unpack returns it too
	case m.Kind == Name:
		for name := range strings.Lines(string(data)) {
			f.names[strings.TrimSuffix(name, "\n")] = true
		}
	case id == "":
		f.damaged = append(f.damaged, string(data))
	default:
		f.objects[id] = string(data)
		if other := m.Facts[FactObject256]; other != "" {
			f.objects[other] = string(data)
		}
		f.places[id] = GitPlace{Commit: m.Facts[FactCommit], Path: m.Facts[FactPath], Date: m.Facts[FactDate], Tag: m.Facts[FactTag]}
	}
	return nil
}

// unpackGit unpacks data as the format that it is told to be.
func unpackGit(t testing.TB, data []byte, graph *GitGraph, into *gitFound, lim Limits) error {
	t.Helper()
	f := Detect(data[:min(len(data), HeadBytes)])
	if f == nil || !strings.HasPrefix(f.Name, "git ") {
		t.Fatalf("not told as git: % x", data[:min(len(data), 16)])
	}
	return f.Unpack(context.Background(), Input{At: bytes.NewReader(data), Size: int64(len(data)), Git: graph}, lim, into.yield)
}

// unpackGitDir unpacks every pack and loose object of the repository at dir.
func unpackGitDir(t testing.TB, dir string, graph *GitGraph) *gitFound {
	t.Helper()
	found := newGitFound()
	err := filepath.WalkDir(filepath.Join(dir, "objects"), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Base(filepath.Dir(path)) == "info" {
			return err
		}
		if ext := filepath.Ext(path); ext != "" && ext != ".pack" {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := unpackGit(t, data, graph, found, Limits{}); err != nil {
			t.Errorf("unpacking %s: %v", path, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// growingFile returns a version of a file of some lines, of which each version changes a few.
func growingFile(name string, version, lines int) string {
	var b strings.Builder
	for i := range lines {
		v := 0
		if (i*7+version)%11 == 0 {
			v = version
		}
		fmt.Fprintf(&b, "%s line %d of version %d: %x\n", name, i, v, i*i*31+v)
	}
	return b.String()
}

// gitVersions is what makeRepo commits: a map of path to content for each commit.
func gitVersions(commits int) []map[string]string {
	r := rand.New(rand.NewPCG(5, 1))
	var all []map[string]string
	for i := range commits {
		files := map[string]string{}
		for _, name := range []string{"main.go", "conf/app.ini", "conf/deep/er/values.yaml", "empty", "conf/ü.txt"} {
			if r.IntN(3) == 0 || i == 0 {
				files[name] = growingFile(name, i, 5+20*len(name))
			}
		}
		if i == 0 {
			files["empty"] = ""
		}
		if i == commits/2 {
			b := make([]byte, 300_000)
			for j := range b {
				b[j] = byte(r.Uint32())
			}
			files["image.bin"] = string(b)
		}
		all = append(all, files)
	}
	return all
}

// taggedCommit is the number of the commit that makeRepo tags.
const taggedCommit = 3

// makeRepo commits to a repository in memory and leaves a tag and a blob that nothing refers to.
func makeRepo(t testing.TB, commits int) *memory.Storage {
	t.Helper()
	store, files := memory.NewStorage(), memfs.New()
	repo, err := git.Init(store, files)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := repo.Worktree()
	if err != nil {
		t.Fatal(err)
	}
	for i, version := range gitVersions(commits) {
		for name, content := range version {
			if err := util.WriteFile(files, name, []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
			if _, err := tree.Add(name); err != nil {
				t.Fatal(err)
			}
		}
		who := &object.Signature{Name: "A", Email: "a@example.org", When: gitDate(i)}
		hash, err := tree.Commit(fmt.Sprintf("change %d\n", i), &git.CommitOptions{Author: who, AllowEmptyCommits: true})
		if err != nil {
			t.Fatal(err)
		}
		if i == taggedCommit {
			if _, err := repo.CreateTag("v1", hash, &git.CreateTagOptions{Tagger: who, Message: "first"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	putBlob(t, store, "dangling "+strings.Repeat("x", 100))
	return store
}

func gitDate(commit int) time.Time {
	return time.Date(2024, 3, 1, 12, 0, 0, 0, time.FixedZone("", 5400)).Add(time.Duration(commit) * time.Hour)
}

func putBlob(t testing.TB, store storer.EncodedObjectStorer, content string) plumbing.Hash {
	t.Helper()
	o := store.NewEncodedObject()
	o.SetType(plumbing.BlobObject)
	w, err := o.Writer()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	hash, err := store.SetEncodedObject(o)
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

// contents returns every object but the trees, which are told by the names in them.
func contents(t testing.TB, store storer.EncodedObjectStorer) (objects map[string]string, names map[string]bool, hashes []plumbing.Hash) {
	t.Helper()
	objects, names = map[string]string{}, map[string]bool{}
	iter, err := store.IterEncodedObjects(plumbing.AnyObject)
	if err != nil {
		t.Fatal(err)
	}
	err = iter.ForEach(func(o plumbing.EncodedObject) error {
		hashes = append(hashes, o.Hash())
		if o.Type() == plumbing.TreeObject {
			var tree object.Tree
			if err := tree.Decode(o); err != nil {
				return err
			}
			for _, e := range tree.Entries {
				names[e.Name] = true
			}
			return nil
		}
		r, err := o.Reader()
		if err != nil {
			return err
		}
		data, err := io.ReadAll(r)
		objects[o.Hash().String()] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(hashes, func(a, b plumbing.Hash) int { return bytes.Compare(a[:], b[:]) })
	return objects, names, hashes
}

func encodePack(t testing.TB, store storer.EncodedObjectStorer, hashes []plumbing.Hash, refDeltas bool, window uint) []byte {
	t.Helper()
	var pack bytes.Buffer
	if _, err := packfile.NewEncoder(&pack, store, refDeltas).Encode(hashes, window); err != nil {
		t.Fatal(err)
	}
	return pack.Bytes()
}

func TestPackHoldsWhatGoGitWrote(t *testing.T) {
	store := makeRepo(t, 40)
	want, names, hashes := contents(t, store)
	for _, tt := range []struct {
		name      string
		refDeltas bool
		window    uint
	}{{"whole", false, 0}, {"ofs deltas", false, 10}, {"ref deltas", true, 10}, {"ref deltas, wide", true, 50}} {
		t.Run(tt.name, func(t *testing.T) {
			found := newGitFound()
			if err := unpackGit(t, encodePack(t, store, hashes, tt.refDeltas, tt.window), nil, found, Limits{}); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(want, found.objects); diff != "" {
				t.Errorf("objects differ: %.2000s", diff)
			}
			if diff := cmp.Diff(names, found.names); diff != "" {
				t.Errorf("names differ: %s", diff)
			}
		})
	}
}

// TestLocateFindsTheFirstCommit compares with the versions that were committed: of each content the first commit.
func TestLocateFindsTheFirstCommit(t *testing.T) {
	store := makeRepo(t, 40)
	_, _, hashes := contents(t, store)
	found, graph := newGitFound(), NewGitGraph()
	// Half of the objects in each of two packs: only the graph knows all commits.
	for i := range 2 {
		var part []plumbing.Hash
		for j, h := range hashes {
			if j%2 == i {
				part = append(part, h)
			}
		}
		if err := unpackGit(t, encodePack(t, store, part, i == 0, 10), graph, found, Limits{}); err != nil {
			t.Error(err)
		}
	}
	if err := unpackGit(t, encodePack(t, store, hashes, false, 10), nil, found, Limits{}); err != nil {
		t.Error(err)
	}
	whole := found.places
	seen := map[string]bool{}
	for i, version := range gitVersions(40) {
		for path, content := range version {
			id := fmt.Sprintf("%x", gitSHA1.sum(gitBlob, []byte(content)))
			if seen[id] {
				continue
			}
			seen[id] = true
			want := GitPlace{Path: path, Date: gitDate(i).Format(time.RFC3339)}
			if i <= taggedCommit {
				want.Tag = "v1"
			}
			got, ok := graph.Locate(map[string]string{FactObject: id})
			if !ok {
				t.Errorf("commit %d: %s is nowhere", i, path)
			}
			if diff := cmp.Diff(got, whole[id]); diff != "" {
				t.Errorf("the pack and the graph tell differently: %s", diff)
			}
			commit, ok := found.objects[got.Commit]
			if !ok || !strings.HasSuffix(commit, fmt.Sprintf("\n\nchange %d\n", i)) {
				t.Errorf("commit %d: %s is told to be of %q", i, path, commit)
			}
			got.Commit = ""
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("commit %d: %s", i, diff)
			}
		}
	}
	dangling := gitSHA1.sum(gitBlob, []byte("dangling "+strings.Repeat("x", 100)))
	if place, ok := graph.Locate(map[string]string{FactObject: fmt.Sprintf("%x", dangling)}); ok {
		t.Errorf("dangling blob located at %+v", place)
	}
	if !graph.Complete() {
		t.Error("graph not complete")
	}
}

// gitCommand runs git in dir and returns what it prints.
func gitCommand(t testing.TB, dir string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.org",
		"GIT_COMMITTER_NAME=A", "GIT_COMMITTER_EMAIL=a@example.org", "GIT_AUTHOR_DATE=1700000000 +0100", "GIT_COMMITTER_DATE=1700000000 +0100")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %v: %v: %s", args, err, stderr.Bytes())
	}
	return string(text)
}

// gitObjects returns what git itself says that the repository holds, without trees.
func gitObjects(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := gitCommand(t, dir, "cat-file", "--batch-all-objects", "--batch", "--unordered")
	objects := map[string]string{}
	for all != "" {
		line, rest, _ := strings.Cut(all, "\n")
		var id, kind string
		var size int
		if _, err := fmt.Sscanf(line, "%s %s %d", &id, &kind, &size); err != nil {
			t.Fatal(err)
		}
		if kind != "tree" {
			objects[id] = rest[:size]
		}
		all = rest[size+1:]
	}
	return objects
}

// TestRealRepositories lets git itself make the repositories, and asks it what they hold.
func TestRealRepositories(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git here")
	}
	for _, format := range []string{"sha1", "sha256"} {
		for _, pack := range [][]string{nil, {"gc", "-q"}, {"repack", "-q", "-a", "-d", "-f", "--depth=4000", "--window=50"},
			{"-c", "repack.useDeltaBaseOffset=false", "repack", "-q", "-a", "-d", "-f"}} {
			t.Run(format+" "+strings.Join(pack, " "), func(t *testing.T) {
				dir := t.TempDir()
				gitCommand(t, dir, "init", "-q", "-b", "main", "--object-format="+format)
				for i, version := range gitVersions(30) {
					for name, content := range version {
						path := filepath.Join(dir, name)
						if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
							t.Fatal(err)
						}
						if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
							t.Fatal(err)
						}
					}
					gitCommand(t, dir, "add", "-A")
					gitCommand(t, dir, "commit", "-q", "--allow-empty", "-m", fmt.Sprint("change ", i))
				}
				gitCommand(t, dir, "tag", "-a", "v1", "-m", "a tag")
				if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte("stashed\n"), 0o600); err != nil {
					t.Fatal(err)
				}
				gitCommand(t, dir, "stash", "-q")
				if pack != nil {
					gitCommand(t, dir, pack...)
				}
				graph := NewGitGraph()
				found := unpackGitDir(t, filepath.Join(dir, ".git"), graph)
				want := gitObjects(t, dir)
				for id, content := range want {
					got, ok := found.objects[id]
					if !ok || got != content {
						t.Errorf("object %s: found %v, %d bytes, want %d", id, ok, len(got), len(content))
					}
				}
				for id := range found.places {
					if _, ok := want[id]; !ok && format == "sha1" {
						t.Errorf("object %s, which git does not have", id)
					}
				}
				gitCommand(t, dir, "bundle", "create", "-q", "all.bundle", "--all")
				bundle, err := os.ReadFile(filepath.Join(dir, "all.bundle"))
				if err != nil {
					t.Fatal(err)
				}
				bundled := newGitFound()
				if err := unpackGit(t, bundle, nil, bundled, Limits{}); err != nil {
					t.Errorf("unpacking bundle: %v", err)
				}
				if len(bundled.objects) < len(want)-10 {
					t.Errorf("%d objects in the bundle, %d in the repository", len(bundled.objects), len(want))
				}
				if first := strings.Fields(gitCommand(t, dir, "rev-list", "--max-parents=0", "--objects", "v1")); graph.first(t, first[0]) != "v1" {
					t.Errorf("the first commit is in tag %q, want v1", graph.first(t, first[0]))
				}
				stashed := gitSHA1.sum(gitBlob, []byte("stashed\n"))
				if format == "sha256" {
					stashed = gitSHA256.sum(gitBlob, []byte("stashed\n"))
				}
				place, ok := graph.Locate(map[string]string{FactObject: fmt.Sprintf("%x", stashed)})
				if !ok || place.Path != "main.go" || place.Date != "2023-11-14T23:13:20+01:00" || place.Tag != "" {
					t.Errorf("stashed file at %+v", place)
				}
			})
		}
	}
}

// first returns the first tag that contains a commit.
func (g *GitGraph) first(t testing.TB, id string) string {
	t.Helper()
	g.build()
	for _, c := range g.commits {
		if hex.EncodeToString(c.id) == id && c.tag > 0 {
			return g.tags[c.tag-1].name
		}
	}
	return ""
}

// TestStagedFiles tells the path of a blob that was staged and never committed.
func TestStagedFiles(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git here")
	}
	for _, format := range []string{"sha1", "sha256"} {
		for _, version := range []string{"2", "3", "4"} {
			t.Run(format+" "+version, func(t *testing.T) {
				dir := t.TempDir()
				gitCommand(t, dir, "init", "-q", "--object-format="+format)
				want := map[string]bool{}
				for _, name := range []string{"a", "conf/.env", "conf/.envrc", "conf/deep/" + strings.Repeat("x", 200), "z"} {
					want[name] = true
					path := filepath.Join(dir, name)
					if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(path, []byte("content of "+name), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				gitCommand(t, dir, "add", "-A")
				if err := os.WriteFile(filepath.Join(dir, "later"), []byte("not staged"), 0o600); err != nil {
					t.Fatal(err)
				}
				gitCommand(t, dir, "add", "-N", "later") // which makes a longer entry
				want["later"] = true
				gitCommand(t, dir, "update-index", "--index-version", version)
				graph := NewGitGraph()
				found := unpackGitDir(t, filepath.Join(dir, ".git"), graph)
				index := readFile(t, filepath.Join(dir, ".git", "index"))
				if err := unpackGit(t, index, graph, found, Limits{}); err != nil {
					t.Error(err)
				}
				if diff := cmp.Diff(want, found.names); diff != "" {
					t.Errorf("names differ: %s", diff)
				}
				for id, content := range found.objects {
					place, ok := graph.Locate(map[string]string{FactObject: id})
					if format == "sha1" && len(id) == 40 && content != "" && (!ok || "content of "+place.Path != content || place.Commit != "") {
						t.Errorf("%q at %+v", content, place)
					}
				}
				for n := stagedHead; n < len(index); n++ {
					_ = unpackGit(t, index[:n], nil, newGitFound(), Limits{})
				}
			})
		}
	}
}

func TestDamagedPacks(t *testing.T) {
	store := makeRepo(t, 20)
	want, _, hashes := contents(t, store)
	pack := encodePack(t, store, hashes, false, 10)

	t.Run("every prefix", func(t *testing.T) {
		for n := packHead; n < len(pack); n += 1 + n/40 {
			found := newGitFound()
			err := unpackGit(t, pack[:n], nil, found, Limits{})
			if kind := report.NewProblem("", err).Kind; err == nil || kind != report.Corrupt {
				t.Errorf("%d bytes: %v, want a corrupt pack", n, err)
			}
			for id, content := range found.objects {
				if want[id] != content {
					t.Errorf("%d bytes: object %s differs", n, id)
				}
			}
		}
	})
	t.Run("a hole", func(t *testing.T) {
		holed := bytes.Clone(pack)
		for i := len(pack) / 2; i < len(pack)/2+40; i++ {
			holed[i] ^= 0x55
		}
		found := newGitFound()
		if err := unpackGit(t, holed, nil, found, Limits{}); err == nil {
			t.Error("no fault")
		}
		if len(found.objects) < len(want)/3 {
			t.Errorf("%d objects of %d restored from before and after the damage", len(found.objects), len(want))
		}
		for id, content := range found.objects {
			if want[id] != content {
				t.Errorf("object %s differs", id)
			}
		}
	})
	t.Run("bases left out", func(t *testing.T) {
		found := newGitFound()
		err := unpackGit(t, withoutBases(), nil, found, Limits{})
		if err == nil || !strings.Contains(err.Error(), "2 objects rest on others") {
			t.Errorf("error %v", err)
		}
		if len(found.objects) != 1 {
			t.Errorf("objects %q, want the whole one", found.objects)
		}
	})
}

// withoutBases returns a pack in which one object is whole, one rests on an object that is elsewhere, and one on that.
func withoutBases() []byte {
	base := gitSHA1.sum(gitBlob, []byte("a base that is elsewhere"))
	return gitPack(
		packedObject{kind: gitBlob, content: []byte("whole")},
		packedObject{kind: gitRefDelta, base: base, content: []byte{24, 1, 1, 'x'}},
		packedObject{kind: gitRefDelta, base: gitSHA1.sum(gitBlob, []byte("x")), content: []byte{1, 1, 1, 'y'}},
	)
}

func TestGitLimits(t *testing.T) {
	pack := func(n int) []byte {
		var objects []packedObject
		for i := range n {
			objects = append(objects, packedObject{kind: gitBlob, content: fmt.Appendf(nil, "blob %d", i)})
		}
		return gitPack(objects...)
	}
	bomb := []packedObject{{kind: gitTree, content: bytes.Repeat([]byte{0}, 1<<20)}}
	for range 50_000 { // each copies the base 16 times
		delta := append(varint(1<<20), varint(16<<20)...)
		for range 16 {
			delta = append(delta, 0x80|0x40, 0x10) // 1 MiB from offset 0
		}
		bomb = append(bomb, packedObject{kind: gitOfsDelta, content: delta, root: true})
	}
	lying := gitPack(packedObject{kind: gitBlob, content: []byte("short"), claim: 1 << 40})
	for _, tt := range []struct {
		name string
		pack []byte
		lim  Limits
		kind string
	}{
		{"many objects", pack(2000), Limits{Entries: 1000}, report.Limit},
		{"many bytes", pack(2000), Limits{FileBytes: 1000}, report.Limit},
		{"delta bomb", gitPack(bomb...), Limits{FileBytes: 64 << 20}, report.Limit},
		{"lying size", lying, Limits{}, report.Corrupt},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := unpackGit(t, tt.pack, nil, newGitFound(), tt.lim)
			var f *report.Fault
			if !errors.As(err, &f) || report.NewProblem("", err).Kind != tt.kind {
				t.Errorf("error %v, want a fault of kind %s", err, tt.kind)
			}
		})
	}
}

// TestDeepChain restores a chain of deltas much deeper than git makes, with branches.
func TestDeepChain(t *testing.T) {
	objects := []packedObject{{kind: gitBlob, content: []byte("0")}}
	want := map[string]bool{"0": true}
	text := "0"
	for i := 1; i < 20_000; i++ {
		next := fmt.Sprint(i)
		delta := append(varint(int64(len(text))), varint(int64(len(next)))...)
		delta = append(append(delta, byte(len(next))), next...)
		objects = append(objects, packedObject{kind: gitOfsDelta, content: delta})
		want[next] = true
		text = next
	}
	found := newGitFound()
	if err := unpackGit(t, gitPack(objects...), nil, found, Limits{}); err != nil {
		t.Error(err)
	}
	got := map[string]bool{}
	for _, content := range found.objects {
		got[content] = true
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("objects differ: %.500s", diff)
	}
}

package imagetest

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// OCILayout returns the files of an OCI image layout that holds roots: oci-layout, index.json, then the blobs in order
// of name. Each tag of a root gets a descriptor of its own; a root without tags gets one.
func OCILayout(roots ...*Manifest) []Entry {
	entries := []Entry{
		File("oci-layout", `{"imageLayoutVersion":"1.0.0"}`),
		File("index.json", string(layoutIndex(roots))),
	}
	return append(entries, blobs(roots)...)
}

// DockerLayout returns the files of a docker save since Docker 25: blobs, index.json, manifest.json, oci-layout and
// repositories, which describe the same images. roots must be images, or indexes whose images are to be named.
func DockerLayout(roots ...*Manifest) []Entry {
	var items []dockerItem
	for _, m := range images(roots) {
		item := dockerItem{Config: blobPath(m.ID), RepoTags: m.Tags}
		for _, l := range m.Layers {
			item.Layers = append(item.Layers, blobPath(l.Digest))
		}
		items = append(items, item)
	}
	return append(blobs(roots),
		File("index.json", string(layoutIndex(roots))),
		File("manifest.json", string(JSON(items))),
		File("oci-layout", `{"imageLayoutVersion":"1.0.0"}`),
	)
}

// LegacyDockerLayout returns the files of a docker save before Docker 25: uncompressed layers as ID/layer.tar (a repeated
// one is a symbolic link to its first), with ID/VERSION and ID/json, CONFIG.json, manifest.json and repositories.
func LegacyDockerLayout(roots ...*Manifest) []Entry {
	var entries []Entry
	var items []dockerItem
	first := map[string]string{}
	repositories := map[string]map[string]string{}
	for _, m := range images(roots) {
		item := dockerItem{Config: hexOf(m.ID) + ".json", RepoTags: m.Tags}
		id := ""
		for _, l := range m.Layers {
			parent := id
			id = hexOf(Digest([]byte(parent + l.DiffID)))
			doc := map[string]any{"id": id, "created": Epoch, "os": "linux"}
			if parent != "" {
				doc["parent"] = parent
			}
			name := id + "/layer.tar"
			item.Layers = append(item.Layers, name)
			if slices.ContainsFunc(entries, func(e Entry) bool { return e.Name == name }) {
				continue
			}
			entries = append(entries, Dir(id), File(id+"/VERSION", "1.0"), File(id+"/json", string(JSON(doc))))
			switch original, seen := first[l.DiffID]; {
			case l.Missing:
			case seen:
				entries = append(entries, Symlink(name, "../"+original))
			default:
				first[l.DiffID] = name
				entries = append(entries, File(name, string(l.Plain)))
			}
		}
		for _, tag := range m.Tags {
			if i := strings.LastIndexByte(tag, ':'); i >= 0 {
				repositories[tag[:i]] = map[string]string{tag[i+1:]: id}
			}
		}
		entries = append(entries, File(item.Config, string(m.Config)))
		items = append(items, item)
	}
	return append(entries,
		File("manifest.json", string(JSON(items))),
		File("repositories", string(JSON(repositories))),
	)
}

type dockerItem struct {
	Config   string
	RepoTags []string
	Layers   []string
}

// OCIArchive is OCILayout as a tar archive.
func OCIArchive(roots ...*Manifest) []byte { return Tar(OCILayout(roots...)...) }

// DockerArchive is DockerLayout as a tar archive.
func DockerArchive(roots ...*Manifest) []byte { return Tar(DockerLayout(roots...)...) }

// LegacyDockerArchive is LegacyDockerLayout as a tar archive.
func LegacyDockerArchive(roots ...*Manifest) []byte { return Tar(LegacyDockerLayout(roots...)...) }

// WriteDir is Write for tests.
func WriteDir(tb testing.TB, dir string, entries []Entry) {
	tb.Helper()
	if err := Write(dir, entries); err != nil {
		tb.Fatal(err)
	}
}

// Write writes the regular files of entries below dir, which is made.
func Write(dir string, entries []Entry) error {
	for _, e := range entries {
		if e.Type != 0 {
			continue
		}
		name := filepath.Join(dir, filepath.FromSlash(e.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, []byte(e.Body), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// WriteFile writes data to a new file of that name in a temporary folder, and returns its path.
func WriteFile(tb testing.TB, name string, data []byte) string {
	tb.Helper()
	file := filepath.Join(tb.TempDir(), name)
	if err := os.WriteFile(file, data, 0o644); err != nil {
		tb.Fatal(err)
	}
	return file
}

// OCIDir writes a layout of roots into a temporary folder, and returns its path.
func OCIDir(tb testing.TB, roots ...*Manifest) string {
	tb.Helper()
	dir := tb.TempDir()
	WriteDir(tb, dir, OCILayout(roots...))
	return dir
}

func layoutIndex(roots []*Manifest) []byte {
	descriptors := []Descriptor{}
	for _, m := range roots {
		if len(m.Tags) == 0 {
			descriptors = append(descriptors, m.Descriptor)
		}
		for _, tag := range m.Tags {
			d := m.Descriptor
			d.Annotations = map[string]string{"org.opencontainers.image.ref.name": tag}
			for k, v := range m.Annotations {
				d.Annotations[k] = v
			}
			descriptors = append(descriptors, d)
		}
	}
	return JSON(map[string]any{"schemaVersion": 2, "mediaType": TypeOCIIndex, "manifests": descriptors})
}

// images returns the image manifests among roots and below them.
func images(roots []*Manifest) []*Manifest {
	var all []*Manifest
	for _, m := range roots {
		if m.image {
			all = append(all, m)
		}
		all = append(all, images(m.Children)...)
	}
	return all
}

// blobs returns every blob of roots once, in order of name.
func blobs(roots []*Manifest) []Entry {
	found := map[string][]byte{}
	var visit func(m *Manifest)
	visit = func(m *Manifest) {
		if !m.Missing {
			found[blobPath(m.Digest)] = m.stored()
		}
		if m.Config != nil {
			found[blobPath(m.ID)] = m.Config
		}
		for _, l := range m.Layers {
			if !l.Missing {
				found[blobPath(l.Digest)] = l.Data
			}
		}
		for _, child := range m.Children {
			visit(child)
		}
	}
	for _, m := range roots {
		visit(m)
	}
	var entries []Entry
	for name, data := range found {
		entries = append(entries, File(name, string(data)))
	}
	slices.SortFunc(entries, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	return entries
}

// stored returns the document as it is to be written: Damaged where that is set.
func (m *Manifest) stored() []byte {
	if m.Damaged != nil {
		return bytes.Clone(m.Damaged)
	}
	return m.Raw
}

func blobPath(digest string) string {
	algorithm, hex, _ := strings.Cut(digest, ":")
	return "blobs/" + algorithm + "/" + hex
}

func hexOf(digest string) string {
	_, hex, _ := strings.Cut(digest, ":")
	return hex
}

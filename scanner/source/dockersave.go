package source

import (
	"bytes"
	"context"
	"encoding/json"
	"path"
	"slices"
	"strings"

	"dregs/report"
)

// dockerItem is one image of a docker archive's manifest.json.
type dockerItem struct {
	Config       string
	RepoTags     []string
	Layers       []string
	LayerSources map[string]descriptor // by diff ID
}

// parseDockerManifest reads a manifest.json.
func parseDockerManifest(data []byte) ([]dockerItem, error) {
	if n := bytes.Count(data, []byte("{")); n > maxObjects {
		return nil, report.Faultf(report.Limit, "document has %d objects, more than %d", n, maxObjects)
	}
	var items []dockerItem
	if err := json.Unmarshal(data, &items); err != nil {
		return items, report.Faultf(report.Corrupt, "document is no list of images")
	}
	return items, nil
}

// dockerImages adds the images of manifest.json. One that index.json described as well only gains its names.
func (g *graph) dockerImages(ctx context.Context, s *members, items []dockerItem) {
	for _, item := range items {
		if g.full || ctx.Err() != nil {
			return
		}
		n := g.dockerImage(s, item)
		i := slices.IndexFunc(g.nodes, func(o *node) bool { return o.Manifest != nil && o.ID == n.ID && sameKeys(o.Layers, n.Layers) })
		if i >= 0 {
			g.nodes[i].Tags = addTags(g.nodes[i].Tags, n.Tags)
			continue
		}
		if len(g.nodes) >= g.opts.MaxImages {
			g.full = true
			g.problems.add("target", report.Faultf(report.Limit, "target has more than %d images", g.opts.MaxImages))
			return
		}
		g.nodes = append(g.nodes, n)
	}
}

func (g *graph) dockerImage(s *members, item dockerItem) *node {
	n := &node{}
	for _, tag := range item.RepoTags {
		n.Tags = addTags(n.Tags, []string{familiarName(tag)})
	}
	diffIDs := g.dockerConfig(s, n, item.Config)
	for i, name := range item.Layers {
		if g.layers++; g.layers > g.opts.MaxEntries {
			g.full = true
			n.problem("manifest.json", report.Faultf(report.Limit, "images name more than %d layers", g.opts.MaxEntries))
			break
		}
		ref := LayerRef{Digest: digestOfName(cleanName(name)), Size: -1}
		if i < len(diffIDs) {
			d := item.LayerSources[diffIDs[i]]
			ref.MediaType, ref.URLs = d.MediaType, d.URLs
		}
		m := s.find(name)
		switch {
		case m != nil:
			g.keys[m.key] = true
			ref.Key, ref.Size = m.key, m.size
		case len(ref.URLs) > 0:
			ref.Foreign = true
		default:
			ref.Missing = report.Faultf(report.Missing, "layer %q is not in the archive", name)
		}
		if isEncrypted(ref.MediaType) {
			ref.Key, ref.Missing = "", report.Faultf(report.Unsupported, "layer is encrypted (%s)", ref.MediaType)
		}
		n.Layers = append(n.Layers, ref)
	}
	return n
}

// dockerConfig reads the configuration that an item names, and returns its diff IDs.
func (g *graph) dockerConfig(s *members, n *node, name string) []string {
	where := "config " + name
	m := s.find(name)
	if m == nil {
		n.problem(where, report.Faultf(report.Missing, "configuration is not in the archive"))
		return nil
	}
	data, err := s.read(m, g.opts.MaxManifest)
	if err == nil && !json.Valid(data) {
		err = report.Faultf(report.Corrupt, "configuration is no JSON document")
	}
	if err != nil {
		n.problem(where, err)
		return nil
	}
	if g.bytes += int64(len(data)); g.bytes > maxDocuments {
		g.full = true
		n.problem(where, report.Faultf(report.Limit, "documents of the target have more than %d bytes", int64(maxDocuments)))
		return nil
	}
	g.keys[m.key] = true
	n.Config = data
	n.ID = sha256Of(data)
	n.Platform = platformOfConfig(data)
	if claimed := configDigest(name); claimed != "" {
		n.problem(where, checkDigest(claimed, data))
	}
	var config struct {
		RootFS struct {
			DiffIDs []string `json:"diff_ids"`
		} `json:"rootfs"`
	}
	if err := json.Unmarshal(data, &config); err != nil {
		return nil // the scanner, which needs all of the configuration, tells what is wrong with it
	}
	return config.RootFS.DiffIDs
}

// configDigest returns the digest that the name of a configuration claims: HEX.json, sha256:HEX or blobs/sha256/HEX.
func configDigest(name string) string {
	if d := digestOfName(cleanName(name)); d != "" {
		return d
	}
	d := "sha256:" + strings.TrimPrefix(strings.TrimSuffix(path.Base(name), ".json"), "sha256:")
	if _, _, ok := splitDigest(d); !ok {
		return ""
	}
	return d
}

// addTags returns tags with those of more that it lacks, up to maxTags.
func addTags(tags, more []string) []string {
	for _, tag := range more {
		if len(tags) < maxTags && !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	return tags
}

func sameKeys(a, b []LayerRef) bool {
	return slices.EqualFunc(a, b, func(x, y LayerRef) bool { return x.Key == y.Key })
}

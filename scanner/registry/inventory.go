// Package registry tells what a whole registry holds and what became of it: its inventory and how two of them differ, who
// pulled the secrets of a report, and what has to be deleted to be rid of them. It reads no layer and changes no registry.
package registry

import (
	"cmp"
	"fmt"
	"io"

	"dregs/report"
)

// InventorySchema names the version of an inventory's JSON.
const InventorySchema = "dregs/inventory/v1"

// Inventory is what a registry holds. All slices are sorted. It names no content: neither instructions nor variables.
type Inventory struct {
	Schema   string `json:"schema"`
	Tool     Tool   `json:"tool"`
	Registry string `json:"registry"` // as it was given: a host, or a folder
	Source   string `json:"source"`   // registry or registry-storage
	Taken    string `json:"taken"`    // RFC 3339
	Complete bool   `json:"complete"` // false where there is a problem
	Narrowed bool   `json:"narrowed"` // only a part of the registry was asked for
	// Fingerprints tells how the fingerprints are made that stand for secrets in names; nil where there is none.
	Fingerprints *report.Fingerprints `json:"fingerprints,omitempty"`
	Repositories []Repository         `json:"repositories"`
	Manifests    []Manifest           `json:"manifests"`
	Problems     []report.Problem     `json:"problems"`
}

// Tool names the program that wrote a document.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Repository is what one repository names.
type Repository struct {
	Path      string   `json:"path"`
	Reference string   `json:"reference,omitempty"` // HOST/PATH, where the registry has a host
	Tags      []Tag    `json:"tags"`
	Manifests []string `json:"manifests"` // digests of all that it holds, with what its indexes lead to
}

// Tag is a tag and what it named before, oldest first. A tag that names nothing any more has no digest.
type Tag struct {
	Name        string    `json:"name"`
	Digest      string    `json:"digest,omitempty"`
	Since       string    `json:"since,omitempty"`
	SinceSource string    `json:"since_source,omitempty"`
	Past        []PastTag `json:"past,omitempty"`
}

// PastTag is what a tag named once.
type PastTag struct {
	Digest      string `json:"digest"`
	Since       string `json:"since,omitempty"`
	SinceSource string `json:"since_source,omitempty"`
}

// Kinds of manifest beside "artifact" and "attestation".
const (
	KindImage = "image"
	KindIndex = "index"
)

// Manifest is a manifest or an index. An index has Manifests, any other Layers.
type Manifest struct {
	Digest    string   `json:"digest"`
	MediaType string   `json:"media_type,omitempty"`
	Kind      string   `json:"kind"`
	State     string   `json:"state,omitempty"` // of an image: as in a report
	Platform  string   `json:"platform,omitempty"`
	ID        string   `json:"id,omitempty"`      // digest of the configuration
	Created   string   `json:"created,omitempty"` // as the configuration says, which can be forged
	Subject   string   `json:"subject,omitempty"` // what it refers to
	Layers    []Layer  `json:"layers,omitempty"`
	Manifests []string `json:"manifests,omitempty"`
}

// Layer is a layer as a manifest names it, base first.
type Layer struct {
	Digest    string `json:"digest"`
	DiffID    string `json:"diff_id,omitempty"` // as the configuration says
	MediaType string `json:"media_type,omitempty"`
	Size      int64  `json:"size"`
}

// ReadInventory reads what Inventory.Write wrote as JSON.
func ReadInventory(r io.Reader) (*Inventory, error) {
	var v Inventory
	if err := report.ReadJSON(r, InventorySchema, &v); err != nil {
		return nil, err
	}
	return &v, nil
}

// InventoryFormats lists the formats of an inventory; the first is the default.
var InventoryFormats = []string{"text", "json", "csv"}

// Write writes v in one of InventoryFormats.
func (v *Inventory) Write(w io.Writer, format string) error {
	switch format {
	case "text":
		return v.writeText(w)
	case "json":
		return report.WriteJSON(w, v)
	case "csv":
		return report.WriteCSV(w, v.rows())
	}
	return fmt.Errorf("writing the inventory: no format is named %q", format)
}

// Exit returns the exit code of taking it: 3 where it is not complete.
func (v *Inventory) Exit() int {
	if !v.Complete {
		return report.ExitIncomplete
	}
	return 0
}

// Images returns the images of the inventory as reports have them, with their names and layers.
func (v *Inventory) Images() []report.Image {
	names := make(map[string][]string)
	for i := range v.Repositories {
		r := &v.Repositories[i]
		for _, t := range r.Tags {
			if t.Digest != "" {
				names[t.Digest] = append(names[t.Digest], cmp.Or(r.Reference, r.Path)+":"+t.Name)
			}
		}
	}
	for i := range v.Manifests {
		for _, child := range v.Manifests[i].Manifests { // what an index names, its tags name
			names[child] = append(names[child], names[v.Manifests[i].Digest]...)
		}
	}
	var images []report.Image
	for i := range v.Manifests {
		m := &v.Manifests[i]
		if m.Kind == KindIndex {
			continue
		}
		img := report.Image{Digest: m.Digest, ID: m.ID, Platform: m.Platform, Created: m.Created, Tags: names[m.Digest]}
		for n, l := range m.Layers {
			img.Layers = append(img.Layers, report.Layer{Index: n, Digest: l.Digest, DiffID: l.DiffID, Size: l.Size})
		}
		images = append(images, img)
	}
	return images
}

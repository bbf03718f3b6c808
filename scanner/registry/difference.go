package registry

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"dregs/report"
)

// DifferenceSchema names the version of a difference's JSON.
const DifferenceSchema = "dregs/registry-diff/v1"

// Kinds of change, the most telling first.
const (
	LayerInserted     = "layer-inserted"        // below the top layer of a known image, others kept
	ConfigChanged     = "configuration-changed" // the same layers under another configuration
	LayersOnTop       = "layers-on-top"         // a known image with more on top, under its own tag or in its repository
	ImageReplaced     = "image-replaced"        // a tag names other content
	TagMoved          = "tag-moved"             // a tag names a manifest that was there before
	PlatformChanged   = "platforms-changed"     // an index has other platforms
	TagGone           = "tag-gone"
	ManifestGone      = "manifest-gone"
	RepositoryGone    = "repository-gone"
	TagAdded          = "tag-added"
	ManifestAdded     = "manifest-added"
	RepositoryAdded   = "repository-added"
	AttestationsAdded = "attestation-added" // what refers to an image, and not an image
)

// additions are the kinds that leave what was there as it was.
var additions = []string{TagAdded, ManifestAdded, RepositoryAdded, AttestationsAdded}

// Change is one difference. Old and New are digests of manifests or indexes.
type Change struct {
	Kind       string   `json:"kind"`
	Severity   string   `json:"severity"` // as of secrets; "info" for what only adds
	Repository string   `json:"repository,omitempty"`
	Tag        string   `json:"tag,omitempty"`
	Platform   string   `json:"platform,omitempty"`
	Old        string   `json:"old,omitempty"`
	New        string   `json:"new,omitempty"`
	Layers     []string `json:"layers,omitempty"` // digests of the layers that appeared
	Since      string   `json:"since,omitempty"`  // since when the registry has it so, as far as it tells
	Why        string   `json:"why"`
}

// Info is the severity of what only adds.
const Info = "info"

// Side names one of the two inventories.
type Side struct {
	Registry string `json:"registry"`
	Taken    string `json:"taken"`
	Complete bool   `json:"complete"`
}

// Difference is what became of a registry. Changes come most severe first.
type Difference struct {
	Schema   string           `json:"schema"`
	Old      Side             `json:"old"`
	New      Side             `json:"new"`
	Changes  []Change         `json:"changes"`
	Summary  map[string]int   `json:"summary"` // changes by kind
	Problems []report.Problem `json:"problems"`
}

// Compare tells how the registry of old became that of new.
func Compare(old, new *Inventory) *Difference {
	c := &comparison{
		old: old.byDigest(), new: new.byDigest(),
		before: old.repositories(), after: new.repositories(),
		told: map[string]bool{}, named: map[string]bool{},
	}
	c.names()
	c.manifests()
	d := &Difference{
		Schema: DifferenceSchema, Old: old.side(), New: new.side(), Changes: c.changes, Summary: map[string]int{},
		Problems: slices.Concat([]report.Problem{}, c.problems),
	}
	if d.Changes == nil {
		d.Changes = []Change{}
	}
	slices.SortStableFunc(d.Changes, func(a, b Change) int {
		return cmp.Or(report.Rank(b.Severity)-report.Rank(a.Severity), cmp.Compare(a.Repository, b.Repository), cmp.Compare(a.Tag, b.Tag),
			cmp.Compare(a.Platform, b.Platform), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Old, b.Old), cmp.Compare(a.New, b.New))
	})
	for i := range d.Changes {
		d.Summary[d.Changes[i].Kind]++
	}
	for _, side := range []struct {
		name string
		of   *Inventory
	}{{"old", old}, {"new", new}} {
		if !side.of.Complete {
			d.Problems = append(d.Problems, report.NewProblem(side.name+" inventory", report.Faultf(report.Missing, "the inventory was not read in full: what is missing there may be no change")))
		}
	}
	if old.Narrowed != new.Narrowed {
		d.Problems = append(d.Problems, report.NewProblem("inventories", report.Faultf(report.Missing, "one is of a part of the registry and the other of all: what the part leaves out looks gone or added")))
	}
	if old.Source != new.Source {
		d.Problems = append(d.Problems, report.NewProblem("inventories", report.Faultf(report.Unsupported, "one was read over HTTP and the other from storage, which shows manifests without a tag too")))
	}
	return d
}

func (v *Inventory) side() Side { return Side{v.Registry, v.Taken, v.Complete} }

// repositories returns the repositories by path.
func (v *Inventory) repositories() map[string]*Repository {
	all := make(map[string]*Repository, len(v.Repositories))
	for i := range v.Repositories {
		all[v.Repositories[i].Path] = &v.Repositories[i]
	}
	return all
}

// Exit returns 1 where something that was there is no longer as it was, else 3 where a side was not read in full, else 0.
func (d *Difference) Exit() int {
	for i := range d.Changes {
		if !slices.Contains(additions, d.Changes[i].Kind) {
			return report.ExitFound
		}
	}
	if len(d.Problems) > 0 {
		return report.ExitIncomplete
	}
	return report.ExitClean
}

// DifferenceFormats lists the formats of a difference; the first is the default.
var DifferenceFormats = []string{"text", "json"}

// Write writes d in one of DifferenceFormats.
func (d *Difference) Write(w io.Writer, format string) error {
	switch format {
	case "text":
		return d.writeText(w)
	case "json":
		return report.WriteJSON(w, d)
	}
	return fmt.Errorf("writing the difference: no format is named %q", format)
}

// shownAdditions bounds the additions that a text names.
const shownAdditions = 50

func (d *Difference) writeText(w io.Writer) error {
	p := newPage(w)
	p.line("old  %s, %s", d.Old.Registry, d.Old.Taken)
	p.line("new  %s, %s", d.New.Registry, d.New.Taken)
	added := 0
	for i := range d.Changes {
		c := &d.Changes[i]
		if slices.Contains(additions, c.Kind) {
			if added++; added > shownAdditions {
				continue
			}
			p.row("  "+Info, c.Kind, c.name(), short(c.New), c.Since)
			continue
		}
		p.line("")
		p.line("%s  %s  %s", strings.ToUpper(c.Severity), c.Kind, c.name())
		p.line("  %s", c.Why)
		if c.Old != "" || c.New != "" {
			p.line("  %s", strings.TrimSpace(fmt.Sprintf("%s -> %s  %s", firstOf(c.Old, "(nothing)"), firstOf(c.New, "(nothing)"), c.Since)))
		}
		for _, l := range c.Layers {
			p.line("  layer %s", l)
		}
		if i+1 < len(d.Changes) && slices.Contains(additions, d.Changes[i+1].Kind) {
			p.line("")
		}
	}
	if added > shownAdditions {
		p.line("  %d more additions; the JSON has all", added-shownAdditions)
	}
	p.problems(d.Problems)
	p.line("")
	word := map[int]string{report.ExitClean: "nothing that was there has changed", report.ExitFound: "something was moved, replaced or removed", report.ExitIncomplete: "cannot be told"}
	p.line("verdict: %s (%s)", word[d.Exit()], plural(len(d.Changes), "change", "changes"))
	return p.close()
}

// name tells what a change is about.
func (c *Change) name() string {
	name := c.Repository
	if c.Tag != "" {
		name += ":" + c.Tag
	}
	if c.Platform != "" {
		name += " (" + c.Platform + ")"
	}
	return name
}

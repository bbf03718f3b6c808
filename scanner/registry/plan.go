package registry

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"dregs/report"
)

// PlanSchema names the version of the JSON.
const PlanSchema = "dregs/purge-plan/v1"

// Plan is what has to be deleted for secrets to be gone from a registry. Making it deletes nothing.
type Plan struct {
	Schema    string           `json:"schema"`
	Registry  string           `json:"registry"` // base URL, empty where it is not known
	Secrets   []PlannedSecret  `json:"secrets"`
	Manifests []Deletion       `json:"manifests"` // in the order in which they are to be deleted
	Unlink    []Unlinking      `json:"unlink"`    // blobs to delete from repositories, after the manifests
	Blobs     []string         `json:"blobs"`     // that no manifest needs then: garbage collection has to remove them
	Files     []Leftover       `json:"files"`     // that the registry's API does not reach
	Warnings  []string         `json:"warnings"`
	Problems  []report.Problem `json:"problems"`
}

// PlannedSecret is one that the plan removes.
type PlannedSecret struct {
	ID       string `json:"id"`
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	Redacted string `json:"redacted"`
}

// Deletion is one manifest to delete from one repository.
type Deletion struct {
	Repository string   `json:"repository"`
	Digest     string   `json:"digest"`
	Kind       string   `json:"kind"`
	Platform   string   `json:"platform,omitempty"`
	Tags       []string `json:"tags"` // that go with it
	Why        string   `json:"why"`
}

// Unlinking is a blob to delete from a repository, so that nobody can fetch it until garbage collection removes it.
type Unlinking struct {
	Repository string `json:"repository"`
	Digest     string `json:"digest"`
}

// Leftover is something that only the storage shows: an orphan blob or an unfinished upload.
type Leftover struct {
	State    string `json:"state"`
	Name     string `json:"name"` // digest, or path below the storage's folder
	Pullable bool   `json:"pullable"`
	How      string `json:"how"`
}

// Planning says what to plan for.
type Planning struct {
	Report   *report.Report
	Secrets  []string // their IDs; none means all of Severity
	Severity string   // the least; empty means all
	Registry string   // base URL instead of the report's
}

// errNothingChosen is a plan for no secret.
var errNothingChosen = errors.New("the report has no such secret in a registry")

// MakePlan plans how to be rid of secrets of a report of one registry.
func MakePlan(p Planning) (*Plan, error) {
	at := slices.IndexFunc(p.Report.Targets, func(t report.Target) bool { return t.Kind == report.KindRegistry })
	if at < 0 {
		return nil, errNoRegistry
	}
	for i := at + 1; i < len(p.Report.Targets); i++ {
		if p.Report.Targets[i].Kind == report.KindRegistry {
			return nil, errors.New("the report is of several registries: plan for one at a time")
		}
	}
	pl := &planner{
		target: &p.Report.Targets[at], at: at, images: map[string]*report.Image{}, doomed: map[string]string{}, blobs: map[string]bool{},
		plan: &Plan{
			Schema: PlanSchema, Registry: p.Registry, Secrets: []PlannedSecret{}, Manifests: []Deletion{}, Unlink: []Unlinking{}, Blobs: []string{},
			Files: []Leftover{}, Warnings: []string{}, Problems: []report.Problem{},
		},
	}
	if err := pl.choose(&p); err != nil {
		return nil, err
	}
	if pl.plan.Registry == "" && pl.target.Source == "registry" {
		pl.plan.Registry = "https://" + pl.target.Name
	}
	pl.spread()
	pl.deletions()
	pl.blobsLeft()
	pl.warn(p.Report)
	return pl.plan, nil
}

// planner makes a plan.
type planner struct {
	plan   *Plan
	target *report.Target
	at     int
	images map[string]*report.Image // by digest
	doomed map[string]string        // digests of manifests and indexes to delete, and why
	blobs  map[string]bool          // digests of blobs that a secret lies in
}

// choose marks what carries the chosen secrets.
func (pl *planner) choose(p *Planning) error {
	for i := range pl.target.Images {
		pl.images[pl.target.Images[i].Digest] = &pl.target.Images[i]
	}
	left := map[string]bool{}
	for _, id := range p.Secrets {
		left[id] = true
	}
	files := map[string]bool{}
	for i := range p.Report.Secrets {
		s := &p.Report.Secrets[i]
		delete(left, s.ID)
		if s.Reach == nil || len(p.Secrets) > 0 && !slices.Contains(p.Secrets, s.ID) || report.Rank(s.Severity) < report.Rank(p.Severity) {
			continue
		}
		pl.plan.Secrets = append(pl.plan.Secrets, PlannedSecret{s.ID, s.Rule, s.Severity, s.Redacted})
		for j := range s.Occurrences {
			pl.occurrence(s, &s.Occurrences[j], files)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(left)) {
		return fmt.Errorf("%w: %q", errNothingChosen, id)
	}
	if len(pl.plan.Secrets) == 0 {
		return errNothingChosen
	}
	return nil
}

// occurrence marks what one spot of a secret lies in.
func (pl *planner) occurrence(s *report.Secret, o *report.Occurrence, files map[string]bool) {
	if o.Target != pl.at {
		return
	}
	if o.Place.InLayer() && o.LayerDigest != "" {
		pl.blobs[o.LayerDigest] = true
	}
	if o.Image == nil {
		pl.leftover(o, files)
		return
	}
	img := &pl.target.Images[*o.Image]
	if !o.Place.InLayer() && img.Kind == "" && o.Place != report.Annotation {
		pl.blobs[img.ID] = true
	}
	pl.doom(img.Digest, "it carries "+s.ID)
}

func (pl *planner) doom(digest, why string) {
	if digest != "" && pl.doomed[digest] == "" {
		pl.doomed[digest] = why
	}
}

// leftover lists what no manifest explains.
func (pl *planner) leftover(o *report.Occurrence, files map[string]bool) {
	name := o.LayerDigest
	if files[name] || name == "" {
		return
	}
	files[name] = true
	l := Leftover{State: o.State, Name: name, Pullable: o.Pullable, How: "garbage collection removes it, as nothing refers to it"}
	if o.State == report.Upload {
		l.How = "remove its folder from the storage, or let the registry purge old uploads (storage.maintenance.uploadpurging)"
	}
	pl.plan.Files = append(pl.plan.Files, l)
}

// spread marks what has to go with what is marked: images with the same blobs, indexes above, and what refers to them.
func (pl *planner) spread() {
	for _, digest := range slices.Sorted(maps.Keys(pl.images)) {
		img := pl.images[digest]
		if pl.blobs[img.ID] {
			pl.doom(digest, "its configuration carries a secret")
		}
		for i := range img.Layers {
			if pl.blobs[img.Layers[i].Digest] {
				pl.doom(digest, "its layers carry a secret")
			}
		}
	}
	for range maxDepth {
		for _, x := range pl.target.Indexes {
			for _, child := range x.Manifests {
				if pl.doomed[child] != "" && !pl.isAttestation(child) {
					pl.doom(x.Digest, "it leads to "+child)
				}
			}
		}
		for _, digest := range slices.Sorted(maps.Keys(pl.images)) {
			if subject := pl.images[digest].Subject; pl.doomed[subject] != "" {
				pl.doom(digest, "it refers to "+subject)
			}
		}
	}
}

// isAttestation tells one that is deleted for its subject's sake alone: the index above names both anyway.
func (pl *planner) isAttestation(digest string) bool {
	return pl.images[digest] != nil && strings.HasPrefix(pl.doomed[digest], "it refers to ")
}

// repositoriesOf returns where each marked digest is held, and the tags that name it there.
func (pl *planner) repositoriesOf() map[string]map[string][]string {
	held := map[string]map[string][]string{} // repository, digest, tags
	hold := func(repository, digest string, tags ...string) {
		if pl.doomed[digest] == "" {
			return
		}
		if held[repository] == nil {
			held[repository] = map[string][]string{}
		}
		held[repository][digest] = append(held[repository][digest], tags...)
	}
	for _, l := range pl.target.Links {
		if l.Tag != "" && !l.Past {
			hold(l.Repository, l.Digest, l.Tag)
		} else {
			hold(l.Repository, l.Digest)
		}
	}
	for digest, img := range pl.images {
		if img.State == report.Unreferenced {
			continue
		}
		for _, r := range img.Repositories {
			hold(r, digest)
		}
	}
	return held
}

// Names as the distribution specification has them. Others are never written into a script.
var (
	repositoryName = regexp.MustCompile(`^[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$`)
	digestName     = regexp.MustCompile(`^[a-z0-9]+([.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]{32,128}$`)
)

// deletions lists the manifests to delete: by repository, what leads to others before these.
func (pl *planner) deletions() {
	held := pl.repositoriesOf()
	rank := pl.ranks()
	unlink := map[Unlinking]bool{}
	for _, repository := range slices.Sorted(maps.Keys(held)) {
		digests := slices.SortedFunc(maps.Keys(held[repository]), func(a, b string) int {
			if rank[a] != rank[b] {
				return rank[b] - rank[a]
			}
			return strings.Compare(a, b)
		})
		for _, digest := range digests {
			if !repositoryName.MatchString(repository) || !digestName.MatchString(digest) {
				pl.plan.Problems = append(pl.plan.Problems, report.NewProblem("repository "+repository, report.Faultf(report.Unsupported, "name or digest %q can be none: it has to be deleted from the storage", digest)))
				continue
			}
			d := Deletion{Repository: repository, Digest: digest, Kind: KindIndex, Tags: slices.Sorted(slices.Values(held[repository][digest])), Why: pl.doomed[digest]}
			if d.Tags == nil {
				d.Tags = []string{}
			}
			if img := pl.images[digest]; img != nil {
				d.Kind, d.Platform = firstOf(img.Kind, KindImage), img.Platform
				pl.unlinks(repository, img, unlink)
			}
			pl.plan.Manifests = append(pl.plan.Manifests, d)
		}
	}
	pl.plan.Unlink = slices.AppendSeq(pl.plan.Unlink, maps.Keys(unlink))
	slices.SortFunc(pl.plan.Unlink, func(a, b Unlinking) int {
		return strings.Compare(a.Repository+"@"+a.Digest, b.Repository+"@"+b.Digest)
	})
}

// unlinks notes the blobs of an image that a secret lies in.
func (pl *planner) unlinks(repository string, img *report.Image, unlink map[Unlinking]bool) {
	names := []string{img.ID}
	for i := range img.Layers {
		names = append(names, img.Layers[i].Digest)
	}
	for _, digest := range names {
		if pl.blobs[digest] && digestName.MatchString(digest) {
			unlink[Unlinking{repository, digest}] = true
		}
	}
}

// ranks orders what is deleted: an index stands above all that it leads to, and what refers to others above these.
func (pl *planner) ranks() map[string]int {
	rank := map[string]int{}
	for digest := range pl.doomed {
		if pl.images[digest] == nil {
			rank[digest] = 1
		}
	}
	for range maxDepth {
		for _, x := range pl.target.Indexes {
			for _, child := range x.Manifests {
				rank[x.Digest] = max(rank[x.Digest], min(maxDepth, rank[child]+1))
			}
		}
	}
	return rank
}

// blobsLeft lists the blobs that nothing needs once the manifests are deleted.
func (pl *planner) blobsLeft() {
	needed, gone := map[string]bool{}, map[string]bool{}
	for digest, img := range pl.images {
		into := needed
		if pl.doomed[digest] != "" || img.State == report.Unreferenced {
			into = gone
		}
		into[img.ID] = true
		into[digest] = true
		for i := range img.Layers {
			into[img.Layers[i].Digest] = true
		}
	}
	for digest := range pl.doomed {
		gone[digest] = true
	}
	for _, digest := range slices.Sorted(maps.Keys(gone)) {
		if digest != "" && !needed[digest] {
			pl.plan.Blobs = append(pl.plan.Blobs, digest)
		}
	}
}

// warn says what the plan costs and what it cannot do.
func (pl *planner) warn(r *report.Report) {
	say := func(format string, a ...any) { pl.plan.Warnings = append(pl.plan.Warnings, fmt.Sprintf(format, a...)) }
	for _, d := range pl.plan.Manifests {
		if len(d.Tags) > 0 {
			say("deleting %s of %s takes its tags along: %s", short(d.Digest), d.Repository, strings.Join(d.Tags, ", "))
		}
	}
	for _, x := range pl.target.Indexes {
		clean := 0
		for _, child := range x.Manifests {
			if img := pl.images[child]; img != nil && img.Kind == "" && pl.doomed[child] == "" {
				clean++
			}
		}
		if pl.doomed[x.Digest] != "" && clean > 0 {
			say("%s of the index %s carry no secret and lose their tags with it: push an index without the others first where they are needed", plural(clean, "image", "images"), short(x.Digest))
		}
	}
	say("what was pulled stays pulled: revoke the secrets first")
	say("stop writes before garbage collection (storage.maintenance.readonly) until it is done: a layer that is pushed meanwhile can be lost")
	say("restart the registry after garbage collection: its cache still knows the blobs that were removed")
	say("run garbage-collect without -m: with it, distribution 2.8 can drop the images below an index that has a tag")
	say("the registry must allow deletion (storage.delete.enabled)")
	if pl.target.Source == "registry" {
		say("the report was read over HTTP, which shows no manifest without a tag, orphan blob or upload: scan the storage for these")
	}
	if !r.Complete {
		say("the report is not complete: what was not read may carry the secrets too")
	}
	say("mirrors, caches, nodes and backups have copies of their own")
	say("scan again afterwards: only that proves that the secrets are gone")
}

// Exit returns 0, or 3 where something could not be planned for.
func (p *Plan) Exit() int {
	if len(p.Problems) > 0 {
		return report.ExitIncomplete
	}
	return report.ExitClean
}

// PlanFormats lists the formats of a plan; the first is the default. The script is one for sh.
var PlanFormats = []string{"text", "json", "script"}

// Write writes p in one of PlanFormats.
func (p *Plan) Write(w io.Writer, format string) error {
	switch format {
	case "text":
		return p.writeText(w)
	case "json":
		return report.WriteJSON(w, p)
	case "script":
		return p.writeScript(w)
	}
	return fmt.Errorf("writing the plan: no format is named %q", format)
}

package queue

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/riverqueue/river"

	"dregs/report"
	"dregs/rules"
	"dregs/scanner"
	"dregs/scanner/source"
)

// DefaultMaxAttempts is how often a job is begun before it is given up.
const DefaultMaxAttempts = 3

const (
	insertBatch = 1000 // jobs put in one transaction
	tagsOfJob   = 64   // names that a manifest's job takes along; the report records all
)

// Enqueueing says which jobs are put.
type Enqueueing struct {
	Where       string // the host of a registry
	Selection   source.Selection
	Source      source.Options
	Examination string
	Version     string
	Rules       string
	Searcher    rules.Searcher // tags in which it finds a secret stay out of jobs; nil for none
	MaxAttempts int            // 0 means DefaultMaxAttempts
}

// Enqueued tells what became of what a registry holds.
type Enqueued struct {
	Manifests, Layers int              // jobs put
	Waiting           int              // had a job that is not done yet
	Known             int              // layers whose results the store has
	Problems          []report.Problem // what of the registry could not be listed
	jobs              []int64          // put, or waiting
}

// Enqueue lists a registry, or a part of it, and puts a job for each image manifest and for each layer whose result the store
// has not. One that is there already, and not done, is not put again, whichever scan it is for; one that was given up is tried
// anew.
func (q *Queue) Enqueue(ctx context.Context, e Enqueueing) (*Enqueued, error) {
	src, err := source.OpenCatalog(e.Where, e.Selection, e.Source)
	if err != nil {
		return nil, err
	}
	registry, err := name.NewRegistry(e.Where)
	if err != nil {
		return nil, fmt.Errorf("naming the registry: %w", err)
	}
	e.Where = registry.RegistryStr()
	defer src.Close()
	var layers []source.Blob
	contents, err := src.Read(ctx, func(_ context.Context, b source.Blob) error {
		if b.Digest != "" && b.Repository != "" { // else whoever reports reads it
			b.Open = nil
			layers = append(layers, b)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("listing the registry: %w", err)
	}
	out := &Enqueued{Problems: contents.Problems}
	if layers, err = q.unknown(ctx, e.Examination, layers, out); err != nil {
		return nil, err
	}
	// The largest first: one that is begun last would keep all others waiting.
	slices.SortStableFunc(layers, func(a, b source.Blob) int {
		return cmp.Or(cmp.Compare(b.Size, a.Size), cmp.Compare(a.Digest, b.Digest))
	})
	var jobs []river.InsertManyParams
	for i := range contents.Images {
		if args, ok := e.manifest(ctx, &contents.Images[i]); ok {
			jobs = append(jobs, river.InsertManyParams{Args: args, InsertOpts: e.options(1)})
		}
	}
	for i := range layers {
		b := &layers[i]
		args := layerArgs{e.work(b.Digest, b.Repository, b.MediaType, b.Size)}
		jobs = append(jobs, river.InsertManyParams{Args: args, InsertOpts: e.options(2)})
	}
	for some := range slices.Chunk(jobs, insertBatch) {
		if err := q.put(ctx, some, out); err != nil {
			return out, err
		}
	}
	return out, nil
}

// unknown returns the layers whose results the store has not.
func (q *Queue) unknown(ctx context.Context, examination string, layers []source.Blob, out *Enqueued) ([]source.Blob, error) {
	digests := make([]string, len(layers))
	for i := range layers {
		digests[i] = layers[i].Digest
	}
	known, err := q.store.Known(ctx, examination, digests)
	if err != nil {
		return nil, err
	}
	out.Known = len(known)
	return slices.DeleteFunc(layers, func(b source.Blob) bool { return known[b.Digest] }), nil
}

// work returns what a job says.
func (e *Enqueueing) work(digest, repository, mediaType string, size int64) work {
	return work{
		Digest: digest, Examination: e.Examination, Repository: repository, MediaType: mediaType, Size: size,
		PlainHTTP: e.Source.PlainHTTP, Insecure: e.Source.Insecure, Version: e.Version, Rules: e.Rules,
	}
}

// manifest returns the job of an image; ok is false where its digest does not tell what to fetch.
func (e *Enqueueing) manifest(ctx context.Context, img *source.Image) (args manifestArgs, ok bool) {
	if img.Digest == "" || img.Standing == nil || len(img.Standing.Repositories) == 0 {
		return args, false
	}
	tags := slices.Clone(img.Tags[:min(len(img.Tags), tagsOfJob)])
	for i := range tags {
		tags[i] = scanner.Harmless(ctx, tags[i], e.Searcher)
	}
	return manifestArgs{work: e.work(img.Digest, e.Where+"/"+img.Standing.Repositories[0], img.MediaType, int64(len(img.Manifest))), Tags: tags}, true
}

// options returns how a job is put. A job that is done does not keep the same from being put again: whether it is needed, the
// store knows.
func (e *Enqueueing) options(priority int) *river.InsertOpts {
	return &river.InsertOpts{
		MaxAttempts: cmp.Or(e.MaxAttempts, DefaultMaxAttempts),
		Priority:    priority,
		Queue:       queueOf(e.Examination),
		UniqueOpts:  river.UniqueOpts{ByArgs: true, ByState: unfinished},
	}
}

// put puts jobs and notes what became of each.
func (q *Queue) put(ctx context.Context, jobs []river.InsertManyParams, out *Enqueued) error {
	results, err := q.insert.InsertMany(ctx, jobs)
	if err != nil {
		return fmt.Errorf("putting jobs: %w", err)
	}
	for _, r := range results {
		out.jobs = append(out.jobs, r.Job.ID)
		switch {
		case r.UniqueSkippedAsDuplicate:
			out.Waiting++
		case r.Job.Kind == kindManifest:
			out.Manifests++
		default:
			out.Layers++
		}
	}
	return nil
}

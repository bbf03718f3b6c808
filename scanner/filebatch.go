package scanner

import (
	"context"
	"fmt"
	"io"

	"golang.org/x/sync/errgroup"

	"dregs/report"
	"dregs/rules"
	"dregs/scanner/layer"
)

// fileBatchBytes is how much content a worker is given at a time, in as many files as that takes; a longer file is a batch of
// its own.
const fileBatchBytes = 256 << 10

// fileBatch gives the files of a layer to workers, many small ones at a time: a reservation and a buffer for each would cost
// more than searching them. It is for one goroutine, which calls close at the end.
//
// For a layer of an image inside of a file it waits for nothing, as whoever waits for that file may hold what it would wait for:
// a batch for which there is no room is held all the same, and searched at once where no helper is free.
type fileBatch struct {
	reader  *blobReader
	result  *blobResult
	group   *errgroup.Group
	workers int            // begun in group, each when there was work for it
	full    chan fullBatch // what they are to search

	data  []byte // of the batch, none where it is empty
	used  int    // bytes of data that files have
	files []batchFile
	free  func()
}

// fullBatch is a batch that a worker is to search, and free when it has.
type fullBatch struct {
	files []batchFile
	free  func()
}

// batchFile is a file of a batch.
type batchFile struct {
	entry int
	path  string
	data  []byte
}

// newFileBatch returns a batch for the files of r, whose workers are of group.
func (br *blobReader) newFileBatch(group *errgroup.Group, r *blobResult) *fileBatch {
	return &fileBatch{reader: br, result: r, group: group, full: make(chan fullBatch)}
}

// add reads a file that fits into memory.
func (b *fileBatch) add(ctx context.Context, e *layer.Entry, body io.Reader) error {
	if b.data != nil && int(e.Size) > len(b.data)-b.used {
		b.flush(ctx)
	}
	if b.data == nil {
		if err := b.begin(ctx, max(int(e.Size), fileBatchBytes)); err != nil {
			return err
		}
	}
	data := b.data[b.used:][:e.Size:e.Size]
	n, err := io.ReadFull(body, data)
	if err != nil && ctx.Err() == nil {
		b.result.fault(e.Path, fmt.Errorf("reading file: %w", damage(err)))
	}
	b.used += n
	b.files = append(b.files, batchFile{e.Index, e.Path, data[:n]})
	return nil
}

// begin reserves n bytes. Nothing is held meanwhile that others wait for.
func (b *fileBatch) begin(ctx context.Context, n int) error {
	reserve := b.reader.contents.reserve
	if b.reader.inner {
		reserve = b.reader.contents.reserveIfRoom
	}
	release, err := reserve(ctx, int64(n))
	if err != nil {
		return err
	}
	data, free := b.reader.contents.memory.Buffer(n)
	b.data, b.free = data, func() { free(); release() }
	return nil
}

// flush hands over what was added, and waits for a worker who takes it. Workers stay until close: the stack of a new
// goroutine would have to grow for each batch.
func (b *fileBatch) flush(ctx context.Context) {
	if b.data == nil {
		return
	}
	batch := fullBatch{b.files, b.free}
	b.data, b.used, b.files, b.free = nil, 0, nil, nil
	if b.reader.inner {
		b.flushInner(ctx, batch)
		return
	}
	if b.workers < b.reader.jobs {
		b.workers++
		b.group.Go(func() error { return b.work(ctx) })
	}
	b.full <- batch
}

// flushInner hands a batch to a helper, if one is free, else searches it.
func (b *fileBatch) flushInner(ctx context.Context, batch fullBatch) {
	if b.reader.helpers.TryAcquire(1) {
		b.group.Go(func() error {
			defer b.reader.helpers.Release(1)
			return b.search(ctx, batch)
		})
		return
	}
	if err := b.search(ctx, batch); err != nil {
		b.result.fault("", err)
	}
}

// close hands over the rest and lets the workers end.
func (b *fileBatch) close(ctx context.Context) {
	b.flush(ctx)
	close(b.full)
}

// work searches batches until there are no more, so that flush never waits in vain. Only the end of the whole scan is returned
// as an error.
func (b *fileBatch) work(ctx context.Context) (end error) {
	for batch := range b.full {
		if err := b.search(ctx, batch); err != nil {
			end = err
		}
	}
	return end
}

// search searches one batch. Only the end of the whole scan is returned as an error.
func (b *fileBatch) search(ctx context.Context, batch fullBatch) error {
	err := guarded("searching files", func() error { return batch.search(ctx, b.reader.contents, b.result) })
	if faultKind(err) == "" {
		return err
	}
	b.result.fault("", err)
	return nil
}

func (f fullBatch) search(ctx context.Context, c *contents, r *blobResult) error {
	defer f.free()
	for i := range f.files {
		if err := f.files[i].search(ctx, c, r); err != nil {
			return err
		}
	}
	return nil
}

// search searches one file. Only the end of the whole scan is returned as an error.
func (f *batchFile) search(ctx context.Context, c *contents, r *blobResult) error {
	r.takeSmall(ctx, f.entry, f.path, f.data)
	if c.git.AddReference(f.path, f.data) {
		r.tellGit()
	}
	res := c.whole(ctx, rules.Fragment{Place: report.LayerFile, Path: f.path, Data: f.data}, r.depth)
	return r.takeFile(hit{entry: f.entry, place: report.LayerFile, path: f.path, sums: sumsOf(f.data, res)}, res)
}

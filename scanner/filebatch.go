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

// fileBatch gives the files of a layer to the workers of group, many small ones at a time: a goroutine, a reservation and
// a buffer for each would cost more than searching them. It is for one goroutine, which calls flush at the end.
type fileBatch struct {
	reader *blobReader
	group  *errgroup.Group
	result *blobResult

	data  []byte // of the batch, none where it is empty
	used  int    // bytes of data that files have
	files []batchFile
	free  func()
}

// batchFile is a file of a batch.
type batchFile struct {
	entry int
	path  string
	data  []byte
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
	release, err := b.reader.contents.reserve(ctx, int64(n))
	if err != nil {
		return err
	}
	data, free := b.reader.contents.memory.get(n)
	b.data, b.free = data, func() { free(); release() }
	return nil
}

// flush hands over what was added.
func (b *fileBatch) flush(ctx context.Context) {
	if b.data == nil {
		return
	}
	files, free, r, c := b.files, b.free, b.result, b.reader.contents
	b.data, b.used, b.files, b.free = nil, 0, nil, nil
	b.group.Go(func() error {
		defer free()
		for i := range files {
			if err := files[i].search(ctx, c, r); err != nil {
				return err
			}
		}
		return nil
	})
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

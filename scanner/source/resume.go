package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"dregs/report"
)

// resumer reads a blob and goes on where it stopped when its connection breaks. The bytes are those of one content, since
// a blob is named by its digest, which the caller checks to the end.
type resumer struct {
	ctx    context.Context // of the blob, not of one request; ended by Close
	cancel context.CancelFunc
	from   *connection
	where  string

	body   io.ReadCloser
	stop   context.CancelFunc // of the request under way
	idle   *time.Timer
	offset int64
	size   int64 // -1 where the registry did not tell
	limit  int64
	tries  int  // in a row without a byte
	whole  bool // the registry gives no ranges

	patience time.Duration // how long is still waited for the next slowBytes
	recent   int           // bytes of these
	stalls   int           // in a row without slowBytes
}

// slowBytes have to come within waits.idle: a registry that sends a byte now and then would never end.
const slowBytes = 16 << 10

// blob opens a blob. A registry that gives more than limit bytes is a fault of kind limit.
func (c *connection) blob(ctx context.Context, digest string, limit int64) (io.ReadCloser, error) {
	ctx, cancel := context.WithCancel(ctx)
	r := &resumer{ctx: ctx, cancel: cancel, from: c, where: c.base + "/blobs/" + digest, size: -1, limit: limit}
	if err := r.open(); err != nil {
		cancel()
		return nil, err
	}
	return r, nil
}

// open asks for the blob from offset on.
func (r *resumer) open() error {
	ctx, stop := context.WithCancel(r.ctx)
	header := http.Header{}
	if r.offset > 0 && !r.whole {
		span := fmt.Sprintf("bytes=%d-", r.offset)
		if r.size >= 0 {
			span += strconv.FormatInt(r.size-1, 10) // some registries want an end
		}
		header.Set("Range", span)
	}
	resp, err := r.from.get(ctx, http.MethodGet, r.where, header, http.StatusOK, http.StatusPartialContent)
	if err != nil {
		stop()
		var refused *answerError
		if errors.As(err, &refused) && refused.status == http.StatusRequestedRangeNotSatisfiable && !r.whole {
			r.whole = true
			return r.open()
		}
		return r.from.stalled(r.ctx, err)
	}
	r.body, r.stop, r.idle = resp.Body, stop, time.AfterFunc(r.from.wait.idle, stop)
	r.patience, r.recent = r.from.wait.idle, 0
	if resp.StatusCode == http.StatusPartialContent {
		if r.offset == 0 || !strings.HasPrefix(resp.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", r.offset)) {
			r.release()
			return report.Faultf(report.Unreadable, "registry answers with another range than asked for")
		}
		return nil
	}
	if r.size < 0 {
		r.size = resp.ContentLength
	}
	if err := r.skip(r.offset); err != nil { // a registry without ranges begins anew
		r.release()
		return err
	}
	return nil
}

// skip reads n bytes that were read before.
func (r *resumer) skip(n int64) error {
	buf := make([]byte, drainLimit)
	for n > 0 {
		got, err := r.wait(buf[:min(n, int64(len(buf)))])
		n -= int64(got)
		if err != nil && n > 0 {
			return fmt.Errorf("reading again from the beginning: %w", err)
		}
	}
	return nil
}

// wait reads once. The time that is spent elsewhere does not count.
func (r *resumer) wait(p []byte) (int, error) {
	began := time.Now()
	r.idle.Reset(r.patience)
	n, err := r.body.Read(p)
	r.idle.Stop()
	r.patience = max(0, r.patience-time.Since(began))
	if r.recent += n; r.recent >= slowBytes {
		r.patience, r.recent, r.stalls = r.from.wait.idle, 0, 0
	}
	if errors.Is(err, context.Canceled) && r.ctx.Err() == nil {
		r.stalls++
	}
	return n, err
}

// Read implements io.Reader.
func (r *resumer) Read(p []byte) (int, error) {
	if r.offset >= r.limit {
		return 0, report.Faultf(report.Limit, "blob has more than %d bytes", r.limit)
	}
	for {
		if r.body == nil {
			if err := r.reopen(); err != nil {
				return 0, err
			}
		}
		n, err := r.wait(p)
		r.offset += int64(n)
		if n > 0 {
			r.tries = 0
		}
		if err == io.EOF && r.size >= 0 && r.offset < r.size {
			err = io.ErrUnexpectedEOF
		}
		if err == nil || err == io.EOF {
			return n, err
		}
		r.release()
		if r.ctx.Err() != nil {
			return n, fmt.Errorf("reading blob: %w", r.ctx.Err())
		}
		if err := r.givenUp(); err != nil {
			return n, err
		}
		if n > 0 {
			return n, nil // the next call goes on
		}
	}
}

// givenUp returns why no more is asked for where too often too little came, and else nil.
func (r *resumer) givenUp() error {
	if r.stalls < r.from.wait.attempts {
		return nil
	}
	return report.Faultf(report.Unreadable, "blob was given up after %d bytes: less than %d came in %s, %d times", r.offset, slowBytes, r.from.wait.idle, r.stalls)
}

// reopen asks again after a pause that grows while nothing comes.
func (r *resumer) reopen() error {
	var last error
	for r.tries < r.from.wait.attempts {
		r.tries++
		if err := sleep(r.ctx, r.from.wait.first<<(r.tries-1)); err != nil {
			return fmt.Errorf("reading blob: %w", err)
		}
		if last = r.open(); last == nil {
			return nil
		}
		if err := r.givenUp(); err != nil { // it was too slow with what was read before
			return err
		}
		var refused *answerError
		if errors.As(last, &refused) || r.ctx.Err() != nil {
			break
		}
	}
	if last == nil {
		last = io.ErrUnexpectedEOF
	}
	return report.Faultf(report.Unreadable, "blob broke off after %d bytes: %w", r.offset, last)
}

// release ends the request under way.
func (r *resumer) release() {
	if r.body == nil {
		return
	}
	r.idle.Stop()
	r.stop()
	_ = r.body.Close()
	r.body = nil
}

// Close implements io.Closer.
func (r *resumer) Close() error {
	r.release()
	r.cancel()
	return nil
}

package source

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"
)

// retrier repeats requests that failed for a while: broken connections, 429 and 5xx. It waits as long as Retry-After
// says, within bounds, else twice as long each time.
type retrier struct {
	inner http.RoundTripper
	wait  waits
}

// waits are how long things may take. Tests shorten them.
type waits struct {
	first    time.Duration // before the second attempt
	longest  time.Duration // that Retry-After may ask for
	attempts int
	idle     time.Duration // without a byte of a body, after which the connection counts as broken
}

func defaultWaits() waits {
	return waits{first: 500 * time.Millisecond, longest: time.Minute, attempts: 5, idle: time.Minute}
}

// drainLimit is how much of an unwanted body is read to keep its connection.
const drainLimit = 64 << 10

// RoundTrip implements http.RoundTripper.
func (r *retrier) RoundTrip(req *http.Request) (*http.Response, error) {
	delay := r.wait.first
	for attempt := 1; ; attempt++ {
		resp, err := r.inner.RoundTrip(req)
		last := attempt >= r.wait.attempts || req.Body != nil || req.Method != http.MethodGet && req.Method != http.MethodHead
		if last || !isPassing(resp, err) || req.Context().Err() != nil {
			return resp, err
		}
		pause := delay
		if resp != nil {
			pause = max(pause, min(retryAfter(resp.Header.Get("Retry-After"), time.Now()), r.wait.longest))
			discard(resp)
		}
		if err := sleep(req.Context(), pause); err != nil {
			return nil, err
		}
		delay *= 2
	}
}

// isPassing tells a failure that may pass.
func isPassing(resp *http.Response, err error) bool {
	if err != nil {
		return !errors.Is(err, context.Canceled) && isBroken(err)
	}
	switch resp.StatusCode {
	case http.StatusTooManyRequests, http.StatusRequestTimeout, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// isBroken tells a connection that broke from one that never can be made, such as one to a host that does not exist.
func isBroken(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || isReset(err) || errors.As(err, &timeout) && timeout.Timeout()
}

// retryAfter reads the header of that name (RFC 9110, 10.2.3): seconds, or a date.
func retryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return at.Sub(now)
	}
	return 0
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// discard reads the rest of a short body, so that its connection can be used again, and closes it.
func discard(resp *http.Response) {
	_, _ = io.CopyN(io.Discard, resp.Body, drainLimit)
	_ = resp.Body.Close()
}

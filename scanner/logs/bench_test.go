package logs

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
)

// ordinary returns a log of some MiB as services, builds and CI write them: times, levels, requests with IDs of all kinds,
// JSON, and here and there what docker prints.
func ordinary(size int) []byte {
	rng := rand.New(rand.NewPCG(7, 7))
	hex := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = "0123456789abcdef"[rng.IntN(16)]
		}
		return string(b)
	}
	var b bytes.Buffer
	at := time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)
	for b.Len() < size {
		at = at.Add(time.Duration(rng.IntN(300)) * time.Millisecond)
		stamp := at.Format("2006-01-02T15:04:05.000000Z")
		switch n := rng.IntN(100); {
		case n < 30:
			fmt.Fprintf(&b, "10.0.%d.%d - - [%s] \"GET /api/v1/items/%d?page=%d HTTP/1.1\" 200 %d \"-\" \"Mozilla/5.0 (X11; Linux x86_64)\"\n", rng.IntN(256), rng.IntN(256), at.Format("02/Jan/2006:15:04:05 -0700"), rng.IntN(100000), rng.IntN(50), rng.IntN(100000))
		case n < 55:
			fmt.Fprintf(&b, `{"level":"info","ts":"%s","caller":"server/handler.go:%d","msg":"request served","request_id":"%s-%s-%s-%s-%s","duration_ms":%d,"status":200}`+"\n", stamp, rng.IntN(900), hex(8), hex(4), hex(4), hex(4), hex(12), rng.IntN(900))
		case n < 75:
			fmt.Fprintf(&b, "%s INFO  [worker-%d] com.example.shop.OrderService - order %d accepted, %d items reserved in warehouse %s\n", stamp, rng.IntN(32), rng.IntN(1_000_000), rng.IntN(20), hex(6))
		case n < 88:
			fmt.Fprintf(&b, "%s  Compiling serde_json v1.0.%d (registry+https://github.com/rust-lang/crates.io-index)\n", stamp, rng.IntN(120))
		case n < 96:
			fmt.Fprintf(&b, "%s DEBUG trace_id=%s span_id=%s cache miss for user:%d, reading from database\n", stamp, hex(32), hex(16), rng.IntN(100000))
		case n < 98:
			fmt.Fprintf(&b, "%s HEAD is now at %s Merge branch 'main'; checksum sha256:%s ok\n", stamp, hex(40), hex(64))
		case n < 99:
			fmt.Fprintf(&b, "%s: Pushed\n", hex(12))
		default:
			fmt.Fprintf(&b, "#%d exporting manifest sha256:%s 0.0s done\n", rng.IntN(30), "ab12cd34ab12cd34ab12cd34ab12cd34ab12cd34ab12cd34ab12cd34ab12cd34")
		}
	}
	return b.Bytes()
}

// BenchmarkFinder reads an ordinary log; inflate-ratio is its speed as a multiple of that of inflating the same log from
// gzip, which has to be 1 or more.
func BenchmarkFinder(b *testing.B) {
	text := ordinary(16 << 20)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(text)
	if err := z.Close(); err != nil {
		b.Fatal(err)
	}
	inflating := time.Hour
	for range 5 {
		start := time.Now()
		r, err := gzip.NewReader(bytes.NewReader(packed.Bytes()))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			b.Fatal(err)
		}
		inflating = min(inflating, time.Since(start))
	}
	b.SetBytes(int64(len(text)))
	best := time.Hour
	for b.Loop() {
		start := time.Now()
		f := NewFinder()
		for rest := text; len(rest) > 0; {
			n := min(len(rest), 64<<10)
			_, _ = f.Write(rest[:n])
			rest = rest[n:]
		}
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
		best = min(best, time.Since(start))
	}
	b.ReportMetric(float64(inflating)/float64(best), "inflate-ratio")
	b.ReportMetric(float64(packed.Len())/float64(len(text)), "packed")
}

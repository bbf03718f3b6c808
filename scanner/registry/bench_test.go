package registry

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// accessLog returns a log of some size as a registry and a proxy in front of it write it: mostly fetches of blobs and
// manifests, among other requests and other lines.
func accessLog(size int, f form) []byte {
	rng := rand.New(rand.NewPCG(3, 3))
	digest := func() string {
		var b strings.Builder
		for range 4 {
			fmt.Fprintf(&b, "%016x", rng.Uint64())
		}
		return "sha256:" + b.String()
	}
	var b bytes.Buffer
	at := time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)
	for b.Len() < size {
		at = at.Add(time.Duration(rng.IntN(900)) * time.Millisecond)
		where := fmt.Sprintf("/v2/team%d/app%d", rng.IntN(8), rng.IntN(50))
		switch n := rng.IntN(100); {
		case n < 50:
			where += "/blobs/" + digest()
		case n < 80:
			where += fmt.Sprintf("/manifests/v%d", rng.IntN(9))
		case n < 90:
			where = "/v2/"
		default:
			where += "/tags/list"
		}
		address, agent := fmt.Sprintf("10.0.%d.%d", rng.IntN(256), rng.IntN(256)), "containers/5.16.0 (github.com/containers/image)"
		switch f {
		case formCombined:
			fmt.Fprintf(&b, "%s - ci [%s] \"GET %s HTTP/1.1\" 200 %d \"\" \"%s\"\n", address, at.Format("02/Jan/2006:15:04:05 -0700"), where, rng.IntN(1<<20), agent)
		case formFields:
			fmt.Fprintf(&b, "time=%q level=info msg=\"response completed\" auth.user.name=ci go.version=go1.19.8 http.request.host=\"registry:5000\" http.request.id=%s http.request.method=GET http.request.remoteaddr=\"%s:%d\" http.request.uri=%q http.request.useragent=%q http.response.duration=3.1ms http.response.status=200 http.response.written=%d\n",
				at.Format(time.RFC3339Nano), digest()[7:39], address, 1024+rng.IntN(60000), where, agent, rng.IntN(1<<20))
		case formJSON:
			fmt.Fprintf(&b, `{"http.request.id":"%s","http.request.method":"GET","http.request.remoteaddr":"%s:%d","http.request.uri":"%s","http.request.useragent":"%s","http.response.status":200,"http.response.written":%d,"level":"info","msg":"response completed","time":"%s"}`+"\n",
				digest()[7:39], address, 1024+rng.IntN(60000), where, agent, rng.IntN(1<<20), at.Format(time.RFC3339Nano))
		}
	}
	return b.Bytes()
}

// BenchmarkAccessLog reads access logs; lines-ratio is the time it takes as a multiple of that of cutting the same bytes into
// lines.
func BenchmarkAccessLog(b *testing.B) {
	for name, f := range map[string]form{"combined": formCombined, "fields": formFields, "json": formJSON} {
		b.Run(name, func(b *testing.B) {
			text := accessLog(8<<20, f)
			b.SetBytes(int64(len(text)))
			var lines time.Duration
			var fetched int
			for b.Loop() {
				b.StopTimer()
				began := time.Now()
				for s := bufio.NewScanner(bytes.NewReader(text)); s.Scan(); {
					_ = s.Bytes()
				}
				lines += time.Since(began)
				b.StartTimer()
				var l AccessLog
				err := l.read(context.Background(), bufio.NewReaderSize(bytes.NewReader(text), 64<<10), func(request) { fetched++ })
				if err != nil || l.Bad > 0 {
					b.Fatal(err, l.Bad)
				}
			}
			if fetched == 0 {
				b.Fatal("no request was found")
			}
			b.ReportMetric(float64(b.Elapsed())/float64(lines), "lines-ratio")
		})
	}
}

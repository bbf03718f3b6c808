//go:build unix

package scanner_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"dregs/report"
	"dregs/scanner"
	"dregs/scanner/imagetest"
	"dregs/scanner/source"
)

// Figures of the registry that BenchmarkRegistry scans.
const (
	benchImages       = 10_000
	benchLayers       = 2_000
	benchRepositories = 500
)

// benchRegistry serves images that share layers: each has one of 20 bases, one of 180 in the middle and one of 1,800 on top.
type benchRegistry struct {
	documents map[string][]byte // by path
	types     map[string]string
	fetched   atomic.Int64 // layers
}

func newBenchRegistry() *benchRegistry {
	s := &benchRegistry{documents: map[string][]byte{}, types: map[string]string{}}
	blobs := make([]imagetest.Blob, benchLayers)
	for i := range blobs {
		body := fmt.Sprintf("version=%d\n", i)
		if i%100 == 99 {
			body += "GITHUB_TOKEN=" + imagetest.GitHubToken(fmt.Sprint("bench", i)) + "\n"
		}
		blobs[i] = imagetest.Layer{Compression: imagetest.Gzip, Entries: []imagetest.Entry{imagetest.File(fmt.Sprintf("app/%d.env", i), body)}}.Build()
		s.documents["blob "+blobs[i].Digest] = blobs[i].Data
	}
	names := make([]string, benchRepositories)
	tags := make([][]string, benchRepositories)
	for i := range benchImages {
		repository := i % benchRepositories
		names[repository] = fmt.Sprintf("team%d/app%d", repository%7, repository)
		tag := fmt.Sprintf("v%d", i/benchRepositories)
		tags[repository] = append(tags[repository], tag)
		s.image(names[repository], tag, i, blobs[i%20], blobs[20+i%180], blobs[200+i%1800])
	}
	for i, name := range names {
		s.documents["/v2/"+name+"/tags/list"] = imagetest.JSON(map[string]any{"name": name, "tags": tags[i]})
	}
	s.documents["/v2/_catalog"] = imagetest.JSON(map[string]any{"repositories": names})
	return s
}

func (s *benchRegistry) image(repository, tag string, n int, layers ...imagetest.Blob) {
	var described []imagetest.Descriptor
	var diffIDs []string
	for _, l := range layers {
		described = append(described, l.Descriptor)
		diffIDs = append(diffIDs, l.DiffID)
	}
	history := []map[string]string{{"created_by": "ADD base"}, {"created_by": "RUN install"}, {"created_by": "COPY app"}}
	config := imagetest.JSON(map[string]any{
		"architecture": "amd64", "os": "linux", "created": imagetest.Epoch.Add(time.Duration(n) * time.Minute), "history": history,
		"config": map[string]any{"Env": []string{"PATH=/usr/bin", fmt.Sprintf("BUILD=%d", n)}, "Cmd": []string{"/app"}},
		"rootfs": map[string]any{"type": "layers", "diff_ids": diffIDs},
	})
	id := imagetest.Digest(config)
	manifest := imagetest.JSON(map[string]any{
		"schemaVersion": 2, "mediaType": imagetest.TypeOCIManifest, "layers": described,
		"config": imagetest.Descriptor{MediaType: imagetest.TypeOCIConfig, Digest: id, Size: int64(len(config))},
	})
	s.documents["blob "+id] = config
	for _, reference := range []string{tag, imagetest.Digest(manifest)} {
		s.documents["/v2/"+repository+"/manifests/"+reference] = manifest
	}
}

// ServeHTTP implements http.Handler.
func (s *benchRegistry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/v2/" {
		return
	}
	path := r.URL.Path
	if _, digest, ok := strings.Cut(path, "/blobs/"); ok {
		path = "blob " + digest
	}
	if strings.Contains(path, "/referrers/") {
		_, _ = w.Write([]byte(`{"schemaVersion":2,"manifests":[]}`))
		return
	}
	data, ok := s.documents[path]
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if strings.Contains(path, "/manifests/") {
		w.Header().Set("Content-Type", imagetest.TypeOCIManifest)
	}
	if !json.Valid(data) {
		s.fetched.Add(1)
	}
	_, _ = w.Write(data)
}

// cpu returns the processor time of this process.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkRegistry scans a registry of 10,000 images over 2,000 layers, each of which it wants fetched once. It reports the
// processor time of one image, that of the server and of the layers included, and the most memory in use beyond what the
// server holds.
func BenchmarkRegistry(b *testing.B) {
	s := newBenchRegistry()
	server := httptest.NewServer(s)
	defer server.Close()
	b.Setenv("DOCKER_CONFIG", b.TempDir())
	b.Setenv("REGISTRY_AUTH_FILE", b.TempDir()+"/none")
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for b.Loop() {
		s.fetched.Store(0)
		most, stop := watchMemory(before.HeapInuse)
		began := cpu(b)
		r, err := scanner.Scan(b.Context(), []scanner.Target{{Name: strings.TrimPrefix(server.URL, "http://"), Registry: &source.Selection{}}},
			scanner.Options{Source: source.Options{PlainHTTP: true}})
		spent := cpu(b) - began
		stop()
		if err != nil {
			b.Fatal(err)
		}
		checkBench(b, r, s)
		b.ReportMetric(float64(spent.Microseconds())/1000/benchImages, "cpu-ms/image")
		b.ReportMetric(float64(most.Load())/(1<<20), "peak-MB")
	}
}

func checkBench(b *testing.B, r *report.Report, s *benchRegistry) {
	b.Helper()
	if !r.Complete || len(r.Targets[0].Images) != benchImages || len(r.Secrets) != benchLayers/100 {
		b.Fatalf("complete %v, %d images, %d secrets: %v", r.Complete, len(r.Targets[0].Images), len(r.Secrets), r.Targets[0].Problems[:min(3, len(r.Targets[0].Problems))])
	}
	if n := s.fetched.Load(); n != benchLayers {
		b.Fatalf("%d layers were fetched, want %d", n, benchLayers)
	}
}

// watchMemory notes the most heap in use beyond base until it is stopped.
func watchMemory(base uint64) (most *atomic.Uint64, stop func()) {
	most = &atomic.Uint64{}
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			if m.HeapInuse > base {
				most.Store(max(most.Load(), m.HeapInuse-base))
			}
		}
	}()
	return most, func() { close(done); <-ended }
}

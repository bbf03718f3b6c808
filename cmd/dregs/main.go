// Command dregs finds the secrets that stay in the layers of container images after they were deleted. It reads flags,
// shows progress, writes reports and turns the verdict into an exit code; the scanning is package scanner's.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

// memoryLimit is where the collector begins to work harder, in bytes: what a scan holds at one time stays well under it,
// but garbage would double that. $GOMEMLIMIT replaces it.
const memoryLimit = 225 << 20

// registryMemoryLimit is memoryLimit for a whole registry, whose report alone is large.
const registryMemoryLimit = 320 << 20

func main() {
	limitMemory(memoryLimit)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the first signal asks for a partial report, the second one ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// limitMemory sets where the collector begins to work harder, unless $GOMEMLIMIT does.
func limitMemory(bytes int64) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(bytes)
	}
}

package main

import (
	"fmt"

	"dregs/scanner"
	"dregs/scanner/layer"
)

// limitFlags bound what hostile input may cost. A bound that is hit is a problem of the report: the scan is not complete.
type limitFlags struct {
	Jobs             int  `default:"0" placeholder:"N" help:"Layers read side by side; 0 is the number of cores." group:"Limits"`
	MaxLayerBytes    size `default:"16GiB" placeholder:"SIZE" help:"Uncompressed bytes of one layer (default ${default})." group:"Limits"`
	MaxLayerEntries  int  `default:"1000000" placeholder:"N" help:"Entries of one layer (default ${default})." group:"Limits"`
	MaxPathBytes     int  `default:"4096" placeholder:"N" help:"Bytes of one path or link target (default ${default})." group:"Limits"`
	MaxWindow        size `default:"128MiB" placeholder:"SIZE" help:"Window of a decompressor (default ${default})." group:"Limits"`
	MaxFileBytes     size `default:"1GiB" placeholder:"SIZE" help:"Bytes unpacked from one file (default ${default})." group:"Limits"`
	MaxDepth         int  `default:"8" placeholder:"N" help:"Archives inside archives (default ${default})." group:"Limits"`
	MaxManifestBytes size `default:"16MiB" placeholder:"SIZE" help:"Bytes of one manifest, index or configuration (default ${default})." group:"Limits"`
	MaxEntries       int  `default:"1000000" placeholder:"N" help:"Entries of one image archive (default ${default})." group:"Limits"`
	MaxImages        int  `default:"10000" placeholder:"N" help:"Images of one target (default ${default})." group:"Limits"`
	MaxMemory        size `default:"128MiB" placeholder:"SIZE" help:"Content held for matching at one time (default ${default})." group:"Limits"`
}

// AfterApply refuses counts that bound nothing.
func (l *limitFlags) AfterApply() error {
	if l.Jobs < 0 {
		return fmt.Errorf("--jobs: %d is less than zero", l.Jobs)
	}
	for _, count := range []struct {
		flag string
		n    int
	}{
		{"--max-layer-entries", l.MaxLayerEntries},
		{"--max-path-bytes", l.MaxPathBytes},
		{"--max-depth", l.MaxDepth},
		{"--max-entries", l.MaxEntries},
		{"--max-images", l.MaxImages},
	} {
		if count.n <= 0 {
			return fmt.Errorf("%s: %d is not more than zero", count.flag, count.n)
		}
	}
	return nil
}

// layer returns the bounds of one layer.
func (l *limitFlags) layer() layer.Limits {
	return layer.Limits{
		LayerBytes: int64(l.MaxLayerBytes),
		Entries:    l.MaxLayerEntries,
		PathBytes:  l.MaxPathBytes,
		Window:     int64(l.MaxWindow),
	}
}

// content returns the bounds of what is unpacked and held.
func (l *limitFlags) content() scanner.Limits {
	return scanner.Limits{FileBytes: int64(l.MaxFileBytes), Depth: l.MaxDepth, BytesInFlight: int64(l.MaxMemory)}
}

package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// versionCommand prints what this program is.
type versionCommand struct{}

// Run prints the version, the revision and the platform.
func (versionCommand) Run(s streams) error {
	b := readBuild()
	revision := b.revision
	if revision == "" {
		revision = "unknown"
	}
	if b.modified {
		revision += " (modified)"
	}
	_, err := fmt.Fprintf(s.out, "dregs %s\nrevision %s\n%s %s/%s\n",
		b.version, revision, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if err != nil {
		return fmt.Errorf("writing the version: %w", err)
	}
	return nil
}

// build is what the linker recorded of this program.
type build struct {
	version  string // of the module, "(devel)" where none is known
	revision string // of the version control system, empty where it was not recorded
	modified bool
}

func readBuild() build {
	b := build{version: "(devel)"}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if info.Main.Version != "" {
		b.version = info.Main.Version
	}
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			b.revision = setting.Value
		case "vcs.modified":
			b.modified = setting.Value == "true"
		}
	}
	return b
}

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"dregs/scanner"
)

// pathSchemes are the schemes whose targets are files and folders.
var pathSchemes = []string{"docker-archive", "oci-archive", "oci-dir", "dockerfile", "log", "dir"}

// besideTargets returns the folder of each target that is a path: the folder that it is, or that it lies in; each once.
func besideTargets(targets []scanner.Target) []string {
	var folders []string
	for _, t := range targets {
		if !slices.Contains(pathSchemes, t.Scheme) || t.Rest == "-" {
			continue
		}
		folder := filepath.Clean(t.Rest)
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			folder = filepath.Dir(folder)
		}
		if !slices.Contains(folders, folder) {
			folders = append(folders, folder)
		}
	}
	return folders
}

// config returns the file of rules: the one given, else the .gitleaks.toml beside a target, else "".
func (f *ruleFlags) config(targets []scanner.Target) (string, error) {
	if f.Config != "" {
		return f.Config, nil
	}
	found := ""
	for _, folder := range besideTargets(targets) {
		path := filepath.Join(folder, ".gitleaks.toml")
		if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
			continue
		}
		if found != "" {
			return "", &usageError{
				err:  fmt.Errorf("two files of rules lie beside the targets: %q and %q", found, path),
				hint: "choose one with --config",
			}
		}
		found = path
	}
	return found, nil
}

package main

import (
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

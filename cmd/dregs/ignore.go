package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"dregs/report"
	"dregs/scanner"
)

// ignoreForm is a form of ignore file, told by the file's name.
type ignoreForm struct {
	name  string
	parse func(file string, r io.Reader) ([]report.Ignore, error)
}

// ignoreForms lists the forms. The first one is that of a file with another name.
func ignoreForms() []ignoreForm {
	return []ignoreForm{
		{".dregsignore", report.ParseIgnore},
		{".gitleaksignore", report.ParseGitleaksIgnore},
	}
}

// ignoreFile is a file of ignore entries.
type ignoreFile struct {
	path string
	form ignoreForm
}

// ignoreFiles returns the files that the flags name, else those beside the targets and then those in the working directory,
// each once.
func (f *ignoreFlags) ignoreFiles(targets []scanner.Target) []ignoreFile {
	var files []ignoreFile
	for _, path := range f.IgnoreFile {
		form := ignoreForms()[0]
		for _, other := range ignoreForms() {
			if filepath.Base(path) == other.name {
				form = other
			}
		}
		files = append(files, ignoreFile{path, form})
	}
	if len(files) > 0 {
		return files
	}
	folders := append(besideTargets(targets), ".")
	var seen []os.FileInfo
	for _, folder := range folders {
		for _, form := range ignoreForms() {
			path := filepath.Join(folder, form.name)
			info, err := os.Stat(path)
			if err != nil || slices.ContainsFunc(seen, func(other os.FileInfo) bool { return os.SameFile(info, other) }) {
				continue
			}
			seen = append(seen, info)
			files = append(files, ignoreFile{path, form})
		}
	}
	return files
}

// ignores returns the entries of all files.
func (f *ignoreFlags) ignores(targets []scanner.Target) ([]report.Ignore, error) {
	var all []report.Ignore
	for _, file := range f.ignoreFiles(targets) {
		entries, err := file.read()
		if err != nil {
			return nil, err
		}
		all = append(all, entries...)
	}
	return all, nil
}

// read returns the entries of f. A mistake in it is an error that names the line.
func (f ignoreFile) read() ([]report.Ignore, error) {
	file, err := os.Open(f.path)
	if err != nil {
		return nil, fmt.Errorf("opening the ignore file: %w", err)
	}
	defer file.Close()
	return f.form.parse(f.path, file)
}

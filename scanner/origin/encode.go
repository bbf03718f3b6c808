package origin

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// recordsForm is Records as they are kept: each package once, and files and folders by its number.
type recordsForm struct {
	Packages []Package
	Names    map[string]int // of Records.packages
	Folders  map[string]int
	Files    []fileForm
}

type fileForm struct {
	Path, Sum string
	Package   int
}

// GobEncode implements gob.GobEncoder for sealed Records.
func (r *Records) GobEncode() ([]byte, error) {
	if len(r.claims) > 0 {
		return nil, errors.New("encoding package records: they are not sealed")
	}
	form := recordsForm{Names: make(map[string]int, len(r.packages)), Folders: make(map[string]int, len(r.folders))}
	numbers := make(map[*Package]int)
	number := func(p *Package) int {
		n, ok := numbers[p]
		if !ok {
			n = len(form.Packages)
			numbers[p] = n
			form.Packages = append(form.Packages, *p)
		}
		return n
	}
	for _, name := range slices.Sorted(maps.Keys(r.packages)) {
		form.Names[name] = number(r.packages[name])
	}
	for _, dir := range slices.Sorted(maps.Keys(r.folders)) {
		form.Folders[dir] = number(r.folders[dir])
	}
	for _, f := range r.files {
		form.Files = append(form.Files, fileForm{f.path, f.sum, number(f.pkg)})
	}
	var out bytes.Buffer
	if err := gob.NewEncoder(&out).Encode(&form); err != nil {
		return nil, fmt.Errorf("encoding package records: %w", err)
	}
	return out.Bytes(), nil
}

// GobDecode implements gob.GobDecoder.
func (r *Records) GobDecode(data []byte) error {
	var form recordsForm
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(&form); err != nil {
		return fmt.Errorf("decoding package records: %w", err)
	}
	out := Records{}
	for name, n := range form.Names {
		if n < 0 || n >= len(form.Packages) {
			return errPackage
		}
		if out.packages == nil {
			out.packages = make(map[string]*Package, len(form.Names))
		}
		out.packages[name] = &form.Packages[n]
	}
	for dir, n := range form.Folders {
		if n < 0 || n >= len(form.Packages) {
			return errPackage
		}
		if out.folders == nil {
			out.folders = make(map[string]*Package, len(form.Folders))
		}
		out.folders[dir] = &form.Packages[n]
	}
	for _, f := range form.Files {
		if f.Package < 0 || f.Package >= len(form.Packages) {
			return errPackage
		}
		out.files = append(out.files, file{f.Path, f.Sum, &form.Packages[f.Package]})
		out.names += len(f.Path)
	}
	*r = out
	return nil
}

var errPackage = errors.New("decoding package records: there is no such package")

// Texts calls fn for every string of r that comes from an image's files: paths and names, and no hashes.
func (r *Records) Texts(fn func(text string)) {
	for name, p := range r.packages {
		fn(name)
		fn(p.Name)
		fn(p.Version)
	}
	for dir, p := range r.folders {
		fn(dir)
		fn(p.Name)
		fn(p.Version)
	}
	for _, f := range r.files {
		fn(f.path)
	}
}

// GobEncode implements gob.GobEncoder.
func (s *Sums) GobEncode() ([]byte, error) {
	return slices.Concat(s.md5[:], s.sha1[:], s.sha256[:]), nil
}

// GobDecode implements gob.GobDecoder.
func (s *Sums) GobDecode(data []byte) error {
	if len(data) != len(s.md5)+len(s.sha1)+len(s.sha256) {
		return errors.New("decoding hashes: they have another length")
	}
	n := copy(s.md5[:], data)
	n += copy(s.sha1[:], data[n:])
	copy(s.sha256[:], data[n:])
	return nil
}

package origin

import (
	"errors"
	"maps"
	"slices"
)

// Form is Records as they are kept: each package once, and files and folders by its number.
type Form struct {
	Packages []Package
	Names    map[string]int // of Records.packages
	Folders  map[string]int
	Files    []FileForm
}

// FileForm is a file that a database records.
type FileForm struct {
	_       struct{} `cbor:",toarray"`
	Path    string
	Sum     []byte
	Package int
}

// Form returns the form of sealed Records.
func (r *Records) Form() (*Form, error) {
	if len(r.claims) > 0 {
		return nil, errors.New("keeping package records: they are not sealed")
	}
	form := &Form{Names: make(map[string]int, len(r.packages)), Folders: make(map[string]int, len(r.folders))}
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
		form.Files = append(form.Files, FileForm{Path: f.path, Sum: []byte(f.sum), Package: number(f.pkg)})
	}
	return form, nil
}

// Records returns what f is the form of; ok is false where f is damaged.
func (f *Form) Records() (r Records, ok bool) {
	of := func(names map[string]int) map[string]*Package {
		if len(names) == 0 {
			return nil
		}
		packages := make(map[string]*Package, len(names))
		for name, n := range names {
			if n < 0 || n >= len(f.Packages) {
				ok = false
				return nil
			}
			packages[name] = &f.Packages[n]
		}
		return packages
	}
	ok = true
	r.packages, r.folders = of(f.Names), of(f.Folders)
	r.files = make([]file, 0, len(f.Files))
	for i := range f.Files {
		in := &f.Files[i]
		if in.Package < 0 || in.Package >= len(f.Packages) {
			return Records{}, false
		}
		r.files = append(r.files, file{in.Path, string(in.Sum), &f.Packages[in.Package]})
		r.names += len(in.Path)
	}
	if !ok {
		return Records{}, false
	}
	return r, true
}

// Texts calls fn for every string of f that comes from an image's files: paths and names, and no hashes.
func (f *Form) Texts(fn func(text string)) {
	for name := range f.Names {
		fn(name)
	}
	for dir := range f.Folders {
		fn(dir)
	}
	for i := range f.Packages {
		fn(f.Packages[i].Name)
		fn(f.Packages[i].Version)
	}
	for i := range f.Files {
		fn(f.Files[i].Path)
	}
}

// MarshalBinary implements encoding.BinaryMarshaler.
func (s *Sums) MarshalBinary() ([]byte, error) {
	return slices.Concat(s.md5[:], s.sha1[:], s.sha256[:]), nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler.
func (s *Sums) UnmarshalBinary(data []byte) error {
	if len(data) != len(s.md5)+len(s.sha1)+len(s.sha256) {
		return errors.New("decoding hashes: they have another length")
	}
	n := copy(s.md5[:], data)
	n += copy(s.sha1[:], data[n:])
	copy(s.sha256[:], data[n:])
	return nil
}

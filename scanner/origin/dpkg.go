package origin

import (
	"encoding/hex"
	"io"
	"strings"
)

const (
	dpkgInfo    = "/var/lib/dpkg/info/"
	dpkgStatusD = "/var/lib/dpkg/status.d/" // of distroless images: a file for each package
)

func matchMD5Sums(path string) bool {
	return strings.HasSuffix(path, ".md5sums") && (strings.Contains(path, dpkgInfo) || strings.Contains(path, dpkgStatusD))
}

func matchStatusD(path string) bool {
	return strings.Contains(path, dpkgStatusD)
}

// readMD5Sums reads NAME.md5sums or NAME:ARCH.md5sums: lines of a hash, two spaces and a path.
func readMD5Sums(r *Records, path string, in io.ReaderAt, size int64) error {
	place := dpkgInfo
	if !strings.Contains("/"+path, place) {
		place = dpkgStatusD
	}
	root := rootOf(path, place)
	p := r.pkg("dpkg", dpkgKey(root, dpkgName(path)), dpkgName(path))
	return lines(in, size, func(line string) error {
		sum, name, ok := strings.Cut(line, " ")
		raw, err := hex.DecodeString(sum)
		if !ok || err != nil {
			return nil // whatever it is, it records nothing
		}
		name = strings.TrimPrefix(strings.TrimLeft(name, " "), "*")
		if name, ok = join(root, name); !ok {
			return nil
		}
		return r.record(name, string(raw), p)
	})
}

// dpkgKey identifies a package of the system below root.
func dpkgKey(root, name string) string { return root + " " + name }

// dpkgName returns the package of a file in dpkg's info folder.
func dpkgName(path string) string {
	name := path[strings.LastIndexByte(path, '/')+1:]
	if dot := strings.LastIndexByte(name, '.'); dot > 0 {
		name = name[:dot]
	}
	name, _, _ = strings.Cut(name, ":")
	return name
}

// readStatus reads a status file: paragraphs of fields. Its conffiles have hashes; other files are in md5sums.
func readStatus(r *Records, path string, in io.ReaderAt, size int64) error {
	place := "/var/lib/dpkg/status"
	root := rootOf(path, place)
	fields := make(map[string]string)
	field := ""
	finish := func() error {
		defer clear(fields)
		return r.paragraph(root, fields)
	}
	err := lines(in, size, func(line string) error {
		switch {
		case line == "":
			return finish()
		case line[0] == ' ' || line[0] == '\t':
			if field == "Conffiles" {
				fields[field] += line + "\n"
			}
		default:
			name, value, _ := strings.Cut(line, ":")
			field = name
			if dpkgFields[name] {
				fields[name] = strings.TrimSpace(value)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return finish()
}

// dpkgFields are those that are read.
var dpkgFields = map[string]bool{
	"Package": true, "Version": true, "Maintainer": true, "Essential": true, "Priority": true,
	"Depends": true, "Pre-Depends": true, "Conffiles": true,
}

// paragraph takes in what the status file says of one package.
func (r *Records) paragraph(root string, fields map[string]string) error {
	name := fields["Package"]
	if name == "" {
		return nil
	}
	p := r.pkg("dpkg", dpkgKey(root, name), name)
	p.Version = fields["Version"]
	r.claims = append(r.claims, claim{
		pkg: p, scope: "dpkg " + root, provides: []string{name},
		depends: dependencies(fields["Pre-Depends"] + "," + fields["Depends"]),
		trusted: distributionMaintainer(fields["Maintainer"]) || fields["Essential"] == "yes" ||
			fields["Priority"] == "required" || fields["Priority"] == "important",
	})
	for conffile := range strings.Lines(fields["Conffiles"]) {
		words := strings.Fields(conffile)
		if len(words) < 2 {
			continue
		}
		raw, err := hex.DecodeString(words[1])
		path, ok := join(root, words[0])
		if err != nil || !ok {
			continue // "newconffile" and the like: it has no hash yet
		}
		if err := r.record(path, string(raw), p); err != nil {
			return err
		}
	}
	return nil
}

// dependencies returns the names in a Depends field. Of alternatives only the first counts: another may be anybody's.
func dependencies(field string) []string {
	var names []string
	for clause := range strings.SplitSeq(field, ",") {
		first, _, _ := strings.Cut(clause, "|")
		name, _, _ := strings.Cut(strings.TrimSpace(first), " ")
		name, _, _ = strings.Cut(name, ":")
		if name != "" {
			names = append(names, name)
		}
	}
	return names
}

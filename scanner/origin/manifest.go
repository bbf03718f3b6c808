package origin

import (
	"encoding/json"
	"io"
	"path"
	"strings"

	"dregs/report"
)

// matchManifest matches the package.json of a package in node_modules, none below it.
func matchManifest(slash string) bool {
	dir, ok := strings.CutSuffix(slash, "/package.json")
	if !ok {
		return false
	}
	parts := strings.Split(dir, "/")
	n := len(parts)
	return n > 1 && parts[n-2] == "node_modules" || n > 2 && parts[n-3] == "node_modules" && strings.HasPrefix(parts[n-2], "@")
}

// readManifest reads the version of an npm package.
func readManifest(r *Records, manifestPath string, in io.ReaderAt, size int64) error {
	data, err := document(in, size)
	if err != nil {
		return err
	}
	var d struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	if json.Unmarshal(data, &d) != nil || d.Name == "" {
		return nil // test data of packages hold some that are none; the path tells the name
	}
	dir := path.Dir(manifestPath)
	return r.folder(dir, &Package{System: "npm", Name: d.Name, Version: d.Version})
}

// readComposer reads vendor/composer/installed.json: the packages below vendor, in an object since composer 2.
func readComposer(r *Records, listPath string, in io.ReaderAt, size int64) error {
	data, err := document(in, size)
	if err != nil {
		return err
	}
	type entry struct {
		Name    string `json:"name"`
		Version string `json:"version"`
		Path    string `json:"install-path"`
		Dist    struct {
			Type string `json:"type"`
		} `json:"dist"`
	}
	var list struct {
		Packages []entry `json:"packages"`
	}
	if json.Unmarshal(data, &list) != nil && json.Unmarshal(data, &list.Packages) != nil {
		return report.Faultf(report.Corrupt, "reading package database: it is no list of composer's")
	}
	vendor := path.Dir(path.Dir(listPath))
	for _, e := range list.Packages {
		dir, ok := join(vendor, e.Name)
		if e.Path != "" {
			dir, ok = join(path.Dir(listPath), e.Path)
		}
		if e.Name == "" || !ok {
			continue
		}
		err := r.folder(dir, &Package{System: "composer", Name: e.Name, Version: e.Version, Local: e.Dist.Type == "path"})
		if err != nil {
			return err
		}
	}
	return nil
}

// readModules reads vendor/modules.txt: lines like "# MODULE VERSION", with "=> OTHER" behind where it is replaced.
func readModules(r *Records, listPath string, in io.ReaderAt, size int64) error {
	vendor := path.Dir(listPath)
	return lines(in, size, func(line string) error {
		words := strings.Fields(line)
		if len(words) < 3 || words[0] != "#" {
			return nil
		}
		dir, ok := join(vendor, words[1])
		if !ok {
			return nil
		}
		p := &Package{System: "go", Name: words[1], Version: words[2]}
		if last := words[len(words)-1]; strings.HasPrefix(last, ".") || strings.HasPrefix(last, "/") {
			p.Local = true // replaced by a folder
		}
		return r.folder(dir, p)
	})
}

package origin

import (
	"encoding/base64"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"path"
	"strings"

	"dregs/report"
)

// readRecord reads the RECORD of a .dist-info folder (PEP 376, 427): lines of a path relative to the folder above, a hash
// like sha256=BASE64, and a size. What was made on installation has no hash.
func readRecord(r *Records, recordPath string, in io.ReaderAt, size int64) error {
	info := path.Dir(recordPath)
	p := r.distribution(info, ".dist-info")
	rows := csv.NewReader(io.NewSectionReader(in, 0, min(size, maxDocument)))
	rows.FieldsPerRecord, rows.LazyQuotes, rows.ReuseRecord = -1, true, true
	for {
		row, err := rows.Read()
		var malformed *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			if size > maxDocument {
				return report.Faultf(report.Limit, "reading package database: it has more than %d bytes", maxDocument)
			}
			return nil
		case errors.As(err, &malformed):
			return report.Faultf(report.Corrupt, "reading package database: line %d is no row", malformed.Line)
		case err != nil:
			return err
		}
		name, ok := pythonPath(path.Dir(info), row[0])
		if !ok {
			continue
		}
		sum := ""
		if len(row) > 1 {
			sum = pythonSum(row[1])
		}
		if err := r.record(name, sum, p); err != nil {
			return err
		}
	}
}

// pythonPath returns the path that a list in dir tells. Some lists are absolute.
func pythonPath(dir, name string) (string, bool) {
	if strings.HasPrefix(name, "/") {
		return join("", strings.Clone(name))
	}
	return join(dir, name)
}

// pythonSum returns the bytes of a hash like sha256=BASE64.
func pythonSum(field string) string {
	algorithm, value, _ := strings.Cut(field, "=")
	var raw []byte
	var err error
	switch algorithm {
	case "sha256":
		raw, err = base64.RawURLEncoding.DecodeString(strings.TrimRight(value, "="))
	case "md5", "sha1":
		raw, err = hex.DecodeString(value)
	}
	if err != nil {
		return ""
	}
	return string(raw)
}

// distribution returns the package whose metadata lie in the folder NAME-VERSION.dist-info or NAME-VERSION-pyN.egg-info.
func (r *Records) distribution(info, suffix string) *Package {
	name, version, _ := strings.Cut(strings.TrimSuffix(path.Base(info), suffix), "-")
	p := r.pkg("python", info, name)
	p.Version, _, _ = strings.Cut(version, "-")
	return p
}

// readInstalledFiles reads installed-files.txt of an .egg-info folder: paths relative to it, without hashes.
func readInstalledFiles(r *Records, listPath string, in io.ReaderAt, size int64) error {
	info := path.Dir(listPath)
	p := r.distribution(info, ".egg-info")
	return lines(in, size, func(line string) error {
		if name, ok := pythonPath(info, line); ok && line != "" {
			return r.record(name, "", p)
		}
		return nil
	})
}

// readDirectURL reads where a distribution came from that came from no index (PEP 610): a folder, a repository or a file
// is the builder's own; an archive somewhere on the web need not be.
func readDirectURL(r *Records, path string, in io.ReaderAt, size int64) error {
	data, err := document(in, size)
	if err != nil {
		return err
	}
	var d struct {
		URL     string          `json:"url"`
		Archive json.RawMessage `json:"archive_info"`
	}
	if err := json.Unmarshal(data, &d); err != nil {
		return report.Faultf(report.Corrupt, "reading package database: it is no JSON of a direct URL")
	}
	p := r.distribution(strings.TrimSuffix(path, "/direct_url.json"), ".dist-info")
	p.Local = d.Archive == nil || strings.HasPrefix(d.URL, "file:")
	return nil
}

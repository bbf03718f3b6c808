package scanner

import (
	"path"
	"slices"
	"strings"

	"dregs/report"
	"dregs/rules"
	"dregs/scanner/logs"
)

// sighted is an identity of an image in a content, with the steps from the content to the text that holds it.
type sighted struct {
	logs.Identity
	via []string
}

// logAt are the identities in one file of a blob.
type logAt struct {
	entry   int
	path    string
	sighted []sighted
}

// exposedAt is an identity at its place in the scan.
type exposedAt struct {
	target       int
	image, layer *int
	place        report.Place
	path         string
	sighted
}

// isLog tells whether a content is read for identities of images: a log, or a file that is one by its path.
func isLog(f rules.Fragment) bool {
	switch f.Place {
	case report.Log:
		return true
	case report.LayerFile, report.DirFile:
		return isLogPath(f.Path)
	}
	return false
}

// isLogPath tells logs by their names: app.log, app.log.1, build.log.gz, what lies in var/log or in a folder of logs of CI.
func isLogPath(name string) bool {
	lower := strings.ToLower(name)
	if strings.HasPrefix(strings.TrimPrefix(lower, "/"), "var/log/") || strings.Contains(lower, "/var/log/") {
		return true
	}
	base := path.Base(lower)
	i := strings.LastIndex(base, ".log")
	if i < 0 {
		return false
	}
	rest := base[i+len(".log"):]
	return rest == "" || rest[0] == '.' || rest[0] == '-' || rest[0] == '!'
}

// sightWhole adds the identities in f.Data.
func (r *contentResult) sightWhole(f rules.Fragment) {
	var all []logs.Identity
	err := guarded("telling image identities", func() (err error) {
		all, err = logs.Find(f.Data)
		return err
	})
	r.sight(f, all, err)
}

// sightRead adds the identities that finder was shown.
func (r *contentResult) sightRead(f rules.Fragment, finder *logs.Finder) {
	err := guarded("telling image identities", finder.Close)
	r.sight(f, finder.Identities(), err)
}

func (r *contentResult) sight(f rules.Fragment, all []logs.Identity, err error) {
	for _, id := range all {
		r.sighted = append(r.sighted, sighted{id, slices.Clone(f.Via)})
	}
	if err != nil {
		r.fault(f.Via, err)
	}
}

// sight adds the identities in a blob's logs, once a blob.
func (j *join) sight(r *blobResult, image, layer int) {
	if j.told[r.blob.Key] {
		return
	}
	for i := range r.logs {
		for _, s := range r.logs[i].sighted {
			s.via = slices.Concat(j.via, s.via)
			j.scan.sighted = append(j.scan.sighted, exposedAt{
				target: j.target, image: &image, layer: &layer, place: report.LayerFile, path: r.logs[i].path, sighted: s,
			})
		}
	}
}

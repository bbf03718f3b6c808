package scanner

import (
	"slices"

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

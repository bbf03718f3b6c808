package registry

// manifests are those of an inventory by digest.
type manifests map[string]*Manifest

// maxDepth bounds indexes within indexes.
const maxDepth = 8

func (v *Inventory) byDigest() manifests {
	all := make(manifests, len(v.Manifests))
	for i := range v.Manifests {
		all[v.Manifests[i].Digest] = &v.Manifests[i]
	}
	return all
}

// lead adds digest and all that it leads to.
func (m manifests) lead(digest string, into map[string]bool) {
	if digest == "" || into[digest] {
		return
	}
	into[digest] = true
	if known := m[digest]; known != nil {
		for _, child := range known.Manifests {
			m.lead(child, into)
		}
	}
}

// images returns the images that digest leads to, itself where it is one. Attestations and artifacts are left out of an
// index.
func (m manifests) images(digest string) []*Manifest {
	seen := map[string]bool{}
	var all []*Manifest
	var visit func(digest string, depth int)
	visit = func(digest string, depth int) {
		known := m[digest]
		if known == nil || seen[digest] || depth > maxDepth {
			return
		}
		seen[digest] = true
		if known.Kind == KindImage || depth == 0 && known.Kind != KindIndex {
			all = append(all, known)
		}
		for _, child := range known.Manifests {
			visit(child, depth+1)
		}
	}
	visit(digest, 0)
	return all
}

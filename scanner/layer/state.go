package layer

import "archive/tar"

// state is the filesystem while the layers are applied one after another, and notes the fate of what it loses. All that
// it knows of a path is the entry that is there now; directories that nothing but their content implies are not kept.
type state struct {
	t      *Timeline
	byPath map[string]int32
	end    []int32     // by path: the first one after it that does not lie below it
	parent []int32     // by path: the nearest one above it, -1 for none
	now    []packedRef // by path: the entry that is there; undefined where live has none
	live   ordered
}

func newState(t *Timeline, byPath map[string]int32) *state {
	n := len(t.paths)
	s := &state{t: t, byPath: byPath, end: make([]int32, n), parent: make([]int32, n), now: make([]packedRef, n), live: newOrdered(n)}
	var above []int32
	for i, p := range t.paths {
		for len(above) > 0 && !below(p, t.paths[above[len(above)-1]]) {
			s.end[above[len(above)-1]] = int32(i)
			above = above[:len(above)-1]
		}
		s.parent[i] = -1
		if len(above) > 0 {
			s.parent[i] = above[len(above)-1]
		}
		above = append(above, int32(i))
	}
	for _, i := range above {
		s.end[i] = int32(n)
	}
	return s
}

// apply applies a layer: its whiteouts to what the layers below made, then its entries.
func (s *state) apply(layer int) {
	records, ids := s.t.layers[layer], s.t.ids[layer]
	for i := range records {
		switch records[i].Whiteout {
		case PathWhiteout:
			s.remove(ids[i], deleted, layer)
			s.removeBelow(ids[i], layer)
		case OpaqueWhiteout:
			s.removeBelow(ids[i], layer)
		}
	}
	links := linkSet{layer: int32(layer)}
	var early []int32 // hard links whose target is not there yet
	for i := range records {
		r := &records[i]
		entry := int32(i)
		if !isFile(r) {
			s.t.fates[layer][i] = fate{layer: -1, kind: inHistory}
			continue
		}
		if r.Type == tar.TypeLink {
			links.init(len(records))
			if target, ok := s.linked(r.Link); ok {
				links.target[entry] = target
			} else {
				early = append(early, entry)
			}
		}
		s.put(packedRef{int32(layer), entry}, ids[i], r.Type == tar.TypeDir)
	}
	for _, i := range early {
		if target, ok := s.linked(records[i].Link); ok {
			links.target[i] = target
		}
	}
	links.resolve(s.t.shared)
	s.t.shared[layer] = links.target
}

// linked returns the entry at the target of a hard link; a directory is none.
func (s *state) linked(target string) (packedRef, bool) {
	id, ok := s.byPath[target]
	if !ok || !s.live.has(id) {
		return packedRef{}, false
	}
	r := s.now[id]
	return r, !s.directory(r)
}

func (s *state) directory(r packedRef) bool { return s.t.layers[r.layer][r.entry].Type == tar.TypeDir }

// put makes an entry the one at its path.
func (s *state) put(r packedRef, id int32, dir bool) {
	for up := s.parent[id]; up >= 0; up = s.parent[up] {
		if !s.live.has(up) {
			continue
		}
		if s.directory(s.now[up]) {
			break // and so is all above it
		}
		s.remove(up, overwritten, int(r.layer)) // by the directory that is implied
	}
	s.remove(id, overwritten, int(r.layer))
	if !dir {
		s.removeBelow(id, int(r.layer))
	}
	s.now[id] = r
	s.live.add(id)
}

// remove takes away what is at a path, if anything is.
func (s *state) remove(id int32, kind uint8, layer int) {
	if s.live.has(id) {
		r := s.now[id]
		s.t.fates[r.layer][r.entry] = fate{layer: int32(layer), kind: kind}
		s.live.drop(id)
	}
}

// removeBelow takes away all below a path.
func (s *state) removeBelow(id int32, layer int) {
	for i := s.live.next(id + 1); i < s.end[id]; i = s.live.next(i + 1) {
		s.remove(i, deleted, layer)
	}
}

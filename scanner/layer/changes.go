package layer

import (
	"archive/tar"
	"sort"
)

// Changes is what one layer made of the files, not the directories, that the layers below it had left. All lists are in
// order of layer and entry.
type Changes struct {
	Added    []Ref // its entries at a path where no file was
	Replaced []Ref // its entries at a path where a file was
	Deleted  []Ref // entries of lower layers that it removed and put no file in the place of
	Bytes    int64 // the content of its regular files, duplicates counted
	Hidden   int64 // of Bytes, what no name in the final filesystem leads to any more
}

// Changes returns what each layer changed, base first. An entry that is gone at the end of its own layer is in no list.
func (t *Timeline) Changes() []Changes {
	all := make([]Changes, len(t.layers))
	linked := t.linked()
	t.each(func(r packedRef, id int32) {
		rec := &t.layers[r.layer][r.entry]
		if rec.Type == tar.TypeDir {
			return
		}
		own, f := &all[r.layer], t.fates[r.layer][r.entry]
		if rec.Type == tar.TypeReg {
			own.Bytes += rec.Size
			if f.kind != visible && !linked[r] {
				own.Hidden += rec.Size
			}
		}
		if f.layer == r.layer && f.kind != visible {
			return
		}
		ref := Ref{int(r.layer), int(r.entry)}
		if before, ok := t.last(id, r.layer-1); ok && t.removedFile(before, r.layer) {
			own.Replaced = append(own.Replaced, ref)
		} else {
			own.Added = append(own.Added, ref)
		}
		if f.kind == visible {
			return
		}
		if after, ok := t.last(id, f.layer); !ok || after.layer != f.layer || !t.remains(after) {
			all[f.layer].Deleted = append(all[f.layer].Deleted, ref)
		}
	})
	return all
}

// linked returns the entries whose bytes a hard link in the final filesystem has.
func (t *Timeline) linked() map[packedRef]bool {
	linked := make(map[packedRef]bool)
	for i, shared := range t.shared {
		for j, r := range shared {
			if r.layer >= 0 && t.fates[i][j].kind == visible {
				linked[r] = true
			}
		}
	}
	return linked
}

// last returns the last version of a path up to and with a layer.
func (t *Timeline) last(id, layer int32) (packedRef, bool) {
	versions := t.refs[t.version[id]:t.version[id+1]]
	n := sort.Search(len(versions), func(i int) bool { return versions[i].layer > layer })
	if n == 0 {
		return packedRef{}, false
	}
	return versions[n-1], true
}

// removedFile tells whether r is a file, and layer the one that removed it.
func (t *Timeline) removedFile(r packedRef, layer int32) bool {
	f := t.fates[r.layer][r.entry]
	return f.kind != visible && f.layer == layer && t.layers[r.layer][r.entry].Type != tar.TypeDir
}

// remains tells whether r is a file that its own layer left in place.
func (t *Timeline) remains(r packedRef) bool {
	f := t.fates[r.layer][r.entry]
	return (f.kind == visible || f.layer != r.layer) && t.layers[r.layer][r.entry].Type != tar.TypeDir
}

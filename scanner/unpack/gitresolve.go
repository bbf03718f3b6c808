package unpack

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
)

// deltaWork is how many times the limit of unpacked bytes the restoring of deltas may write, trees included, which
// are not yielded.
const deltaWork = 8

// resolver restores the objects of a pack, kind by kind: each object that is stored whole, and then the deltas that rest
// on it, depth first. A base is held only as long as deltas on it wait; the heaviest of them comes last and takes its
// base's place, so that the bases held at one time are no more than the logarithm of the number of objects.
type resolver struct {
	p       *packFile
	out     *sink
	graph   *GitGraph
	waiting map[gitKey]int32 // by identity of the base: the first of the ref deltas on it
	stack   []packFrame
	work    int64 // bytes that deltas may still write
	held    int64 // bytes of the stack's content
	buffers gitBuffers
}

// packFrame is a restored object on which deltas wait.
type packFrame struct {
	node    int32
	content gitContent
	kids    []int32
}

func newResolver(p *packFile, out *sink) *resolver {
	p.buf = bufio.NewReaderSize(&p.src, 4<<10) // objects are small, and their order is that of the deltas
	return &resolver{p: p, out: out, graph: NewGitGraph(), waiting: p.refs, work: deltaWork * out.lim.FileBytes}
}

// run restores and yields everything.
func (r *resolver) run(ctx context.Context) error {
	defer r.close()
	for _, kind := range gitKinds {
		for i := range r.p.nodes {
			if r.p.nodes[i].kind != kind {
				continue
			}
			if err := r.family(ctx, kind, int32(i)); err != nil { // at most Entries
				return err
			}
		}
	}
	lost := r.p.lost
	for _, first := range r.waiting {
		for ; first >= 0; first = r.p.nodes[first].next {
			lost += int(r.p.nodes[first].weight)
		}
	}
	if lost > 0 {
		r.out.fault(corrupt("reading pack: %d objects rest on others that it does not hold", lost))
	}
	return nil
}

// family yields the object at root and all that rest on it.
func (r *resolver) family(ctx context.Context, kind gitKind, root int32) error {
	content, err := r.load(root)
	if err != nil {
		return r.lose(root, err)
	}
	if err := r.settle(ctx, kind, root, content); err != nil {
		return err
	}
	for len(r.stack) > 0 {
		top := &r.stack[len(r.stack)-1]
		kid := top.kids[0]
		top.kids = top.kids[1:]
		r.spare()
		content, err := r.grow(top, kid)
		if len(top.kids) == 0 {
			r.drop(top)
			r.stack = r.stack[:len(r.stack)-1]
		}
		if err != nil {
			if err := r.lose(kid, err); err != nil {
				return err
			}
			continue
		}
		if err := r.settle(ctx, kind, kid, content); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// lose remembers why the object at node, and what rests on it, cannot be restored. It returns an error that ends all.
func (r *resolver) lose(node int32, err error) error {
	if r.work < 0 {
		return limited("restoring git deltas to more than %d bytes", deltaWork*r.out.lim.FileBytes)
	}
	n := r.p.nodes[node]
	r.out.fault(r.out.classify(fmt.Errorf("reading pack object at byte %d: %w", n.off, err)))
	return nil
}

// settle yields an object and, where deltas wait for it, puts it on the stack.
func (r *resolver) settle(ctx context.Context, kind gitKind, node int32, content gitContent) error {
	id, err := r.emit(ctx, kind, node, content)
	if err != nil {
		content.close()
		return err
	}
	kids := r.kids(node, id)
	if len(kids) == 0 {
		r.recycle(content)
		return nil
	}
	if content.raw {
		if content, err = r.spool(node); err != nil {
			return r.lose(node, err)
		}
	}
	r.held += content.memory()
	r.stack = append(r.stack, packFrame{node: node, content: content, kids: kids})
	return nil
}

// kids returns the deltas on the object at node, the heaviest last.
func (r *resolver) kids(node int32, id []byte) []int32 {
	var kids []int32
	for k := r.p.nodes[node].child; k >= 0; k = r.p.nodes[k].next {
		kids = append(kids, k)
	}
	if id != nil {
		key := keyOf(id)
		if k, ok := r.waiting[key]; ok {
			delete(r.waiting, key)
			for ; k >= 0; k = r.p.nodes[k].next {
				r.p.nodes[k].base = node
				kids = append(kids, k)
			}
		}
	}
	slices.SortStableFunc(kids, func(a, b int32) int { return int(r.p.nodes[a].weight - r.p.nodes[b].weight) })
	return kids
}

// emit yields an object and returns its identity, nil for a damaged one.
func (r *resolver) emit(ctx context.Context, kind gitKind, node int32, content gitContent) ([]byte, error) {
	n := r.p.nodes[node]
	if n.broken {
		if kind == gitTree {
			return nil, nil
		}
		step := "damaged " + kind.String() + " at byte " + strconv.FormatInt(n.off, 10)
		body, err := r.open(node, content)
		if err != nil {
			return nil, r.lose(node, err)
		}
		return nil, r.out.put(ctx, Member{Steps: []string{step}, Size: -1, Kind: Content, Body: body})
	}
	id, err := r.identify(kind, node, content)
	if err != nil {
		return nil, r.lose(node, err)
	}
	if kind == gitTree {
		return id, r.takeTree(ctx, id, content)
	}
	if kind != gitBlob && content.mem != nil {
		switch kind {
		case gitCommit:
			r.graph.addCommit(id, content.mem)
		case gitTag:
			r.graph.addTag(id, content.mem)
		}
		return id, r.out.put(ctx, gitText(kind, id, content.mem))
	}
	r.graph.build()
	place, _ := r.graph.locate(id)
	m := gitBlobMember(id, content.size, place)
	m.Facts[FactKind] = kind.String()
	if kind != gitBlob {
		m.Steps[0] = kind.String() + " " + m.Facts[FactObject]
	}
	if m.Body, err = r.open(node, content); err != nil {
		return nil, r.lose(node, err)
	}
	return id, r.out.put(ctx, m)
}

// takeTree takes a tree into the graph and yields the names that are new to it.
func (r *resolver) takeTree(ctx context.Context, id []byte, content gitContent) error {
	if content.mem == nil && content.size > 0 {
		r.out.fault(limited("reading a git tree of %d bytes", content.size))
		return nil
	}
	var err error
	whole := r.graph.addTree(id, content.mem, r.p.ids, func(name string) {
		if err == nil {
			err = r.out.name(ctx, name)
		}
	})
	if !whole {
		r.out.fault(corrupt("reading git tree %x", id))
	}
	return err
}

// identify computes the identity of an object.
func (r *resolver) identify(kind gitKind, node int32, content gitContent) ([]byte, error) {
	if content.mem != nil {
		return r.p.ids.sum(kind, content.mem), nil
	}
	h := r.p.ids.hash(kind, content.size)
	body, err := r.open(node, content)
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(h, body); err != nil {
		return nil, err
	}
	return h.Sum(nil), nil
}

// open returns a reader of content, which is that of node.
func (r *resolver) open(node int32, content gitContent) (io.Reader, error) {
	if !content.raw {
		return io.NewSectionReader(content.readerAt(), 0, content.size), nil
	}
	_, body, err := r.p.open(r.p.nodes[node].off)
	return io.LimitReader(body, content.size), err
}

// load returns the content of an object as it is stored, a delta or the whole; of a large one only how to get it.
func (r *resolver) load(node int32) (gitContent, error) {
	n := r.p.nodes[node]
	if n.kept >= 0 {
		return gitContent{size: int64(n.size), mem: r.p.content(n), kept: true}, nil
	}
	h, body, err := r.p.open(n.off)
	if err != nil {
		return gitContent{}, err
	}
	if h.size > gitMemory {
		return gitContent{size: h.size, raw: true}, nil
	}
	if n.broken {
		data, _ := io.ReadAll(io.LimitReader(body, h.size)) // up to the damage, which scan has told
		return gitContent{size: int64(len(data)), mem: data}, nil
	}
	data := r.buffers.alloc(h.size)
	if _, err := io.ReadFull(body, data); err != nil {
		return gitContent{}, noEOF(err)
	}
	return gitContent{size: h.size, mem: data}, nil
}

// spool returns the content of a large object with random access.
func (r *resolver) spool(node int32) (gitContent, error) {
	h, body, err := r.p.open(r.p.nodes[node].off)
	if err != nil {
		return gitContent{}, err
	}
	return spoolGit(io.LimitReader(body, h.size), h.size, r.out.lim.SpoolBytes)
}

// grow restores the delta at kid from its base, the content of which it restores first where it was dropped.
func (r *resolver) grow(base *packFrame, kid int32) (gitContent, error) {
	if base.content.empty() {
		content, err := r.rebuild(base.node)
		if err != nil {
			return gitContent{}, err
		}
		base.content = content
		r.held += content.memory()
	}
	return r.apply(base.content, kid)
}

// apply restores the delta at node from the content of its base.
func (r *resolver) apply(base gitContent, node int32) (gitContent, error) {
	stored, err := r.load(node)
	if err != nil {
		return gitContent{}, err
	}
	if stored.raw {
		return gitContent{}, limited("restoring a git delta of %d bytes", stored.size)
	}
	defer r.recycle(stored)
	delta := stored.mem
	from, size, n, err := deltaSizes(delta)
	if err != nil {
		return gitContent{}, err
	}
	if from != base.size {
		return gitContent{}, errDelta
	}
	if size > r.out.lim.FileBytes {
		return gitContent{}, r.out.exhausted()
	}
	if r.work -= size + 64; r.work < 0 {
		return gitContent{}, errDelta // lose tells what it is
	}
	if base.mem == nil && base.size > 0 || size > gitMemory {
		d := &deltaReader{base: base.readerAt(), size: base.size, ops: delta[n:], left: size}
		return spoolGit(d, size, r.out.lim.SpoolBytes)
	}
	data := r.buffers.alloc(size)
	if err := applyDelta(data, base.mem, delta[n:]); err != nil {
		r.buffers.reuse(data)
		return gitContent{}, err
	}
	return gitContent{size: size, mem: data}, nil
}

// rebuild restores an object again, by way of all its bases.
func (r *resolver) rebuild(node int32) (gitContent, error) {
	var chain []int32
	for ; r.p.nodes[node].base >= 0; node = r.p.nodes[node].base {
		chain = append(chain, node)
	}
	content, err := r.load(node)
	if err == nil && content.raw {
		content, err = r.spool(node)
	}
	for _, node := range slices.Backward(chain) {
		if err != nil {
			return gitContent{}, err
		}
		var next gitContent
		next, err = r.apply(content, node)
		r.recycle(content)
		content = next
	}
	return content, err
}

// spare drops content from the bottom of the stack while more is held than memory has room for.
func (r *resolver) spare() {
	for i := 0; i < len(r.stack)-1 && r.held > gitMemory; i++ {
		r.drop(&r.stack[i])
	}
}

func (r *resolver) drop(f *packFrame) {
	r.held -= f.content.memory()
	r.recycle(f.content)
	f.content = gitContent{}
}

// close releases what an early end left on the stack.
func (r *resolver) close() {
	for i := range r.stack {
		r.stack[i].content.close()
	}
	r.stack = nil
}

func (r *resolver) recycle(c gitContent) {
	if c.mem != nil && !c.kept {
		r.buffers.reuse(c.mem)
	}
	c.close()
}

// gitContent is a restored object.
type gitContent struct {
	size int64
	mem  []byte   // all of it, unless it is large
	far  *Spooled // a large one, or one made from such
	raw  bool     // a large one that is read from the pack
	kept bool     // mem is not to be written to
}

func (c gitContent) empty() bool { return c.mem == nil && c.far == nil }

func (c gitContent) memory() int64 {
	if c.far != nil {
		return min(c.size, gitMemory)
	}
	return int64(len(c.mem))
}

func (c gitContent) readerAt() io.ReaderAt {
	if c.far != nil {
		return c.far
	}
	return bytes.NewReader(c.mem)
}

func (c gitContent) close() {
	if c.far != nil {
		_ = c.far.Close()
	}
}

// spoolGit reads an object of size bytes for random access.
func spoolGit(r io.Reader, size, limit int64) (gitContent, error) {
	far, err := Spool(r, limit)
	if err == nil && far.Size() != size {
		err = errors.New("object shorter than its header claims")
	}
	if err != nil {
		if far != nil {
			_ = far.Close()
		}
		return gitContent{}, err
	}
	return gitContent{size: size, far: far}, nil
}

package unpack

import (
	"bytes"
	"errors"
	"io"
)

var errDelta = errors.New("damaged delta")

// deltaSizes reads the head of a delta: the sizes of its base and of its result. n is the length of the head.
func deltaSizes(delta []byte) (base, result int64, n int, err error) {
	base, n, err = deltaSize(delta)
	if err != nil {
		return 0, 0, 0, err
	}
	result, m, err := deltaSize(delta[n:])
	return base, result, n + m, err
}

func deltaSize(p []byte) (size int64, n int, err error) {
	for shift := 0; n < len(p); shift += 7 {
		if shift > 56 {
			return 0, 0, errDelta
		}
		size |= int64(p[n]&0x7f) << shift
		n++
		if p[n-1] < 0x80 {
			return size, n, nil
		}
	}
	return 0, 0, errDelta
}

// deltaOp is one instruction of a delta: n bytes of the base from offset, or insert.
type deltaOp struct {
	offset, n int64
	insert    []byte
}

// nextOp reads the instruction at the head of ops and returns its length too.
func nextOp(ops []byte) (op deltaOp, length int, err error) {
	code := ops[0]
	if code == 0 {
		return op, 0, errDelta
	}
	if code < 0x80 {
		if len(ops) < int(code)+1 {
			return op, 0, errDelta
		}
		return deltaOp{n: int64(code), insert: ops[1 : 1+code]}, 1 + int(code), nil
	}
	i := 1
	for bit := range 7 {
		if code&(1<<bit) == 0 {
			continue
		}
		if i >= len(ops) {
			return op, 0, errDelta
		}
		if bit < 4 {
			op.offset |= int64(ops[i]) << (8 * bit)
		} else {
			op.n |= int64(ops[i]) << (8 * (bit - 4))
		}
		i++
	}
	if op.n == 0 {
		op.n = 0x10000
	}
	return op, i, nil
}

// applyDelta writes what ops, the instructions of a delta, make of base into dst, whose length is the size of the result.
func applyDelta(dst, base, ops []byte) error {
	at := 0
	for len(ops) > 0 {
		op, length, err := nextOp(ops)
		if err != nil {
			return err
		}
		ops = ops[length:]
		from := op.insert
		if from == nil {
			if op.offset+op.n > int64(len(base)) {
				return errDelta
			}
			from = base[op.offset : op.offset+op.n]
		}
		if len(from) > len(dst)-at {
			return errDelta
		}
		at += copy(dst[at:], from)
	}
	if at != len(dst) {
		return errDelta
	}
	return nil
}

// deltaReader reads what ops make of a base that is too large for memory.
type deltaReader struct {
	base io.ReaderAt
	size int64 // of base
	ops  []byte
	left int64 // of the result
	cur  io.Reader
}

// Read implements io.Reader.
func (d *deltaReader) Read(p []byte) (int, error) {
	for {
		if d.cur != nil {
			n, err := d.cur.Read(p)
			if n > 0 {
				return n, nil
			}
			if err != io.EOF {
				return 0, err
			}
			d.cur = nil
		}
		if len(d.ops) == 0 {
			if d.left != 0 {
				return 0, errDelta
			}
			return 0, io.EOF
		}
		if err := d.next(); err != nil {
			return 0, err
		}
	}
}

// next sets cur to what the next instruction gives.
func (d *deltaReader) next() error {
	op, length, err := nextOp(d.ops)
	if err != nil {
		return err
	}
	d.ops = d.ops[length:]
	if op.n > d.left || op.insert == nil && op.offset+op.n > d.size {
		return errDelta
	}
	d.left -= op.n
	if op.insert != nil {
		d.cur = bytes.NewReader(op.insert)
	} else {
		d.cur = io.NewSectionReader(d.base, op.offset, op.n)
	}
	return nil
}

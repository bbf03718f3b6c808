package unpack

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
)

// Redis compresses strings of its dumps by LZF, which cuts even a token that does not repeat into pieces of 32 bytes. The
// strings are told by their encoding, wherever they are: 0xc3, two lengths, and bytes that decompress to just that.

const (
	redisWindow  = 1 << 20
	redisPacked  = 256 << 10 // the longest string, compressed, that is looked for
	redisHeader  = 1 + 5 + 5
	redisLonger  = 512 // LZF makes of each byte at most so many
	redisShorter = 4   // Redis compresses only where that saves as much
	redisEncoded = 0xc3
)

func matchRedis(head []byte) bool {
	return len(head) >= 9 && string(head[:5]) == "REDIS" && len(bytes.Trim(head[5:9], "0123456789")) == 0
}

// unpackRedis yields the compressed strings of a dump, one a line. The others are in the file as they are.
func unpackRedis(ctx context.Context, in Input, out *sink) error {
	r := &redisStrings{in: in, buf: make([]byte, redisWindow)}
	if err := r.fill(); err != nil && err != io.EOF {
		return err
	}
	if len(r.text) == 0 && r.at >= in.Size {
		return nil
	}
	return out.put(ctx, Member{Steps: []string{"compressed strings"}, Size: -1, Kind: Content, Body: r})
}

// redisStrings reads the compressed strings of a dump.
type redisStrings struct {
	in     Input
	at     int64 // what lies before was looked at
	buf    []byte
	text   []byte // found and not yet read
	wasted int64  // bytes that were decompressed to nothing
}

// Read implements io.Reader.
func (r *redisStrings) Read(p []byte) (int, error) {
	for len(r.text) == 0 {
		if err := r.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, r.text)
	r.text = r.text[n:]
	return n, nil
}

// fill looks at the next window. It returns io.EOF where there is none.
func (r *redisStrings) fill() error {
	if r.at >= r.in.Size {
		return io.EOF
	}
	n, err := r.in.At.ReadAt(r.buf, r.at)
	if err != nil && err != io.EOF {
		return err
	}
	data := r.buf[:n]
	end := len(data)
	if r.at+int64(n) < r.in.Size {
		end -= redisPacked + redisHeader // what begins behind may go on behind the window
	}
	i := 0
	for i < end {
		next := bytes.IndexByte(data[i:end], redisEncoded)
		if next < 0 {
			i = end
			break
		}
		i += next
		text, used, tried := redisString(data[i:])
		if r.wasted += int64(tried); r.wasted > 8*r.in.Size+1<<20 {
			return limited("looking for compressed strings: too much looks like one")
		}
		if used > 0 {
			r.text = append(append(r.text, text...), '\n')
		}
		i += max(used, 1)
	}
	r.at += int64(i)
	return nil
}

// redisString returns the string that data begins with and how long it is there, 0 where it is none; and how much of it was
// decompressed in vain.
func redisString(data []byte) (text []byte, used, tried int) {
	packed, n := redisLength(data[1:])
	size, m := redisLength(data[1+n:]) // n is less than what redisLength saw
	if n == 0 || m == 0 || packed > redisPacked || size < packed+redisShorter || size > packed*redisLonger {
		return nil, 0, 0
	}
	head := 1 + n + m
	if packed > len(data)-head {
		return nil, 0, 0
	}
	text, read := inflateLZF(data[head:head+packed], size)
	if len(text) != size || read != packed {
		return nil, 0, read + len(text)
	}
	return text, head + packed, 0
}

// redisLength reads a length of 6, 14 or 32 bits and returns how many bytes it takes, 0 where there is none.
func redisLength(data []byte) (length, n int) {
	switch {
	case len(data) < 5:
	case data[0] < 0x40:
		return int(data[0]), 1
	case data[0] < 0x80:
		return int(data[0]&0x3f)<<8 | int(data[1]), 2
	case data[0] == 0x80:
		if v := binary.BigEndian.Uint32(data[1:]); v <= redisPacked*redisLonger {
			return int(v), 5
		}
	}
	return 0, 0
}

// inflateLZF decompresses data to at most size bytes, and returns how many bytes of data that took. It ends at the first that
// do not fit.
func inflateLZF(data []byte, size int) (text []byte, read int) {
	for read < len(data) {
		c := int(data[read])
		if c < 32 {
			n := c + 1
			if n > len(data)-read-1 || n > size-len(text) {
				return text, read
			}
			text = append(text, data[read+1:read+1+n]...)
			read += 1 + n
			continue
		}
		n, at := c>>5, read+1
		if n == 7 {
			if at == len(data) {
				return text, read
			}
			n += int(data[at])
			at++
		}
		if at == len(data) {
			return text, read
		}
		from := len(text) - (c&0x1f)<<8 - int(data[at]) - 1
		if n += 2; from < 0 || n > size-len(text) {
			return text, read
		}
		for range n { // it may overlap what it makes
			text = append(text, text[from])
			from++
		}
		read = at + 1
	}
	return text, read
}

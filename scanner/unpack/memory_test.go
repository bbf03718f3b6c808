package unpack

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestMemoryChangesNothing unpacks files of several kinds with one Memory, nested into each other and one after the other.
func TestMemoryChangesNothing(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(bytes.Repeat([]byte("some text "), 1000)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	files := [][]byte{makeClass(), makePyc(), packed.Bytes(), makeClass()[:60], append(makePyc(), "behind"...), packed.Bytes()[:40]}
	var unpackAll func(memory *Memory, within []int) []string
	unpackAll = func(memory *Memory, within []int) []string {
		var out []string
		for _, i := range within {
			data := files[i]
			in := Input{At: bytes.NewReader(data), Size: int64(len(data)), Data: data, Memory: memory}
			err := Detect(data).Unpack(context.Background(), in, Limits{}, func(m Member) error {
				if len(within) > 1 {
					unpackAll(memory, within[1:]) // while m is in use
				}
				var body bytes.Buffer
				_, err := body.ReadFrom(m.Body)
				out = append(out, body.String())
				return err
			})
			if err != nil {
				out = append(out, err.Error())
			}
		}
		return out
	}
	memory := new(Memory)
	for _, order := range [][]int{{0, 1, 2, 0}, {2, 5, 1, 3}, {4, 0, 5, 1}, {3, 2, 4, 2}} { // each round is within all before
		if diff := cmp.Diff(unpackAll(nil, order), unpackAll(memory, order)); diff != "" {
			t.Errorf("with memory it differs: %s", diff)
		}
	}
}

// TestMemoryLeavesReaders holds that a caller may read on where an unpacker ended early, and that its reader is not given to
// somebody else.
func TestMemoryLeavesReaders(t *testing.T) {
	memory := new(Memory)
	for range 2 { // with an empty memory, and with one that has readers
		_, free := memory.Reader(bytes.NewReader(nil))
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		if _, err := w.Write(bytes.Repeat([]byte("some text "), 1000)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		packed.WriteString("more")
		src := bufio.NewReaderSize(&packed, 64<<10)
		enough := errors.New("enough")
		err := Detect(packed.Bytes()).Unpack(context.Background(), Input{Reader: src, Memory: memory}, Limits{}, func(m Member) error {
			_, err := io.Copy(io.Discard, m.Body)
			return errors.Join(err, enough)
		})
		if !errors.Is(err, enough) {
			t.Errorf("error %v", err)
		}
		other, freeOther := memory.Reader(bytes.NewReader([]byte("other")))
		rest, err := io.ReadAll(src)
		if string(rest) != "more" || err != nil {
			t.Errorf("%q behind the stream, error %v", rest, err)
		}
		if got, err := io.ReadAll(other); string(got) != "other" || err != nil {
			t.Errorf("another reader has %q, error %v", got, err)
		}
		freeOther()
		free()
	}
}

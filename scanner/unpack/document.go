package unpack

import (
	"bytes"
	"context"
	"io"
)

// maxDocument bounds a file that is parsed in memory as a whole.
const maxDocument = 64 << 20

// wholeInput returns all bytes of a small file. A larger one is a fault of kind limit.
func wholeInput(in Input) ([]byte, error) {
	if in.Data != nil && len(in.Data) <= maxDocument {
		return in.Data, nil
	}
	var buf bytes.Buffer // it grows in fewer steps than io.ReadAll
	_, err := buf.ReadFrom(io.LimitReader(in.Reader, maxDocument+1))
	data := buf.Bytes()
	if err == nil && len(data) > maxDocument {
		data, err = data[:maxDocument], limited("parsing a file of more than %d bytes", maxDocument)
	}
	return data, err
}

// putText yields text that was made of a document, unless there is none.
func putText(ctx context.Context, out *sink, text []byte, steps ...string) error {
	return out.text(ctx, Content, text, steps...)
}

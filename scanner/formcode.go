package scanner

import (
	"fmt"
	"math"
	"sync"

	"github.com/fxamacker/cbor/v2"
	"github.com/klauspost/compress/zstd"
)

// Layers' results are kept as CBOR (RFC 8949), packed by zstd.

// layerFormBytes bounds a form that is unpacked.
const layerFormBytes = 1 << 30

// formCode is what encodes and decodes forms. It is safe for concurrent use.
type formCode struct {
	cbor   cbor.DecMode
	unpack *zstd.Decoder
	pack   *zstd.Encoder
}

var formCoding = sync.OnceValues(func() (*formCode, error) {
	// The library bounds lists to 131,072 items; a layer may have a million entries. Paths need not be UTF-8.
	mode, err := cbor.DecOptions{MaxArrayElements: math.MaxInt32, MaxMapPairs: math.MaxInt32, UTF8: cbor.UTF8DecodeInvalid}.DecMode()
	if err != nil {
		return nil, err
	}
	unpack, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(layerFormBytes))
	if err != nil {
		return nil, err
	}
	pack, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	return &formCode{mode, unpack, pack}, nil
})

// encode packs f.
func (f *layerForm) encode() ([]byte, error) {
	code, err := formCoding()
	if err != nil {
		return nil, fmt.Errorf("packing a layer's result: %w", err)
	}
	plain, err := cbor.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("packing a layer's result: %w", err)
	}
	return code.pack.EncodeAll(plain, nil), nil
}

// decodeLayerForm unpacks what encode packed.
func decodeLayerForm(data []byte) (*layerForm, error) {
	code, err := formCoding()
	if err != nil {
		return nil, fmt.Errorf("unpacking a layer's result: %w", err)
	}
	plain, err := code.unpack.DecodeAll(data, nil)
	if err != nil {
		return nil, fmt.Errorf("unpacking a layer's result: %w", err)
	}
	f := new(layerForm)
	if err := code.cbor.Unmarshal(plain, f); err != nil {
		return nil, fmt.Errorf("unpacking a layer's result: %w", err)
	}
	return f, nil
}

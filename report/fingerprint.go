package report

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"runtime"
	"sync"

	"golang.org/x/crypto/argon2"
)

const (
	fingerprintBytes = 16
	randomFrom       = 20 // bytes from which a value that is no likely word cannot be guessed
)

// Argon2Parameters are those of the fingerprints of values that could be guessed. They are not to be changed.
var Argon2Parameters = Argon2id{Time: 2, MemoryKiB: 19456, Threads: 1}

// Fingerprinter makes fingerprints of values under one salt: equal values have equal fingerprints, and the value cannot be
// computed back. It is safe for concurrent use, and computes each value once.
type Fingerprinter struct {
	salt   []byte
	params Argon2id
	slots  chan struct{} // bounds the memory of Argon2id

	mu   sync.Mutex
	done map[[sha256.Size]byte]*onceText
}

type onceText struct {
	once sync.Once
	text string
}

// NewFingerprinter returns a Fingerprinter under salt, which must not be empty.
func NewFingerprinter(salt []byte) *Fingerprinter {
	return &Fingerprinter{
		salt:   append([]byte(nil), salt...),
		params: Argon2Parameters,
		slots:  make(chan struct{}, runtime.GOMAXPROCS(0)),
		done:   make(map[[sha256.Size]byte]*onceText),
	}
}

// Fingerprints tells how the fingerprints are made, as the report shows it.
func (f *Fingerprinter) Fingerprints() Fingerprints {
	return Fingerprints{Salt: base64.StdEncoding.EncodeToString(f.salt), Argon2id: f.params}
}

// Fingerprint returns the fingerprint of v: "hm:" and an HMAC-SHA256 for a value of 20 bytes or more that is no likely
// word, "a2:" and an Argon2id hash (some 20 ms and 19 MiB) for any other; both of 16 bytes in unpadded base64url. That of
// the empty value is empty.
func (f *Fingerprinter) Fingerprint(v Value) string {
	plain := v.Reveal()
	if plain == "" {
		return ""
	}
	sum := [sha256.Size]byte(f.mac([]byte(plain)))
	if unguessable(plain) {
		return "hm:" + base64.RawURLEncoding.EncodeToString(sum[:fingerprintBytes])
	}
	f.mu.Lock()
	o := f.done[sum]
	if o == nil {
		o = new(onceText)
		f.done[sum] = o
	}
	f.mu.Unlock()
	o.once.Do(func() {
		f.slots <- struct{}{}
		defer func() { <-f.slots }()
		key := argon2.IDKey([]byte(plain), f.salt, f.params.Time, f.params.MemoryKiB, f.params.Threads, fingerprintBytes)
		o.text = "a2:" + base64.RawURLEncoding.EncodeToString(key)
	})
	return o.text
}

// errSalt is a salt that cannot be used.
var errSalt = errors.New("the salt is no base64 of 8 to 64 bytes")

// SaltBytes returns the salt of a report or baseline.
func (f Fingerprints) SaltBytes() ([]byte, error) {
	salt, err := base64.StdEncoding.DecodeString(f.Salt)
	if err != nil || len(salt) < 8 || len(salt) > 64 {
		return nil, errSalt
	}
	return salt, nil
}

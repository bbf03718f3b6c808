package unpack

import (
	"bytes"
	"context"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
)

// Facts of a private key in a key store.
const (
	FactAlias    = "alias"
	FactPassword = "default-password" // "yes": one that everybody knows opens the key
)

// storePasswords are those that programs and manuals set, which everybody tries first. They are public knowledge, and so
// no secrets.
var storePasswords = []string{
	"changeit", "changeme", "password", "", "secret", "123456", "12345678", "keystore", "android", "notasecret", "storepass", "keypass",
	"tomcat", "jetty", "wso2carbon", "test", "admin", "export", "1234",
}

// storeWork bounds the rounds of key derivation that one store may ask for, over all passwords and keys.
const storeWork = 8_000_000

// keyStore collects what a store holds.
type keyStore struct {
	out     *sink
	work    int    // rounds of key derivation that are left
	entries []byte // a line for each entry
	opened  string // the password that opened something
}

// passwords returns the passwords to try, the most likely first.
func (k *keyStore) passwords() []string {
	rest := slices.DeleteFunc(slices.Clone(storePasswords), func(p string) bool { return p == k.opened })
	return append([]string{k.opened}, rest...)
}

// spend reports whether n rounds of key derivation are left, and takes them.
func (k *keyStore) spend(n int) bool {
	if n <= 0 || n > k.work {
		k.out.fault(limited("opening a key store: more than %d rounds of key derivation", storeWork))
		return false
	}
	k.work -= n
	return true
}

// note adds a line on an entry.
func (k *keyStore) note(alias, format string, args ...any) {
	k.entries = append(k.entries, strings.ReplaceAll(alias, "\n", " ")...)
	k.entries = append(k.entries, ": "...)
	k.entries = append(fmt.Appendf(k.entries, format, args...), '\n')
}

// certificate yields a certificate.
func (k *keyStore) certificate(ctx context.Context, alias string, der []byte) error {
	k.note(alias, "certificate")
	return k.pem(ctx, "CERTIFICATE", "certificate "+alias, alias, der, nil)
}

// key yields a private key in PKCS #8 that password opens.
func (k *keyStore) key(ctx context.Context, alias, password string, der []byte) error {
	k.opened = password
	k.note(alias, "private key, opens with the default password %q", password)
	return k.pem(ctx, "PRIVATE KEY", "key "+alias, alias, der, map[string]string{FactAlias: alias, FactPassword: "yes"})
}

// locked notes a private key that no default password opens.
func (k *keyStore) locked(alias string) {
	k.note(alias, "private key, encrypted, no default password opens it")
}

func (k *keyStore) pem(ctx context.Context, kind, step, alias string, der []byte, facts map[string]string) error {
	text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	return k.out.put(ctx, Member{
		Name: alias, Steps: []string{step}, Size: int64(len(text)), Kind: Content, Facts: facts, Body: bytes.NewReader(text),
	})
}

// finish yields the list of entries.
func (k *keyStore) finish(ctx context.Context) error {
	return k.out.text(ctx, Metadata, k.entries, "entries")
}

// bigEndianText returns s in UTF-16, as Java and PKCS #12 take passwords.
func bigEndianText(s string) []byte {
	var b []byte
	for _, c := range utf16.Encode([]rune(s)) {
		b = append(b, byte(c>>8), byte(c))
	}
	return b
}

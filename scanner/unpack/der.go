package unpack

import (
	"context"
	"encoding/pem"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// maxDER bounds a key or certificate: what claims more is none.
const maxDER = 64 << 10

// derForms are the beginnings of what lies inside the outermost SEQUENCE of keys and certificates in DER, and what PEM
// calls them. A dot stands for any byte.
var derForms = []struct{ inner, label string }{
	{"\x02\x01\x00\x30.\x06", "PRIVATE KEY"}, // PKCS #8
	{"\x02\x01\x01\x30.\x06", "PRIVATE KEY"}, // RFC 5958
	{"\x02\x01\x00\x30\x81.\x06", "PRIVATE KEY"},
	{"\x02\x01\x00\x30\x82..\x06", "PRIVATE KEY"}, // with the parameters of DSA
	{"\x02\x01\x00\x02\x81", "RSA PRIVATE KEY"},   // PKCS #1, and what OpenSSL writes for DSA
	{"\x02\x01\x00\x02\x82", "RSA PRIVATE KEY"},
	{"\x02\x01\x01\x04\x20", "EC PRIVATE KEY"},                    // SEC 1 on P-256
	{"\x02\x01\x01\x04\x30", "EC PRIVATE KEY"},                    // on P-384
	{"\x02\x01\x01\x04\x42", "EC PRIVATE KEY"},                    // on P-521
	{"\x30.\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05", sealed},     // PKCS #5
	{"\x30.\x06\x0a\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01", sealed}, // PKCS #12
	{"\x30\x82..\xa0\x03\x02\x01", "CERTIFICATE"},
	{"\x30\x81.\xa0\x03\x02\x01", "CERTIFICATE"},
}

const sealed = "ENCRYPTED PRIVATE KEY"

// derLabel returns what PEM calls the key or certificate that head begins with, empty for another content.
func derLabel(head []byte) string {
	if len(head) < 16 || head[0] != 0x30 {
		return ""
	}
	n := 2
	if head[1] >= 0x80 {
		n += int(head[1] & 0x7f)
	}
	if n > 4 || head[1] == 0x80 {
		return ""
	}
	for _, f := range derForms {
		if begins(head[n:], f.inner) {
			return f.label
		}
	}
	return ""
}

// begins tells whether data begins like form.
func begins(data []byte, form string) bool {
	if len(data) < len(form) {
		return false
	}
	for i := range len(form) {
		if form[i] != data[i] && form[i] != '.' {
			return false
		}
	}
	return true
}

func matchDER(head []byte) bool { return derLabel(head) != "" }

// unpackDER yields a private key or certificate in DER as PEM, which is what is looked for and read.
func unpackDER(ctx context.Context, in Input, out *sink) error {
	data, err := wholeInput(in)
	if err != nil {
		out.fault(err)
	}
	rest, value := cryptobyte.String(data), cryptobyte.String{}
	if !rest.ReadASN1Element(&value, cbasn1.SEQUENCE) || len(value) > maxDER {
		return corrupt("reading a key in DER: it ends early")
	}
	text := pem.EncodeToMemory(&pem.Block{Type: derLabel(data), Bytes: value})
	return out.put(ctx, memoryMember(Content, text, "DER"))
}

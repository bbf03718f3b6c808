package unpack

import (
	"bytes"
	"context"
	"encoding/hex"
	"strconv"
)

// gnupgForms begin what gpg-agent kept of a key, as an S-expression in libgcrypt's canonical format, before it wrote text:
// https://git.gnupg.org/cgi-bin/gitweb.cgi?p=gnupg.git;a=blob_plain;f=agent/keyformat.txt.
var gnupgForms = []string{"(11:private-key(", "(21:protected-private-key(", "(19:openpgp-private-key("}

// expressionToken is an atom that the advanced format has without quotes.
var expressionToken = late(`\A[A-Za-z][A-Za-z0-9._-]{0,63}\z`)

func matchGnuPG(head []byte) bool {
	for _, form := range gnupgForms {
		if bytes.HasPrefix(head, []byte(form)) {
			return true
		}
	}
	return false
}

// unpackGnuPG yields the key in the advanced format, as gpg-agent writes it since version 2.3, and then what follows it.
func unpackGnuPG(ctx context.Context, in Input, out *sink) error {
	data, err := wholeInput(in)
	if err != nil {
		out.fault(err)
	}
	text, rest, err := advancedExpression(data)
	if err != nil {
		out.fault(err)
	}
	text = append(text, '\n')
	if err := out.put(ctx, memoryMember(Content, text, "S-expression")); err != nil {
		return err
	}
	return out.text(ctx, Content, rest, "trailing bytes")
}

var errExpression = corrupt("reading a key of gpg-agent: it ends early")

// maxExpression bounds a key as text: one of RSA with 16384 bits has some 20 KB.
const maxExpression = 256 << 10

// advancedExpression returns the S-expression that data begins with as text, and what follows it. The error is of kind corrupt
// where it ends before its last parenthesis, and of kind limit where its text is longer than maxExpression.
func advancedExpression(data []byte) (text, rest []byte, err error) {
	depth, spaced := 0, true
	for len(data) > 0 {
		if len(text) > maxExpression {
			return text, data, limited("reading a key of gpg-agent: it has more than %d bytes", maxExpression)
		}
		if c := data[0]; c == '(' || c == ')' {
			text, data, spaced = append(text, c), data[1:], true
			if c == '(' {
				depth++
			} else if depth--; depth <= 0 {
				return text, data, nil
			}
			continue
		}
		length, _, found := bytes.Cut(data[:min(len(data), 12)], []byte(":"))
		n, err := strconv.ParseUint(string(length), 10, 31)
		switch left := len(data) - len(length) - 1; {
		case !found || err != nil || int(n) > left:
			return text, data, errExpression
		case n > maxExpression/2:
			return text, data, limited("reading a key of gpg-agent: it has more than %d bytes", maxExpression)
		}
		atom := data[len(length)+1:][:n]
		data = data[len(length)+1+int(n):]
		if !spaced {
			text = append(text, ' ')
		}
		spaced = false
		if expressionToken().Match(atom) {
			text = append(text, atom...)
			continue
		}
		text = append(hex.AppendEncode(append(text, '#'), atom), '#')
	}
	return text, nil, errExpression
}

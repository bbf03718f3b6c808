package unpack

import (
	"bytes"
	"context"
	"encoding/hex"
	"regexp"
	"strconv"
)

// gnupgForms begin what gpg-agent kept of a key, as an S-expression in libgcrypt's canonical format, before it wrote text:
// https://git.gnupg.org/cgi-bin/gitweb.cgi?p=gnupg.git;a=blob_plain;f=agent/keyformat.txt.
var gnupgForms = []string{"(11:private-key(", "(21:protected-private-key(", "(19:openpgp-private-key("}

// expressionToken is an atom that the advanced format has without quotes.
var expressionToken = regexp.MustCompile(`\A[A-Za-z][A-Za-z0-9._-]{0,63}\z`)

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
	text, rest, complete := advancedExpression(data)
	if !complete {
		out.fault(corrupt("reading a key of gpg-agent: it ends early"))
	}
	text = append(text, '\n')
	if err := out.put(ctx, memoryMember(Content, text, "S-expression")); err != nil {
		return err
	}
	return out.text(ctx, Content, rest, "trailing bytes")
}

// advancedExpression returns the S-expression that data begins with as text, and what follows it. complete is false where
// it ends before its last parenthesis.
func advancedExpression(data []byte) (text, rest []byte, complete bool) {
	depth, spaced := 0, true
	for len(data) > 0 {
		if c := data[0]; c == '(' || c == ')' {
			text, data, spaced = append(text, c), data[1:], true
			if c == '(' {
				depth++
			} else if depth--; depth <= 0 {
				return text, data, true
			}
			continue
		}
		length, _, found := bytes.Cut(data[:min(len(data), 12)], []byte(":"))
		n, err := strconv.ParseUint(string(length), 10, 31)
		if !found || err != nil || int(n) > len(data)-len(length)-1 {
			return text, data, false
		}
		atom := data[len(length)+1:][:n]
		data = data[len(length)+1+int(n):]
		if !spaced {
			text = append(text, ' ')
		}
		spaced = false
		if expressionToken.Match(atom) {
			text = append(text, atom...)
			continue
		}
		text = append(hex.AppendEncode(append(text, '#'), atom), '#')
	}
	return text, nil, false
}

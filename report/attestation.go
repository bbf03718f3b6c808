package report

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
)

// ErrNotProven is wrapped by what VerifyAttestation and an Attestation say of content that does not hold: a signature that is missing or
// of another key, a statement that is none or contradicts itself, a report or image that it does not speak of.
var ErrNotProven = errors.New("not proven")

// Attestation is a statement whose signature holds.
type Attestation struct {
	Statement
	KeyID string // fingerprint of the key
}

// maxEnvelope bounds the bytes of a signed statement that is read.
const maxEnvelope = 256 << 20

// maxSignatures bounds the signatures of an envelope that are tried.
const maxSignatures = 64

// envelope signs payload as DSSE v1 has it.
func (s *Signer) envelope(payload []byte) (*dsse.Envelope, error) {
	signer, err := dsse.NewEnvelopeSigner(s)
	if err != nil {
		return nil, fmt.Errorf("signing the statement: %w", err)
	}
	e, err := signer.SignPayload(context.Background(), StatementMedia, payload)
	if err != nil {
		return nil, fmt.Errorf("signing the statement: %w", err)
	}
	return e, nil
}

// VerifyAttestation reads a signed statement as the format intoto writes it, and checks that one of its signatures is key's
// and that the statement is one of dregs that agrees with itself. An error of the content wraps ErrNotProven.
func VerifyAttestation(r io.Reader, key *Verifier) (*Attestation, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxEnvelope+1))
	if err != nil {
		return nil, fmt.Errorf("reading the attestation: %w", err)
	}
	if len(text) > maxEnvelope {
		return nil, fmt.Errorf("%w: it has more than %d bytes", ErrNotProven, maxEnvelope)
	}
	payload, id, err := openEnvelope(text, key)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotProven, err)
	}
	statement, err := parseStatement(payload)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotProven, err)
	}
	return &Attestation{*statement, id}, nil
}

// openEnvelope returns the payload of a DSSE envelope that key signed, and the key's fingerprint. The names that an
// envelope gives its keys are not signed, so each signature is tried.
func openEnvelope(text []byte, key *Verifier) (payload []byte, id string, err error) {
	var e dsse.Envelope
	d := json.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(&e); err != nil {
		return nil, "", fmt.Errorf("it is no signed statement: %w", documentError(err))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, "", errors.New("something follows the signed statement")
	}
	switch {
	case e.Payload == "" && len(e.Signatures) == 0:
		return nil, "", errors.New("it is not signed")
	case e.PayloadType != StatementMedia:
		return nil, "", fmt.Errorf("its payload is of the type %q, not %q", Escape(shorten(e.PayloadType, 80)), StatementMedia)
	case len(e.Signatures) > maxSignatures:
		return nil, "", fmt.Errorf("it has more than %d signatures", maxSignatures)
	}
	for i := range e.Signatures {
		e.Signatures[i].KeyID = ""
	}
	verifier, err := dsse.NewEnvelopeVerifier(key)
	if err != nil {
		return nil, "", fmt.Errorf("checking the signature: %w", err)
	}
	accepted, payload, err := verifier.VerifyAndDecode(context.Background(), &e)
	switch {
	case errors.Is(err, dsse.ErrNoSignature):
		return nil, "", errors.New("it is not signed")
	case err != nil || len(accepted) == 0:
		return nil, "", errSignature
	}
	return payload, accepted[0].KeyID, nil
}

// Describes checks that a statement speaks of the report that in holds: the very bytes that the format json wrote, or JSON
// of the same content.
func (a *Attestation) Describes(in io.Reader) error {
	raw, err := readAll(in)
	if err != nil {
		return fmt.Errorf("reading report: %w", err)
	}
	want := a.Predicate.Report.Digest["sha256"]
	if sum := sha256.Sum256(raw); hex.EncodeToString(sum[:]) == want {
		return nil
	}
	r, err := Read(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	got, err := reportDigest(r)
	if err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("%w: it speaks of another report, of digest sha256:%s", ErrNotProven, want)
	}
	return nil
}

// Names checks that digest, as "sha256:…", is one of the subjects'.
func (a *Attestation) Names(digest string) error {
	algorithm, digits, _ := strings.Cut(strings.ToLower(digest), ":")
	if slices.ContainsFunc(a.Subject, func(s Subject) bool { return digits != "" && strings.EqualFold(s.Digest[algorithm], digits) }) {
		return nil
	}
	return fmt.Errorf("%w: it does not speak of %q", ErrNotProven, digest)
}

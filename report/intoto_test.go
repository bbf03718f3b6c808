package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// envelopeText is a signed statement as it is on disk.
type envelopeText struct {
	PayloadType string `json:"payloadType"`
	Payload     string `json:"payload"`
	Signatures  []struct {
		KeyID string `json:"keyid"`
		Sig   string `json:"sig"`
	} `json:"signatures"`
}

func signed(t testing.TB, r *Report, key testKey) []byte {
	t.Helper()
	signer, err := NewSigner(key.private)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := writeInToto(&b, r, Options{Signer: signer}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func verifierOf(t testing.TB, key testKey) *Verifier {
	t.Helper()
	return must[*Verifier](t)(NewVerifier(key.public))
}

// TestAttestation signs every report with every kind of key. The signature must be what the standard library makes of
// DSSE's encoding, and what is read back the statement that is written without a signature.
func TestAttestation(t *testing.T) {
	keys := testKeys(t)
	for kind, key := range keys {
		for name, r := range testReports() {
			t.Run(kind+" "+name, func(t *testing.T) {
				out := signed(t, r, key)
				var e envelopeText
				if err := json.Unmarshal(out, &e); err != nil {
					t.Fatal(err)
				}
				payload, _ := base64.StdEncoding.DecodeString(e.Payload)
				signature, _ := base64.StdEncoding.DecodeString(e.Signatures[0].Sig)
				if e.PayloadType != "application/vnd.in-toto+json" || !key.verify(fmt.Appendf(nil, "DSSEv1 28 application/vnd.in-toto+json %d %s", len(payload), payload), signature) {
					t.Errorf("the signature is not DSSE's")
				}
				if !bytes.Equal(out, signed(t, r, key)) {
					t.Error("signed again it differs")
				}
				a, err := VerifyAttestation(bytes.NewReader(out), verifierOf(t, key))
				if err != nil {
					t.Fatal(err)
				}
				var bare Statement
				if err := json.Unmarshal(written(t, writeInToto, r, Options{}), &bare); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(a.Statement, bare); diff != "" {
					t.Errorf("statement (got -, want +):\n%s", diff)
				}
				if a.KeyID != e.Signatures[0].KeyID || !strings.HasPrefix(a.KeyID, "SHA256:") {
					t.Errorf("key %q, in the envelope %q", a.KeyID, e.Signatures[0].KeyID)
				}
			})
		}
	}
}

// TestAttestationOfAnotherKey holds that no key takes another's signature, whatever the envelope calls its key.
func TestAttestationOfAnotherKey(t *testing.T) {
	keys := testKeys(t)
	for by, signer := range keys {
		for with, verifier := range keys {
			out := signed(t, sampleReport(), signer)
			out = bytes.Replace(out, []byte(`"keyid": "`), []byte(`"keyid": "other`), 1)
			_, err := VerifyAttestation(bytes.NewReader(out), verifierOf(t, verifier))
			if same := sameKey(by) == sameKey(with); same != (err == nil) || err != nil && !errors.Is(err, ErrNotProven) {
				t.Errorf("signed by %s, checked with %s: %v", by, with, err)
			}
		}
	}
}

// sameKey names the key of a pair of testKeys.
func sameKey(name string) string {
	if name == "certificate" || name == "sec1 after parameters" {
		return "p256"
	}
	return name
}

// TestAttestationThatWasChanged changes each part of an envelope in turn.
func TestAttestationThatWasChanged(t *testing.T) {
	key := testKeys(t)["ed25519"]
	out := signed(t, sampleReport(), key)
	for at := 0; at < len(out); at += 7 {
		changed := bytes.Clone(out)
		changed[at] ^= 1
		a, err := VerifyAttestation(bytes.NewReader(changed), verifierOf(t, key))
		if err != nil && !errors.Is(err, ErrNotProven) {
			t.Errorf("byte %d: error %v", at, err)
		}
		if err == nil && a.Predicate.Verdict.Word != DoNotPublish {
			t.Errorf("byte %d: the statement became %v", at, a.Predicate)
		}
		if _, err := VerifyAttestation(bytes.NewReader(out[:at]), verifierOf(t, key)); !errors.Is(err, ErrNotProven) {
			t.Errorf("cut at %d: error %v", at, err)
		}
	}
}

func TestVerifyAttestationRefuses(t *testing.T) {
	key := testKeys(t)["ed25519"]
	signer := must[*Signer](t)(NewSigner(key.private))
	resigned := func(change func(s *Statement)) string {
		s := must[*Statement](t)(newStatement(sampleReport(), Gate{}))
		change(s)
		payload, _ := json.Marshal(s)
		e := must[any](t)(signer.envelope(payload))
		text, _ := json.Marshal(e)
		return string(text)
	}
	good := string(signed(t, sampleReport(), key))
	tests := []struct{ name, text, want string }{
		{"nothing", "", "not proven: it is no signed statement: the file ends early: its writing was interrupted, or it was cut"},
		{"text", "hello", "not proven: it is no signed statement: the file is no dregs report: it is not JSON"},
		{"a bare statement", string(written(t, writeInToto, sampleReport(), Options{})), "not proven: it is not signed"},
		{"no signature", strings.Replace(good, `"signatures"`, `"x"`, 1), "not proven: it is not signed"},
		{"another type of payload", strings.Replace(good, "in-toto+json", "other", 1), `not proven: its payload is of the type "application/vnd.other", not "application/vnd.in-toto+json"`},
		{"something after it", good + "{}", "not proven: something follows the signed statement"},
		{"another statement", resigned(func(s *Statement) { s.Type = "x" }), `not proven: it is no in-toto statement v1 but "x"`},
		{"another predicate", resigned(func(s *Statement) { s.PredicateType = "https://slsa.dev/provenance/v1" }), `not proven: its predicate is of the type "https://slsa.dev/provenance/v1", not "urn:dregs:scan:v1"`},
		{"no subject", resigned(func(s *Statement) { s.Subject = nil }), "not proven: it has no subject"},
		{"a subject without a digest", resigned(func(s *Statement) { s.Subject[0].Digest = nil }), "not proven: subject 0: it has no digest"},
		{"a digest that is none", resigned(func(s *Statement) { s.Predicate.Report.Digest["sha256"] = "zz" }), "not proven: its report: its digest is none"},
		{"a summary that does not add up", resigned(func(s *Statement) { s.Predicate.Summary.Buried++ }), "not proven: its summary does not add up: 4 secrets, 3 by severity, 3 by rule"},
		{"complete with a problem", resigned(func(s *Statement) { s.Predicate.Complete = true }), "not proven: it calls the scan complete with 1 problem"},
		{"publish of what was not read", resigned(func(s *Statement) { s.Predicate.Verdict.Word = Publish }), "not proven: it says publish of a scan that is not complete"},
		{"a verdict that is none", resigned(func(s *Statement) { s.Predicate.Verdict.Word = "fine\x1b" }), `not proven: its verdict is "fine\\x1b"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := VerifyAttestation(strings.NewReader(tt.text), verifierOf(t, key))
			if err == nil || err.Error() != tt.want || !errors.Is(err, ErrNotProven) {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
	t.Run("a reader that breaks", func(t *testing.T) {
		errDisk := errors.New("disk gone")
		if _, err := VerifyAttestation(iotest.ErrReader(errDisk), verifierOf(t, key)); !errors.Is(err, errDisk) || errors.Is(err, ErrNotProven) {
			t.Errorf("error %v", err)
		}
	})
}

func TestAttestationDescribes(t *testing.T) {
	r := sampleReport()
	a := &Attestation{Statement: *must[*Statement](t)(newStatement(r, Gate{}))}
	raw := written(t, writeJSON, r, Options{})
	sum := sha256.Sum256(raw)
	if got, want := a.Predicate.Report.Digest["sha256"], hex.EncodeToString(sum[:]); got != want {
		t.Errorf("digest %s, want the file's: %s", got, want)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, raw); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		raw  string
		want error
	}{
		{"the file", string(raw), nil},
		{"the same in other words", compact.String(), nil},
		{"one thing changed", strings.Replace(string(raw), `"exposed"`, `"buried"`, 1), ErrNotProven},
		{"no report", "hello", ErrNotReport},
		{"half of it", string(raw[:len(raw)/2]), ErrTruncated},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := a.Describes(strings.NewReader(tt.raw)); !errors.Is(err, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
		})
	}
}

func TestAttestationNames(t *testing.T) {
	a := &Attestation{Statement: *must[*Statement](t)(newStatement(sampleReport(), Gate{}))}
	digits := strings.Repeat("aa", 32)
	for digest, want := range map[string]bool{
		"sha256:" + digits: true, "sha256:" + strings.ToUpper(digits): true, "sha512:" + digits: false, digits: false, "": false, "sha256:": false, "sha256:" + strings.Repeat("bb", 32): false,
	} {
		if err := a.Names(digest); (err == nil) != want || err != nil && !errors.Is(err, ErrNotProven) {
			t.Errorf("%q: %v", digest, err)
		}
	}
}

func TestSubjects(t *testing.T) {
	digest := func(b string) string { return "sha256:" + strings.Repeat(b, 32) }
	r := &Report{Targets: []Target{
		{Name: "app", Images: []Image{
			{Platform: "linux/amd64", Digest: digest("aa"), ID: digest("bb")}, {Platform: "linux/arm64", Digest: digest("cc")},
			{Kind: "attestation", Digest: digest("dd")}, {Digest: "sha256:nonsense"},
		}},
		{Name: "saved.tar", Images: []Image{{ID: digest("ee")}}}, {Name: "again", Images: []Image{{Digest: digest("aa")}}}, {Name: "build.log"},
	}}
	want := []Subject{
		{Name: "app linux/amd64 sha256:aaaaaaaaaaaa", Digest: map[string]string{"sha256": strings.Repeat("aa", 32)}, MediaType: imageMedia},
		{Name: "app linux/arm64 sha256:cccccccccccc", Digest: map[string]string{"sha256": strings.Repeat("cc", 32)}, MediaType: imageMedia},
		{Name: "saved.tar", Digest: map[string]string{"sha256": strings.Repeat("ee", 32)}, MediaType: imageConfigType},
	}
	if diff := cmp.Diff(subjects(r), want); diff != "" {
		t.Errorf("subjects (got -, want +):\n%s", diff)
	}
}

// FuzzVerifyAttestation holds that no file is taken for a signed statement unless it holds one that the key signed.
func FuzzVerifyAttestation(f *testing.F) {
	key := testKeys(f)["ed25519"]
	good := signed(f, &Report{}, key)
	f.Add(good)
	f.Add([]byte(`{"payloadType":"application/vnd.in-toto+json","payload":"e30=","signatures":[{"sig":"AA=="}]}`))
	f.Add([]byte(`{"_type":"https://in-toto.io/Statement/v1"}`))
	verifier := verifierOf(f, key)
	want, err := VerifyAttestation(bytes.NewReader(good), verifier)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		a, err := VerifyAttestation(bytes.NewReader(text), verifier)
		switch {
		case err == nil && !cmp.Equal(a, want):
			t.Errorf("a statement that nobody signed was taken: %v", a)
		case err != nil && !errors.Is(err, ErrNotProven):
			t.Errorf("error %v", err)
		case err != nil && strings.IndexFunc(err.Error(), obeyed) >= 0:
			t.Errorf("error %q", err)
		}
	})
}

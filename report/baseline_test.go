package report

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func baselineText(t *testing.T, r *Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := KnownFrom(r).Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestBaselineGolden(t *testing.T) {
	golden(t, "sample-baseline.json", []byte(baselineText(t, sampleReport())))
}

func TestBaselineSurvivesRebuild(t *testing.T) {
	want := baselineText(t, sampleReport())
	r := sampleReport()
	for i := range r.Secrets {
		for j := range r.Secrets[i].Occurrences {
			o := &r.Secrets[i].Occurrences[j]
			o.Line, o.Column, o.Offset, o.LayerDigest, o.Layer = o.Line+40, 1, 9000, "sha256:other", number(7)
		}
	}
	r.Secrets[0], r.Secrets[2] = r.Secrets[2], r.Secrets[0]
	if diff := cmp.Diff(baselineText(t, r), want); diff != "" {
		t.Errorf("baseline of the rebuilt image (got -, want +):\n%s", diff)
	}
	k, err := ReadKnown(strings.NewReader(want))
	if err != nil {
		t.Fatal(err)
	}
	for i := range r.Secrets {
		r.Secrets[i].New = true
	}
	if err := k.Apply(r); err != nil {
		t.Fatal(err)
	}
	for _, s := range r.Secrets {
		if s.New && s.Ignored == nil && s.Fingerprint != "" {
			t.Errorf("secret %s is new after a rebuild", s.ID)
		}
	}
}

func TestBaselineApply(t *testing.T) {
	fingerprints := Fingerprints{Salt: "AAECAwQFBgcICQoLDA0ODw==", Argon2id: Argon2Parameters}
	known := &Known{Schema: BaselineSchema, Fingerprints: fingerprints,
		Secrets: []KnownSecret{{"hm:same", "a", Exposed}, {"hm:surfaced", "b", Buried}, {"hm:hidden", "c", Exposed}, {"hm:gone", "d", Buried}}, Exposures: []KnownExposure{{"image-id", "sha256:1"}}}
	r := &Report{Fingerprints: fingerprints, Secrets: []Secret{
		{Fingerprint: "hm:same", Status: Exposed}, {Fingerprint: "hm:surfaced", Status: Exposed}, {Fingerprint: "hm:hidden", Status: Buried},
		{Fingerprint: "hm:other", Status: Buried}, {Severity: Low},
	}, Exposures: []Exposure{{Kind: "image-id", Value: "sha256:1", New: true}, {Kind: "image-digest", Value: "sha256:1"}}}
	if err := known.Apply(r); err != nil {
		t.Fatal(err)
	}
	var got []bool
	for _, s := range r.Secrets {
		got = append(got, s.New)
	}
	if diff := cmp.Diff(got, []bool{false, true, false, true, true}); diff != "" {
		t.Errorf("new (got -, want +):\n%s", diff)
	}
	if diff := cmp.Diff(r.Baseline, &Baseline{Known: 2, New: 3, Gone: []Gone{{"hm:gone", "d"}}}); diff != "" {
		t.Errorf("baseline (got -, want +):\n%s", diff)
	}
	if r.Exposures[0].New || !r.Exposures[1].New {
		t.Errorf("exposures new: %v, %v, want false, true", r.Exposures[0].New, r.Exposures[1].New)
	}
}

func TestBaselineRefuses(t *testing.T) {
	whole := baselineText(t, sampleReport())
	report := string(written(t, writeJSON, sampleReport(), Options{}))
	tests := []struct {
		name, in string
		want     error
	}{
		{"newer schema", strings.Replace(whole, "baseline/v1", "baseline/v2", 1), ErrNewerSchema},
		{"newer report", strings.Replace(report, "report/v1", "report/v9", 1), ErrNewerSchema},
		{"half", whole[:len(whole)/2], ErrTruncated},
		{"half a report", report[:len(report)/2], ErrTruncated},
		{"other", "{}", ErrNotReport},
		{"no salt", strings.Replace(whole, "AAECAwQFBgcICQoLDA0ODw==", "?", 1), ErrNotReport},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ReadKnown(strings.NewReader(tt.in))
			if !errors.Is(err, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
			var hint interface{ Hint() string }
			if !errors.As(err, &hint) || hint.Hint() == "" {
				t.Errorf("error %v has no hint", err)
			}
		})
	}
	t.Run("other salt", func(t *testing.T) {
		k, err := ReadKnown(strings.NewReader(strings.Replace(whole, "AAECAwQFBgcICQoLDA0ODw==", "AAECAwQFBgcICQoLDA0ODg==", 1)))
		if err != nil {
			t.Fatal(err)
		}
		r := sampleReport()
		if err := k.Apply(r); !errors.Is(err, ErrSalt) {
			t.Errorf("error %v, want %v", err, ErrSalt)
		}
		if diff := cmp.Diff(string(written(t, writeJSON, r, Options{})), report); diff != "" {
			t.Errorf("the report changed all the same:\n%s", diff)
		}
	})
	t.Run("report as baseline", func(t *testing.T) {
		got, err := ReadKnown(strings.NewReader(report))
		if err != nil {
			t.Fatal(err)
		}
		want, err := ReadKnown(strings.NewReader(whole))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(got, want); diff != "" {
			t.Errorf("baseline from the report (got -, want +):\n%s", diff)
		}
	})
}

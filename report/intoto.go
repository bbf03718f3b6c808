package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
)

// Types of an attestation, of https://in-toto.io/Statement/v1 and of what dregs says in one.
const (
	StatementType   = "https://in-toto.io/Statement/v1"
	PredicateType   = "urn:dregs:scan:v1"
	StatementMedia  = "application/vnd.in-toto+json"
	imageMedia      = "application/vnd.oci.image.manifest.v1+json"
	imageConfigType = "application/vnd.oci.image.config.v1+json"
	reportMedia     = "application/vnd.dregs.report.v1+json"
)

// Statement is an in-toto statement about the images that were scanned. A scan of no image, of a log for instance, is a
// statement about its report.
type Statement struct {
	Type          string    `json:"_type"`
	Subject       []Subject `json:"subject"`
	PredicateType string    `json:"predicateType"`
	Predicate     Predicate `json:"predicate"`
}

// Subject is one image, by the digest of its manifest, or of its configuration where the source has no manifest; MediaType
// tells which. Digest maps an algorithm to hexadecimal digits.
type Subject struct {
	Name      string            `json:"name"`
	Digest    map[string]string `json:"digest"`
	MediaType string            `json:"mediaType,omitempty"`
}

// Predicate is what dregs says of the subjects. It holds no finding, only counts, so that it can be published: who has the
// report can tell by its digest that it is the one meant.
type Predicate struct {
	Scanner    Tool           `json:"scanner"`
	Started    time.Time      `json:"started"`
	Complete   bool           `json:"complete"`
	Verdict    Judgement      `json:"verdict"`
	Summary    Summary        `json:"summary"`
	New        int            `json:"new"`     // secrets that no baseline knows and no ignore file covers
	Ignored    int            `json:"ignored"` // these are not in the summary
	Exposures  int            `json:"exposures"`
	Problems   map[string]int `json:"problems"` // by kind
	Accepted   int            `json:"accepted_problems"`
	Coverage   Extent         `json:"coverage"`
	Report     Reference      `json:"report"`
	DurationMS int64          `json:"duration_ms"`
}

// Judgement is what a gate said of the report, and the gate.
type Judgement struct {
	Word           string   `json:"word"`
	Why            string   `json:"why"`
	FailOn         string   `json:"fail_on"`
	FailOnExposure string   `json:"fail_on_exposure"`
	Strict         bool     `json:"strict"`
	OwnOnly        bool     `json:"own_only"`
	Visibility     []string `json:"visibility,omitempty"`
}

// Extent counts what was read.
type Extent struct {
	Images        int   `json:"images"`
	Layers        int   `json:"layers"`
	Files         int   `json:"files"`
	Bytes         int64 `json:"bytes"`
	UnpackedFiles int   `json:"unpacked_files"`
	UnpackedBytes int64 `json:"unpacked_bytes"`
	Skipped       int   `json:"skipped"`
}

// Reference names a report by the digest of the JSON that the format json writes of it.
type Reference struct {
	Schema string            `json:"schema"`
	Digest map[string]string `json:"digest"`
}

// writeInToto writes the statement, in a DSSE envelope where there is a signer.
func writeInToto(w io.Writer, r *Report, o Options) error {
	statement, err := newStatement(r, o.Gate)
	if err != nil {
		return err
	}
	if o.Signer == nil {
		return encodeJSON(w, statement, "  ")
	}
	var payload bytes.Buffer
	if err := encodeJSON(&payload, statement, ""); err != nil {
		return err
	}
	envelope, err := o.Signer.envelope(payload.Bytes())
	if err != nil {
		return err
	}
	return encodeJSON(w, envelope, "  ")
}

// newStatement returns what can be attested of r.
func newStatement(r *Report, g Gate) (*Statement, error) {
	digest, err := reportDigest(r)
	if err != nil {
		return nil, err
	}
	ref := map[string]string{"sha256": digest}
	s := &Statement{Type: StatementType, PredicateType: PredicateType, Subject: subjects(r), Predicate: newPredicate(r, g)}
	s.Predicate.Report = Reference{Schema: firstOf(r.Schema, Schema), Digest: ref}
	if len(s.Subject) == 0 {
		s.Subject = []Subject{{Name: "report", Digest: ref, MediaType: reportMedia}}
	}
	return s, nil
}

// reportDigest returns the SHA-256 of r as JSON.
func reportDigest(r *Report) (string, error) {
	h := sha256.New()
	if err := writeJSON(h, r, Options{}); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// subjects returns the images of r, each digest once.
func subjects(r *Report) []Subject {
	var all []Subject
	seen := make(map[string]bool)
	for i := range r.Targets {
		for j := range r.Targets[i].Images {
			m := &r.Targets[i].Images[j]
			digest, media := m.Digest, imageMedia
			if !isDigest(digest) {
				digest, media = m.ID, imageConfigType
			}
			if m.Kind != "" || !isDigest(digest) || seen[digest] {
				continue
			}
			seen[digest] = true
			algorithm, digits, _ := strings.Cut(digest, ":")
			all = append(all, Subject{
				Name:   r.imageName(&Occurrence{Target: i, Image: &j}),
				Digest: map[string]string{algorithm: strings.ToLower(digits)}, MediaType: media,
			})
		}
	}
	return all
}

func newPredicate(r *Report, g Gate) Predicate {
	outcome := g.Judge(r)
	c := &r.Coverage
	p := Predicate{
		Scanner: r.Tool, Started: r.Started, DurationMS: r.DurationMS, Complete: r.Complete && r.IsComplete(),
		Verdict: Judgement{
			Word: outcome.Word, Why: outcome.Why, FailOn: g.secretThreshold(), FailOnExposure: g.exposureThreshold(),
			Strict: g.Strict, OwnOnly: g.OwnOnly, Visibility: g.Visibility,
		},
		Summary: filled(&Report{Summary: r.Summary}).Summary, Exposures: len(r.Exposures), Problems: map[string]int{},
		Coverage: Extent{c.Images, c.Layers, c.Files, c.Bytes, c.UnpackedFiles, c.UnpackedBytes, 0},
	}
	for i := range r.Secrets {
		switch s := &r.Secrets[i]; {
		case s.Ignored != nil:
			p.Ignored++
		case s.New:
			p.New++
		}
	}
	for i := range r.Targets {
		for _, problem := range r.Targets[i].Problems {
			p.Problems[problem.Kind]++
			if problem.Accepted != nil {
				p.Accepted++
			}
		}
	}
	for _, s := range c.Skipped {
		if !s.Candidates {
			p.Coverage.Skipped += s.Count
		}
	}
	return p
}

// check returns why s is no statement of dregs, or one that contradicts itself.
func (s *Statement) check() error {
	switch {
	case s.Type != StatementType:
		return fmt.Errorf("it is no in-toto statement v1 but %q", Escape(shorten(s.Type, 80)))
	case s.PredicateType != PredicateType:
		return fmt.Errorf("its predicate is of the type %q, not %q", Escape(shorten(s.PredicateType, 80)), PredicateType)
	case len(s.Subject) == 0:
		return fmt.Errorf("it has no subject")
	}
	for i, subject := range s.Subject {
		if err := checkDigests(subject.Digest); err != nil {
			return fmt.Errorf("subject %d: %w", i, err)
		}
	}
	if err := checkDigests(s.Predicate.Report.Digest); err != nil {
		return fmt.Errorf("its report: %w", err)
	}
	return s.Predicate.check()
}

// check returns what of p cannot be so.
func (p *Predicate) check() error {
	severities, rules := 0, 0
	for _, n := range p.Summary.BySeverity {
		severities += n
	}
	for _, n := range p.Summary.ByRule {
		rules += n
	}
	unaccepted := -p.Accepted
	for _, n := range p.Problems {
		unaccepted += n
	}
	switch total := p.Summary.Exposed + p.Summary.Buried; {
	case severities != total || rules != total:
		return fmt.Errorf("its summary does not add up: %d secrets, %d by severity, %d by rule", total, severities, rules)
	case p.Complete && unaccepted > 0:
		return fmt.Errorf("it calls the scan complete with %s", count(unaccepted, "problem"))
	case p.Verdict.Word != Publish && p.Verdict.Word != DoNotPublish && p.Verdict.Word != CannotTell:
		return fmt.Errorf("its verdict is %q", Escape(shorten(p.Verdict.Word, 40)))
	case p.Verdict.Word == Publish && !p.Complete:
		return fmt.Errorf("it says publish of a scan that is not complete")
	}
	return nil
}

func checkDigests(digests map[string]string) error {
	if len(digests) == 0 {
		return fmt.Errorf("it has no digest")
	}
	for algorithm, digits := range digests {
		if !isDigest(algorithm + ":" + digits) {
			return fmt.Errorf("its digest is none")
		}
	}
	return nil
}

// parseStatement reads a statement and checks it.
func parseStatement(payload []byte) (*Statement, error) {
	var s Statement
	if err := json.Unmarshal(payload, &s); err != nil {
		return nil, fmt.Errorf("its payload is no statement: %w", documentError(err))
	}
	return &s, s.check()
}

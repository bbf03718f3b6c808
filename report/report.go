// Package report holds the model of a scan's result, schema dregs/report/v1, and writes it in every format.
// It does not scan, open images or judge what a secret is worth: it says what was found, clears every string of the
// plaintext, and renders. It is the one package that all others may import.
package report

import "time"

// Schema names the version of the JSON model. A reader must refuse a higher version.
const Schema = "dregs/report/v1"

// Report is the result of one scan. All slices are in report order, and a zero Report is an empty, incomplete one.
// Its strings are raw (not escaped) but hold no plaintext: Clear has replaced every value found. The tag clear tells it
// which strings are the scan's own ("no"), digests ("digest"), or cut out of a longer text ("window").
type Report struct {
	Schema       string       `json:"schema" clear:"no"`
	Tool         Tool         `json:"tool"`
	Started      time.Time    `json:"started"`
	DurationMS   int64        `json:"duration_ms"`
	Complete     bool         `json:"complete"`
	Fingerprints Fingerprints `json:"fingerprints" clear:"no"`
	Baseline     *Baseline    `json:"baseline,omitempty"`
	Targets      []Target     `json:"targets"`
	Secrets      []Secret     `json:"secrets"`
	Exposures    []Exposure   `json:"exposures"`
	Practices    []Practice   `json:"practices"`
	Coverage     Coverage     `json:"coverage"`
	Summary      Summary      `json:"summary" clear:"no"`
	Notes        []string     `json:"notes,omitempty"` // what the user should know of baseline and ignore files
}

// Tool names the program and the rule set that made a report.
type Tool struct {
	Name    string  `json:"name" clear:"no"`
	Version string  `json:"version" clear:"no"`
	Rules   RuleSet `json:"rules" clear:"no"`
}

// RuleSet identifies the rules of a scan: Digest is "sha256:" and the hex digest of the merged set.
type RuleSet struct {
	Count  int    `json:"count"`
	Digest string `json:"digest"`
}

// Fingerprints tells how the fingerprints of a report were made. Only reports of equal Salt can be compared.
type Fingerprints struct {
	Salt     string   `json:"salt"` // standard base64
	Argon2id Argon2id `json:"argon2id"`
}

// Argon2id holds the parameters of RFC 9106 used for values that could be guessed.
type Argon2id struct {
	Time      uint32 `json:"time"`
	MemoryKiB uint32 `json:"memory_kib"`
	Threads   uint8  `json:"threads"`
}

// Baseline tells how the scan compares with the baseline it was given.
type Baseline struct {
	Known int    `json:"known"`
	New   int    `json:"new"`
	Gone  []Gone `json:"gone"`
}

// Gone is a secret of the baseline that this scan no longer finds.
type Gone struct {
	Fingerprint string `json:"fingerprint" clear:"no"`
	Rule        string `json:"rule" clear:"no"`
}

// Kinds of target.
const (
	KindImage      = "image"
	KindDockerfile = "dockerfile"
	KindLog        = "log"
	KindDirectory  = "directory"
	KindRegistry   = "registry"
)

// Target is one thing the user named. Source is the scheme it was opened with.
type Target struct {
	Name     string    `json:"name"`
	Kind     string    `json:"kind" clear:"no"`
	Source   string    `json:"source" clear:"no"`
	Images   []Image   `json:"images"`
	Problems []Problem `json:"problems"`

	Links   []Link  `json:"links,omitempty"`   // of a registry: the names that its repositories have for manifests
	Indexes []Index `json:"indexes,omitempty"` // of a registry

	Dockerfile *BuildFile `json:"dockerfile,omitempty"` // of a target of kind dockerfile
}

// Image is one manifest of one platform. Digest is that of the manifest, ID that of the configuration; either is
// empty where the source does not have it (a docker archive has no manifest digest).
type Image struct {
	Platform     string    `json:"platform"`
	Digest       string    `json:"digest" clear:"digest"`
	ID           string    `json:"id" clear:"digest"`
	Created      string    `json:"created,omitempty"` // RFC 3339 as the configuration has it
	Tags         []string  `json:"tags"`
	PastTags     []string  `json:"past_tags,omitempty"`              // of a registry: tags that named it once and now name another
	State        string    `json:"state,omitempty" clear:"no"`       // of a registry: where it stands there
	Repositories []string  `json:"repositories,omitempty"`           // of a registry: those that hold it
	Kind         string    `json:"kind,omitempty" clear:"no"`        // "artifact" for an OCI artifact that is no image, "attestation" for an attestation manifest
	Subject      string    `json:"subject,omitempty" clear:"digest"` // digest of the manifest that this one refers to
	Via          []string  `json:"via,omitempty"`                    // where an image inside another lies: layer path and inner steps
	Base         *Base     `json:"base,omitempty"`
	Layers       []Layer   `json:"layers"`
	History      []History `json:"history"`
}

// Base tells which image this one was built on, and how that is known: "annotation", "flag" or "prefix".
type Base struct {
	Name   string `json:"name,omitempty"`
	Digest string `json:"digest,omitempty" clear:"digest"`
	Layers int    `json:"layers"`
	// History is how many entries of the history are the base's, where its own history was read.
	History int    `json:"history,omitempty"`
	Source  string `json:"source" clear:"no"`
}

// Layer is one non-empty layer, numbered from 0, base first. Size counts compressed bytes, Bytes uncompressed ones.
type Layer struct {
	Index       int    `json:"index"`
	Digest      string `json:"digest" clear:"digest"`
	DiffID      string `json:"diff_id" clear:"digest"`
	MediaType   string `json:"media_type"`
	Size        int64  `json:"size"`
	Bytes       int64  `json:"bytes"`
	Files       int    `json:"files"`
	Created     string `json:"created,omitempty"`
	Instruction string `json:"instruction,omitempty"`
	History     *int   `json:"history"` // the history entry that made it, null where that cannot be told
	Base        bool   `json:"base"`
}

// History is one entry of the configuration's history. Layer is null for an entry that made none, and where the
// entries cannot be tied to layers (Untied tells which).
type History struct {
	Index       int    `json:"index"`
	Created     string `json:"created,omitempty"`
	Instruction string `json:"instruction"`
	Comment     string `json:"comment,omitempty"`
	Layer       *int   `json:"layer"`
	Untied      string `json:"untied,omitempty"` // why this entry is tied to no layer although it may have made one
}

// Problem kinds.
const (
	Missing        = "missing"
	Corrupt        = "corrupt"
	DigestMismatch = "digest-mismatch"
	Limit          = "limit"
	Unsupported    = "unsupported"
	Unreadable     = "unreadable"
	Unauthorized   = "unauthorized"
	Interrupted    = "interrupted"
)

// Problem is something that could not be read in full. A target with a problem that nobody accepted makes the report
// incomplete.
type Problem struct {
	Where    string    `json:"where"`
	Kind     string    `json:"kind" clear:"no"`
	Error    string    `json:"error"`
	Accepted *Accepted `json:"accepted,omitempty"`
}

// Accepted tells who accepted a problem and why.
type Accepted struct {
	By      string `json:"by,omitempty"`
	Reason  string `json:"reason"`
	Expires string `json:"expires,omitempty"` // a date, YYYY-MM-DD
}

// Status of a secret.
const (
	Exposed = "exposed" // at least one occurrence is visible
	Buried  = "buried"  // none is
)

// Severities and confidences.
const (
	Critical = "critical"
	High     = "high"
	Medium   = "medium"
	Low      = "low"
)

// Secret is one value, however often it occurs and whichever rules hit it.
type Secret struct {
	ID          string       `json:"id" clear:"no"`
	Fingerprint string       `json:"fingerprint,omitempty" clear:"no"`
	New         bool         `json:"new"`
	Ignored     *Ignored     `json:"ignored,omitempty"`
	Also        []string     `json:"also,omitempty" clear:"no"`
	Rule        string       `json:"rule" clear:"no"`
	Description string       `json:"description" clear:"no"`
	Vendor      string       `json:"vendor,omitempty" clear:"no"`
	Severity    string       `json:"severity" clear:"no"`
	Confidence  string       `json:"confidence" clear:"no"`
	Status      string       `json:"status" clear:"no"`
	Inherited   bool         `json:"inherited,omitempty"` // every occurrence lies in the base image
	Redacted    string       `json:"redacted"`
	Secret      string       `json:"secret,omitempty"` // plaintext, only with --show-secrets
	Length      int          `json:"length,omitempty"`
	Entropy     float64      `json:"entropy,omitempty"`
	Verdict     Verdict      `json:"verdict"`
	Advice      string       `json:"advice,omitempty" clear:"no"`
	Cleanup     []string     `json:"cleanup,omitempty"` // how to get it out of the image, step by step, where a Dockerfile of the scan tells
	Reach       *Reach       `json:"reach,omitempty"`   // of a scan of registries
	Occurrences []Occurrence `json:"occurrences"`

	value  Value
	sealed *Sealed // where the value is not known
}

// Where an image stands in a registry.
const (
	Tagged       = "tagged"
	MovedTag     = "moved-tag"    // a tag named it once and now names another
	Untagged     = "untagged"     // a repository holds it, and no tag ever named it that is still known
	Unreferenced = "unreferenced" // no repository links it any more
)

// States of what no manifest of a registry explains.
const (
	Orphan = "orphan" // a stored blob
	Upload = "upload" // a blob whose upload was never finished
)

// Reach is what ships a secret: all slices sorted. The times come with what told them, since an image's own time can be
// forged and that of a file is weak evidence.
type Reach struct {
	Repositories    []string `json:"repositories"`
	Tags            []string `json:"tags"`
	PastTags        []string `json:"past_tags,omitempty"` // tags that named what ships it, and now name another image
	Digests         []string `json:"digests" clear:"digest"`
	Platforms       []string `json:"platforms"`
	FirstSeen       string   `json:"first_seen,omitempty"`
	FirstSeenSource string   `json:"first_seen_source,omitempty"`
	LastSeen        string   `json:"last_seen,omitempty"`
	LastSeenSource  string   `json:"last_seen_source,omitempty"`
}

// Ignored tells which ignore entry covers a secret.
type Ignored struct {
	By      string `json:"by"`
	Reason  string `json:"reason,omitempty"`
	Expires string `json:"expires,omitempty"`
}

// States of a verdict.
const (
	WellFormed = "well-formed"
	Malformed  = "malformed"
	Expired    = "expired"
	Encrypted  = "encrypted"
	Test       = "test"
	Public     = "public"
	Unknown    = "unknown"
)

// Verdict is what can be told of a value offline.
type Verdict struct {
	State string            `json:"state" clear:"no"`
	Facts map[string]string `json:"facts,omitempty"`
}

// Visibilities of an occurrence.
const (
	Visible     = "visible"
	Overwritten = "overwritten"
	Deleted     = "deleted"
	InHistory   = "history"
)

// Occurrence is one spot of a secret. Image, Layer and History are null where the place has none. Line and Column
// count from 1 in the innermost text, Column in Unicode code points; Offset counts bytes from 0.
type Occurrence struct {
	Target      int               `json:"target"`
	Image       *int              `json:"image"`
	Rule        string            `json:"rule,omitempty" clear:"no"`
	Place       Place             `json:"place" clear:"no"`
	Path        string            `json:"path"`
	Key         string            `json:"key,omitempty"` // the name that the value was given: variable, argument, label
	Via         []string          `json:"via,omitempty"`
	Line        int               `json:"line"`
	Column      int               `json:"column"`
	Offset      int64             `json:"offset"`
	Layer       *int              `json:"layer"`
	LayerDigest string            `json:"layer_digest,omitempty" clear:"digest"`
	History     *int              `json:"history"`
	Instruction string            `json:"instruction,omitempty"`
	Created     string            `json:"created,omitempty"`
	Visibility  string            `json:"visibility" clear:"no"`
	RemovedBy   *Remover          `json:"removed_by,omitempty"`
	Facts       map[string]string `json:"facts,omitempty"` // what its container tells: commit, path and author date of a git object, alias of a key
	Origin      string            `json:"origin,omitempty"`
	State       string            `json:"state,omitempty" clear:"no"` // of a registry: "orphan" or "upload" for what no manifest explains
	Pullable    bool              `json:"pullable,omitempty"`         // a repository still links what no manifest explains
	Inherited   bool              `json:"inherited,omitempty"`
	Snippet     string            `json:"snippet,omitempty" clear:"window"`
}

// Remover is what hid or changed an occurrence: a layer, or a history entry that made none.
type Remover struct {
	Layer       *int   `json:"layer"`
	History     *int   `json:"history"`
	Instruction string `json:"instruction,omitempty"`
}

// Exposure is an image identity that leaked in a log.
type Exposure struct {
	Kind     string         `json:"kind" clear:"no"`
	Value    string         `json:"value" clear:"digest"`
	Target   int            `json:"target"`
	Path     string         `json:"path"`
	Line     int            `json:"line"`
	Column   int            `json:"column"`
	Lines    []int          `json:"lines,omitempty"` // of its occurrences, each once, the first thousand
	Count    int            `json:"count,omitempty"` // its occurrences
	Place    Place          `json:"place,omitempty" clear:"no"`
	Image    *int           `json:"image,omitempty"` // for a log inside an image: the first that it was read in
	Layer    *int           `json:"layer,omitempty"`
	Via      []string       `json:"via,omitempty"`
	Source   string         `json:"source"`
	Severity string         `json:"severity" clear:"no"`
	Matches  *ExposureMatch `json:"matches"`
	Known    string         `json:"known,omitempty" clear:"no"`  // what of the inventory it names: a kind, or "repository"
	Reason   string         `json:"reason,omitempty" clear:"no"` // why it has its severity
	Snippet  string         `json:"snippet" clear:"window"`
	New      bool           `json:"new"`
}

// ExposureMatch is the scanned image that a leaked identity names.
type ExposureMatch struct {
	Target int    `json:"target"`
	Image  int    `json:"image"`
	What   string `json:"what" clear:"no"`
}

// Practice is a leak-prone habit; it is told and never gates.
type Practice struct {
	Rule    string `json:"rule" clear:"no"`
	Target  int    `json:"target"`
	Path    string `json:"path"`
	Line    int    `json:"line"`
	Why     string `json:"why"`
	Instead string `json:"instead"`
}

// Coverage counts what was read: Bytes and UnpackedBytes are uncompressed bytes.
type Coverage struct {
	Images        int       `json:"images"`
	Layers        int       `json:"layers"`
	Files         int       `json:"files"`
	Bytes         int64     `json:"bytes"`
	UnpackedFiles int       `json:"unpacked_files"`
	UnpackedBytes int64     `json:"unpacked_bytes"`
	Skipped       []Skipped `json:"skipped"`
	Strict        bool      `json:"strict,omitempty"` // each content in Skipped is a problem of its target too
}

// Skipped counts what was left out for one reason; Paths names some of it. Candidates says that it counts matches that
// were judged to be no secrets, and no content that went unread.
type Skipped struct {
	Reason     string   `json:"reason"`
	Count      int      `json:"count"`
	Bytes      int64    `json:"bytes"`
	Paths      []string `json:"paths,omitempty"`
	Candidates bool     `json:"candidates,omitempty"`
}

// Summary counts the secrets by status, severity and rule.
type Summary struct {
	Exposed    int            `json:"exposed"`
	Buried     int            `json:"buried"`
	BySeverity map[string]int `json:"by_severity"`
	ByRule     map[string]int `json:"by_rule"`
}

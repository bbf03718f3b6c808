package report

import (
	"io"
	"slices"
	"time"
)

// ChronicleSchema names the version of the JSON model of a Chronicle.
const ChronicleSchema = "dregs/history/v1"

// Chronicle is the life of the images of one target: what each instruction brought and took away. Its strings are raw, and
// hold no plaintext once Clear was given the chronicle beside its report.
type Chronicle struct {
	Schema   string      `json:"schema" clear:"no"`
	Tool     Tool        `json:"tool"`
	Started  time.Time   `json:"started"`
	Target   string      `json:"target"`
	Source   string      `json:"source" clear:"no"`
	Complete bool        `json:"complete"`
	Images   []ImageLife `json:"images"`
	Problems []Problem   `json:"problems"`
}

// ImageLife is the life of one image. Steps are the history entries in order; a layer that no entry is tied to is a step of its own, after them.
type ImageLife struct {
	Platform string     `json:"platform"`
	Digest   string     `json:"digest,omitempty" clear:"digest"`
	ID       string     `json:"id,omitempty" clear:"digest"`
	Created  string     `json:"created,omitempty"`
	Tags     []string   `json:"tags"`
	Via      []string   `json:"via,omitempty"`
	Base     *Base      `json:"base,omitempty"`
	Layers   int        `json:"layers"`
	Entries  int        `json:"entries"` // of the history
	Size     int64      `json:"size"`    // of the layers as stored
	Bytes    int64      `json:"bytes"`   // of the files in them
	Hidden   int64      `json:"hidden"`  // of Bytes, what no file of a container leads to any more
	Note     string     `json:"note,omitempty"`
	Steps    []Step     `json:"steps"`
	Paths    []PathLife `json:"paths,omitempty"` // of the paths that were asked for
}

// Step is a history entry, a layer, or both.
type Step struct {
	History     *int         `json:"history"` // null for a layer that no entry is tied to
	Created     string       `json:"created,omitempty"`
	Instruction string       `json:"instruction"`
	Arguments   []string     `json:"arguments,omitempty"` // names of the build arguments that it was given
	Comment     string       `json:"comment,omitempty"`
	Untied      string       `json:"untied,omitempty"` // why the entry is tied to no layer although it may have made one
	Dockerfile  []string     `json:"dockerfile,omitempty"`
	Base        bool         `json:"base"`               // it is the base image's
	BaseEnd     bool         `json:"base_end,omitempty"` // the last one that is
	Layer       *LayerLife   `json:"layer"`              // null for an entry that made none
	CameIn      []StepSecret `json:"came_in"`            // secrets that it brought
	TakenAway   []StepSecret `json:"taken_away"`         // secrets of earlier steps that it hid
}

// LayerLife is what one layer did to the files of those below. Directories are not counted.
type LayerLife struct {
	Index    int          `json:"index"`
	Digest   string       `json:"digest" clear:"digest"`
	DiffID   string       `json:"diff_id,omitempty" clear:"digest"`
	Size     int64        `json:"size"`   // as stored
	Bytes    int64        `json:"bytes"`  // of its files
	Hidden   int64        `json:"hidden"` // of Bytes, what later layers hide
	Added    int          `json:"added"`
	Replaced int          `json:"replaced"`
	Deleted  int          `json:"deleted"`
	Unread   bool         `json:"unread,omitempty"` // the layer could not be read: the counts are not known
	Changes  []FileChange `json:"changes,omitempty"`
}

// What a layer did to a file.
const (
	FileAdded    = "added"
	FileReplaced = "replaced"
	FileDeleted  = "deleted"
)

// FileChange is what a layer did to one file. Of a deleted one Size, Mode and Link are those that it had.
type FileChange struct {
	Path   string `json:"path"`
	Change string `json:"change" clear:"no"`
	Size   int64  `json:"size"`
	Mode   string `json:"mode" clear:"no"` // octal
	Link   string `json:"link,omitempty"`
	Fate   string `json:"fate" clear:"no"`      // a visibility: what became of it in the end
	Until  *int   `json:"removed_by,omitempty"` // the layer that removed it
}

// PathLife is all versions that one path had, oldest first.
type PathLife struct {
	Path     string        `json:"path"`
	Versions []PathVersion `json:"versions"`
}

// PathVersion is what a path was in one layer.
type PathVersion struct {
	Layer       int          `json:"layer"`
	History     *int         `json:"history"`
	Instruction string       `json:"instruction"`
	Size        int64        `json:"size"`
	Mode        string       `json:"mode" clear:"no"`
	Link        string       `json:"link,omitempty"`
	Fate        string       `json:"fate" clear:"no"`
	RemovedBy   *Remover     `json:"removed_by,omitempty"`
	Secrets     []StepSecret `json:"secrets,omitempty"`
}

// StepSecret is an occurrence of a secret as a step tells it.
type StepSecret struct {
	ID         string `json:"id" clear:"no"`
	Rule       string `json:"rule" clear:"no"`
	Severity   string `json:"severity" clear:"no"`
	Redacted   string `json:"redacted"`
	Place      Place  `json:"place" clear:"no"`
	Path       string `json:"path"`
	Line       int    `json:"line,omitempty"`
	Visibility string `json:"visibility" clear:"no"`
}

// WriteJSON writes the whole chronicle as JSON.
func (c *Chronicle) WriteJSON(w io.Writer) error { return encodeJSON(w, c, "  ") }

// Glob is a pattern of paths: * is any run of characters but /, ** any run at all, ? one character but /, a backslash takes
// the next character as it is.
type Glob struct{ g glob }

// NewGlob reads a pattern.
func NewGlob(pattern string) (Glob, error) {
	g, err := newGlob(pattern)
	return Glob{g}, err
}

// Match tells whether the pattern matches all of path. The zero Glob matches nothing.
func (g Glob) Match(path string) bool { return g.g.re != nil && g.g.match(path) }

// Keep drops all steps but that of one layer.
func (m *ImageLife) Keep(layer int) {
	m.Steps = slices.DeleteFunc(m.Steps, func(s Step) bool { return s.Layer == nil || s.Layer.Index != layer })
}

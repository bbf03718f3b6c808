package rules

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// maxConfig bounds one rule file.
const maxConfig = 16 << 20

// configFile is one rule file: gitleaks' configuration as its README documents it, and the fields that only our own
// files use. Keys are matched without regard to case, as gitleaks does.
type configFile struct {
	name   string // as errors show it
	origin string // of the rules in it: "gitleaks", "dregs" or name

	Title       string
	Description string
	MinVersion  string
	Extend      struct {
		Path          string
		URL           string
		UseDefault    bool
		DisabledRules []string
	}
	Rules      []ruleBlock
	AllowList  *allowBlock
	Allowlists []allowBlock

	Annotations []annotation // our own files alone
}

// ruleBlock is one [[rules]] table.
type ruleBlock struct {
	ID          string
	Description string
	Path        string
	Regex       string
	SecretGroup int
	Entropy     *float64
	Keywords    []string
	Tags        []string
	AllowList   *allowBlock
	Allowlists  []allowBlock
	Required    []requiredBlock
	SkipReport  bool

	Vendor     string
	Severity   string
	Confidence string
	Advice     string
	References []string
	Generic    bool
	Examples   []string // texts in which the rule must hit
	Negatives  []string // texts in which it must not

	// Overrides says why this block of our own files replaces the fields it sets in a rule of gitleaks.
	Overrides string
	// Disabled takes the overridden rule out of the set.
	Disabled bool
	// Sifted puts what the overridden rule hits to the tests that assignments pass: placeholders, references, counting.
	Sifted bool
	// NoAllowlists drops the overridden rule's allowlists before this block's are added.
	NoAllowlists bool
}

// allowBlock is an allowlist, of a rule or of the whole set.
type allowBlock struct {
	Description string
	Condition   string
	Commits     []string
	Paths       []string
	RegexTarget string
	Regexes     []string
	StopWords   []string
	TargetRules []string
}

// requiredBlock names a rule that must hit near the composite rule's match.
type requiredBlock struct {
	ID            string
	WithinLines   *int
	WithinColumns *int
}

// annotation says of rules of gitleaks what their configuration does not: whose secret it is, how grave its loss, and
// how to revoke it.
type annotation struct {
	Rules      []string
	Vendor     string
	Severity   string
	Confidence string
	Advice     string
	References []string
}

// parseConfig reads a rule file. Unknown keys are an error in strict files only: gitleaks ignores them, and so must a
// reader of files that are written for it.
func parseConfig(name, origin string, text []byte, strict bool) (*configFile, error) {
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, fmt.Errorf("reading rule file %s: it is empty", name)
	}
	file := &configFile{name: name, origin: origin}
	from := toml.NewDecoder(bytes.NewReader(text))
	if strict {
		from.DisallowUnknownFields()
	}
	if err := from.Decode(file); err != nil {
		return nil, fmt.Errorf("reading rule file %s: %w", name, located(err))
	}
	return file, nil
}

// located puts the line before what the parser says, which leaves it to its fields.
func located(err error) error {
	var unknown *toml.StrictMissingError
	if errors.As(err, &unknown) && len(unknown.Errors) > 0 {
		line, _ := unknown.Errors[0].Position()
		return fmt.Errorf("line %d: unknown key %q", line, strings.Join(unknown.Errors[0].Key(), "."))
	}
	var parse *toml.DecodeError
	if errors.As(err, &parse) {
		line, _ := parse.Position()
		return fmt.Errorf("line %d: %w", line, err)
	}
	return err
}

// readConfig reads the user's rule file at path.
func readConfig(path string) (*configFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading rule file: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxConfig+1))
	if err != nil {
		return nil, fmt.Errorf("reading rule file %s: %w", path, err)
	}
	if len(text) > maxConfig {
		return nil, fmt.Errorf("reading rule file %s: it is over %d bytes", path, maxConfig)
	}
	return parseConfig(path, filepath.ToSlash(path), text, false)
}

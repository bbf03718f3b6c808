package rules

import (
	"embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/zricethezav/gitleaks/v8/config"
)

//go:embed builtin/*.toml
var builtin embed.FS

// maxExtend bounds a chain of rule files that extend each other.
const maxExtend = 8

// collection is a rule set while it is put together.
type collection struct {
	rules map[string]*definition
	allow []*allowlist // for every rule
	lists allowlists   // all that were compiled
}

// amendments correct patterns in the allowlist that gitleaks applies to every rule.
var amendments = []struct{ pattern, instead, why string }{
	{`(?i)^true|false|null$`, `(?i)^(?:true|false|null)$`,
		"alternation binds weaker than the anchors: the pattern drops any secret that holds false, starts with true or ends in null"},
}

// defaults returns gitleaks' default configuration with our own rules and corrections.
func defaults() (*collection, error) {
	base, err := parseConfig("gitleaks' default configuration", "gitleaks", []byte(config.DefaultConfig), false)
	if err != nil {
		return nil, err
	}
	paths, letters := amend(base)
	c, err := base.collect(nil)
	if err != nil {
		return nil, err
	}
	// What gitleaks never reads (node_modules, vendored trees, lock files, images) must be read in an image: there it
	// keeps generic rules quiet and no other.
	for _, d := range c.rules {
		if d.rule.Generic && paths != nil {
			d.allow = append(d.allow, paths)
		}
		if letters != nil && d.entropy > 0 { // a rule that asks for randomness; a private key is told by its frame
			d.allow = append(d.allow, letters)
		}
	}
	files, err := builtin.ReadDir("builtin")
	if err != nil {
		return nil, fmt.Errorf("listing built-in rules: %w", err)
	}
	for _, f := range files {
		text, err := builtin.ReadFile("builtin/" + f.Name())
		if err != nil {
			return nil, fmt.Errorf("reading built-in rules: %w", err)
		}
		own, err := parseConfig("builtin/"+f.Name(), "dregs", text, true)
		if err != nil {
			return nil, err
		}
		if err := c.addBuiltin(own, paths); err != nil {
			return nil, err
		}
	}
	if err := c.addContextual(); err != nil {
		return nil, err
	}
	return c, c.addCredentialFiles()
}

// amend corrects gitleaks' global allowlist in place. It returns its paths as an allowlist of their own, and the stop word
// that is the alphabet: gitleaks' rules of random tokens drop what holds it, while in ours it makes a token that has its
// provider's shape doubtful and no more.
func amend(base *configFile) (paths, letters *allowlist) {
	if base.AllowList == nil {
		return nil, nil
	}
	for _, a := range amendments {
		if i := slices.Index(base.AllowList.Regexes, a.pattern); i >= 0 {
			base.AllowList.Regexes[i] = a.instead
		}
	}
	paths, err := compileAllowlist(&allowBlock{Description: "published trees, lock files and images", Paths: base.AllowList.Paths})
	if err != nil {
		return nil, nil
	}
	base.AllowList.Paths = nil
	i := slices.Index(base.AllowList.StopWords, letterRow)
	if i < 0 {
		return paths, nil
	}
	// A regex, since allowlists of as many rules share it; a stop word is made ready for each.
	letters, err = compileAllowlist(&allowBlock{Description: "the alphabet", Regexes: []string{"(?i)" + letterRow}})
	if err != nil {
		return paths, nil
	}
	base.AllowList.StopWords = slices.Delete(base.AllowList.StopWords, i, i+1)
	return paths, letters
}

// addBuiltin adds one of our own files: new rules, rules that override others by name and with a reason, annotations.
func (c *collection) addBuiltin(file *configFile, paths *allowlist) error {
	for i := range file.Rules {
		b := &file.Rules[i]
		old, exists := c.rules[b.ID]
		switch {
		case exists && b.Overrides == "":
			return file.fault(b.ID, errors.New("it exists already and no reason to override it is given"))
		case !exists && b.Overrides != "":
			return file.fault(b.ID, errors.New("it overrides a rule that does not exist"))
		case exists && b.Disabled:
			delete(c.rules, b.ID)
			continue
		case exists:
			if err := old.override(b, c.lists); err != nil {
				return file.fault(b.ID, err)
			}
			continue
		}
		d, err := define(b, file.origin, c.lists)
		if err == nil {
			err = d.check()
		}
		if err != nil {
			return file.fault(b.ID, err)
		}
		if d.rule.Generic && paths != nil {
			d.allow = append(d.allow, paths)
		}
		c.rules[b.ID] = d
	}
	for _, a := range file.Annotations {
		for _, id := range a.Rules {
			d, ok := c.rules[id]
			if !ok {
				return file.fault(id, errors.New("the annotated rule does not exist"))
			}
			if err := d.apply(&ruleBlock{Vendor: a.Vendor, Severity: a.Severity, Confidence: a.Confidence, Advice: a.Advice, References: a.References}, c.lists); err != nil {
				return file.fault(id, err)
			}
		}
	}
	return nil
}

// override replaces the fields that b sets.
func (d *definition) override(b *ruleBlock, lists allowlists) error {
	if len(b.Keywords) > 0 {
		d.rule.Keywords = nil
	}
	if b.NoAllowlists {
		d.allow = nil
	}
	if b.Entropy != nil {
		d.entropy = *b.Entropy
	}
	if b.Regex != "" {
		d.group = b.SecretGroup
	}
	if err := d.apply(b, lists); err != nil {
		return err
	}
	return d.check()
}

// collect compiles a file on top of base, by gitleaks' rules of extension: a rule that both have takes what the file
// sets and keeps the rest, its tags, keywords and allowlists add up; the allowlists of both hold.
func (file *configFile) collect(base *collection) (*collection, error) {
	c := &collection{rules: map[string]*definition{}, lists: allowlists{}}
	if base != nil {
		for _, id := range file.Extend.DisabledRules {
			if _, ok := base.rules[id]; !ok {
				return nil, fmt.Errorf("rule file %s: extend.disabledRules names the unknown rule %q", file.name, id)
			}
			delete(base.rules, id)
		}
		c = base
	}
	seen := map[string]bool{}
	for i := range file.Rules {
		b := &file.Rules[i]
		if seen[b.ID] {
			return nil, file.fault(b.ID, errors.New("it is declared twice"))
		}
		seen[b.ID] = true
		d, err := c.rules[b.ID], error(nil)
		if d != nil {
			err = d.apply(b, c.lists)
			d.rule.Origin = file.origin
		} else if d, err = define(b, file.origin, c.lists); err == nil {
			c.rules[d.rule.ID] = d
		}
		if err == nil {
			err = d.check()
		}
		if err != nil {
			return nil, file.fault(b.ID, err)
		}
	}
	return c, file.collectAllowlists(c)
}

// collectAllowlists adds the file's own allowlists, to the rules they target or to all.
func (file *configFile) collectAllowlists(c *collection) error {
	lists := file.Allowlists
	if file.AllowList != nil {
		if len(lists) > 0 {
			return fmt.Errorf("rule file %s: [allowlist] and [[allowlists]] cannot stand together", file.name)
		}
		lists = []allowBlock{*file.AllowList}
	}
	for _, b := range lists {
		a, err := c.lists.compile(&b)
		if err != nil {
			return fmt.Errorf("rule file %s: %w", file.name, err)
		}
		if len(b.TargetRules) == 0 {
			c.allow = append(c.allow, a)
			continue
		}
		for _, id := range b.TargetRules {
			d, ok := c.rules[id]
			if !ok {
				return fmt.Errorf("rule file %s: an allowlist targets the unknown rule %q", file.name, id)
			}
			d.allow = append(slices.Clone(d.allow), a)
		}
	}
	return nil
}

// loadFile reads the user's file at path and all that it extends; chain holds the files that led to it.
func loadFile(path string, chain []string) (*collection, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("reading rule file %s: %w", path, err)
	}
	if slices.Contains(chain, abs) || len(chain) == maxExtend {
		return nil, fmt.Errorf("rule file %s: it extends itself, or more than %d files extend each other", path, maxExtend)
	}
	file, err := readConfig(path)
	if err != nil {
		return nil, err
	}
	var base *collection
	switch e := file.Extend; {
	case e.URL != "":
		return nil, fmt.Errorf("rule file %s: extend.url is not supported", path)
	case e.UseDefault && e.Path != "":
		return nil, fmt.Errorf("rule file %s: extend.path and extend.useDefault cannot stand together", path)
	case e.UseDefault:
		base, err = defaults()
	case e.Path != "":
		if base, err = loadFile(beside(path, e.Path), append(chain, abs)); err != nil {
			err = fmt.Errorf("extending rule file %s: %w", path, err)
		}
	}
	if err != nil {
		return nil, err
	}
	return file.collect(base)
}

// beside resolves an extended path as gitleaks does, against the working directory, or else against the file's own.
func beside(path, extended string) string {
	if _, err := os.Stat(extended); err == nil || filepath.IsAbs(extended) {
		return extended
	}
	return filepath.Join(filepath.Dir(path), extended)
}

// fault names file and rule in an error.
func (file *configFile) fault(id string, err error) error {
	if strings.TrimSpace(id) == "" {
		return fmt.Errorf("rule file %s: %w", file.name, err)
	}
	return fmt.Errorf("rule file %s: rule %q: %w", file.name, id, err)
}

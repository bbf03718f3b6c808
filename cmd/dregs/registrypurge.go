package main

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"dregs/scanner/registry"
)

// registryPurgeCommand plans what to delete.
type registryPurgeCommand struct {
	Report string `arg:"" placeholder:"REPORT" help:"A report of registry scan of format json, or - for standard input."`

	Secret   []string `placeholder:"ID" help:"Only the secrets of these IDs (s1, …); repeatable." group:"Gate"`
	Severity string   `enum:"critical,high,medium,low" default:"low" help:"Only secrets of at least this severity: critical, high, medium, low." group:"Gate"`
	Registry string   `placeholder:"URL" help:"The registry's URL, instead of https:// and the host in the report." group:"Targets"`
	Script   bool     `help:"The same as --format script: a script of curl calls for sh." group:"Output"`
	Format   string   `short:"f" enum:"${plan_formats}" default:"text" help:"Format: ${plan_formats_list}." group:"Output"`
	documentFlags
}

// Help implements kong.HelpProvider.
func (registryPurgeCommand) Help() string {
	return `Lists the manifests to delete in their order, the tags that go with them, and what garbage collection has to remove then. It
deletes nothing itself. A report of the registry's storage knows what one over HTTP does not: manifests without a tag, orphan
blobs, uploads.

Exit codes: 0 planned; 2 wrong usage, or no such secret; 3 something cannot be planned for.

Examples:

    dregs registry purge-plan found.json
    dregs registry purge-plan --severity high -f json found.json
    dregs registry purge-plan --secret s1 --script --registry http://localhost:5000 -o purge.sh found.json`
}

// Run plans and writes the plan.
func (c *registryPurgeCommand) Run(s streams, code *int) error {
	if err := c.check(); err != nil {
		return err
	}
	if c.Script {
		c.Format = "script"
	}
	if err := c.checkURL(); err != nil {
		return err
	}
	r, _, err := readReport(c.Report, s.in)
	if err != nil {
		return err
	}
	hidePlaintext(r)
	p, err := registry.MakePlan(registry.Planning{Report: r, Secrets: c.Secret, Severity: c.Severity, Registry: strings.TrimSuffix(c.Registry, "/")})
	if err != nil {
		return registryReportError(c.Report, err)
	}
	*code = p.Exit()
	return c.document(s.out, func(w io.Writer) error { return p.Write(w, c.Format) })
}

// checkURL refuses what is no URL of a registry; its credentials do not belong into a script.
func (c *registryPurgeCommand) checkURL() error {
	if c.Registry == "" {
		return nil
	}
	u, err := url.Parse(c.Registry)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return &usageError{err: errors.New("--registry: it is no URL of a registry"), hint: "such as https://registry.example.com"}
	case u.User != nil:
		return &usageError{err: fmt.Errorf("--registry: the URL of %s holds credentials", u.Host), hint: "the script reads them from CURL_CONFIG or ~/.netrc"}
	}
	return nil
}

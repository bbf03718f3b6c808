package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"dregs/scanner/registry"
)

// registryPullsCommand joins access logs with a report.
type registryPullsCommand struct {
	Report string `arg:"" placeholder:"REPORT" help:"A report of registry scan of format json, or - for standard input; with --store also the registry, as it was scanned: its last report is taken."`

	AccessLog []string `required:"" placeholder:"FILE" help:"An access log: distribution's (text or JSON), or nginx's or Apache's combined one; gzip too. A folder means all files in it, - standard input. Repeatable." group:"Targets"`
	Format    string   `short:"f" enum:"${pulls_formats}" default:"text" help:"Format: ${pulls_formats_list}." group:"Output"`
	documentFlags
	registryStoreFlags
}

// Help implements kong.HelpProvider.
func (registryPullsCommand) Help() string {
	return `Tells for each secret who fetched the blobs that it lies in, or a manifest that names them: when, from where, as whom and with
which client. A report of the storage knows since when a tag names what it names; one over HTTP does not.

Exit codes: 0 the logs show no fetched blob with a secret; 1 they do; 2 wrong usage; 3 none, but a log could not be read in full.

Examples:

    dregs registry pulls found.json --access-log /var/log/nginx/access.log
    dregs registry pulls -f csv -o pulls.csv found.json --access-log /var/log/registry
    dregs registry pulls --store postgres://dregs@db/dregs registry.example.com --access-log /var/log/nginx`
}

// Run reads report and logs and writes who pulled what.
func (c *registryPullsCommand) Run(ctx context.Context, s streams, code *int) error {
	if err := c.check(); err != nil {
		return err
	}
	stdins := 0
	for _, name := range append([]string{c.Report}, c.AccessLog...) {
		if name == dash {
			stdins++
		}
	}
	if stdins > 1 {
		return &usageError{err: errors.New("standard input is taken twice"), hint: "it can be read once; name a file"}
	}
	in := interruptible(ctx, s.in)
	r, err := c.lastReport(ctx, c.Report, in)
	if err != nil {
		return err
	}
	hidePlaintext(r)
	p, err := registry.TracePulls(ctx, registry.Tracing{Report: r, Logs: c.AccessLog, Stdin: in})
	if ctx.Err() != nil {
		return fmt.Errorf("%w before all logs were read", errInterrupted)
	}
	if err != nil {
		return registryReportError(c.Report, err)
	}
	*code = p.Exit()
	return c.document(s.out, func(w io.Writer) error { return p.Write(w, c.Format) })
}

// registryReportError says what a report has to be.
func registryReportError(file string, err error) error {
	return &usageError{err: fmt.Errorf("%q: %w", file, err), hint: "write one with: dregs registry scan -f json -o FILE HOST"}
}

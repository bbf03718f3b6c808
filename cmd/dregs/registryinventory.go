package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"dregs/report"
	"dregs/rules"
	"dregs/scanner/registry"
)

// takeFlags say how the inventory of a registry is taken.
type takeFlags struct {
	selectionFlags
	sourceFlags
	limitFlags
}

// take takes the inventory of a registry, with the secrets still in its names. One that was interrupted comes beside the error
// that says so.
func (f *takeFlags) take(ctx context.Context, s streams, where string) (*registry.Inventory, error) {
	if f.RepoList == dash && f.PasswordStdin {
		return nil, &usageError{err: errors.New("standard input is taken twice"), hint: "it can be read once; write the names to a file"}
	}
	stdin := interruptible(ctx, s.in)
	sel, err := f.selection(stdin)
	if err != nil {
		return nil, err
	}
	opts, err := f.source(stdin, &f.limitFlags)
	if err != nil {
		return nil, err
	}
	v, err := registry.Take(ctx, registry.Taking{Where: where, Selection: sel, Source: opts, Version: readBuild().version})
	if ctx.Err() != nil {
		return v, fmt.Errorf("%w before all of %q was read", errInterrupted, where)
	}
	return v, err
}

// conceal puts fingerprints, all under one salt, in the place of the secrets in the names of inventories. It is not cut short
// where the command is interrupted: what was read until then is still written.
func conceal(ctx context.Context, all ...*registry.Inventory) error {
	set, err := rules.Load(rules.LoadOptions{Now: time.Now()})
	if err != nil {
		return fmt.Errorf("loading rules: %w", err)
	}
	return registry.Conceal(context.WithoutCancel(ctx), set.Searcher(), all...)
}

// documentFlags say where a document other than a report is written.
type documentFlags struct {
	Output string `short:"o" placeholder:"FILE" help:"Write to FILE instead of standard output (-); whole or not at all, mode 0600." group:"Output"`
}

// check refuses a file that cannot be written, before any work is done.
func (f *documentFlags) check() error {
	if f.Output == "" || f.Output == dash {
		return nil
	}
	return writable(f.Output)
}

// document writes what write writes.
func (f *documentFlags) document(stdout io.Writer, write func(io.Writer) error) error {
	if f.Output == "" || f.Output == dash {
		return write(stdout)
	}
	return report.WriteFile(f.Output, write)
}

// registryInventoryCommand lists what a registry holds.
type registryInventoryCommand struct {
	Where string `arg:"" name:"host|dir" help:"The registry (HOST or HOST:PORT), or the folder of its storage."`

	Format string `short:"f" enum:"${inventory_formats}" default:"text" help:"Format: ${inventory_formats_list}." group:"Output"`
	documentFlags
	registryStoreFlags
	takeFlags
}

// Help implements kong.HelpProvider.
func (registryInventoryCommand) Help() string {
	return `Every repository, tag, manifest, platform, configuration and layer by digest, with times and what tells them. No layer is
read. The JSON is what "dregs scan --known FILE" takes for logs, and what "dregs registry diff" compares. With --store the images
are recorded there, for questions in SQL, and the inventory as the last of its registry. For a secret in a tag or in the name of
a repository stands its redacted form with its fingerprint.

Exit codes: 0 all was read; 2 wrong usage, or nothing could be read; 3 not everything could be read; 130 interrupted.

Examples:

    dregs registry inventory registry.example.com
    dregs registry inventory -f json -o monday.json registry.example.com
    dregs registry inventory -f csv /var/lib/registry
    dregs registry inventory --store postgres://dregs@db/dregs registry.example.com`
}

// Run takes the inventory and writes it.
func (c *registryInventoryCommand) Run(ctx context.Context, s streams, code *int) error {
	if err := c.check(); err != nil {
		return err
	}
	v, err := c.take(ctx, s, c.Where)
	if v == nil {
		return err
	}
	*code = v.Exit()
	if hidden := conceal(ctx, v); hidden != nil {
		return errors.Join(err, hidden)
	}
	if err == nil {
		err = c.keepInventory(ctx, v)
	}
	return errors.Join(err, c.document(s.out, func(w io.Writer) error { return v.Write(w, c.Format) }))
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"dregs/scanner/registry"
)

// registryDiffCommand compares two inventories.
type registryDiffCommand struct {
	Old string `arg:"" placeholder:"OLD" help:"An inventory (registry inventory -f json; - is standard input), or a registry or storage folder, whose inventory is taken."`
	New string `arg:"" placeholder:"NEW" help:"The same, later."`

	Format string `short:"f" enum:"${registry_diff_formats}" default:"text" help:"Format: ${registry_diff_formats_list}." group:"Output"`
	documentFlags
	takeFlags
}

// Help implements kong.HelpProvider.
func (registryDiffCommand) Help() string {
	return `Tells what tampering looks like, most severe first: layers put into a known image or on top of it, other configurations for
the same layers, images replaced under their tags, tags moved or gone.

Exit codes: 0 nothing has changed, or there are only additions; 1 something that was there was moved, replaced, built upon or
removed; 2 wrong usage, or a side cannot be read; 3 neither, but not everything could be compared; 130 interrupted.

Examples:

    dregs registry diff monday.json registry.example.com
    dregs registry diff monday.json tuesday.json
    dregs registry diff -f json backup/registry /var/lib/registry`
}

// Run compares and writes what changed.
func (c *registryDiffCommand) Run(ctx context.Context, s streams, code *int) error {
	if err := c.check(); err != nil {
		return err
	}
	if c.Old == dash && (c.New == dash || c.PasswordStdin || c.RepoList == dash) || c.New == dash && (c.PasswordStdin || c.RepoList == dash) {
		return &usageError{err: errors.New("standard input is taken twice"), hint: "it can be read once; write one of the two to a file"}
	}
	sides := [2]*registry.Inventory{}
	for i, name := range []string{c.Old, c.New} {
		var err error
		if sides[i], err = c.side(ctx, s, name); err != nil {
			return err
		}
	}
	if err := conceal(ctx, sides[:]...); errors.Is(err, registry.ErrSalts) {
		return &usageError{err: err, hint: "compare one of the two with the registry itself"}
	} else if err != nil {
		return err
	}
	d := registry.Compare(sides[0], sides[1])
	*code = d.Exit()
	return c.document(s.out, func(w io.Writer) error { return d.Write(w, c.Format) })
}

// side reads the inventory in a file, or takes that of a registry.
func (c *registryDiffCommand) side(ctx context.Context, s streams, name string) (*registry.Inventory, error) {
	in := interruptible(ctx, s.in)
	if name != dash {
		info, err := os.Stat(name)
		if err != nil || info.IsDir() {
			return c.take(ctx, s, name)
		}
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("opening the inventory: %w", err)
		}
		defer f.Close()
		in = f
	}
	v, err := registry.ReadInventory(in)
	if err != nil {
		return nil, &usageError{err: fmt.Errorf("%q: %w", name, err), hint: "write one with: dregs registry inventory -f json -o FILE HOST"}
	}
	return v, nil
}

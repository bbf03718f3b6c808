package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"dregs/scanner"
	"dregs/scanner/source"
)

// registryCommand is the commands about a whole registry.
type registryCommand struct {
	Scan      registryScanCommand      `cmd:"" help:"Scan every image of a registry, or all that its storage still holds."`
	Inventory registryInventoryCommand `cmd:"" help:"List every repository, tag, manifest and layer of a registry."`
	Diff      registryDiffCommand      `cmd:"" help:"Tell what was moved, replaced or put into images since an inventory was taken."`
	Pulls     registryPullsCommand     `cmd:"" help:"Tell from access logs who fetched what carries the secrets of a report."`
	Status    registryStatusCommand    `cmd:"" help:"Tell how far the workers of a shared queue are."`
	PurgePlan registryPurgeCommand     `cmd:"" name:"purge-plan" help:"Plan what to delete to be rid of the secrets of a report."`
}

// selectionFlags choose a part of a registry.
type selectionFlags struct {
	Repo     []string `placeholder:"GLOB" help:"Only repositories of this name; * and ? stand for what is within one part of it, ** for anything. Repeatable." group:"Registry"`
	Tag      []string `placeholder:"GLOB" help:"Only tags of this name. Repeatable." group:"Registry"`
	Limit    int      `placeholder:"N" help:"At most N tags of a repository, the newest first." group:"Registry"`
	RepoList string   `placeholder:"FILE" help:"Read the names of the repositories from FILE, one a line (- is standard input): for a registry whose catalog is closed." group:"Registry"`
}

// maxRepoList bounds the file of names.
const maxRepoList = 64 << 20

// selection returns what the flags choose.
func (f *selectionFlags) selection(stdin io.Reader) (source.Selection, error) {
	sel := source.Selection{Repositories: f.Repo, Tags: f.Tag, Limit: f.Limit}
	if f.Limit < 0 {
		return sel, &usageError{err: fmt.Errorf("--limit: %d is less than zero", f.Limit)}
	}
	if f.RepoList == "" {
		return sel, nil
	}
	in := stdin
	if f.RepoList != dash {
		file, err := os.Open(f.RepoList)
		if err != nil {
			return sel, fmt.Errorf("reading the list of repositories: %w", err)
		}
		defer file.Close()
		in = file
	}
	lines := bufio.NewScanner(io.LimitReader(in, maxRepoList))
	sel.List = []string{}
	for lines.Scan() {
		name := strings.TrimSpace(lines.Text())
		if name != "" && !strings.HasPrefix(name, "#") {
			sel.List = append(sel.List, name)
		}
	}
	if err := lines.Err(); err != nil {
		return sel, fmt.Errorf("reading the list of repositories: %w", err)
	}
	if len(sel.List) == 0 {
		return sel, &usageError{err: fmt.Errorf("--repo-list: %q names no repository", f.RepoList)}
	}
	return sel, nil
}

// registryScanCommand scans a registry, or the storage of one.
type registryScanCommand struct {
	Where string `arg:"" name:"host|dir" help:"The registry (HOST or HOST:PORT), or the folder of its storage: the one that holds docker/registry/v2, or a containerd content store."`

	selectionFlags
	fleetFlags
	scanFlags

	chosen source.Selection // what selectionFlags choose, once they were read
}

// Help implements kong.HelpProvider.
func (registryScanCommand) Help() string {
	return `Every layer is fetched and searched once, however many images share it. The storage of a registry is read offline and
nothing is written to it: it also shows what tags named before, manifests without a tag, blobs that nothing refers to, and
unfinished uploads.

Examples:

    dregs registry scan registry.example.com                        all that its catalog lists
    dregs registry scan --repo 'team/**' --tag 'v*' localhost:5000  some of it
    dregs registry scan --limit 5 registry.example.com              the five newest tags of each repository
    dregs registry scan --repo-list names.txt registry.example.com  where the catalog is closed
    dregs registry scan /var/lib/registry                           the storage of one, offline
    dregs registry scan -f json -o found.json localhost:5000        a JSON report: each secret with its reach
    dregs registry scan --store postgres://db/dregs --enqueue HOST  let workers read the layers (dregs worker)
    dregs registry scan --store postgres://db/dregs --wait HOST     report once they are done`
}

// Run scans and writes the reports, with the exit codes of scan.
func (c *registryScanCommand) Run(ctx context.Context, s streams, code *int) error {
	if c.RepoList == dash && (c.PasswordStdin || c.FindStdin) {
		return &usageError{err: errors.New("standard input is taken twice"), hint: "it can be read once; write the names to a file"}
	}
	sel, err := c.selection(s.in)
	if err != nil {
		return err
	}
	c.chosen = sel
	if err := c.checkFleet(); err != nil {
		return err
	}
	limitMemory(registryMemoryLimit)
	return c.run(ctx, s, []scanner.Target{{Name: c.Where, Registry: &sel}}, c.fleet, code)
}

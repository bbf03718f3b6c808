package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"dregs/report"
	"dregs/rules"
	"dregs/scanner"
)

// historyCommand tells the life of an image.
type historyCommand struct {
	Image string `arg:"" name:"image" help:"The image: SCHEME:REST, a path, a reference, or - for an archive on standard input."`

	Format     string `short:"f" enum:"text,json" default:"text" help:"Format: text or json." group:"Output"`
	Dockerfile bool   `help:"Write the Dockerfile that the history stands for, redacted, instead." group:"Output"`
	Output     string `short:"o" placeholder:"FILE" help:"Write to FILE instead of standard output (-); whole or not at all, mode 0600." group:"Output"`
	Layer      *int   `placeholder:"N" help:"Show only layer N, counted from 0, with the names of its files." group:"Output"`
	Path       string `placeholder:"GLOB" help:"Follow the paths that match through all layers: * is any name, ** any folders." group:"Output"`
	Verbose    bool   `short:"v" help:"Show the names of files, comments, and secrets of severity low." group:"Output"`
	NoProgress bool   `help:"Show no progress bar. There is none without a terminal anyway." group:"Output"`
	auditFlags
	setFlags
	sourceFlags
	baseFlags
	limitFlags
}

// Help implements kong.HelpProvider.
func (historyCommand) Help() string {
	return `For each instruction: when it ran, the layer that it made, the files it added, replaced and deleted, the bytes of it that
later layers hide, the secrets it brought in and those it hid. Values are redacted, and of build arguments only the names are shown.

Examples:

    dregs history app.tar                       the life of an image
    dregs history demo:                         what that looks like
    dregs history --layer 3 app.tar             all files of one layer
    dregs history --path '**/.env' app.tar      every version of a file, and what removed it
    dregs history --dockerfile app.tar          the Dockerfile that its history stands for
    dregs history -f json -o life.json app.tar  all of it
    dregs history --base debian:12 app.tar      where the base image ends

It ends with 0, with 3 where not everything could be read, and with 2 where nothing could.`
}

// Run scans the image and writes its life.
func (c *historyCommand) Run(ctx context.Context, s streams, code *int) (err error) {
	if err := c.check(); err != nil {
		return err
	}
	paths, err := c.paths()
	if err != nil {
		return err
	}
	target, err := scanner.ParseTarget(c.Image)
	if err != nil {
		return err
	}
	if target.Scheme == "stdin" {
		target.Scheme = "docker-archive" // which takes an OCI archive as well; a log has no history
	}
	audit, err := c.openAudit(s.out, "history", c.Output)
	if err != nil {
		return err
	}
	defer func() { err = audit.close(*code, err) }()
	options, err := c.options(ctx, s)
	if err != nil {
		return err
	}
	audit.scans(&options, target)
	if !c.NoProgress && isTerminal(s.err) {
		bar := newProgress(s.err)
		defer bar.done()
		options.Progress = bar
	}
	life, r, err := scanner.History(ctx, target, options, paths)
	if err != nil && ctx.Err() == nil {
		return err
	}
	if r == nil {
		return fmt.Errorf("%w before anything was read", errInterrupted)
	}
	audit.reported(r)
	life.Started = r.Started
	if err := c.inside(life); err != nil {
		return err
	}
	if err := c.write(s, life); err != nil {
		return err
	}
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%w: what was read until then is told", errInterrupted)
	case !life.Complete:
		*code = report.ExitIncomplete
	}
	return nil
}

// check refuses flags that do not go together.
func (c *historyCommand) check() error {
	forms := 0
	for _, chosen := range []bool{c.Dockerfile, c.Format == "json", c.Layer != nil, c.Path != ""} {
		if chosen {
			forms++
		}
	}
	switch {
	case c.Dockerfile && forms > 1:
		return &usageError{err: errors.New("--dockerfile is given with another form"), hint: "-f json has the Dockerfile too, beside all else"}
	case c.Layer != nil && c.Path != "":
		return &usageError{err: errors.New("--layer and --path are both given"), hint: "choose one"}
	case c.Layer != nil && *c.Layer < 0:
		return &usageError{err: fmt.Errorf("--layer: %d is less than zero", *c.Layer), hint: "layers are counted from 0, the base first"}
	case c.PasswordStdin && c.Image == dash:
		return &usageError{err: errors.New("standard input is taken by both the image and --password-stdin"), hint: "write the image to a file"}
	}
	return nil
}

func (c *historyCommand) paths() (report.Glob, error) {
	if c.Path == "" {
		return report.Glob{}, nil
	}
	g, err := report.NewGlob(c.Path)
	if err != nil {
		return g, &usageError{err: fmt.Errorf("--path %q: %w", c.Path, err), hint: "* is any name, ** any folders, ? one character"}
	}
	return g, nil
}

func (c *historyCommand) options(ctx context.Context, s streams) (scanner.Options, error) {
	stdin := interruptible(ctx, s.in)
	o := scanner.Options{Version: readBuild().version, Layer: c.layer(), Limits: c.content(), Jobs: c.Jobs, Stdin: stdin}
	set, err := c.load(rules.LoadOptions{InlineAllow: true}) // as scan does, so that the digest is the same
	if err != nil {
		return o, err
	}
	o.RuleSet, o.Searcher = set.RuleSet(), set.Searcher()
	if o.Source, err = c.source(stdin, &c.limitFlags); err != nil {
		return o, err
	}
	o.Base, err = c.base()
	return o, err
}

// inside refuses a layer that no image has, and narrows a chronicle to the one asked for.
func (c *historyCommand) inside(life *report.Chronicle) error {
	if c.Layer == nil {
		return nil
	}
	most := 0
	for i := range life.Images {
		most = max(most, life.Images[i].Layers)
	}
	if *c.Layer >= most {
		return &usageError{err: fmt.Errorf("--layer: there is no layer %d", *c.Layer), hint: fmt.Sprintf("the image has %d, counted from 0", most)}
	}
	for i := range life.Images {
		life.Images[i].Keep(*c.Layer)
	}
	return nil
}

func (c *historyCommand) write(s streams, life *report.Chronicle) error {
	put := func(w io.Writer, o report.Options) error {
		switch {
		case c.Dockerfile:
			return life.WriteDockerfile(w)
		case c.Format == "json":
			return life.WriteJSON(w)
		}
		return life.WriteText(w, report.ChronicleView{Options: o, Layer: c.Layer, Paths: c.Path != ""})
	}
	if c.Output != "" && c.Output != dash {
		return report.WriteFile(c.Output, func(w io.Writer) error {
			return put(w, report.Options{Verbose: c.Verbose, Width: defaultWidth})
		})
	}
	if err := put(s.out, report.Options{Verbose: c.Verbose, Color: colored(s.out), Width: width(s.out)}); err != nil {
		return fmt.Errorf("writing the history to standard output: %w", err)
	}
	return nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/alecthomas/kong"
	kongcompletion "github.com/jotaen/kong-completion"

	"dregs/report"
)

const description = `Finds the secrets that stay in the layers of container images after they were deleted.

Exit codes of scan: 0 complete and nothing new at the gate; 1 something new at or above the gate; 2 wrong usage, bad
configuration, or nothing could be scanned; 3 nothing at the gate, but not everything could be read; 130 interrupted.`

// commands is the command line. A field is one command, in the order of the help.
type commands struct {
	Scan       scanCommand               `cmd:"" help:"Scan images, archives, Dockerfiles and logs for secrets, in all layers and their history."`
	History    historyCommand            `cmd:"" help:"Tell the life of an image: what each instruction brought in, replaced, deleted and leaked."`
	Report     reportCommand             `cmd:"" help:"Write a stored JSON report in another format, or check a signed statement about a scan."`
	Diff       diffCommand               `cmd:"" help:"Tell which secrets of one image or report are new, gone or only hidden in another."`
	Reveal     revealCommand             `cmd:"" help:"Print one secret of a report, read again from its image, or extract its file."`
	Registry   registryCommand           `cmd:"" help:"Scan whole registries; list, compare and clean them."`
	Worker     workerCommand             `cmd:"" help:"Take jobs of a shared queue: read layers of registries for a scan that others began."`
	Rules      rulesCommand              `cmd:"" help:"List, show and try the rules."`
	Completion kongcompletion.Completion `cmd:"" help:"Print what makes a shell complete dregs' commands and flags."`
	Version    versionCommand            `cmd:"" help:"Print the version, the revision it was built from, and Go's version."`
}

// streams are the standard streams of a run.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// run executes the command line args and returns the exit code. It is the only exit point: no command ends the process.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	s := streams{in: stdin, out: stdout, err: stderr}
	// kong asks to exit after help and completions; what it returns after that is moot.
	var exited *int
	exit := func(code int) {
		if exited == nil {
			exited = &code
		}
	}
	parser, err := newParser(s, exit)
	if err != nil {
		return s.fail(err)
	}
	if os.Getenv("COMP_LINE") != "" {
		kongcompletion.Register(parser, kongcompletion.WithExitFunc(exit))
	}
	if exited != nil {
		return *exited
	}
	parsed, err := parser.Parse(conventional(args))
	switch {
	case exited != nil:
		return *exited
	case err != nil:
		return s.fail(&usageError{err: err, hint: usageHint(err)})
	}
	code := report.ExitClean
	parsed.BindTo(ctx, (*context.Context)(nil))
	if err := parsed.Run(s, &code); err != nil {
		return s.fail(err)
	}
	return code
}

// conventional gives what other tools take too the form that it has here: --version, and help COMMAND.
func conventional(args []string) []string {
	switch {
	case len(args) == 1 && args[0] == "--version":
		return []string{"version"}
	case len(args) > 0 && args[0] == "help":
		return append(slices.Clone(args[1:]), "--help")
	}
	return args
}

func newParser(s streams, exit func(int)) (*kong.Kong, error) {
	names := variableNames{}
	parser, err := kong.New(&commands{},
		kong.Name("dregs"),
		kong.Description(description),
		kong.Writers(s.out, s.err),
		kong.Exit(exit),
		kong.DefaultEnvars("DREGS"),
		kong.ValueFormatter(names.help),
		kong.WithAfterApply(oneDetail),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true, WrapUpperBound: 120}),
		kong.PostBuild(fillIn),
	)
	if err != nil {
		return nil, fmt.Errorf("building the command line: %w", err)
	}
	names.dropEmpty(parser.Model.Node)
	return parser, nil
}

// usageError is an error of the command line or of what it names, with what may help.
type usageError struct {
	err  error
	hint string
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// Hint returns the sentence that helps, or "".
func (e *usageError) Hint() string { return e.hint }

// usageHint names the help that lists what the command takes.
func usageHint(err error) string {
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context != nil {
		if command := parse.Context.Selected(); command != nil {
			return fmt.Sprintf("run %q for its flags and examples", command.FullPath()+" --help")
		}
	}
	return `run "dregs --help" for the commands`
}

// errInterrupted says that a signal ended a command.
var errInterrupted = errors.New("interrupted")

// fail prints err and its hint, if it has one, and returns the exit code of an error.
func (s streams) fail(err error) int {
	fmt.Fprintf(s.err, "dregs: error: %s\n", printable(err.Error()))
	var hinter interface{ Hint() string }
	if errors.As(err, &hinter) && hinter.Hint() != "" {
		fmt.Fprintf(s.err, "dregs: hint: %s\n", printable(hinter.Hint()))
	}
	return exitOf(err)
}

// exitOf returns the exit code of an error.
func exitOf(err error) int {
	if errors.Is(err, errInterrupted) {
		return report.ExitStopped
	}
	return report.ExitUsage
}

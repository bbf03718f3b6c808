package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"dregs/report"
	"dregs/scanner/queue"
	"dregs/scanner/registry"
)

// outputFlags say what is written, and where.
type outputFlags struct {
	Format  string       `short:"f" enum:"${formats}" default:"text" help:"Format of the report: ${formats_list}." group:"Output"`
	Output  string       `short:"o" placeholder:"FILE" help:"Write the report to FILE instead of standard output (-); whole or not at all, mode 0600." group:"Output"`
	Report  []reportFile `placeholder:"FORMAT=FILE" help:"Write a further report; repeatable." group:"Output"`
	SignKey string       `placeholder:"FILE" help:"Sign what is written in the format intoto with this private key: PEM, ECDSA P-256 or P-384, or Ed25519. See report verify." group:"Output"`
	Quiet   bool         `short:"q" help:"Print only the verdict line of a text report." group:"Output"`
	Verbose bool         `short:"v" help:"Show secrets of severity low and every occurrence in a text report." group:"Output"`
}

// reportFile is one --report FORMAT=FILE.
type reportFile struct {
	format, path string
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (r *reportFile) UnmarshalText(text []byte) error {
	format, path, ok := strings.Cut(string(text), "=")
	if !ok || path == "" {
		return fmt.Errorf("%q is not FORMAT=FILE", text)
	}
	if _, known := report.FormatNamed(format); !known {
		return fmt.Errorf("%q is none of the formats %s", format, strings.Join(report.FormatNames(), ", "))
	}
	r.format, r.path = format, path
	return nil
}

// outputs are the reports that one command writes, in the order of the command line.
type outputs struct {
	list    []output
	options report.Options // for what goes to files; standard output has its own colour and width
	stdout  io.Writer
}

// baseline writes what a report knows, as a baseline.
var baseline = report.Format{
	Name:  "baseline",
	Write: func(w io.Writer, r *report.Report, _ report.Options) error { return report.KnownFrom(r).Write(w) },
}

// output is one report. An empty path is standard output.
type output struct {
	format report.Format
	path   string
}

// dash is the name of standard output.
const dash = "-"

// outputs returns what the flags ask for, and a baseline in the file known, if that is not empty. Two outputs into one file,
// or a file that could not be written, is an error now rather than after the scan.
func (f *outputFlags) outputs(s streams, gate report.Gate, known string) (*outputs, error) {
	o := &outputs{
		stdout:  s.out,
		options: report.Options{Gate: gate, Verbose: f.Verbose, Quiet: f.Quiet, Width: defaultWidth},
	}
	for _, file := range append([]reportFile{{format: f.Format, path: f.Output}}, f.Report...) {
		format, ok := report.FormatNamed(file.format)
		if !ok {
			return nil, fmt.Errorf("no format is named %q", file.format)
		}
		if file.path == dash {
			file.path = ""
		}
		o.list = append(o.list, output{format, file.path})
	}
	if known == dash {
		o.list = append(o.list, output{baseline, ""})
	} else if known != "" {
		o.list = append(o.list, output{baseline, known})
	}
	if err := o.sign(f.SignKey); err != nil {
		return nil, err
	}
	return o, o.check()
}

// sign takes the key in a file for what is signed. A key that signs nothing is a mistake.
func (o *outputs) sign(file string) error {
	if file == "" {
		return nil
	}
	if !slices.ContainsFunc(o.list, func(out output) bool { return out.format.Name == "intoto" }) {
		return &usageError{err: errors.New("--sign-key is given, and nothing is written in the format intoto"), hint: "add --report intoto=FILE"}
	}
	signer, err := readKey(file, report.NewSigner)
	if err != nil {
		return err
	}
	o.options.Signer = signer
	return nil
}

// check returns why the files could not be written.
func (o *outputs) check() error {
	if toStdout := slices.DeleteFunc(o.paths(), func(path string) bool { return path != "" }); len(toStdout) > 1 {
		return &usageError{err: errors.New("two outputs are to be written to standard output"), hint: "give all but one a file: -o FILE, --report FORMAT=FILE"}
	}
	var paths []string
	for _, path := range o.paths() {
		if path == "" {
			continue
		}
		absolute, err := filepath.Abs(report.Destination(path))
		if err != nil {
			return fmt.Errorf("naming the output %q: %w", path, err)
		}
		if slices.Contains(paths, absolute) {
			return &usageError{err: fmt.Errorf("two outputs are to be written to %q", path), hint: "give each a file of its own"}
		}
		paths = append(paths, absolute)
		if err := writable(path); err != nil {
			return err
		}
	}
	return nil
}

// paths returns the path of each report.
func (o *outputs) paths() []string {
	paths := make([]string, len(o.list))
	for i, out := range o.list {
		paths[i] = out.path
	}
	return paths
}

// writable reports why no file can be written in the place of path.
func writable(path string) error {
	if info, err := os.Stat(path); err == nil {
		if info.IsDir() {
			return fmt.Errorf("writing the report to %q: it is a folder", path)
		}
		if !info.Mode().IsRegular() || report.Descriptor(path) {
			return nil // a device, a pipe or an open file is written to, never replaced
		}
	}
	probe, err := os.CreateTemp(filepath.Dir(report.Destination(path)), ".dregs-*")
	if err != nil {
		return fmt.Errorf("writing the report to %q: %w", path, errors.Unwrap(err))
	}
	name := probe.Name()
	if err := errors.Join(probe.Close(), os.Remove(name)); err != nil {
		return fmt.Errorf("writing the report to %q: %w", path, err)
	}
	return nil
}

// dropText leaves out a text report on standard output.
func (o *outputs) dropText() {
	o.list = slices.DeleteFunc(o.list, func(out output) bool { return out.path == "" && out.format.Name == "text" })
}

// write writes r to each output. One that cannot be written does not keep the others from it.
func (o *outputs) write(r *report.Report) error {
	var errs []error
	for _, out := range o.list {
		options := o.options
		if out.path == "" {
			options.Color, options.Width = colored(o.stdout), width(o.stdout)
			if err := out.format.Write(o.stdout, r, options); err != nil {
				errs = append(errs, fmt.Errorf("writing the report to standard output: %w", err))
			}
			continue
		}
		errs = append(errs, report.WriteFile(out.path, func(w io.Writer) error { return out.format.Write(w, r, options) }))
	}
	return errors.Join(errs...)
}

// variables replaces what the help and the checks of flags take from the tables of other packages: each list as an
// enumeration, and, with _list, as text.
func variables() *strings.Replacer {
	lists := map[string][]string{
		"formats":      report.FormatNames(),
		"diff_formats": report.DiffFormats,

		"inventory_formats":     registry.InventoryFormats,
		"registry_diff_formats": registry.DifferenceFormats,
		"pulls_formats":         registry.PullsFormats,
		"plan_formats":          registry.PlanFormats,
		"status_formats":        queue.StatusFormats,

		"severities":   append(slices.Clone(report.Severities), report.Never),
		"visibilities": {report.Visible, report.Overwritten, report.Deleted, report.InHistory},
	}
	pairs := []string{
		"${max_attempts}", strconv.Itoa(queue.DefaultMaxAttempts),
		"${job_timeout}", queue.DefaultJobTimeout.String(),
		"${rescue_after}", queue.DefaultRescueAfter.String(),
	}
	for name, list := range lists {
		pairs = append(pairs, "${"+name+"}", strings.Join(list, ","), "${"+name+"_list}", strings.Join(list, ", "))
	}
	return strings.NewReplacer(pairs...)
}

// fillIn puts variables into the flags of a command line that was just built. Given to kong as its own, each of them would be
// interpolated anew for each flag, which took a twentieth of a start.
func fillIn(k *kong.Kong) error {
	with := variables()
	return kong.Visit(k.Model, func(node kong.Visitable, next kong.Next) error {
		if v, ok := node.(*kong.Value); ok {
			for _, text := range []*string{&v.Help, &v.Default, &v.Enum} {
				if strings.Contains(*text, "${") {
					*text = with.Replace(*text)
				}
			}
		}
		return next(nil)
	})
}

package registry

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"dregs/report"
)

func (p *Plan) writeText(w io.Writer) error {
	out := newPage(w)
	out.line("secrets (%d)", len(p.Secrets))
	for _, s := range p.Secrets {
		out.row("  "+s.ID, strings.ToUpper(s.Severity), s.Rule, s.Redacted)
	}
	out.line("")
	out.line("1. delete these manifests, in this order (%d)", len(p.Manifests))
	for _, d := range p.Manifests {
		out.row("  "+d.Repository+"@"+d.Digest, d.Kind, d.Platform, strings.Join(d.Tags, " "), d.Why)
	}
	out.line("")
	out.line("2. delete these blobs from their repositories, so that nobody fetches them meanwhile (%d)", len(p.Unlink))
	for _, u := range p.Unlink {
		out.line("  %s@%s", u.Repository, u.Digest)
	}
	out.line("")
	out.line("3. collect garbage: it has to remove these blobs (%d)", len(p.Blobs))
	for _, b := range p.Blobs {
		out.line("  %s", b)
	}
	if len(p.Files) > 0 {
		out.line("")
		out.line("4. see to what is left in the storage (%d)", len(p.Files))
		for _, f := range p.Files {
			out.row("  "+f.State, f.Name, f.How)
		}
	}
	out.line("")
	for _, warning := range p.Warnings {
		out.line("warning: %s", warning)
	}
	out.problems(p.Problems)
	return out.close()
}

// scriptHead is the part of a script that is alike in all. The request that deletes succeeds where there is nothing to delete, so
// that a script that was stopped can be run again.
const scriptHead = `#!/bin/sh
# Deletes manifests and blobs from a registry, as planned by dregs. Read it before it is run.
# Credentials come from the file that CURL_CONFIG names (lines as: user = "NAME:PASSWORD"), else from ~/.netrc.
set -eu
registry=${REGISTRY:-%s}
config=${CURL_CONFIG:-/dev/null}
[ -n "$registry" ] || { echo "set REGISTRY to the registry's URL" >&2; exit 2; }

delete() {
  code=$(curl --silent --show-error --netrc-optional --config "$config" --output /dev/null --write-out '%%{http_code}' --request DELETE "$registry/v2/$1")
  case $code in
  202 | 200 | 204) echo "deleted $1" ;;
  404) echo "not there: $1" ;;
  *) echo "deleting $1: the registry answered $code" >&2; exit 1 ;;
  esac
}

`

// writeScript writes the steps that go over HTTP as a script for sh, the others as comments in it.
func (p *Plan) writeScript(w io.Writer) error {
	out := bufio.NewWriter(w)
	put := func(format string, a ...any) { _, _ = fmt.Fprintf(out, format, a...) } // out keeps its error
	put(scriptHead, shellQuote(p.Registry))
	for _, warning := range p.Warnings {
		put("# warning: %s\n", report.Escape(warning))
	}
	put("\n# Manifests: what leads to others first.\n")
	for _, d := range p.Manifests {
		note := d.Kind
		if len(d.Tags) > 0 {
			note += ", tags " + strings.Join(d.Tags, " ")
		}
		put("# %s\ndelete %s\n", report.Escape(note), shellQuote(d.Repository+"/manifests/"+d.Digest))
	}
	put("\n# Blobs with a secret: no longer to be fetched until garbage collection removes them.\n")
	for _, u := range p.Unlink {
		put("delete %s\n", shellQuote(u.Repository+"/blobs/"+u.Digest))
	}
	put("\n# Then, writes stopped: registry garbage-collect CONFIG (without -m), and restart the registry. It has to remove:\n")
	for _, b := range p.Blobs {
		put("#   %s\n", report.Escape(b))
	}
	for _, f := range p.Files {
		put("# %s %s: %s\n", report.Escape(f.State), report.Escape(f.Name), f.How)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing the script: %w", err)
	}
	return nil
}

// shellQuote returns s as one word of sh.
func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

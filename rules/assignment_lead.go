package rules

import (
	"bytes"
	"slices"
	"strings"
)

// commandLeads are the words of a shell which an assignment may follow as an argument, or as the next command.
var commandLeads = []string{"echo", "echo -e", "echo -n", "echo -ne", "echo -en", "printf", "<<<", "env", "sudo", "-e", "--env", "--build-arg",
	"readonly", "local", "typeset", "then", "do", "else", "&&", "||"}

// behindCommand tells whether one of commandLeads stands before data[at], with a blank and perhaps a quote between: echo
// "password=…", docker run -e PASSWORD=…; or an escaped newline in what echo or printf writes; or set and a quote, as batch files
// have them.
func behindCommand(data []byte, at int) bool {
	end := at
	if end > 0 && literalQuote[data[end-1]] {
		end--
		if commanded(data, end) {
			return true
		}
	}
	lead := data[commandAt(data, at):end]
	if end == at && bytes.HasSuffix(lead, []byte(`\n`)) {
		return bytes.Contains(lead, []byte("echo ")) || bytes.Contains(lead, []byte("printf "))
	}
	word := bytes.TrimRight(lead, " \t")
	if len(word) == len(lead) || len(word) == 0 {
		return false
	}
	if word[len(word)-1] == ';' {
		return len(bytes.TrimLeft(word, "; \t")) > 0 // a comment of an INI file begins so
	}
	return slices.ContainsFunc(commandLeads, func(w string) bool {
		from := len(word) - len(w)
		return from >= 0 && string(word[from:]) == w && (from == 0 || strings.IndexByte(" \t;&|(@", word[from-1]) >= 0)
	})
}

// shellVariable tells whether data[at] begins the name of a variable at the beginning of a line, with the mark that PowerShell and
// Puppet have before one, and perhaps its scope and type: $password, $env:PASSWORD, [string]$Password.
func shellVariable(data []byte, at int) bool {
	lo := spaceOf(data, at)
	if lo == 0 || data[lo-1] != '$' {
		return false
	}
	lo--
	kind := bytes.TrimRight(data[max(0, lo-maxType):lo], " ")
	if bytes.HasSuffix(kind, []byte("]")) {
		if open := bytes.LastIndexByte(kind, '['); open >= 0 {
			lo = max(0, lo-maxType) + open
		}
	}
	return lineStart(data, lo)
}

// environmentSetter tells whether data[at], behind a quote, is the first argument of the call by which programs of .NET set a
// variable: SetEnvironmentVariable("PASSWORD", "…").
func environmentSetter(data []byte, at int) bool {
	const call = "setenvironmentvariable("
	end := at - 1
	for end > 0 && data[end-1] == ' ' {
		end--
	}
	return end >= len(call) && literalQuote[data[at-1]] && equalFolded(data[end-len(call):end], call)
}

package main

import (
	"errors"
	"fmt"
	"io"

	"dregs/scanner"
	"dregs/scanner/source"
)

// sourceFlags say how targets are opened.
type sourceFlags struct {
	Platform      string `default:"all" placeholder:"OS/ARCH" help:"Scan only the images of this platform (os/arch or os/arch/variant)." group:"Targets"`
	Username      string `placeholder:"NAME" help:"User at the registry, with --password-stdin. Without it docker's configuration, credential helpers and the providers' own variables are asked." group:"Targets"`
	PasswordStdin bool   `help:"Read the password or token of --username from the first line of standard input." group:"Targets"`
	PlainHTTP     bool   `name:"plain-http" help:"Speak HTTP without TLS to the registry." group:"Targets"`
	Insecure      bool   `help:"Accept any certificate of the registry." group:"Targets"`
}

// baseFlags name the base image of the targets.
type baseFlags struct {
	Base string `placeholder:"TARGET" help:"The base image of the targets. Without it the images' annotations tell it, or another target whose layers they begin with." group:"Targets"`
}

// source returns how targets are opened under limits. It reads the password from stdin.
func (f *sourceFlags) source(stdin io.Reader, limits *limitFlags) (source.Options, error) {
	o := source.Options{
		Platform:    f.Platform,
		Stdin:       stdin,
		MaxManifest: int64(limits.MaxManifestBytes),
		MaxEntries:  limits.MaxEntries,
		MaxImages:   limits.MaxImages,
		Jobs:        limits.Jobs,
		Username:    f.Username,
		PlainHTTP:   f.PlainHTTP,
		Insecure:    f.Insecure,
		UserAgent:   "dregs/" + readBuild().version,
	}
	if f.PasswordStdin != (f.Username != "") {
		return o, &usageError{err: errors.New("--username and --password-stdin go together"), hint: "echo TOKEN | dregs scan --username NAME --password-stdin IMAGE"}
	}
	if f.PasswordStdin {
		password, err := readPassword(stdin)
		if err != nil {
			return o, err
		}
		o.Password = password
	}
	return o, nil
}

// base returns the declared base image; nil where none is.
func (f *baseFlags) base() (*scanner.Target, error) {
	if f.Base == "" {
		return nil, nil
	}
	t, err := scanner.ParseTarget(f.Base)
	if err != nil {
		return nil, fmt.Errorf("naming the base image: %w", err)
	}
	if t.Rest == "-" {
		return nil, &usageError{err: errors.New("the base image cannot be standard input"), hint: "write it to a file"}
	}
	return &t, nil
}

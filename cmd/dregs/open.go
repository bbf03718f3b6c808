package main

import (
	"errors"
	"io"

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

// source returns how targets are opened under limits. It reads the password from stdin, which no target may name then.
func (f *sourceFlags) source(stdin io.Reader, limits *limitFlags, stdinNamed bool) (source.Options, error) {
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
	switch {
	case f.PasswordStdin != (f.Username != ""):
		return o, &usageError{err: errors.New("--username and --password-stdin go together"), hint: "echo TOKEN | dregs scan --username NAME --password-stdin IMAGE"}
	case f.PasswordStdin && stdinNamed:
		return o, &usageError{err: errors.New("standard input is both a target and the password"), hint: "write the target to a file, or log in with docker login"}
	case f.PasswordStdin:
		password, err := readPassword(stdin)
		if err != nil {
			return o, err
		}
		o.Password = password
	}
	return o, nil
}

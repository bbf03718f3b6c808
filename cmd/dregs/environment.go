package main

import (
	"errors"
	"os"
	"slices"

	"github.com/alecthomas/kong"
)

// variableNames are the environment variables of each flag, as its help tells them.
type variableNames map[*kong.Tag][]string

// dropEmpty lets no flag below node take a variable that is set to nothing: so CI systems hand over inputs that were not
// given. Such a variable counts as not set.
func (n variableNames) dropEmpty(node *kong.Node) {
	for _, flag := range node.Flags {
		n[flag.Tag] = flag.Tag.Envs
		flag.Tag.Envs = slices.DeleteFunc(slices.Clone(flag.Tag.Envs), func(name string) bool { return os.Getenv(name) == "" })
	}
	for _, child := range node.Children {
		n.dropEmpty(child)
	}
}

// help returns the help of a flag with the names of its variables, empty ones too.
func (n variableNames) help(value *kong.Value) string {
	if value.Tag == nil || len(n[value.Tag]) == 0 {
		return kong.DefaultHelpValueFormatter(value)
	}
	named, tag := *value, *value.Tag
	tag.Envs = n[value.Tag]
	named.Tag = &tag
	return kong.DefaultHelpValueFormatter(&named)
}

// oneDetail refuses --quiet beside --verbose. Where only one of the two stands on the command line, a variable that sets the
// other gives way.
func oneDetail(k *kong.Context) error {
	var on, named []*kong.Flag
	for _, flag := range k.Flags() {
		if flag.Name != "quiet" && flag.Name != "verbose" || !flag.Target.Bool() {
			continue
		}
		on = append(on, flag)
		if slices.ContainsFunc(k.Path, func(p *kong.Path) bool { return p.Flag == flag }) {
			named = append(named, flag)
		}
	}
	if len(on) < 2 {
		return nil
	}
	if len(named) != 1 {
		return errors.New("--quiet and --verbose can't be used together")
	}
	for _, flag := range on {
		flag.Target.SetBool(flag == named[0])
	}
	return nil
}

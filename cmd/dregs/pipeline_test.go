package main

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"dregs/report"
	"dregs/scanner/imagetest"
)

// readYAML parses a file of the repository, named from its top.
func readYAML(t *testing.T, name string, v any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, v); err != nil {
		t.Fatalf("parsing %s: %v", name, err)
	}
}

type step struct {
	ID    string
	Uses  string
	Shell string
	Env   map[string]string
	Run   string
}

type action struct {
	Name, Description string
	Inputs            map[string]struct {
		Description string
		Required    bool
		Default     string
	}
	Outputs map[string]struct{ Description, Value string }
	Runs    struct {
		Using string
		Steps []step
	}
}

// commandDir returns a folder that holds the command dregs, to be put on a PATH.
func commandDir(t *testing.T) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the pipelines' scripts are for a POSIX shell")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(self, filepath.Join(dir, "dregs")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// shell runs a script and returns its exit code and output.
func shell(t *testing.T, dir, script string, env map[string]string) (int, string) {
	t.Helper()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("there is no bash")
	}
	cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script)
	cmd.Dir = dir
	cmd.Env = os.Environ()
	for _, key := range slices.Sorted(maps.Keys(env)) {
		cmd.Env = append(cmd.Env, key+"="+env[key])
	}
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatalf("starting bash: %v", err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// TestAction runs the scan step of the action as the service would.
func TestAction(t *testing.T) {
	var a action
	readYAML(t, ".github/action.yml", &a)
	if a.Runs.Using != "composite" || a.Name == "" || a.Description == "" {
		t.Errorf("the action is %q, %q, using %q", a.Name, a.Description, a.Runs.Using)
	}
	i := slices.IndexFunc(a.Runs.Steps, func(s step) bool { return s.ID == "scan" })
	if i < 0 {
		t.Fatal("no step has the id scan")
	}
	scan := a.Runs.Steps[i]
	for _, s := range a.Runs.Steps {
		if s.Run != "" && strings.Contains(s.Run, "${{") {
			t.Errorf("step %q has an expression in its script: what an input holds would be run", s.ID)
		}
	}
	used := map[string]bool{}
	for _, value := range scan.Env {
		for _, m := range regexp.MustCompile(`inputs\.([a-z-]+)`).FindAllStringSubmatch(value, -1) {
			if _, ok := a.Inputs[m[1]]; !ok {
				t.Errorf("the step uses the input %q, which the action does not have", m[1])
			}
			used[m[1]] = true
		}
	}
	for name := range a.Inputs {
		if !used[name] {
			t.Errorf("the input %q is not used", name)
		}
	}

	bin := commandDir(t)
	for name, c := range map[string]struct {
		targets string
		inputs  map[string]string
		code    int
		files   []string
	}{
		"clean":          {"clean.tar", nil, report.ExitClean, nil},
		"leaky":          {"clean.tar\n leaky.tar", map[string]string{"sarif": "app.sarif", "json": "app.json"}, report.ExitFound, []string{"app.sarif", "app.json"}},
		"a higher gate":  {"leaky.tar", map[string]string{"fail-on": "never"}, report.ExitClean, nil},
		"not there":      {"./no.tar", nil, report.ExitUsage, nil},
		"hostile inputs": {"$(touch owned) `touch owned`;touch owned", nil, report.ExitUsage, nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, kind := range map[string]string{"clean.tar": "clean", "leaky.tar": "leaky"} {
				if err := os.WriteFile(filepath.Join(dir, file), imagetest.OCIArchive(images[kind]()), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			env := map[string]string{
				"PATH": bin + ":" + os.Getenv("PATH"), "RUNNER_TEMP": bin,
				"GITHUB_OUTPUT": filepath.Join(dir, "output"), "GITHUB_STEP_SUMMARY": filepath.Join(dir, "summary"),
			}
			for key, value := range scan.Env {
				input := strings.TrimSuffix(strings.TrimPrefix(value, "${{ inputs."), " }}")
				env[key] = a.Inputs[input].Default
				if given, ok := c.inputs[input]; ok {
					env[key] = given
				}
			}
			env["TARGETS"] = c.targets
			code, out := shell(t, dir, scan.Run, env)
			if code != c.code {
				t.Errorf("ended with %d, want %d\n%s", code, c.code, out)
			}
			if got, err := os.ReadFile(filepath.Join(dir, "output")); err != nil || string(got) != "exit-code="+string(rune('0'+c.code))+"\n" {
				t.Errorf("outputs %q, %v", got, err)
			}
			if c.code != report.ExitUsage {
				if got, err := os.ReadFile(filepath.Join(dir, "summary")); err != nil || len(got) == 0 {
					t.Errorf("the summary holds %q, %v", got, err)
				}
			}
			for _, file := range c.files {
				if got, err := os.ReadFile(filepath.Join(dir, file)); err != nil || !bytes.HasPrefix(got, []byte("{")) {
					t.Errorf("%s holds %.20q, %v", file, got, err)
				}
			}
			if _, err := os.Stat(filepath.Join(dir, "owned")); err == nil {
				t.Error("an input was run as a script")
			}
			if strings.Contains(out, imagetest.GitHubToken("removed")) {
				t.Error("the output holds plaintext")
			}
		})
	}
}

// TestWorkflow holds the example to the inputs that the action has.
func TestWorkflow(t *testing.T) {
	var a action
	readYAML(t, ".github/action.yml", &a)
	var workflow struct {
		Jobs map[string]struct {
			Steps []struct {
				Uses string
				With map[string]any
			}
		}
	}
	readYAML(t, ".github/workflows/image.yml", &workflow)
	uses := 0
	for _, job := range workflow.Jobs {
		for _, s := range job.Steps {
			if s.Uses != "./.github" {
				continue
			}
			uses++
			for input := range s.With {
				if _, ok := a.Inputs[input]; !ok {
					t.Errorf("the workflow gives %q, which the action does not take", input)
				}
			}
			for input, about := range a.Inputs {
				if _, given := s.With[input]; about.Required && !given {
					t.Errorf("the workflow does not give %q", input)
				}
			}
		}
	}
	if uses != 1 {
		t.Errorf("the workflow uses the action %d times, want once", uses)
	}
}

// TestGitLabTemplate runs the template's script with its variables.
func TestGitLabTemplate(t *testing.T) {
	var template map[string]struct {
		Variables map[string]string
		Script    []string
		Artifacts struct {
			Paths   []string
			Reports map[string]string
		}
	}
	readYAML(t, ".ci/gitlab.yml", &template)
	job, ok := template[".dregs"]
	if !ok || len(job.Script) == 0 {
		t.Fatal("the template has no job .dregs with a script")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "image.tar"), imagetest.OCIArchive(images["leaky"]()), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"PATH": commandDir(t) + ":" + os.Getenv("PATH")}
	maps.Copy(env, job.Variables)
	if code, out := shell(t, dir, strings.Join(job.Script, "\n"), env); code != report.ExitFound {
		t.Errorf("ended with %d, want %d\n%s", code, report.ExitFound, out)
	}
	for _, file := range slices.Concat(job.Artifacts.Paths, slices.Collect(maps.Values(job.Artifacts.Reports))) {
		if info, err := os.Stat(filepath.Join(dir, file)); err != nil || info.Size() == 0 {
			t.Errorf("the artifact %s: %v", file, err)
		}
	}
}

// TestPreCommitHooks holds the hooks to the command line, and their patterns to names.
func TestPreCommitHooks(t *testing.T) {
	var hooks []struct{ ID, Name, Entry, Language, Files string }
	readYAML(t, ".pre-commit-hooks.yaml", &hooks)
	names := map[string][]string{
		"dregs-dockerfile": {"Dockerfile", "build/Dockerfile.dev", "Containerfile", "app.Dockerfile", "app.dockerfile"},
		"dregs-image":      {"image.tar", "testdata/image.tar.gz", "a.tar.zst"},
	}
	if len(hooks) != len(names) {
		t.Errorf("%d hooks, want %d", len(hooks), len(names))
	}
	for _, hook := range hooks {
		pattern, err := regexp.Compile(hook.Files)
		if err != nil {
			t.Errorf("%s: %v", hook.ID, err)
			continue
		}
		for _, name := range names[hook.ID] {
			if !pattern.MatchString(name) {
				t.Errorf("%s does not take %s", hook.ID, name)
			}
		}
		for _, name := range []string{"main.go", "docs/Dockerfiles.md", "tar.go"} {
			if pattern.MatchString(name) {
				t.Errorf("%s takes %s", hook.ID, name)
			}
		}
		if !parses(t, append(strings.Fields(hook.Entry)[1:], "file")) {
			t.Errorf("%s: the command line %q is wrong", hook.ID, hook.Entry)
		}
	}
}

// parses reports whether the command line takes args.
func parses(t *testing.T, args []string) bool {
	t.Helper()
	parser, err := newParser(streams{}, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	_, err = parser.Parse(args)
	if err != nil {
		t.Log(err)
	}
	return err == nil
}

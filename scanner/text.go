package scanner

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"dregs/report"
	"dregs/rules"
)

// kindOf tells the kind of target that a scheme opens.
func kindOf(scheme string) string {
	switch scheme {
	case "dockerfile":
		return report.KindDockerfile
	case "log":
		return report.KindLog
	case "dir":
		return report.KindDirectory
	}
	return report.KindImage
}

// textTarget searches a target that is no image: a Dockerfile, a log, or the files of a directory.
func (s *scan) textTarget(ctx context.Context, index int, t Target) ([]found, []report.Problem, error) {
	switch kindOf(t.Scheme) {
	case report.KindDirectory:
		return s.directory(ctx, index, t, report.DirFile)
	case report.KindDockerfile:
		return s.textFile(ctx, index, t, report.Dockerfile)
	}
	if st, err := os.Stat(t.Rest); t.Rest != "-" && err == nil && st.IsDir() {
		return s.directory(ctx, index, t, report.Log)
	}
	return s.textFile(ctx, index, t, report.Log)
}

func (s *scan) textFile(ctx context.Context, index int, t Target, place report.Place) ([]found, []report.Problem, error) {
	in := s.Stdin
	name := "stdin"
	if t.Rest != "-" {
		f, err := os.Open(t.Rest)
		if err != nil {
			return nil, nil, fmt.Errorf("opening %s: %w", place, err)
		}
		defer f.Close()
		if st, err := f.Stat(); err == nil && st.IsDir() {
			return nil, nil, fmt.Errorf("opening %s: %q is a directory", place, t.Rest)
		}
		in, name = f, filepath.Base(t.Rest)
	}
	if in == nil {
		return nil, nil, fmt.Errorf("opening %s: there is no standard input", place)
	}
	in, end := s.file(index, name, in)
	defer end()
	if place == report.Dockerfile {
		all, problems := s.dockerfile(ctx, index, t, name, in)
		return all, problems, nil
	}
	all, problems := s.named(ctx, index, place, name, in)
	return all, problems, nil
}

// named searches the one text of a target that is no image. That it cannot be taken apart is a problem: nobody names an
// archive that ordinarily is damaged.
func (s *scan) named(ctx context.Context, index int, place report.Place, path string, r io.Reader) ([]found, []report.Problem) {
	all, problems, left := s.text(ctx, index, place, path, r)
	return all, append(problems, left...)
}

// text searches one text of a target that is no image. left tells that it could not be taken apart itself, unless problems do.
func (s *scan) text(ctx context.Context, index int, place report.Place, path string, r io.Reader) (all []found, problems, left []report.Problem) {
	body := &countingReader{r: &progressReader{r: contextReader{ctx, r}, to: s.Progress}}
	res := s.reader.contents.file(ctx, rules.Fragment{Place: place, Path: path}, body, s.Limits.Depth)
	s.coverage.files++
	s.coverage.bytes += body.n
	s.coverage.inner(&innerPart{path: path, files: res.files, bytes: res.bytes, skipped: res.skipped})
	for _, m := range res.matches {
		at := spotOf(&m.Match)
		at.Facts = s.reader.contents.facts(m.facts)
		at.Target, at.Place, at.Path, at.Visibility = index, place, path, report.Visible
		from := originInText(&at)
		at.Origin = from.String()
		all = append(all, found{match: m.Match, at: at, origin: from})
	}
	for i := range res.sighted {
		s.sighted = append(s.sighted, exposedAt{target: index, place: place, path: path, sighted: res.sighted[i]})
	}
	for i := range res.skipped {
		switch part := &res.skipped[i]; {
		case s.Strict:
			problems = append(problems, leftOut(trail(path, part.via), part.reason))
		case len(part.via) == 0:
			left = append(left, leftOut(path, part.reason))
		}
	}
	for _, f := range res.faults {
		problems = append(problems, report.NewProblem(trail(path, f.via), f.err))
	}
	if res.err != nil {
		problems = append(problems, report.NewProblem(path, res.err))
	}
	return all, problems, left
}

// directory searches every regular file below a directory, as of place; links are not followed.
func (s *scan) directory(ctx context.Context, index int, t Target, place report.Place) ([]found, []report.Problem, error) {
	root, err := os.OpenRoot(t.Rest)
	if err != nil {
		return nil, nil, fmt.Errorf("opening directory: %w", err)
	}
	defer root.Close()
	var (
		all      []found
		problems []report.Problem
	)
	tell := func(path string, err error) { problems = append(problems, report.NewProblem(path, err)) }
	err = fs.WalkDir(root.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			tell(path, fmt.Errorf("reading directory: %w", err))
			return nil
		}
		if !d.Type().IsRegular() {
			return nil
		}
		f, err := root.Open(path)
		if err != nil {
			tell(path, fmt.Errorf("opening file: %w", err))
			return nil
		}
		defer f.Close()
		in, end := s.file(index, path, f)
		defer end()
		found, faults, _ := s.text(ctx, index, place, path, in)
		all = append(all, found...)
		problems = append(problems, faults...)
		return nil
	})
	if err != nil {
		tell(t.Name, err)
	}
	return all, problems, nil
}

// contextReader ends reading when its context does.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(b)
}

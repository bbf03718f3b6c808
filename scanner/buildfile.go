package scanner

import (
	"fmt"
	"slices"
	"strings"

	"dregs/report"
	"dregs/scanner/dockerfile"
)

// maxTargets bounds the stages of one Dockerfile that an image may have been built to.
const maxTargets = 20

// tie is an instruction of a Dockerfile that made a history entry of an image.
type tie struct {
	dockerfile *dockerfileTarget
	in         *dockerfile.Instruction
}

// entryKey names a history entry of an image of the scan.
type entryKey struct{ target, image, entry int }

// tieDockerfiles ties the instructions of every Dockerfile to the history entries that they made in the images of the scan,
// and tells so in the targets and in the occurrences.
func (s *scan) tieDockerfiles() {
	if len(s.dockerfiles) == 0 {
		return
	}
	s.ties = make(map[entryKey]tie)
	for _, d := range s.dockerfiles {
		d.describeFile()
		for t := range s.targets {
			for i := range s.targets[t].Images {
				s.tieImage(d, t, i)
			}
		}
		d.ship()
		s.targets[d.target].Dockerfile = &d.told
	}
	for i := range s.found {
		s.tellTie(&s.found[i].at)
	}
}

// describeFile tells what a Dockerfile says.
func (d *dockerfileTarget) describeFile() {
	d.told = report.BuildFile{Stages: []report.BuildStage{}, Instructions: []report.BuildInstruction{}, Images: []report.BuiltImage{}}
	for _, st := range d.file.Stages {
		d.told.Stages = append(d.told.Stages, report.BuildStage{Name: st.Name, Base: st.Base, Line: st.Line})
	}
	for i := range d.file.Instructions {
		in := &d.file.Instructions[i]
		b := report.BuildInstruction{Line: in.Line, End: in.End, Instruction: in.Shown()}
		if stage := in.Stage; stage >= 0 {
			b.Stage = &stage
		}
		d.told.Instructions = append(d.told.Instructions, b)
	}
}

// built returns the instructions that make up the image of a stage, apart from FROM, as indexes.
func (d *dockerfileTarget) built(stage int) []int {
	var all []int
	chain := d.file.Shipped(stage)
	for i := range d.file.Instructions {
		if in := &d.file.Instructions[i]; slices.Contains(chain, in.Stage) && (in.Verb != "FROM" || in.OnBuild) {
			all = append(all, i)
		}
	}
	return all
}

// tieImage ties one image to the stage of d that fits it best, if one fits: if more than half of its instructions are tied.
func (s *scan) tieImage(d *dockerfileTarget, target, image int) {
	img := &s.targets[target].Images[image]
	if img.Kind != "" || len(img.History) == 0 {
		return
	}
	var best alignment
	bestStage := -1
	for stage := d.file.Final(); stage >= 0 && stage > d.file.Final()-maxTargets; stage-- {
		built := d.built(stage)
		instructions := make([]*dockerfile.Instruction, len(built))
		for n, i := range built {
			instructions[n] = &d.file.Instructions[i]
		}
		if a := align(instructions, img.History); 2*a.tied > len(built) && (bestStage < 0 || a.score > best.score) {
			best, bestStage = a, stage
		}
	}
	if bestStage < 0 {
		return
	}
	built := d.built(bestStage)
	d.shipped = append(d.shipped, bestStage)
	d.told.Images = append(d.told.Images, report.BuiltImage{
		Target: target, Image: image, Stage: d.file.Label(bestStage), Tied: best.tied, Of: len(built),
	})
	for n, i := range built {
		b := &d.told.Instructions[i]
		entry := best.entry[n]
		if entry < 0 {
			b.Untied = best.why[n]
			continue
		}
		b.Made = append(b.Made, report.Made{Target: target, Image: image, History: entry, Layer: img.History[entry].Layer})
		key := entryKey{target, image, entry}
		if _, taken := s.ties[key]; !taken {
			s.ties[key] = tie{dockerfile: d, in: &d.file.Instructions[i]}
		}
	}
}

// ship marks the stages that are shipped: those of the images that were built, else those of the last stage.
func (d *dockerfileTarget) ship() {
	targets := d.shipped
	if len(targets) == 0 {
		targets = []int{d.file.Final()}
	}
	for _, stage := range targets {
		for _, st := range d.file.Shipped(stage) {
			d.told.Stages[st].Shipped = true
		}
	}
}

// tellTie tells an occurrence of a Dockerfile what its instruction made, and one of an image the line that made it.
func (s *scan) tellTie(at *report.Occurrence) {
	if at.Image != nil {
		if at.History == nil {
			return
		}
		if t, ok := s.ties[entryKey{at.Target, *at.Image, *at.History}]; ok {
			at.Facts = withFact(at.Facts, "dockerfile", fmt.Sprintf("%s:%d", t.dockerfile.name, t.in.Line))
		}
		return
	}
	d := s.dockerfileOf(at)
	if d == nil {
		return
	}
	i := d.file.IndexAt(int(at.Offset))
	if i < 0 {
		return
	}
	if stage := d.file.Instructions[i].Stage; stage >= 0 && !d.told.Stages[stage].Shipped {
		at.Facts = withFact(at.Facts, "shipped", "no, the stage is not in the image")
	}
	made := d.told.Instructions[i].Made
	if len(made) == 0 {
		return
	}
	img := &s.targets[made[0].Target].Images[made[0].Image]
	history := made[0].History
	at.History, at.Layer, at.Created = &history, made[0].Layer, img.History[history].Created
	if at.Layer != nil && *at.Layer < len(img.Layers) {
		at.LayerDigest = img.Layers[*at.Layer].Digest
	}
}

// dockerfileOf returns the Dockerfile that an occurrence lies in, or nil.
func (s *scan) dockerfileOf(at *report.Occurrence) *dockerfileTarget {
	if at.Place != report.Dockerfile {
		return nil
	}
	for _, d := range s.dockerfiles {
		if d.target == at.Target {
			return d
		}
	}
	return nil
}

// tellDockerfiles tells of a secret whether what a Dockerfile holds of it reached an image of the scan, and how to clean up.
func (s *scan) tellDockerfiles(sec *report.Secret) {
	if len(s.dockerfiles) == 0 {
		return
	}
	var lines []cleanupLine
	for i := range sec.Occurrences {
		at := &sec.Occurrences[i]
		if d := s.dockerfileOf(at); d != nil {
			if fate := s.reached(d, sec); fate != "" {
				at.Facts = withFact(at.Facts, "reached the image", fate)
			}
			lines = append(lines, cleanupLine{d.name, at.Line, d.file.At(int(at.Offset))})
			continue
		}
		if at.Image == nil || at.History == nil {
			continue
		}
		if t, ok := s.ties[entryKey{at.Target, *at.Image, *at.History}]; ok {
			if at.Place == report.BuildArg {
				lines = append(lines, t.dockerfile.declaring(at.Key)...)
			}
			lines = append(lines, cleanupLine{t.dockerfile.name, t.in.Line, t.in})
		}
	}
	if len(lines) > 0 {
		sec.Cleanup = s.cleanup(sec, lines)
	}
}

// declaring returns the ARG instructions that declare a build argument.
func (d *dockerfileTarget) declaring(name string) []cleanupLine {
	var lines []cleanupLine
	for i := range d.file.Instructions {
		in := &d.file.Instructions[i]
		if in.Verb != "ARG" {
			continue
		}
		for _, w := range in.Words {
			if n, _, _ := strings.Cut(w.String(), "="); n == name {
				lines = append(lines, cleanupLine{d.name, in.Line, in})
			}
		}
	}
	return lines
}

// reached tells where in the images that were built from d a secret is.
func (s *scan) reached(d *dockerfileTarget, sec *report.Secret) string {
	if len(d.told.Images) == 0 {
		return ""
	}
	var spots []string
	for i := range sec.Occurrences {
		at := &sec.Occurrences[i]
		if at.Image == nil || !d.builtImage(at.Target, *at.Image) {
			continue
		}
		spot := string(at.Place)
		switch {
		case at.Layer != nil && at.Place == report.LayerFile:
			spot = fmt.Sprintf("layer %d", *at.Layer)
		case at.History != nil:
			spot = fmt.Sprintf("%s, entry %d", at.Place, *at.History)
		}
		if !slices.Contains(spots, spot) {
			spots = append(spots, spot)
		}
	}
	const shown = 4
	switch {
	case len(spots) == 0:
		return "no: it is in none of the places that were read of it"
	case len(spots) > shown:
		return fmt.Sprintf("yes: %s and %d more places", strings.Join(spots[:shown], "; "), len(spots)-shown)
	}
	return "yes: " + strings.Join(spots, "; ")
}

func (d *dockerfileTarget) builtImage(target, image int) bool {
	return slices.ContainsFunc(d.told.Images, func(b report.BuiltImage) bool { return b.Target == target && b.Image == image })
}

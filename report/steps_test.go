package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// lifeOf writes a lifeline as one character a step (. absent, - hidden, = in sight), each followed by its marks.
func lifeOf(l lifeline) string {
	s := ""
	for i, state := range l.state {
		s += string(".-="[state])
		for _, m := range []struct {
			mark uint8
			text string
		}{{cameIn, "i"}, {deleted, "x"}, {replaced, "o"}} {
			if l.marks[i]&m.mark != 0 {
				s += m.text
			}
		}
	}
	return s
}

func TestLifeline(t *testing.T) {
	// steps: 0 layer 0, 1 ENV, 2 layer 1, 3 layer 2, 4 ENV, 5 the image as it runs
	m := &Image{
		Layers: []Layer{{Index: 0, Base: true}, {Index: 1}, {Index: 2}},
		History: []History{
			{Index: 0, Layer: number(0)}, {Index: 1}, {Index: 2, Layer: number(1)}, {Index: 3, Layer: number(2)}, {Index: 4},
		},
	}
	file := func(layer int, visibility string, remover *Remover) *Occurrence {
		return &Occurrence{Place: LayerFile, Layer: number(layer), Visibility: visibility, RemovedBy: remover}
	}
	tests := []struct {
		name string
		all  []*Occurrence
		want string
	}{
		{"visible to the end", []*Occurrence{file(1, Visible, nil)}, "..=i==="},
		{"deleted", []*Occurrence{file(0, Deleted, &Remover{Layer: number(2)})}, "=i==-x--"},
		{"overwritten", []*Occurrence{file(0, Overwritten, &Remover{Layer: number(1)})}, "=i=-o---"},
		{"deleted in its own layer", []*Occurrence{file(1, Deleted, &Remover{Layer: number(1)})}, "..-i---"},
		{"removed by nobody knows what", []*Occurrence{file(1, Deleted, nil)}, "..-i---"},
		{"deleted, then there again", []*Occurrence{file(0, Deleted, &Remover{Layer: number(1)}), file(2, Visible, nil)}, "=i=-x=i=="},
		{"an ENV that changed", []*Occurrence{{Place: HistoryEntry, History: number(1), Visibility: InHistory, RemovedBy: &Remover{History: number(4)}}}, ".=i==-o-"},
		{"an instruction", []*Occurrence{{Place: BuildArg, History: number(3), Layer: number(2), Visibility: InHistory}}, "...-i--"},
		{"a label of no known step", []*Occurrence{{Place: ConfigLabel, Visibility: Visible}}, ".....="},
		{"an attestation", []*Occurrence{{Place: Provenance, Layer: number(0), Visibility: InHistory}}, "......"},
		{"a layer that is not there", []*Occurrence{file(9, Deleted, &Remover{Layer: number(7)})}, ".....-"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := lifeOf(newTimeline(m).lifeline(tt.all)); got != tt.want {
				t.Errorf("life %s, want %s", got, tt.want)
			}
		})
	}
}

func TestTimelineSteps(t *testing.T) {
	tests := []struct {
		name  string
		image Image
		want  []string // h and the history entry, l and the layer, b for the base image's
	}{
		{"nothing", Image{}, []string{""}},
		{"layers alone", Image{Layers: []Layer{{Index: 0, Base: true}, {Index: 1}}}, []string{"l0b", "l1", ""}},
		{"a layer without an entry", Image{
			Layers:  []Layer{{Index: 0}, {Index: 1}, {Index: 2}},
			History: []History{{Index: 0, Layer: number(0)}, {Index: 1}, {Index: 2, Layer: number(2)}},
		}, []string{"h0l0", "h1", "l1", "h2l2", ""}},
		{"entries of the base without a layer", Image{
			Layers:  []Layer{{Index: 0, Base: true}, {Index: 1}},
			History: []History{{Index: 0}, {Index: 1, Layer: number(0)}, {Index: 2, Layer: number(1)}},
		}, []string{"h0b", "h1l0b", "h2l1", ""}},
		{"an entry of a layer that is not there", Image{History: []History{{Index: 0, Layer: number(4)}}}, []string{"h0", ""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, s := range newTimeline(&tt.image).steps {
				text := ""
				if s.history != nil {
					text += "h" + string(rune('0'+s.history.Index))
				}
				if s.layer != nil {
					text += "l" + string(rune('0'+s.layer.Index))
				}
				if s.base {
					text += "b"
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(got, tt.want); diff != "" {
				t.Errorf("steps (got -, want +):\n%s", diff)
			}
		})
	}
}

package report

import "reflect"

// Strays returns the positions of those secrets of r, out of which, whose values also occur in texts of r that are not those of
// occurrences in the layers in which the value was found: what an instruction shows of a password that a file holds. r must
// not be cleared yet.
func Strays(r *Report, which []int) map[int]bool {
	strays := make(map[int]bool)
	for _, i := range which {
		c := &clearing{needles: newNeedles(appendNeedle(nil, needle{text: r.Secrets[i].value.Reveal(), redacted: Ellipsis}))}
		look := func(s, tag string) string {
			if len(s) >= gram && !own(s, tag) && !strays[i] {
				marks, all := c.marks(s, tag == "window")
				strays[i] = len(marks) > 0 || !all
			}
			return s
		}
		layers := make(map[string]bool)
		for j := range r.Secrets[i].Occurrences {
			layers[r.Secrets[i].Occurrences[j].LayerDigest] = true
		}
		rest := *r
		rest.Secrets = nil
		walkReport(&rest, look)
		for j := range r.Secrets {
			s := r.Secrets[j]
			for k := range s.Occurrences {
				if at := &s.Occurrences[k]; !layers[at.LayerDigest] {
					walkStrings(reflect.ValueOf(at).Elem(), "", look)
				}
			}
		}
	}
	for i, stray := range strays {
		if !stray {
			delete(strays, i)
		}
	}
	return strays
}

package report

import "reflect"

// Strays returns the positions of those secrets of r, out of which, whose values also occur in texts of r that are not those of
// occurrences in the layers in which the value was found: what an instruction shows of a password that a file holds. r must
// not be cleared yet.
func Strays(r *Report, which []int) map[int]bool {
	strays := make(map[int]bool)
	if len(which) == 0 {
		return strays
	}
	var all []needle
	var secrets []int // by needle
	layers := make([]map[string]bool, len(r.Secrets))
	for _, i := range which {
		all = appendNeedle(all, needle{text: r.Secrets[i].value.Reveal(), redacted: Ellipsis})
		for len(secrets) < len(all) {
			secrets = append(secrets, i)
		}
		layers[i] = make(map[string]bool)
		for j := range r.Secrets[i].Occurrences {
			layers[i][r.Secrets[i].Occurrences[j].LayerDigest] = true
		}
	}
	c := &clearing{needles: newNeedles(all)}
	known := make(map[clearKey][]int)
	in := func(s string, window bool) []int {
		key := clearKey{s, window}
		held, ok := known[key]
		if !ok {
			held = c.held(s, window, secrets)
			known[key] = held
		}
		return held
	}
	look := func(layer string) func(s, tag string) string {
		return func(s, tag string) string {
			if len(s) >= gram && !own(s, tag) {
				for _, i := range in(s, tag == "window") {
					strays[i] = strays[i] || layer == "" || !layers[i][layer]
				}
			}
			return s
		}
	}
	rest := *r
	rest.Secrets = nil
	walkReport(&rest, look(""))
	walk := make(walker)
	for j := range r.Secrets {
		for k := range r.Secrets[j].Occurrences {
			at := &r.Secrets[j].Occurrences[k]
			walk.strings(reflect.ValueOf(at).Elem(), "", look(at.LayerDigest))
		}
	}
	for i, stray := range strays {
		if !stray {
			delete(strays, i)
		}
	}
	return strays
}

// held returns which of secrets, by needle, a text holds: all, where that cannot be told.
func (c *clearing) held(text string, window bool, secrets []int) []int {
	var held []int
	all := spellings([]byte(text), func(v []byte, _ func(span) span) {
		for _, r := range c.needles.find(v, window) {
			held = append(held, secrets[r.needle])
		}
	})
	if !all {
		return secrets
	}
	return held
}

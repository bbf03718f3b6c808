package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// Bounds of the page's data block, all secrets together: what one has above its share goes to others that need it. With
// them a page of 5,000 secrets and 50,000 places stays under 15 MB.
const (
	pagePlaces     = 60_000
	pageTrailBytes = 5_000_000
	pageTextBytes  = 3_500_000
	pageWhole      = 1000 // secrets up to which the list says more than a line of each without scripts too
)

// placeStrings numbers the strings that places share. 0 is the empty one.
type placeStrings struct {
	numbers map[string]int
	all     []string
}

func (p *placeStrings) number(s string) int {
	n, ok := p.numbers[s]
	if !ok {
		n = len(p.all)
		p.numbers[s] = n
		p.all = append(p.all, s)
	}
	return n
}

// writePlaces writes what is known of all secrets in the order of the list, as a block of JSON that no browser runs: of each
// secret what to do, labels and values, its number of places and their rows; then the table of strings that all these
// count in. No < is in it.
func (p *page) writePlaces(out *bufio.Writer) error {
	shared := &placeStrings{numbers: map[string]int{"": 0}, all: []string{""}}
	groups := make([][]occurrenceGroup, len(p.order))
	sizes := make([]int, len(p.order))
	total, trails, texts := 0, 0, 0
	for i, s := range p.order {
		groups[i] = groupOccurrences(p.r, s)
		sizes[i] = len(groups[i])
		total += sizes[i]
		for _, g := range groups[i] {
			trails += min(len(g.at.Path), pageRunes)
			texts += min(len(g.at.Snippet), pageSnippetRunes)
		}
	}
	most := share(sizes, min(pagePlaces, pageTrailBytes/(trails/max(total, 1)+1)))
	mostTexts := share(sizes, pageTextBytes/(texts/max(total, 1)+1))
	_, _ = out.WriteString(`<script type="application/json" id="places">{"secrets":[`)
	var line []byte
	for i, all := range groups {
		line = append(line[:0], map[bool]string{true: "\n", false: ",\n"}[i == 0]...)
		line = append(line, `{"about":[`...)
		line = strconv.AppendInt(line, int64(shared.number(Escape(advice(p.order[i])))), 10)
		for _, f := range about(p.order[i]) {
			line = fmt.Appendf(line, ",%d,%d", shared.number(f.Label), shared.number(f.Value))
		}
		line = fmt.Appendf(line, `],"total":%d,"places":[`, len(all))
		for j := range all[:min(len(all), most)] {
			if j > 0 {
				line = append(line, ',')
			}
			text := ""
			if j < mostTexts {
				text = snippetLines(all[j].at.Snippet)
			}
			line = appendPlace(line, &all[j], shared, text)
		}
		line = append(line, "]}"...)
		if _, err := out.Write(line); err != nil {
			return err
		}
		groups[i] = nil
	}
	_, _ = out.WriteString("],\n\"strings\":")
	table, err := json.Marshal(shared.all)
	if err != nil {
		return fmt.Errorf("encoding the strings of the page: %w", err)
	}
	_, _ = out.Write(table)
	_, err = out.WriteString("}</script>\n")
	return err
}

// appendPlace appends the row of one place: the numbers of place, visibility, came in, life, origin, facts, images and
// layer, then the trail and the text. The script of the page knows this order.
func appendPlace(b []byte, g *occurrenceGroup, shared *placeStrings, text string) []byte {
	o := g.at
	b = append(b, '[')
	for _, s := range []string{
		string(o.Place), o.Visibility, o.CameIn(), o.Fate(), shorten(o.Origin, pageRunes), factList(o.Facts), nameAll(g.images), o.LayerDigest,
	} {
		b = strconv.AppendInt(b, int64(shared.number(Escape(s))), 10)
		b = append(b, ',')
	}
	b = appendString(b, Escape(shorten(o.where(), pageRunes)+o.Position()))
	if text != "" {
		b = appendString(append(b, ','), text)
	}
	return append(b, ']')
}

// appendString appends s as JSON in which no character is HTML's.
func appendString(b []byte, s string) []byte {
	quoted, err := json.Marshal(s)
	if err != nil {
		return append(b, `""`...) // no string fails
	}
	return append(b, quoted...)
}

// share returns the largest number that each of sizes can have at most so that together they have no more than limit.
func share(sizes []int, limit int) int {
	sorted := slices.Clone(sizes)
	slices.Sort(sorted)
	most := 0
	for i, size := range sorted {
		rest := len(sorted) - i
		if (size-most)*rest > limit {
			return most + limit/rest
		}
		limit -= (size - most) * rest
		most = size
	}
	return most
}

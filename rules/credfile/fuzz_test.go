package credfile

import (
	"slices"
	"testing"

	"dregs/rules/credfile/sample"
)

// FuzzParse holds that no parser panics on any file, that every span lies in the file and that it decodes to the secret.
func FuzzParse(f *testing.F) {
	families := Families()
	index := NewIndex(families)
	number := map[*Family]int{}
	for i, family := range families {
		number[family] = i
	}
	for _, s := range sample.Files() {
		for _, family := range index.Of(s.Path) {
			f.Add(uint8(number[family]), []byte(s.Body))
		}
	}
	f.Fuzz(func(t *testing.T, n uint8, data []byte) {
		family := families[int(n)%len(families)]
		err := family.Parse(data, func(c Credential) { checkSpan(t, family.ID, data, c) })
		if err != nil {
			t.Log(err)
		}
	})
}

// FuzzIndex holds that a path's families are those of the path in any folder or archive too.
func FuzzIndex(f *testing.F) {
	index := NewIndex(Families())
	for _, s := range []string{"", "/", "a!b/.netrc", "ROOT/.Docker/Config.JSON", "etc/shadow-", "x/.netrc.bak", "prod.tfstate.backup", "!", "[", "wg0.conf"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, path string) {
		for _, family := range index.Of(path) {
			for _, outer := range []string{"srv/", "a.zip!", "/"} {
				if !slices.Contains(index.Of(outer+path), family) {
					t.Errorf("%s is no family of %q", family.ID, outer+path)
				}
			}
		}
	})
}

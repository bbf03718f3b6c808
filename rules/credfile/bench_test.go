package credfile

import (
	"bytes"
	"testing"

	"dregs/rules/credfile/sample"
)

// BenchmarkIndex measures what each file of an image costs: to tell that it is none of credentials.
func BenchmarkIndex(b *testing.B) {
	index := NewIndex(Families())
	paths := []string{"usr/share/doc/libc6/changelog.Debian.gz", "usr/lib/python3/dist-packages/django/conf/__init__.py", "app/node_modules/react/package.json"}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if found := index.Of(paths[i%len(paths)]); found != nil {
			b.Fatal(found)
		}
	}
}

// BenchmarkParse measures each family on its samples, repeated to 256 KiB.
func BenchmarkParse(b *testing.B) {
	index := NewIndex(Families())
	done := map[*Family]bool{}
	for _, s := range sample.Files() {
		for _, family := range index.Of(s.Path) {
			if done[family] || family.ID != s.Family {
				continue
			}
			done[family] = true
			data := bytes.Repeat([]byte(s.Body), 1+(256<<10)/len(s.Body))
			b.Run(family.ID, func(b *testing.B) {
				b.SetBytes(int64(len(data)))
				for b.Loop() {
					if err := family.Parse(data, func(Credential) {}); err != nil {
						b.Skip(err)
					}
				}
			})
		}
	}
}

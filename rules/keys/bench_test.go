package keys

import "testing"

// BenchmarkPrivate reads one key of each kind.
func BenchmarkPrivate(b *testing.B) {
	for name, s := range samples(b) {
		open, _ := encodings(b, s)
		for form, text := range open {
			b.Run(name+"/"+form, func(b *testing.B) {
				for b.Loop() {
					if _, found := Private(text); !found {
						b.Fatal("no key found")
					}
				}
			})
		}
	}
}

// BenchmarkPublic reads one public half of each form.
func BenchmarkPublic(b *testing.B) {
	for name, text := range publicSamples(b) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if len(found(text)) != 1 {
					b.Fatal("not found")
				}
			}
		})
	}
}

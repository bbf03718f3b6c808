package scanner_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/scanner"
	"dregs/scanner/imagetest"
	"dregs/scanner/store/storetest"
)

func TestAServersStoreTellsTheSame(t *testing.T) {
	kept := openStore(t, storetest.Database(t))
	for name, tt := range remembered(t) {
		t.Run(name, func(t *testing.T) {
			file := imagetest.WriteFile(t, "a.tar", imagetest.OCIArchive(tt.image.Build()))
			o := scanner.WithRules(t, scanner.Options{Salt: kept.Salt()})
			want := asStored(t, scanFile(t, file, o))
			var counted layerCount
			o.Store = kept
			for range 2 {
				counted = layerCount{}
				o.Observer = &counted
				if diff := cmp.Diff(want, asStored(t, scanFile(t, file, o))); diff != "" {
					t.Errorf("the report differs (-without a store +with):\n%s", diff)
				}
			}
			if tt.recalled > 0 && counted.recalled == 0 {
				t.Error("no layer was recalled")
			}
		})
	}
}

package scanner

import (
	"bytes"
	"context"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"dregs/report"
	"dregs/rules"
	"dregs/scanner/imagetest"
	"dregs/scanner/store"
)

// keepingStore keeps what it is given in memory.
type keepingStore struct{ put []store.Layer }

func (s *keepingStore) Layer(context.Context, string, string) ([]byte, bool, error) {
	return nil, false, nil
}
func (s *keepingStore) AnyOfSize(context.Context, string, int64) (bool, error) { return false, nil }
func (s *keepingStore) PutLayers(_ context.Context, all []store.Layer) error {
	s.put = append(s.put, all...)
	return nil
}
func (s *keepingStore) Screened(context.Context, store.Screening) (bool, error) { return false, nil }
func (s *keepingStore) PutScreenings(context.Context, []store.Screening) error  { return nil }

// What is kept is packed: here its bytes are looked at unpacked.
func TestAKeptLayerWithSecretsHoldsNone(t *testing.T) {
	random, weak, short := imagetest.Hex("kept", 40), "correct-"+"horse-battery", "hun"+"ter2"
	token := imagetest.GitHubToken("kept")
	img := imagetest.Image{Layers: []imagetest.Layer{{Entries: []imagetest.Entry{
		imagetest.File("srv/.env", "API_TOKEN="+random+" # "+token+"\nDB_PASSWORD="+weak+"\nDB_URL=postgres://"+short+":"+short+"@db.corp.example/app\n"),
		imagetest.File("srv/run.sh", "curl -u admin:"+weak+" https://corp.example/\n"),
	}}}}
	kept := &keepingStore{}
	target := Target{Scheme: "oci-archive", Rest: imagetest.WriteFile(t, "a.tar", imagetest.OCIArchive(img.Build()))}
	r, err := Scan(t.Context(), []Target{target}, WithRules(t, Options{Store: kept}))
	if err != nil {
		t.Fatal(err)
	}
	if len(kept.put) != 1 || len(r.Secrets) < 4 {
		t.Fatalf("%d layers were kept, and %d secrets found", len(kept.put), len(r.Secrets))
	}
	form, err := decodeLayerForm(kept.put[0].Result)
	if err != nil {
		t.Fatal(err)
	}
	if !form.Weak || len(form.Values) < 4 {
		t.Errorf("the layer is kept with %d values, weak: %v", len(form.Values), form.Weak)
	}
	raw, err := cbor.Marshal(form)
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range []string{random, weak, short, token} {
		if bytes.Contains(raw, []byte(value)) {
			t.Errorf("the value of %d bytes is kept", len(value))
		}
	}
}

func TestADamagedFormIsNoResult(t *testing.T) {
	sound := func() *layerForm {
		return &layerForm{Rules: []rules.Rule{{ID: "a"}}, Hits: []hitForm{{Entry: noEntry, Value: 0}}, Values: []report.Sealed{{}}}
	}
	if _, ok := sound().result(); !ok {
		t.Fatal("a sound form is refused")
	}
	for name, damage := range map[string]func(*layerForm){
		"rule":          func(f *layerForm) { f.Hits[0].Rule = 1 },
		"value":         func(f *layerForm) { f.Hits[0].Value = 1 },
		"no value":      func(f *layerForm) { f.Hits[0].Value = noValue },
		"entry":         func(f *layerForm) { f.Hits[0].Entry = 0 },
		"negative rule": func(f *layerForm) { f.Hits[0].Rule = -1 },
	} {
		t.Run(name, func(t *testing.T) {
			f := sound()
			damage(f)
			if _, ok := f.result(); ok {
				t.Error("it is taken")
			}
		})
	}
}

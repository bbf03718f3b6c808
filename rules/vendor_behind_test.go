package rules

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
)

// TestVendorBehind finds a token whose vendor is named behind it, and none where the line says that it is something else.
func TestVendorBehind(t *testing.T) {
	e := load(t, LoadOptions{NoDecode: true}).Searcher()
	rng := rand.New(rand.NewPCG(19, 20))
	alnum, hex := randomToken(rng, alphabets["alnum"], 40), randomToken(rng, alphabets["hex"], 40)
	for _, form := range []string{
		"x = \"%s\"  # chartmogul", "x('%s'); // Chartmogul", "%s,chartmogul", "%s | Chartmogul |", "%s - chartmogul", "%s # for the chartmogul account",
		"'%s' AS chartmogul_token", "%s (Chartmogul API key)", "%s is the Chartmogul API key",
	} {
		hitsForms(t, e, alnum, []string{"chartmogul-context " + alnum}, "x = 1\n"+form+"\n")
	}
	hitsForms(t, e, hex, []string{"chartmogul-context " + hex}, "x = \"%s\"  # chartmogul api key", "%s <- chartmogul key", "%s (the Chartmogul token)")
	hitsForms(t, e, hex, nil,
		"%s  chartmogul.py", "%s chartmogul key", "%s refs/heads/chartmogul", "%s - chartmogul", "%s,chartmogul", "uses: a/b@%s # chartmogul key",
		"revision: %s # chartmogul key", "%s\n# chartmogul key", "%s # chartmogul commit", "%s # by way of chartmogul key", "%s # the key of the other chartmogul", "$%s # chartmogul key",
	)
}

// TestVendorAddresses finds a token in an address at its vendor's host, where what stands before it opens something.
func TestVendorAddresses(t *testing.T) {
	e := load(t, LoadOptions{NoDecode: true}).Searcher()
	rng := rand.New(rand.NewPCG(21, 22))
	hex, h := randomToken(rng, alphabets["hex"], 40), randomToken(rng, alphabets["hex"], 32)
	id := fmt.Sprintf("%s-%s-%s-%s-%s", h[:8], h[8:12], h[12:16], h[16:20], h[20:])
	for _, test := range []struct{ form, want string }{
		{"get(\"https://api.chartmogul.com/v1/%s/send\")", hex}, {"https://hooks.chartmogul.io/services/%s", hex}, {"https://hooks.eu.chartmogul.io/%s", hex},
		{"wss://chartmogul.com/ws/%s)", hex}, {"https://api.chartmogul.com/v2/x?format=json&appid=%s&units=metric", hex}, {"https://chartmogul.com:443/api?k=%s'", hex},
		{"https://user@api.chartmogul.com/v1/%s", hex}, {"https://chartmogul.com/webhook/%s", id}, {"<a href=\"https://chartmogul.com/x?a=b&amp;appid=%s\">", hex},
	} {
		text := fmt.Sprintf(test.form, test.want)
		if diff := cmp.Diff([]string{"chartmogul-context " + test.want}, contextualHits(t, e, Fragment{Place: report.LayerFile, Data: []byte(text)})); diff != "" {
			t.Errorf("%q: %s", test.form, diff)
		}
	}
	for _, test := range []struct{ form, value string }{
		{"https://chartmogul.com/a/commit/%s", hex}, {"https://chartmogul.com/%s", hex}, {"https://api.chartmogul.com/v1/users/%s", hex}, {"https://api.chartmogul.com/v1/%s.js", hex},
		{"https://cdn.chartmogul.com/x/%s/widget.js", hex}, {"https://chartmogul.com/x?v=%s", hex}, {"https://api.chartmogul.com/v1/%s", id}, {"https://api.mychartmogul.com/v1/%s", hex},
		{"https://api.wandb.ai/v1/%s0", hex}, {"api.chartmogul.com/v1/%s", hex}, {"https://api.chartmogul/v1/%s", hex}, {"https://api.chartmogul.com/v1/ %s", hex},
	} {
		text := fmt.Sprintf(test.form, test.value)
		if got := contextualHits(t, e, Fragment{Place: report.LayerFile, Data: []byte(text)}); got != nil {
			t.Errorf("%q: %q", test.form, strings.Join(got, ", "))
		}
	}
}

package rules

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"dregs/report"
)

// foundAndDropped returns the IDs of the rules that hit in f, sorted, each once, and what was judged to be no secret.
func foundAndDropped(t *testing.T, e Searcher, f Fragment) (ids []string, dropped map[string]int) {
	t.Helper()
	f.Tally = &Tally{}
	ms, err := e.Search(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range ms {
		ids = append(ids, m.Rule.ID)
	}
	slices.Sort(ids)
	return slices.Compact(ids), f.Tally.Counts()
}

// TestSieve checks what name and value say against an assignment, and that nothing is dropped uncounted.
func TestSieve(t *testing.T) {
	e := load(t, LoadOptions{NoDecode: true}).Searcher()
	rng := rand.New(rand.NewPCG(21, 22))
	alnum := func(n int) string { return randomToken(rng, alphabets["alnum"], n) }
	hex := func(n int) string { return randomToken(rng, alphabets["hex"], n) }
	for _, test := range []struct {
		name, text string
		found      bool
		reason     string
	}{
		{name: "a random token", text: "service_token = " + alnum(32), found: true},
		{name: "cut off behind its provider's beginning", text: "service_token = sm_" + "sat_" + alnum(9), reason: reasonBroken},
		{name: "its provider's beginning, and other characters", text: "service_token = glp" + "at-" + alnum(8) + ".a1.b2", reason: reasonBroken},
		{name: "its provider's beginning, and longer than any known", text: "service_token = mls" + "n." + alnum(90), found: true},
		{name: "a word that many begin with", text: "service_token = test_" + alnum(24), found: true},
		{name: "shorter than the vendor's", text: "mistral_token = " + alnum(23), reason: reasonBroken},
		{name: "shorter than the vendor's, and long enough for another kind", text: "mistral_token = " + alnum(24), found: true},
		{name: "a password is of any length", text: `mistral_password = "` + alnum(12) + `"`, found: true},
		{name: "a JSON web token without claims", text: "service_token = ey" + "JhbGciOiJIUzI1NiJ9." + alnum(16) + "." + alnum(9), reason: reasonBroken},
		{name: "counting letters and digits", text: "service_key = abcdef" + "0123456789abcdef0123456789", reason: reasonRepeated},
		{name: "a row in a token", text: "service_key = q7Xz" + alnum(8) + "bcdefghi" + "K2", reason: reasonRepeated},
		{name: "a name that disowns its value", text: `nonMatchingToken := "` + alnum(24) + `"`, reason: reasonPlaceholder},
		{name: "dots behind a token", text: "service_token = " + alnum(24) + "...", reason: reasonPlaceholder},
		{name: "a value of the documentation", text: `<add key="ClearTextPassword" value="33f` + `!!lloppa" />`, reason: reasonPlaceholder},
		{name: "anonymous FTP", text: `server->password = "busybox` + `@";`, reason: reasonOrdinary},
		{name: "prose, and a sign on the next line", text: "the key in the data\n = '" + alnum(32) + "'", reason: reasonOrdinary},
		{name: "a name, and its value on the next line", text: "service_key =\n  '" + alnum(32) + "'", found: true},
		{name: "another vendor's, with a beginning that it shares", text: "userflow_key = ak_" + "live_" + alnum(26), found: true},
		{name: "two vendors named, one of the beginning", text: "userflow_pagarme_key = ak_" + "live_" + alnum(20), reason: reasonBroken},
		{name: "the key of a cache", text: "service_api_cache_key: " + alnum(32), reason: reasonPublic},
		{name: "a token of a request", text: "service_request_token: " + alnum(32), found: true},
		{name: "the sum of a module", text: "github.com/x/someapi-go v1.2.3 h1:" + alnum(43) + "=", reason: reasonPublic},
		{name: "the identifier of a client", text: "auth_client_id = " + alnum(32)},
		{name: "the identifier of a vendor's client", text: `karmacrm_client_id = "` + hex(40) + `"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, dropped := foundAndDropped(t, e, Fragment{Place: report.LayerFile, Path: "src/a.go", Data: []byte(test.text)})
			if (len(got) > 0) != test.found {
				t.Errorf("%s: found %v, dropped %v", test.text, got, dropped)
			}
			if test.reason != "" && dropped[test.reason] == 0 {
				t.Errorf("%s: nothing is counted as %q: %v", test.text, test.reason, dropped)
			}
		})
	}
}

// TestSieveTrustsSettings checks that a value which a program takes is told, however it looks.
func TestSieveTrustsSettings(t *testing.T) {
	e := load(t, LoadOptions{NoDecode: true}).Searcher()
	short := "sm_" + "sat_" + randomToken(rand.New(rand.NewPCG(23, 24)), alphabets["alnum"], 14)
	for _, f := range []Fragment{
		{Place: report.ConfigEnv, Key: "SERVICE_TOKEN", Data: []byte(short)},
		{Place: report.LayerFile, Path: "app/.env", Data: []byte("SERVICE_TOKEN=" + short)},
		{Place: report.LayerFile, Path: "app/a.properties", Data: []byte("service.token=" + short)},
	} {
		if got, dropped := foundAndDropped(t, e, f); len(got) == 0 {
			t.Errorf("%s %s: nothing is found; dropped %v", f.Place, f.Path, dropped)
		}
	}
}

// TestFabricatedTokens checks that a token of its provider's form is none where words or the alphabet stand in it.
func TestFabricatedTokens(t *testing.T) {
	e := load(t, LoadOptions{NoDecode: true}).Searcher()
	rng := rand.New(rand.NewPCG(25, 26))
	for value, want := range map[string]bool{
		"gls" + "a_" + randomToken(rng, alphabets["alnum"], 32) + "_5b582697":                   true,
		"gls" + "a_" + strings.Repeat("iNValId", 4) + "abcd_5b582697":                           false,
		"sb" + "p_" + letterRow + randomToken(rng, alphabets["hex"], 14):                        false,
		"ey" + "JrIjoiRVhBTVBMRVRFU1RURVNURW5uaGFaamwzWHo5WjQiLCJuIjoiZXhhbXBsZSIsImlkIjoxfQ==": false,
	} {
		got, dropped := foundAndDropped(t, e, Fragment{Place: report.LayerFile, Path: "a.txt", Data: []byte(value)})
		if (len(got) > 0) != want || !want && dropped[reasonPlaceholder] == 0 {
			t.Errorf("%s: found %v, dropped %v", value, got, dropped)
		}
	}
}

// TestImitations checks that a value made up after a vendor's tokens is told, with the least severity, where the vendor's
// own name says whose it would be, and nowhere else.
func TestImitations(t *testing.T) {
	e := load(t, LoadOptions{NoDecode: true}).Searcher()
	counting := "nyk" + "_v0_" + "0123456789" + letterRow + strings.ToUpper(letterRow) + "01"
	if got, _ := foundAndDropped(t, e, Fragment{Path: "a.md", Data: []byte("NYLAS_API_KEY=nyk" + "_v0_" + randomToken(rand.New(rand.NewPCG(27, 28)), alphabets["alnum"], 64))}); !slices.Contains(got, "nylas-api-key") {
		t.Fatalf("the form that is imitated is not the vendor's: %v", got)
	}
	for text, want := range map[string][]string{
		"NYLAS_API_KEY=" + counting:         {inTextRule},
		"SERVICE_API_KEY=" + counting:       nil,
		"NYLAS_API_KEY=" + counting[:50]:    nil,
		"NYLAS_API_KEY == " + counting:      nil,
		"NYLAS_API_KEY=nyk" + "_" + "xxxxx": nil,
	} {
		ms, err := e.Search(context.Background(), Fragment{Place: report.LayerFile, Path: "a.md", Data: []byte(text)})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range ms {
			if got = append(got, m.Rule.ID); m.Rule.Severity != report.Low {
				t.Errorf("%s: %s", text, m.Rule.Severity)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// TestSieveKeepsOwnRules checks that a rule file of one's own means what it says: only the default rules are sifted.
func TestSieveKeepsOwnRules(t *testing.T) {
	set, err := Load(LoadOptions{Config: write(t, "own.toml", "[[rules]]\nid = 'my-generic'\nregex = 'key=([a-z0-9]{26,})'\nkeywords = ['key']\n"), NoDecode: true})
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := foundAndDropped(t, set.Searcher(), Fragment{Data: []byte("key=" + letterRow)}); !slices.Equal(got, []string{"my-generic"}) {
		t.Errorf("found %v", got)
	}
}

package rules

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
)

// TestVendorLeads finds a bare token behind the name of every vendor whose name leads by itself, and hits the name alone
// in nothing.
func TestVendorLeads(t *testing.T) {
	set := load(t, LoadOptions{NoDecode: true})
	e := set.Searcher()
	rng := rand.New(rand.NewPCG(7, 8))
	forms := []string{"%s %s", "%s = '%s'", "%s_api: %s", "%s\nSECRET\n%s", "the %s api key is %s", `{"%s": "%s"}`, "%sToken-%s"}
	n := 0
	for _, d := range set.rules {
		c, _ := d.detector.(contextual)
		if c.vendor == nil {
			continue
		}
		token := randomToken(rng, alphabets["hex"], 32)
		if !fitsAny(c.vendor.shapes, token) {
			token = randomToken(rng, alphabets["hex"], 40)
		}
		for alias, words := range c.vendor.spellings {
			if len(alias) < minLead && !strings.ContainsAny(alias, "0123456789") || !c.vendor.aliases[alias] || !fitsAny(c.vendor.shapes, token) {
				continue
			}
			for _, w := range words {
				n++
				text := fmt.Sprintf(forms[n%len(forms)], w, token)
				ms, err := e.Search(context.Background(), Fragment{Place: report.LayerFile, Data: []byte(text)})
				if err != nil {
					t.Fatal(err)
				}
				if len(ms) == 0 || ms[0].Value.Reveal() != token {
					t.Errorf("%s: %q: %d found", d.rule.ID, text, len(ms))
				}
				if got := contextualHits(t, e, Fragment{Place: report.LayerFile, Data: []byte("see " + w + " 1.2.3 and " + w + "-client_1.2.3_all.deb")}); got != nil {
					t.Errorf("%s: %q", w, got)
				}
			}
		}
	}
	if n < 500 {
		t.Errorf("%d names lead", n)
	}
}

func fitsAny(shapes []shape, token string) bool {
	for _, s := range shapes {
		if s.fits(token) {
			return true
		}
	}
	return false
}

func TestVendorLeadForms(t *testing.T) {
	e := load(t, LoadOptions{NoDecode: true}).Searcher()
	rng := rand.New(rand.NewPCG(9, 10))
	hex, alnum := randomToken(rng, alphabets["hex"], 40), randomToken(rng, alphabets["alnum"], 32)
	counting := strings.Repeat("abcdef"+"1234567890", 2)
	short := randomToken(rng, alphabets["alnum"], 11) + "a" + "B" + "3" + "c" + "D"
	mixed := alnum[:9] + "-" + alnum[9:] + "_" + short
	for _, test := range []struct {
		name, text string
		place      report.Place
		want       []string // rule, severity and value
	}{
		{name: "beside", text: "wandb " + hex, want: []string{"wandb-context low " + hex}},
		{name: "given, in a text", text: "wandb = " + hex, want: []string{"wandb-context low " + hex}},
		{name: "given, in the image's own words", place: report.HistoryEntry, text: "RUN wandb=" + hex, want: []string{"wandb-context medium " + hex}},
		{name: "one that counts", text: "chartmogul " + counting, want: []string{"chartmogul-context low " + counting}},
		{name: "the alphabet", text: "chartmogul key " + letterRow + "012345", want: []string{"dregs-assignment-in-text low " + letterRow + "012345"}},
		{name: "with an assignment, once", text: "cloverly_token = " + alnum, want: []string{"cloverly-context medium " + alnum}},
		{name: "a client's first argument", text: `chartmogul.NewClient("` + alnum + `", nil)`, want: []string{"chartmogul-context low " + alnum}},
		{name: "a constructor's argument", text: "new Chartmogul('" + alnum + "')", want: []string{"chartmogul-context low " + alnum}},
		{name: "a setter", text: `chartmogul.setKey("` + alnum + `")`, want: []string{"chartmogul-context medium " + alnum}},
		{name: "a name that goes on", text: "chartmogultoken " + alnum, want: []string{"chartmogul-context medium " + alnum}},
		{name: "a short one, given", text: "chartmogul = '" + short + "'", want: []string{"chartmogul-context low " + short}},
		{name: "long and mixed, with marks", text: "chartmogul " + mixed, want: []string{"chartmogul-context low " + mixed}},
		{name: "base64, given", text: "chartmogul: " + alnum[:9] + "/" + alnum[9:] + "+" + short + "=", want: []string{"chartmogul-context low " + alnum[:9] + "/" + alnum[9:] + "+" + short}},
		{name: "of another kind than the known ones", text: "klaviyo secret " + alnum, want: []string{"dregs-assignment-in-text low " + alnum}},

		{name: "of another length than all known ones", text: "wandb key " + hex[:28]},
		{name: "a short one, beside", text: "chartmogul " + short},
		{name: "a path, beside", text: "chartmogul lib/python3/dist-packages/chartmogul/Client/V2/a1b2c3d4.py"},
		{name: "a template that goes on", text: "chartmogul key: " + alnum + "{hex:4}"},
		{name: "a client's second argument", text: `chartmogul.NewClient("user", "` + alnum + `")`, want: []string{"chartmogul-context low " + alnum}},
		{name: "a call of what is required", text: "require('chartmogul')('" + alnum + "')", want: []string{"chartmogul-context low " + alnum}},
		{name: "an argument behind a call", text: `chartmogul.NewClient(load("x"), "` + alnum + `")`},
		{name: "another call", text: `chartmogul.describe("` + alnum + `")`},
		{name: "a part of an argument", text: `chartmogul.NewClient("` + alnum + ` more")`},
		{name: "a commit that is looked up", text: `wandb.getCommit("` + hex + `")`},
		{name: "a commit that is checked out", text: "git clone https://a.io/x && git checkout " + hex},
		{name: "a commit of an action", text: "- uses: monkeylearn/monkeylearn-action@" + hex},
		{name: "a sum of the file on the next line", text: "wandb_key.py\n" + hex + "  wandb.py"},
		{name: "another word that the name begins", text: "figureCanvas = " + alnum},
		{name: "an identifier in one word", text: `chartmogulTokenId: "` + "1b4e28ba-2fa1-41d2-883f-" + `0016d3cca427"`},
		{name: "a part of what is no token", text: "chartmogul = '" + alnum[:24] + "?" + alnum[24:] + "'"},
		{name: "a commit", text: "wandb commit " + hex},
		{name: "a digest", text: "wandb@sha256:" + hex + hex[:24]},
		{name: "a public key", text: "chartmogul public key " + alnum},
		{name: "another word", text: "mywandb " + hex},
		{name: "a call", text: "chartmogul " + alnum + "()"},
		{name: "far off", text: "wandb" + strings.Repeat(" ", leadGap) + hex},
		{name: "lines below", text: "wandb token:\n\n\n" + hex},
		{name: "the wrong length", text: "wandb " + hex + "0"},
		{name: "a package", text: "symfony-polyfill-php72_1.27.0-2_all.deb"},
		{name: "a key of a table", text: `chartmogul.foreignKey("` + alnum + `")`},
		{name: "a path", text: "twitter/" + alnum[:20] + "/x"},
		{name: "binary", text: "chartmogul key\x00\x00" + alnum},
		{name: "an identifier on the line below", text: "chartmogul_secret_info:\n  id: '" + "1b4e28ba-2fa1-41d2-883f-" + "0016d3cca427'"},
		{name: "an identifier", text: "chartmogul_id=1b4e28ba-2fa1-11d2-883f-" + "0016d3cca427"},
		{name: "sums of files", text: "Conffiles:\n /etc/init.d/courier-authdaemon " + hex[:32] + "\n ./google-ldap-auth\t" + hex + "\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.place == "" {
				test.place = report.LayerFile
			}
			f := Fragment{Place: test.place, Data: []byte(test.text)}
			ms, err := e.Search(context.Background(), f)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, m := range ms {
				if ownDetector(m.Rule) {
					got = append(got, m.Rule.ID+" "+m.Rule.Severity+" "+m.Value.Reveal())
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestVendorSections names the vendor whose section of a file of settings a token stands in, and no other.
func TestVendorSections(t *testing.T) {
	e := load(t, LoadOptions{NoDecode: true}).Searcher()
	hex := randomToken(rand.New(rand.NewPCG(13, 14)), alphabets["hex"], 40)
	for _, test := range []struct{ name, path, text, want string }{
		{"yaml", "app/a.yml", "wandb:\n  host: a\n  api_key: %s\n", "wandb-context"},
		{"yaml, further out", "app/a.yml", "wandb:\n  # of the team\n  live:\n    api_key: %s\n", "wandb-context"},
		{"ini", "app/a.ini", "[wandb]\nhost=a\napi_key=%s\n", "wandb-context"},
		{"toml", "app/a.toml", "[services.wandb]\napi_key = \"%s\"\n", "wandb-context"},
		{"json", "app/config.json", "{\n \"wandb\": {\n  \"api_key\": \"%s\"\n }\n}", "wandb-context"},
		{"an ordinary word alone", "app/a.yml", "github:\n  api_key: %s\n", "github-context"},
		{"an ordinary word among others", "app/a.yml", "the github mirror:\n  api_key: %s\n", "dregs-assignment"},
		{"a section beside it", "app/a.yml", "wandb:\n  host: a\nother:\n  api_key: %s\n", "dregs-assignment"},
		{"a section before it", "app/a.ini", "[wandb]\nhost=a\n[other]\napi_key=%s\n", "dregs-assignment"},
		{"a vendor's tokens of another length", "app/a.yml", "twilio:\n  api_key: %s\n", "dregs-assignment"},
		{"a section in a document", "a.md", "wandb:\n  host: a\n  api_key: %s\n", "wandb-context"},
		{"the host that it is sent to", "a.go", "http.NewRequest(\"GET\", \"https://api.wandb.ai/x\", nil)\nreq.Header.Set(\"X-API-Key\", \"%s\")", "wandb-context"},
		{"a host behind it", "a.sh", "get({'X-API-Key': '%s'}, 'https://api.wandb.ai/graphql')", "wandb-context"},
		{"an ordinary word that is a host's name", "a.sh", "get({'X-API-Key': '%s'}, 'https://github.com/api')", "github-context"},
		{"a part of a host's name", "a.rb", "get({'X-API-Key': '%s'}, 'https://mywandb.ai/graphql')", "dregs-assignment"},
		{"the host of a request", "a.http", "GET /x HTTP/1.1\nHost: api.wandb.ai\nX-Auth-Token: %s\n", "wandb-context"},
		{"the host of a request, below", "a.http", "GET /x HTTP/1.1\nX-Auth-Token: %s\nHost: api.wandb.ai\n", "wandb-context"},
		{"a header that says little, at a host", "a.sh", "wget --header='Authorization: %s' https://api.wandb.ai/graphql", "wandb-context"},
		{"a key that says nothing else, in a section", "a.md", "wandb:\n  host: a\n  key: %s\n", "wandb-context"},
		{"an element", "a.xml", "<service name=\"wandb\">\n  <token>%s</token>\n</service>", "wandb-context"},
		{"a call", "a.py", "wandb_client = Client(\n    account='x',\n    token='%s')", "wandb-context"},
		{"a block", "a.rb", "Wandb.configure do |config|\n  config.api_key = '%s'\nend", "wandb-context"},
		{"a statement's second line", "a.ex", "config :myapp, MyApp.Wandb,\n  secret: \"%s\"", "wandb-context"},
		{"a comment behind it", "a.js", "const token = '%s'; // Wandb", "wandb-context"},
		{"a comment above", "a.py", "# wandb api credentials\nTOKEN = '%s'\n", "wandb-context"},
		{"a heading", "a.md", "## Wandb\n\nAPI key: %s\n", "wandb-context"},
		{"an import", "a.js", "const wandb = require('wandb');\nconst c = new Client({ token: '%s' });\n", "wandb-context"},
		{"a step that is logged", "a.log", "[INFO] connecting to wandb\n[DEBUG] token=%s\n", "wandb-context"},
		{"a literal in quotes of another kind", "build.gradle", "buildConfigField 'String', 'WANDB_TOKEN', '\"%s\"'", "wandb-context"},
		{"an ordinary word and what its key is for", "a.md", "Github API Key: %s", "github-context"},
		{"a dash", "a.md", "Github API Key - %s", "github-context"},
		{"a heading with a line under it", "a.md", "Wandb\n-----\nAPI key: %s\n", "wandb-context"},
		{"a heading over other settings", "a.md", "Wandb Account\nUser: bob\nToken: %s\n", "wandb-context"},
		{"a provider", "a.json", "{\n  \"provider\": \"wandb\",\n  \"url\": \"x\",\n  \"apiKey\": \"%s\"\n}", "wandb-context"},
		{"a type of Basic", "a.vb", "Dim wandbKey As String = \"%s\"", "wandb-context"},
		{"another setting", "a.json", "{\n  \"user\": \"wandb\",\n  \"apiKey\": \"%s\"\n}", "dregs-assignment"},
		{"a heading over many settings", "a.md", "Wandb\na: 1\nb: 2\nc: 3\nToken: %s\n", "dregs-assignment-in-text"},
		{"a comment two lines above", "a.py", "# wandb\n\n\nTOKEN = '%s'\n", "dregs-assignment"},
		{"a sentence above", "a.py", "# this is no more what the people of wandb once gave to us\nTOKEN = '%s'\n", "dregs-assignment"},
		{"another word in a comment above", "a.py", "# wandbox\nTOKEN = '%s'\n", "dregs-assignment"},
		{"a statement above", "a.py", "other(wandb)\nTOKEN = '%s'\n", "dregs-assignment"},
		{"an element that ends above", "a.xml", "</wandb>\n  <token>%s</token>\n", "dregs-assignment"},
		{"a host of a vendor with other tokens", "a.rb", "get({'X-API-Key': '%s'}, 'https://api.twilio.com/x')", "dregs-assignment"},
		{"a host on another line", "a.rb", "# see https://wandb.ai/\n\n\nget({'X-API-Key': '%s'}, 'b.internal')", "dregs-assignment"},
		{"a host on the next line", "a.rb", "get({'X-API-Key': '%s'}, 'b.internal')\n# see https://wandb.ai/", "dregs-assignment"},
		{"far above", "app/a.yml", "wandb:\n" + strings.Repeat("  host: a\n", 60) + "  api_key: %s\n", "dregs-assignment"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := contextualHits(t, e, Fragment{Place: report.LayerFile, Path: test.path, Data: fmt.Appendf(nil, test.text, hex)})
			if diff := cmp.Diff([]string{test.want + " " + hex}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestTerseNames finds nothing behind a name that says little where the text around it tells no vendor, and no row's key.
func TestTerseNames(t *testing.T) {
	e := load(t, LoadOptions{NoDecode: true}).Searcher()
	hex := randomToken(rand.New(rand.NewPCG(13, 14)), alphabets["hex"], 40)
	for _, form := range []string{
		"key: %s", "other:\n  key: %s\n", "twilio:\n  key: %s\n", "wandb:\n  access_point: %s\n", "wandb:\n  key == %s\n", "the chartmogul primary key %s", "the chartmogul foreign key %s",
		"the chartmogul partition key: %s", "https://github.com/a/b\n- release GPG key: %s", "Semaphore is a key - %s", "- key - %s",
	} {
		if got := contextualHits(t, e, Fragment{Place: report.LayerFile, Path: "a.md", Data: fmt.Appendf(nil, form, hex)}); got != nil {
			t.Errorf("%q: %q", form, got)
		}
	}
}

// TestVendorLeadCuts finds the same however the text is cut into blocks.
func TestVendorLeadCuts(t *testing.T) {
	e := newEngine(load(t, LoadOptions{NoDecode: true}))
	rng := rand.New(rand.NewPCG(11, 12))
	var text strings.Builder
	for range 40 {
		text.WriteString("twilio twilio_key wandb: " + randomToken(rng, alphabets["hex"], 32+8*rng.IntN(2)) + strings.Repeat(" word", rng.IntN(12)) + "\n")
		text.WriteString(randomToken(rng, alphabets["alnum"], 40) + " # wandb\nhttps://api.chartmogul.com/v1/" + randomToken(rng, alphabets["alnum"], 30) + "\nwandb | " + randomToken(rng, alphabets["hex"], 40) + " |\n")
	}
	f := Fragment{Place: report.LayerFile, Data: []byte(text.String())}
	checkCuts(t, f, e, []*engine{cutInto(e, 64, 1), cutInto(e, 97, 3), cutInto(e, 1024, 2)})
}

package rules

import (
	"math/rand/v2"
	"testing"
)

// TestVendorBonds finds a token in the ways of writing that part it from its vendor's name by marks, by the lines of a
// document or by a call, and nothing where they say that it is something else.
func TestVendorBonds(t *testing.T) {
	e := load(t, LoadOptions{NoDecode: true}).Searcher()
	rng := rand.New(rand.NewPCG(17, 18))
	alnum, hex := randomToken(rng, alphabets["alnum"], 40), randomToken(rng, alphabets["hex"], 40)
	hitsForms(t, e, alnum, []string{"chartmogul-context " + alnum},
		"chartmogul|%s", "chartmogul;%s", "chartmogul,%s", "service,key\nchartmogul,%s\n", `"chartmogul","%s","x"`,
		"chartmogul -> %s", "chartmogul → %s", "Chartmogul - %s", "Chartmogul — %s", "chartmogul -- %s",
		"Chartmogul (%s)", "Chartmogul key (%s)", "chartmogul [%s]", "| Chartmogul | `%s` |", "| Chartmogul | https://chartmogul.com | %s | x |",
		"chartmogul_api_key          %s    prod", "<tr><td>Chartmogul</td><td>%s</td></tr>", "<dt>Chartmogul</dt> <dd>%s</dd>", "the one for Chartmogul is %s.",
		"Chartmogul\n%s\n", "Chartmogul:\n  - `%s`\n", `{chartmogul, <<"%s">>}.`, `"{\"chartmogul\": \"%s\"}"`,
		"[chartmogul]\nvalue=%s\n", "\"chartmogul\": {\n \"user\": \"bob\",\n \"value\": \"%s\"\n}", "resource \"p\" \"chartmogul\" {\n  value = \"%s\"\n}",
		`get("chartmogul", default="%s")`, `secret('chartmogul', value: '%s')`, `$client = new Chartmogul\Client('%s');`, `Chartmogul::Client.new("%s")`,
		"- name: CHARTMOGUL\n  value: %s\n", "<add key=\"Chartmogul\" value=\"%s\" />", "chartmogul login -p %s", "chartmogul -k %s run", `{"key": "chartmogul", "value": "%s"}`, `{"chartmogul": ["%s"]}`, "log in to chartmogul with %s", "Chartmogul webhook: %s",
		"the one (for Chartmogul): %s", `ChartmogulFactory.create("%s", "x")`, "Chartmogul production - %s",
		"from chartmogul import Client\nclient = Client(\"%s\")\n", "import chartmogul.Client;\nx = new Client(\"id\", \"%s\");\n",
	)
	hitsForms(t, e, hex, nil,
		"chartmogul|sha1|%s", "chartmogul,\n%s,\nother", "chartmogul\n%s  chartmogul.py", "chartmogul %s  key.py", "chartmogul (%s", "chartmogul(%s)", "chartmogul [%s)",
		"chartmogul is not %s", "chartmogul ... %s", "<td class=chartmogul>x %s", "chartmogul\nnext line %s\n", "chartmogul\n%s is next\n",
		`get("chartmogul", load="x", %s)`, `get("chartmogul", checksum="%s")`, "[chartmogul]\nvalued=%s\n", "[chartmogul] x value=%s\n", "chartmogul_value(%s)",
		"from chartmogul import Client\nother = Cache(\"%s\")\n", "from chartmogul import Client\nreturn digest(\"%s\")\n", "chartmogul <%s", "chartmogul *%s", "chartmogul <<%s", "chartmogul | Chartmogul%s", "chartmogul a.b/c -p %s", "chartmogul x-p %s", "chartmogul --p %s", "chartmogul webhooks %s", "chartmogul event: %s", `{"chartmogul": [%s`, "chartmogul) %s", "aGVsbG8Chartmogul\n%s\n", "Chartmogul5aGVsbG8gd29ybGQ\n%s\n", "chartmogul \\%s", "chartmogul -%s.deb",
	)
}

// TestVendorEnclosing names the vendor whose block on the same line a key is in.
func TestVendorEnclosing(t *testing.T) {
	e := load(t, LoadOptions{NoDecode: true}).Searcher()
	hex := randomToken(rand.New(rand.NewPCG(27, 28)), alphabets["hex"], 32)
	hitsForms(t, e, hex, []string{"chartmogul-context " + hex}, "{chartmogul: {key: %s}}\n", `services: {x: {key: a}, chartmogul: {url: "https://x", on: true, tries: {most: 3}, retry: 9000, key: "%s"}}`)
	hitsForms(t, e, hex, nil, "{chartmogul: {public key: %s}}\n", "{chartmogul: {url: \"https://x\", on: true, tries: 3, retry: 9000}, other: {key: %s}}\n")
}

package rules

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
)

// TestTables finds what stands below the name of a column in each row, and nothing in another column or below a row that is no
// head.
func TestTables(t *testing.T) {
	e := load(t, LoadOptions{NoDecode: true, Enable: []string{assignmentRule, inTextRule}}).Searcher()
	rng := rand.New(rand.NewPCG(25, 26))
	a, b := randomToken(rng, alphabets["alnum"], 32), randomToken(rng, alphabets["alnum"], 24)
	weak := "hunt" + "er2!x"
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"commas", "name,app_token,region\nx," + a + ",eu\ny," + b + ",us\n", []string{a, b}},
		{"quotes", `"name","app_token"` + "\n" + `"x, y","` + a + `"` + "\n" + `"say ""z""","` + b + "\"\r\n", []string{a, b}},
		{"semicolons, a password", "user;password\r\nx;" + weak + "\r\n", []string{weak}},
		{"a mark of byte order", "\ufeffapp_token;user\r\n" + a + ";x\r\n", []string{a}},
		{"one before another column", "\ufeffname,app_token\nx," + a + "\n", []string{a}},
		{"tabs", "name\tapp token\nx\t" + a + "\n", []string{a}},
		{"Markdown", "| name | App token |\n| :-- | --- |\n| x | `" + a + "` |\n| y | " + b + " |\n", []string{a, b}},
		{"SQL", "INSERT INTO accounts (name, app_token)\nVALUES ('x', '" + a + "'),\n ('it''s', '" + b + "');", []string{a, b}},
		{"another column", "name,app_token,hash\nx,none," + a + "\n", nil},
		{"a row of more cells", "name,app_token\nx,y," + a + "\n", nil},
		{"a row that is no head", "name,what\nthe,app_token\nx," + a + "\n", nil},
		{"arguments", "call(name, app_token,\n x, " + a + ")\n", nil},
		{"no rule below the head", "| name | App token |\n| x | `" + a + "` |\n", nil},
		{"what tells something about a token", "name,app token type\nx," + a + "\n", nil},
		{"other statements", "SELECT (name, app_token) FROM x WHERE ('x', '" + a + "')", nil},
		{"words", "name,password\nx,correct\ny,horse\n", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var want []string
			for _, v := range test.want {
				want = append(want, "dregs-assignment-in-text "+v)
			}
			if diff := cmp.Diff(want, contextualHits(t, e, Fragment{Place: report.LayerFile, Data: []byte(test.text)})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

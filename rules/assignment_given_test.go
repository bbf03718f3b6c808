package rules

import (
	"math/rand/v2"
	"testing"
)

// TestGivenForms finds a token in the ways in which languages give a name its value by other means than a sign and a literal in
// quotes on the same line, and nothing where the same means say something else.
func TestGivenForms(t *testing.T) {
	e := load(t, LoadOptions{NoDecode: true, Enable: []string{assignmentRule, inTextRule}}).Searcher()
	token := randomToken(rand.New(rand.NewPCG(21, 22)), alphabets["alnum"], 32)
	for name, forms := range map[string]struct{ found, silent []string }{
		"brackets": {
			found:  []string{"app_token = (\n    \"%s\"\n)\n", "app_token = (\n  '%s',\n)", "app_tokens = [\n  \"%s\",\n]", "x = {appToken: [\n \"%s\"]}", "<A appToken={\"%s\"} />"},
			silent: []string{"app_token = (\n    load(\"%s\")\n)\n", "app_token = (\nx = \"%s\"\n", "app_token = {\"%s\": 1}", "app_token: {\"%s\", 1}"},
		},
		"the next line": {
			found:  []string{"const appToken =\n  \"%s\";", "app_token = \\\n    \"%s\"\n", "app.token=\\\n    %s\n", "{\"app_token\":\n  \"%s\"}", "app_token:\n  '%s'\n"},
			silent: []string{"const appToken =\n  load(\"%s\");", "app_token = \\ \"%s\"\n", "app_token=\n%s\n", "app_token:\n- name: \"%s\"\n"},
		},
		"quotes of one language": {
			found: []string{"app_token = <<EOF\n%s\nEOF\n", "app_token = <<-EOT\n    %s\n  EOT\n", "app_token = [[%s]]", "my $app_token = q{%s};", "my $app_token = q(%s);", "APP_TOKENS = %%w[%s]",
				"APP_TOKEN=$'%s'", "appToken = ''\n  %s\n'';", `app_token = r#"%s"#`, `app_token = <<"%s">>`, `{app_token, <<"%s">>}`, `{"c": "{\\\"app_token\\\": \\\"%s\\\"}"}`},
			silent: []string{"app_token = <<EOF\n%s\nmore\nEOF\n", "app_token = <<EOF %s\nEOF\n", "app_token = [[%s]", "my $app_token = q{%s;", "app_token = quote{%s}", "APP_TOKEN=$%s", "appToken = ''\n  %s; x\n'';",
				`app_token << "%s"`, `f(app_token, <<"%s">>)`},
		},
		"words and arrows": {
			found: []string{`app_token <- "%s"`, `app_token <<- "%s"`, `read -r APP_TOKEN <<< "%s"`, `mapOf("app_token" to "%s")`, `Map("app_token" -> "%s")`, `set appToken to "%s"`,
				`os.getenv("APP_TOKEN") or "%s"`, `env::var("APP_TOKEN").unwrap_or("%s".to_string())`, `env::var("APP_TOKEN").unwrap_or_else(|_| "%s".into())`, "ENV.fetch('APP_TOKEN') { '%s' }", "let(:app_token) { '%s' }",
				`public string AppToken { get; set; } = "%s";`, `app_token: Some("%s".into()),`, `char[] appToken = String("%s".toCharArray());`, `appToken := []byte("%s")`, "val appTokens = listOf(\n    \"%s\"\n)"},
			silent: []string{`app_token <- f("%s")`, `app_token < "%s"`, `app_token or "%s"`, `goes from token to %s`, `$this->app_token->find("%s")`, `get("APP_TOKEN").find("%s")`, "fetch('APP_TOKEN') { load('%s') }",
				`string AppToken { get; set; } == "%s"`, `app_token: Some(f("%s")),`},
		},
		"a directive, a parameter, an attribute": {
			found: []string{`(def app-token "%s")`, `(setq my-app-token "%s")`, `(defparameter *app-token* "%s")`, "@app_token \"%s\"\n", `Connect-App -Token "%s"`, `Set-Item -Path Env:APP_TOKEN -Value "%s"`,
				`gh secret set APP_TOKEN --body "%s"`, `aws ssm put-parameter --name /app/token --type SecureString --value %s`, "${APP_TOKEN}    %s\n", "args:\n  - --app-token\n  - %s\n", "$ENV{APP_TOKEN} = '%s';",
				`const appToken = isLive ? "%s" : other;`, `printf 'APP_TOKEN=%%s\n' '%s' > .env`,
				"user, app_token = 'app', '%s'\n", `Map.of("user", "app", "app_token", "%s")`, "the API key is %s."},
			silent: []string{`(defun app-token "%s")`, "x@app_token \"%s\"\n", `Connect-App x-Token "%s"`, "Set-Item -Path Env:APP_TOKEN\n -Value \"%s\"", `set APP_TOKEN x --body "%s"`, "x ${APP_TOKEN}    %s\n",
				"args:\n  - app-token\n  - %s\n", "args:\n  - --app-token\n  %s\n", "{APP_TOKEN} '%s';",
				`const appToken = isLive ? load("%s") : other;`, `printf 'APP_TOKEN=%%s %%s\n' x '%s' > .env`,
				"app_token, user = 'app', '%s'\n", "user, app_token = app, '%s'\n", `Map.of("user", app, x, "app_token", "%s")`, `Map.of("app", "app_token", "%s")`, "the sort key is %s."},
		},
		"the block of a name": {
			found: []string{"app_token:\n  value: \"%s\"\n", "APP_TOKEN:\n    description: \"a, b\"\n    value: %s\n", `{"appToken": {"type": "securestring", "defaultValue": "%s"}}`, `{"variable": {"app_token": {"default": "%s"}}}`,
				"AppToken:\n  Type: String\n  Default: %s\n", "variable \"app_token\" {\n  description = \"a } b\"\n  default     = \"%s\"\n}", "env:\n- {name: APP_TOKEN, value: \"%s\"}\n", "app: {user: x, app_token: %s}\n"},
			silent: []string{"app_token:\n  from: \"%s\"\n", "app_token:\nvalue: %s\n", "app_token:\n  ref:\n    value: %s\n", `{"appToken": {"type": "string"}, "value": "%s"}`, `{"appToken": {"of": {"value": "%s"}}}`,
				"app_token:\n  type: x\nother:\n  value: %s\n", "env:\n- {name: APP_TOKEN, from: \"%s\"}\n", "app: user, app_token: %s}\n"},
		},
		"a row of a document": {
			found:  []string{"| App token | %s |", "| APP_TOKEN | `%s` |", "**App token:** %s\n", "- **App token**: `%s`\n", "<b>App token:</b> %s<br>"},
			silent: []string{"a | App token | %s", "| App token | see %s |", "App token | `%s`", "**App token** %s\n", "<b>App token</b> at %s<br>"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			hitsForms(t, e, token, []string{"dregs-assignment-in-text " + token}, forms.found...)
			hitsForms(t, e, token, nil, forms.silent...)
		})
	}
}

// TestGivenWords finds no word, reference or placeholder in these ways of writing.
func TestGivenWords(t *testing.T) {
	e := load(t, LoadOptions{NoDecode: true, Enable: []string{assignmentRule, inTextRule}}).Searcher()
	for _, word := range []string{"identifier", "your-api-token-goes-here", "${APP_TOKEN_OF_THE_SERVICE}", "appTokenFromTheEnvironment", "sha256:" + "0b0d7bbb3f3b7a2c9d", "1.2.3-beta.4"} {
		hitsForms(t, e, word, nil, "app_token = (\n  \"%s\"\n)", "const appToken =\n  \"%s\";", "app_token = <<EOF\n%s\nEOF\n", `app_token <- "%s"`, `"app_token" to "%s"`, "app_token:\n  value: \"%s\"\n",
			"| App token | %s |", "**App token:** %s\n", "name,app_token\nx,%s\n", `<app_token type="x">%s</app_token>`, `{"value": "%s", "name": "app_token"}`)
	}
}

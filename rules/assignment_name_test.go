package rules

import (
	"math/rand/v2"
	"slices"
	"testing"

	"dregs/report"
)

// TestNames checks which names say in code that a value is a secret, where it was drawn at random, and where a person chose it.
func TestNames(t *testing.T) {
	e := load(t, LoadOptions{NoDecode: true}).Searcher()
	rng := rand.New(rand.NewPCG(31, 32))
	token := randomToken(rng, alphabets["alnum"], 44)
	guid := "7d4f0c1e-93ab-4b62-8c5d-" + "1f0e9a7b3c2d"
	chosen := "pL9" + "!x#zQ4"
	for _, test := range []struct {
		names []string
		value string
		found bool
	}{
		{[]string{"psk", "wifi_psk", "vpnPsk", "rootpw", "bind_pw", "userpw", "pwd", "REDISPASS", "otp_seed", "masterSeed", "pepper"}, token, true},
		{[]string{"bind_pw", "rootpw", "REDISPASS", "db_pwd"}, chosen, true},
		{[]string{"kennwort", "db_senha", "contrasena", "mqttWachtwoord", "bearer", "api_cred"}, token, true},
		{[]string{"kennwort", "db_senha", "HASLO", "smtp.heslo"}, chosen, true},
		{[]string{"aposenha", "bearer_type", "credits"}, token, false},
		{[]string{"registry_password", "server_password", "cachePassword", "config_secret", "csrf_secret", "site_secret", "file_passphrase"}, token, true},
		{[]string{"registry_password", "server_password", "cachePassword", "filePassword"}, chosen, true},
		{[]string{"default_password", "oldPassword", "enable_password", "store.passphrase"}, token, true},
		{[]string{"default_passphrase", "old_pass", "changePassword"}, "hunter" + "2!", false},
		{[]string{"db_password", "client_secret", "rootpw"}, guid, true},
		{[]string{"cosmosPrimaryKey", "PRIMARY_KEY"}, token, true},
		{[]string{"primaryKey"}, "order_id_2024", false},
		{[]string{"oldpwd", "random_seed", "csrf_nonce", "hashed_passphrase", "no_pass", "apw", "compass"}, token, false},
	} {
		for _, name := range test.names {
			f := Fragment{Place: report.LayerFile, Path: "src/a.py", Data: []byte(name + ` = "` + test.value + "\"\n")}
			if got := contextualHits(t, e, f); (len(got) > 0) != test.found {
				t.Errorf("%s is given %s: found %v", name, test.value, got)
			}
		}
	}
	for _, name := range []string{"db_senha", "kennwort"} {
		got, err := e.Search(t.Context(), Fragment{Place: report.LayerFile, Path: "conf/a.properties", Data: []byte(name + "=" + chosen + "\n")})
		if err != nil || !slices.ContainsFunc(got, func(m Match) bool { return m.Rule.ID == assignmentRule }) {
			t.Errorf("%s of settings: found %v, %v, want %s", name, got, err, assignmentRule)
		}
	}
	for _, text := range []string{`--volume="${PWD}:/` + token + `"`, "not.a.password=\\u30d1\\u30b9" + token} {
		if got := contextualHits(t, e, Fragment{Place: report.LayerFile, Path: "conf/a.properties", Data: []byte(text)}); len(got) > 0 {
			t.Errorf("%s: found %v", text, got)
		}
	}
}

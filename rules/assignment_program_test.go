package rules

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"

	"dregs/report"
)

// TestSecretsInPrograms tells passwords by what they are made of in the source of a program and in logs alone, and tokens in programs.
func TestSecretsInPrograms(t *testing.T) {
	e := load(t, LoadOptions{NoDecode: true, Enable: []string{assignmentRule, inTextRule}}).Searcher()
	token := randomToken(rand.New(rand.NewPCG(31, 32)), alphabets["alnum"], 32)
	strong, plain, worded := "Vq7"+"rt2K!zo", "vq7"+"rt2kzo", "Tiger"+"#4127x"
	for _, test := range []struct{ path, text, want string }{
		{"srv/app/db.py", `connect(user="ops", password="` + strong + `")`, assignmentRule},
		{"srv/app/db.js", `{ host: 'db', password: '` + strong + `', port: 1 }`, assignmentRule},
		{"srv/app.jar!x/Db.java", `String dbPassword = "` + strong + `";`, assignmentRule},
		{"srv/app/db.json", `{"user": "ops", "password": "` + strong + `"}`, assignmentRule},
		{"srv/app/db.py", `password = "` + plain + `"`, inTextRule},
		{"srv/app/db.py", `token = "` + strong + `"`, inTextRule},
		{"srv/app/db.py", `password = "Vq7` + `rt2Kz"`, assignmentRule},
		{"srv/app/db.py", `password = "Vqrz` + `tuK2024"`, assignmentRule},
		{"srv/app/db.py", `password = "vqrz` + `tu!2024"`, assignmentRule},
		{"srv/app/es.json", `{"password": "Contraseña"}`, inTextRule},
		{"srv/app/de.js", `{ password: 'Kennwort:', repeat: 'x' }`, ""},
		{"srv/app/db.js", `{ password: 'OAuth2Bearer' }`, inTextRule},
		{"srv/app/page.js", `{ password: '#login2-form1' }`, inTextRule},
		{"srv/app/a.ts", `export const apiKey: string = "` + token + `";`, assignmentRule},
		{"srv/app/a.xml", `<db><apiKey>` + token + `</apiKey></db>`, assignmentRule},
		{"srv/app/a.xml", `<db><password>` + strong + `</password></db>`, assignmentRule},
		{"srv/app/a.xml", `<db name="shop"><password>` + strong + `</password></db>`, assignmentRule},
		{"srv/app/a.xml", `<db><password>` + strong + ` and more</password></db>`, inTextRule},
		{"srv/app/a.xml", `<bean><property name="password" value="` + strong + `"/></bean>`, assignmentRule},
		{"srv/app/a.xml", `<bean><property name='dbPassword'` + "\n  value='" + strong + "' /></bean>", assignmentRule},
		{"srv/app/a.xml", `<bean><property name="apiToken" value="` + token + `"></property></bean>`, assignmentRule},
		{"srv/app/a.xml", `<bean><property name="password" value="` + plain + `"/></bean>`, inTextRule},
		{"srv/web.config", `<add value="` + strong + `" key="dbPassword" />`, assignmentRule},
		{"srv/docs/a.xml", `<bean><property name="password" value="` + strong + `"/></bean>`, inTextRule},
		{"srv/app/variables.tf", "variable \"db_password\" {\n  type = string\n  default = \"" + plain + "\"\n}", assignmentRule},
		{"srv/app/variables.tf", "variable \"api_token\" {\n  default     = \"" + token + "\"\n}", assignmentRule},
		{"srv/app/a.js", `const p = process.env.DB_PASSWORD || '` + strong + `';`, assignmentRule},
		{"srv/app/a.pl", `password => '` + strings.Repeat("5d41402a", 4) + `'`, inTextRule},
		{"srv/app/start", "#!/bin/sh\nexport DB_PASSWORD=" + strong, assignmentRule},
		{"srv/app/start", "#!/usr/bin/env -S bash -e\nDB_PASSWORD='" + strong + "'", assignmentRule},
		{"srv/app/start", "#!/usr/bin/python3.11 -u\nconnect(password='" + strong + "')", assignmentRule},
		{"srv/app/start", "#! nothing of that kind\nconnect(password='" + strong + "')", inTextRule},
		{"srv/docs/start", "#!/bin/sh\nexport DB_PASSWORD='" + strong + "'", inTextRule},
		{"var/log/app/out", "2026-01-02 10:11:12 INFO started with DB_PASSWORD=" + worded, assignmentRule},
		{"srv/app/out.log", "connecting: {user=ops, password=" + worded + ", host=db}", assignmentRule},
		{"srv/app/out.log.1", "spring.datasource.password: " + worded, assignmentRule},
		{"srv/app/out.log", `GET /login?user=ops&password=` + worded + ` HTTP/1.1`, assignmentRule},
		{"srv/app/out.log", "password: tiger has expired", ""},
		{"srv/app/out.log", "token=" + worded, ""},
		{"srv/docs/out.log", "INFO started with DB_PASSWORD=" + worded, ""},
		{"srv/app/out", "INFO started with DB_PASSWORD=" + worded, ""},
		{"srv/app/notes", "password: " + worded, inTextRule},
		{"srv/app/notes", "the password: " + worded + " is it", ""},
		{"srv/app/notes", "password: tiger tiger", ""},
		{"srv/app/README.md", `password = "` + strong + `"`, inTextRule},
		{"srv/app/notes", `password = "` + strong + `"`, inTextRule},
		{"srv/app/tests/db.py", `password = "` + strong + `"`, inTextRule},
		{"srv/app/examples/db.py", `password = "` + strong + `"`, inTextRule},
		{"srv/app/test_db.py", `password = "` + strong + `"`, inTextRule},
		{"srv/app/db_test.go", `password := "` + strong + `"`, inTextRule},
		{"srv/app/db.spec.ts", `password: '` + strong + `'`, inTextRule},
		{"srv/app/db.d.ts", `password = '` + strong + `'`, inTextRule},
		{"srv/app/db.py", `password = "Enter your new password (8-20 characters)"`, ""},
		{"srv/app/db.py", `password = get("` + strong + `")`, ""},
	} {
		found, err := e.Search(context.Background(), Fragment{Place: report.LayerFile, Path: test.path, Data: []byte(test.text + "\n")})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if len(found) == 1 {
			got = found[0].Rule.ID
		}
		if len(found) > 1 || got != test.want {
			t.Errorf("%s in %s: %d found, %q, want %q", test.text, test.path, len(found), got, test.want)
		}
	}
	classes := map[string]string{}
	for _, path := range []string{"srv/db.py", "srv/notes", "srv/out.log"} {
		class := e.Class(Fragment{Place: report.LayerFile, Path: path})
		if classes[class] != "" {
			t.Errorf("%s and %s are one class: %q", path, classes[class], class)
		}
		classes[class] = path
	}
}

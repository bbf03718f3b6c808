package rules

import (
	"slices"
	"testing"

	"dregs/report"
)

// TestLeadsOfAssignments checks behind what an assignment in a file of settings is one that gates, not only at the beginning of
// a line.
func TestLeadsOfAssignments(t *testing.T) {
	e := load(t, LoadOptions{NoDecode: true}).Searcher()
	const weak = "hunt" + "er29"
	for _, test := range []struct {
		path, text string
		telling    bool
	}{
		{"setup.sh", `echo "password=` + weak + `" >> /etc/app.conf`, true},
		{"setup.sh", `mkdir -p /x && echo 'db_password: ` + weak + `' > /x/y`, true},
		{"setup.sh", `echo -e "user=a\npassword=` + weak + `\n"`, true},
		{"setup.sh", `printf 'password=%s\n' '` + weak + `' > /x`, true},
		{"setup.sh", `sed -i "s|^password=.*|password=` + weak + `|" /x`, true},
		{"setup.sh", `if true; then PASSWORD=` + weak + `; fi`, true},
		{"setup.sh", `cd /x; PASSWORD="` + weak + `" ./run`, true},
		{"setup.sh", `docker run -e PASSWORD=` + weak + ` app`, true},
		{"setup.sh", `readonly PASSWORD="` + weak + `"`, true},
		{"setup.sh", `echo "the old password: ` + weak + `"`, false},
		{"php.ini", `; password="` + weak + `"`, false},
		{"run.ps1", `$password = "` + weak + `"`, true},
		{"run.ps1", `  $env:DB_PASSWORD = '` + weak + `'`, true},
		{"run.ps1", `[string] $Password = "` + weak + `"`, true},
		{"run.ps1", `[Environment]::SetEnvironmentVariable("DB_PASSWORD", "` + weak + `", "Machine")`, true},
		{"run.bat", `set "DB_PASSWORD=` + weak + `"`, true},
		{"run.bat", `setx DB_PASSWORD "` + weak + `" /M`, true},
		{"app.ini", "\ufeffpassword=" + weak, true},
		{"run.py", `echo "password=` + weak + `"`, false},
	} {
		hits := contextualHits(t, e, Fragment{Place: report.LayerFile, Path: "srv/" + test.path, Data: []byte(test.text + "\n")})
		if got := slices.Contains(hits, "dregs-assignment "+weak); got != test.telling {
			t.Errorf("%s: %s: got %v", test.path, test.text, hits)
		}
	}
}

// TestSettingsInArchives checks that a member of an archive is a file of settings as any other is.
func TestSettingsInArchives(t *testing.T) {
	for file, want := range map[string]setting{
		"etc/salt/minion": inConfig, "a.zip!etc/salt/minion": inConfig, "a.tgz!b.tar!hieradata/x": inConfig,
		"a.zip!.bashrc": inMetadata, "a.zip!web.xml": inConfig, "a.zip!Dockerfile": inConfig,
		"a.zip!docs/app.yml": inText, "a.zip!main.go": inText,
	} {
		if got := settingOf(Fragment{Place: report.LayerFile, Path: file}); got != want {
			t.Errorf("%s: got %v, want %v", file, got, want)
		}
	}
}

// TestEntitiesInValues checks that a value with an entity of HTML is told as what it means, and not up to the semicolon.
func TestEntitiesInValues(t *testing.T) {
	e := load(t, LoadOptions{}).Searcher()
	for file, want := range map[string][]string{"srv/config.xml": {"dregs-assignment hunt&er29"}, "srv/a.txt": nil} {
		got := contextualHits(t, e, Fragment{Place: report.LayerFile, Path: file, Data: []byte("<a><password>hunt" + "&amp;" + "er29</password></a>\n")})
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", file, got, want)
		}
	}
}

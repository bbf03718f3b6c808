package scanner_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
	"unicode/utf16"

	"dregs/report"
	"dregs/scanner"
	"dregs/scanner/imagetest"
)

// zipped is a zip archive of one file.
func zipped(t *testing.T, name, content string) string {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	f, err := w.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

// wide is text in UTF-16, little end first, without a mark.
func wide(text string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(text)) {
		b.WriteByte(byte(u))
		b.WriteByte(byte(u >> 8))
	}
	return b.String()
}

// TestPlantedStaysFound is the table of what has to be found whatever is done against noise: in every place, container and
// encoding, by shape, by name, by vendor and by kind of file, at medium or above, with its life.
func TestPlantedStaysFound(t *testing.T) {
	token := func(seed string) string { return imagetest.GitHubToken("planted-" + seed) }
	set := func(seed string) string { return "token = " + token(seed) + "\n" }
	password := imagetest.Password
	hexadecimal := func(seed string, n int) string { return imagetest.Hex("planted-"+seed, n) }
	b64 := base64.StdEncoding.EncodeToString
	rows := []struct {
		name       string
		entry      imagetest.Entry
		value      string
		visibility string
	}{
		{"a file", imagetest.File("srv/kept.ini", set("kept")), token("kept"), report.Visible},
		{"a deleted file", imagetest.File("srv/deleted.ini", set("deleted")), token("deleted"), report.Deleted},
		{"an overwritten file", imagetest.File("srv/overwritten.ini", set("overwritten")), token("overwritten"), report.Overwritten},
		{"a jar", imagetest.File("srv/a.jar", zipped(t, "c.properties", set("jar"))), token("jar"), report.Visible},
		{"a jar in a war", imagetest.File("srv/a.war", zipped(t, "WEB-INF/lib/a.jar", zipped(t, "c.properties", set("war")))), token("war"), report.Visible},
		{"gzip", imagetest.File("var/log/a.gz", string(imagetest.Compress(imagetest.Gzip, []byte(set("gzip"))))), token("gzip"), report.Visible},
		{"zstd", imagetest.File("srv/a.zst", string(imagetest.Compress(imagetest.Zstd, []byte(set("zstd"))))), token("zstd"), report.Visible},
		{"a tar archive", imagetest.File("srv/a.tar", string(imagetest.Tar(imagetest.File("x", set("tar"))))), token("tar"), report.Visible},
		{"base64", imagetest.File("srv/secret.yaml", "data:\n  token: "+b64([]byte(token("base64")))+"\n"), token("base64"), report.Visible},
		{"hexadecimal", imagetest.File("srv/hex.txt", hex.EncodeToString([]byte(set("hex")))), token("hex"), report.Visible},
		{"UTF-16", imagetest.File("srv/wide.txt", wide(set("wide"))), token("wide"), report.Visible},
		{"a file name", imagetest.File("srv/"+token("name"), "x"), token("name"), report.Visible},
		{"a link target", imagetest.Symlink("srv/link", "/run/"+token("link")), token("link"), report.Visible},
		{"an extended attribute", imagetest.Entry{Name: "srv/xattr", Body: "x", PAX: map[string]string{"SCHILY.xattr.user.key": token("xattr")}}, token("xattr"), report.Visible},
		{"dotenv", imagetest.File("srv/.env", "DB_PASSWORD="+password("dotenv")+"\n"), password("dotenv"), report.Visible},
		{"a connection string", imagetest.File("srv/db.conf", "url=postgres://app:"+password("url")+"@db.internal:5432/app\n"), password("url"), report.Visible},
		{"a vendor's bare key", imagetest.File("srv/monitor.env", "DATADOG_API_KEY="+hexadecimal("datadog", 32)+"\n"), hexadecimal("datadog", 32), report.Visible},
		{"netrc", imagetest.File("root/.netrc", "machine git.internal login bot password "+password("netrc")+"\n"), password("netrc"), report.Visible},
		{"docker config", imagetest.File("root/.docker/config.json", `{"auths":{"r.internal":{"auth":"`+b64([]byte("bot:"+password("docker")))+`"}}}`), password("docker"), report.Visible},
		{"pgpass", imagetest.File("root/.pgpass", "db.internal:5432:app:bot:"+password("pgpass")+"\n"), password("pgpass"), report.Visible},
		{"a shell history", imagetest.File("root/.bash_history", "mysql -u root -p"+password("history")+" app\n"), password("history"), report.Visible},
		{"npmrc", imagetest.File("root/.npmrc", "//registry.npmjs.org/:_authToken="+imagetest.NPMToken("planted")+"\n"), imagetest.NPMToken("planted"), report.Visible},
	}
	var entries []imagetest.Entry
	for _, row := range rows {
		entries = append(entries, row.entry)
	}
	metadata := map[string]string{
		"environment": password("env"), "label": token("label"), "command": token("command"), "history": token("instruction"),
		"build argument": password("argument"), "annotation": token("annotation"), "archive slack": token("slack"),
		"changed environment": token("changed"),
	}
	img := imagetest.Image{
		Config: map[string]any{
			"Env": []string{"DB_PASSWORD=" + metadata["environment"], "API_TOKEN=unset"}, "Labels": map[string]string{"deploy": metadata["label"]},
			"Cmd": []string{"/app", "--token", metadata["command"]},
		},
		Annotations: map[string]string{"com.example.token": metadata["annotation"]},
		History: []imagetest.History{
			{CreatedBy: "COPY . /"},
			{CreatedBy: "ENV API_TOKEN=" + metadata["changed environment"], EmptyLayer: true},
			{CreatedBy: "RUN |1 NPM_PASSWORD=" + metadata["build argument"] + " /bin/sh -c npm ci # buildkit", EmptyLayer: true},
			{CreatedBy: "RUN curl -H 'Authorization: token " + metadata["history"] + "' https://x.internal && rm srv/deleted.ini"},
		},
		Layers: []imagetest.Layer{
			{Entries: entries, TarTail: set("slack")},
			{Entries: []imagetest.Entry{imagetest.Remove("srv/deleted.ini"), imagetest.File("srv/overwritten.ini", "token = none\n")}},
		},
	}
	r := scanFile(t, imagetest.WriteFile(t, "planted.tar", imagetest.OCIArchive(img.Build())), scanner.Options{ShowSecrets: true})
	found := map[string]*report.Secret{}
	for i := range r.Secrets {
		found[r.Secrets[i].Secret] = &r.Secrets[i]
	}
	check := func(t *testing.T, value, visibility string) {
		t.Helper()
		s := found[value]
		if s == nil {
			t.Fatal("not found")
		}
		if report.Rank(s.Severity) < report.Rank(report.Medium) {
			t.Errorf("severity %s of rule %s", s.Severity, s.Rule)
		}
		if got := s.Occurrences[0].Visibility; visibility != "" && got != visibility {
			t.Errorf("visibility %s, want %s", got, visibility)
		}
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) { check(t, row.value, row.visibility) })
	}
	for name, value := range metadata {
		t.Run(name, func(t *testing.T) { check(t, value, "") })
	}
}

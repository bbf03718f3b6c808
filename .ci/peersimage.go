// Peersimage makes the image that .ci/peers.sh gives to several scanners: DIR/layout, an OCI layout with tag 1, in which
// random secrets lie where ordinary builds leave them, one value in each place; and DIR/plants.json, which tells them. It needs
// git, gcc, sqlite3, dpkg-deb and python3.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf16"

	"golang.org/x/crypto/ssh"

	"dregs/scanner/imagetest"
)

// The layers, base first.
const (
	base = iota
	copied
	fetched
	built
	removed
	replaced
	late
	layers
)

// config stands for the image's configuration and manifest in place of a layer.
const config = -1

const (
	hidden  = "behind later layers"
	told    = "configuration, history, attestation"
	inside  = "inside other files"
	encoded = "encoded"
	known   = "credential files"
)

// plant is one secret in one place.
type plant struct {
	Group  string   `json:"group"`
	Name   string   `json:"name"`
	Layer  int      `json:"-"`      // config: no layer
	Digest string   `json:"digest"` // of the layer
	DiffID string   `json:"diff_id"`
	Values []string `json:"values"` // the value and its spellings; one of them shows that it was found
}

type planter struct {
	seed    string
	work    string
	plants  []plant
	entries [layers][]imagetest.Entry
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: peersimage DIR")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(dir string) error {
	work, err := os.MkdirTemp("", "peers")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	p := &planter{seed: rand.Text(), work: work}
	p.plantHidden()
	p.plantEncoded()
	p.plantCredentialFiles()
	for _, step := range []func() error{p.plantKeys, p.plantInside} {
		if err := step(); err != nil {
			return err
		}
	}
	if err := imagetest.Write(filepath.Join(dir, "layout"), imagetest.OCILayout(p.image()...)); err != nil {
		return err
	}
	plants, err := json.MarshalIndent(p.plants, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "plants.json"), plants, 0o600)
}

// token returns the GitHub token of a plant, which every scanner knows: so a row tells of the place, not of a rule.
func (p *planter) token(name string) string { return imagetest.GitHubToken(p.seed + name) }

// password returns the password of a plant, which has no form.
func (p *planter) password(name string) string { return imagetest.Password(p.seed + name) }

// file plants values in a file.
func (p *planter) file(group, name string, layer int, path, body string, values ...string) {
	p.entries[layer] = append(p.entries[layer], imagetest.File(path, body))
	p.plants = append(p.plants, plant{Group: group, Name: name, Layer: layer, Values: values})
}

// text plants a token where format has %s.
func (p *planter) text(group, name string, layer int, path, format string) {
	token := p.token(name)
	p.file(group, name, layer, path, fmt.Sprintf(format, token), token)
}

// line plants a password where format has %s.
func (p *planter) line(name, path, format string) {
	password := p.password(name)
	p.file(known, name, copied, path, fmt.Sprintf(format, password), password)
}

// named plants a value in the configuration or an attestation and returns near with the value behind it.
func (p *planter) named(name, near, value string) string {
	p.plants = append(p.plants, plant{Group: told, Name: name, Layer: config, Values: []string{value}})
	return near + value
}

func (p *planter) plantHidden() {
	p.text(hidden, "below an early CMD", base, "srv/base.env", "GITHUB_TOKEN=%s\n")
	p.text(hidden, "deleted file", copied, "srv/deleted.env", "GITHUB_TOKEN=%s\n")
	p.text(hidden, "deleted directory", copied, "srv/conf/deploy/token.ini", "[deploy]\ngithub_token = %s\n")
	p.text(hidden, "opaque directory", copied, "srv/cache/token.ini", "[cache]\ngithub_token = %s\n")
	p.text(hidden, "overwritten in place", copied, "srv/app.ini", "[app]\ngithub_token = %s\n")
	p.text(hidden, "what it was overwritten with", replaced, "srv/app.ini", "[app]\ngithub_token = %s\n")
	p.text(hidden, "in a layer of zstd", late, "srv/late.ini", "[late]\ngithub_token = %s\n")
	p.entries[removed] = append(p.entries[removed], imagetest.Remove("srv/deleted.env"), imagetest.Remove("srv/conf"),
		imagetest.Dir("srv/cache"), imagetest.Opaque("srv/cache"))
}

func (p *planter) plantEncoded() {
	token := p.token("base64")
	data := base64.StdEncoding.EncodeToString([]byte(token))
	p.file(encoded, "base64 (Kubernetes Secret)", copied, "srv/secret.yaml",
		"apiVersion: v1\nkind: Secret\nmetadata:\n  name: deploy\ndata:\n  token: "+data+"\n", token, data)

	token = p.token("helm")
	release := imagetest.Compress(imagetest.Gzip, imagetest.JSON(map[string]any{
		"name": "app", "version": 1, "config": map[string]string{"githubToken": token},
	}))
	once := base64.StdEncoding.EncodeToString(release)
	p.file(encoded, "gzip in base64 in base64 (Helm release)", copied, "srv/release.yaml",
		"apiVersion: v1\nkind: Secret\ntype: helm.sh/release.v1\ndata:\n  release: "+base64.StdEncoding.EncodeToString([]byte(once))+"\n", token)

	token = p.token("utf16")
	var wide bytes.Buffer
	wide.WriteString("\xff\xfe")
	for _, u := range utf16.Encode([]rune("[Settings]\r\nGitHubToken=" + token + "\r\n")) {
		wide.Write([]byte{byte(u), byte(u >> 8)})
	}
	p.file(encoded, "UTF-16", copied, "srv/settings.ini", wide.String(), token)

	token = p.token("percent")
	escaped := strings.ReplaceAll(token, "_", "%5F")
	p.file(encoded, "percent-encoded", copied, "srv/callback.txt", "next="+url.QueryEscape("https://git.acme.io/?access=")+escaped+"\n", token, escaped)
}

func (p *planter) plantCredentialFiles() {
	npm := imagetest.NPMToken(p.seed)
	p.file(known, ".npmrc", copied, "root/.npmrc", "//registry.npmjs.org/:_authToken="+npm+"\n", npm)
	id, secret := imagetest.AWSKey(p.seed)
	p.file(known, "AWS credentials", copied, "root/.aws/credentials", "[default]\naws_access_key_id = "+id+"\naws_secret_access_key = "+secret+"\n", id, secret)
	p.line(".netrc", "root/.netrc", "machine git.acme.io\nlogin deploy\npassword %s\n")
	p.line(".pgpass", "root/.pgpass", "db.acme.io:5432:app:app:%s\n")
	p.line(".git-credentials", "root/.git-credentials", "https://deploy:%s@git.acme.io\n")
	p.line(".pypirc", "root/.pypirc", "[distutils]\nindex-servers = acme\n\n[acme]\nrepository = https://pypi.acme.io/\nusername = deploy\npassword = %s\n")
	p.line("settings.xml of Maven", "root/.m2/settings.xml",
		"<settings><servers><server><id>acme</id><username>deploy</username><password>%s</password></server></servers></settings>\n")
	p.line("shell history", "root/.bash_history", "cd /srv\ncurl -u deploy:%s https://files.acme.io/app.tgz -o app.tgz\nls\n")
	p.line("database URL", "srv/settings.py", "DATABASE_URL = \"postgres://app:%s@db.acme.io:5432/app\"\n")
	p.line("wp-config.php", "srv/wp-config.php", "<?php\ndefine( 'DB_USER', 'wp' );\ndefine( 'DB_PASSWORD', '%s' );\n")
	p.line("kubeconfig, token", "root/.kube/config", "apiVersion: v1\nkind: Config\nclusters:\n- name: c\n  cluster:\n    server: https://k8s.acme.io:6443\nusers:\n- name: deploy\n  user:\n    token: %s\n")

	password := p.password("docker")
	auth := base64.StdEncoding.EncodeToString([]byte("deploy:" + password))
	p.file(known, "docker config", copied, "root/.docker/config.json", `{"auths":{"registry.acme.io":{"auth":"`+auth+`"}}}`+"\n", password, auth)
}

func (p *planter) plantKeys() error {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	block, err := ssh.MarshalPrivateKey(private, "deploy@build")
	if err != nil {
		return err
	}
	key := string(pem.EncodeToMemory(block))
	p.file(known, "SSH key", copied, "root/.ssh/id_ed25519", key, middle(key))

	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(rsaKey)
	if err != nil {
		return err
	}
	key = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	data := base64.StdEncoding.EncodeToString([]byte(key))
	p.file(known, "kubeconfig, key", copied, "etc/kubernetes/admin.conf",
		"apiVersion: v1\nkind: Config\nusers:\n- name: admin\n  user:\n    client-key-data: "+data+"\n", middle(key), data[800:860])
	return nil
}

// middle returns the line in the middle of a PEM block, by which its value is known however a scanner breaks its lines.
func middle(block string) string {
	lines := strings.Split(strings.TrimSpace(block), "\n")
	return lines[len(lines)/2]
}

const (
	logLine  = "2026-01-02T03:04:05Z INFO request %d served in 12 ms\n"
	logBytes = 60 << 20
)

func (p *planter) plantInside() error {
	token := p.token("jar")
	jar := imagetest.Zip(imagetest.File("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n"), imagetest.File("com/acme/c.properties", "github.token="+token+"\n"))
	p.file(inside, "jar in a jar", copied, "srv/app.jar", string(imagetest.Zip(imagetest.File("BOOT-INF/lib/a.jar", string(jar)))), token)

	token = p.token("log")
	text := fmt.Sprintf(logLine, 1) + "export GITHUB_TOKEN=" + token + "\n" + fmt.Sprintf(logLine, 2)
	p.file(inside, "gzip log", copied, "var/log/build.log.1.gz", string(imagetest.Compress(imagetest.Gzip, []byte(text))), token)

	token = p.token("backup")
	backup := imagetest.Tar(imagetest.File("etc/app.conf", "github_token = "+token+"\n"))
	p.file(inside, "tar.xz", copied, "srv/backup.tar.xz", string(imagetest.Compress(imagetest.XZ, backup)), token)

	token = p.token("saved")
	saved := imagetest.DockerArchive(imagetest.Image{Tags: []string{"acme/app:1"}, Layers: []imagetest.Layer{
		{CreatedBy: "COPY env /", Entries: []imagetest.Entry{imagetest.File("app/.env", "GITHUB_TOKEN="+token+"\n")}},
	}}.Build())
	p.file(inside, "docker save archive", copied, "srv/saved.tar", string(saved), token)

	token = p.token("large")
	var large strings.Builder
	for i := 0; large.Len() < logBytes; i++ {
		fmt.Fprintf(&large, logLine, i)
	}
	fmt.Fprintf(&large, "export GITHUB_TOKEN=%s\n"+logLine, token, 0)
	p.file(inside, "text file of 60 MiB", copied, "var/log/app.log", large.String(), token)

	for _, step := range []func() error{p.plantPackage, p.plantGit, p.plantSQLite, p.plantProgram, p.plantPython} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (p *planter) plantPackage() error {
	token := p.token("deb")
	err := p.lay(map[string]string{
		"deb/DEBIAN/control": "Package: acme\nVersion: 1\nArchitecture: all\nMaintainer: acme <root@acme.io>\nDescription: acme\n",
		"deb/etc/acme.conf":  "github_token = " + token + "\n",
	})
	if err != nil {
		return err
	}
	return p.made(inside, "Debian package (xz)", "var/cache/apt/archives/acme_1_all.deb", "acme.deb", token,
		"dpkg-deb", "--root-owner-group", "-Zxz", "-b", "deb", "acme.deb")
}

func (p *planter) plantGit() error {
	token := p.token("git")
	git := func(args ...string) error {
		return p.run("git", append([]string{"-c", "user.name=a", "-c", "user.email=a@acme.io", "-C", "app"}, args...)...)
	}
	commit := func(content string) error {
		if err := p.lay(map[string]string{"app/deploy.yml": content}); err != nil {
			return err
		}
		if err := git("add", "."); err != nil {
			return err
		}
		return git("commit", "-q", "-m", "Change the deployment")
	}
	if err := p.run("git", "init", "-q", "-b", "main", "app"); err != nil {
		return err
	}
	if err := commit("github_token: " + token + "\n"); err != nil {
		return err
	}
	for i := range 20 {
		if err := commit(fmt.Sprintf("replicas: %d\n", i)); err != nil {
			return err
		}
	}
	if err := git("gc", "-q", "--aggressive", "--prune=now"); err != nil {
		return err
	}
	p.plants = append(p.plants, plant{Group: inside, Name: "packed git object", Layer: copied, Values: []string{token}})
	return p.take("app", "srv/app")
}

func (p *planter) plantSQLite() error {
	row, gone := p.token("row"), p.token("gone")
	script := "PRAGMA secure_delete = off; CREATE TABLE account (id INTEGER PRIMARY KEY, name TEXT, token TEXT);"
	for i := range 200 {
		script += fmt.Sprintf("INSERT INTO account (name, token) VALUES ('user %d', NULL);", i)
	}
	script += fmt.Sprintf("UPDATE account SET token = '%s' WHERE id = 60; UPDATE account SET token = '%s' WHERE id = 120; DELETE FROM account WHERE id = 120;", row, gone)
	if err := p.made(inside, "SQLite row", "srv/app.db", "app.db", row, "sqlite3", "app.db", script); err != nil {
		return err
	}
	p.plants = append(p.plants, plant{Group: inside, Name: "deleted SQLite row", Layer: copied, Values: []string{gone}})
	return nil
}

func (p *planter) plantProgram() error {
	token := p.token("elf")
	err := p.lay(map[string]string{"deploy.c": "#include <stdio.h>\nint main(void) { puts(\"deploying\"); puts(\"" + token + "\"); return 0; }\n"})
	if err != nil {
		return err
	}
	return p.made(inside, "string of an ELF program", "usr/bin/deploy", "deploy", token, "gcc", "-O2", "-s", "-o", "deploy", "deploy.c")
}

func (p *planter) plantPython() error {
	token := p.token("pyc")
	if err := p.lay(map[string]string{"settings.py": "DEBUG = False\nGITHUB_TOKEN = \"" + token + "\"\n"}); err != nil {
		return err
	}
	return p.made(inside, "compiled Python file", "srv/__pycache__/settings.pyc", "settings.pyc", token,
		"python3", "-c", "import py_compile; py_compile.compile('settings.py', 'settings.pyc')")
}

// lay writes files into the work folder.
func (p *planter) lay(files map[string]string) error {
	for name, body := range files {
		name = filepath.Join(p.work, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, []byte(body), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// run runs a command in the work folder.
func (p *planter) run(name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Stderr = p.work, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("running %s: %w", name, err)
	}
	return nil
}

// made plants a token in the file that a command makes in the work folder.
func (p *planter) made(group, name, path, file, token, command string, args ...string) error {
	if err := p.run(command, args...); err != nil {
		return err
	}
	body, err := os.ReadFile(filepath.Join(p.work, file))
	if err != nil {
		return err
	}
	p.file(group, name, copied, path, string(body), token)
	return nil
}

// take puts the files of a folder of the work folder into the layer of copied files.
func (p *planter) take(dir, prefix string) error {
	root := filepath.Join(p.work, dir)
	return filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		body, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		p.entries[copied] = append(p.entries[copied], imagetest.File(path.Join(prefix, filepath.ToSlash(rel)), string(body)))
		return nil
	})
}

// image returns the image with its provenance, as an index.
func (p *planter) image() []*imagetest.Manifest {
	npm := imagetest.NPMToken(p.seed + "argument")
	unset := p.named("ENV, unset later", "GITHUB_TOKEN=", p.token("unset"))
	visible := p.named("ENV", "DEPLOY_TOKEN=", p.token("env"))
	label := p.token("label")
	p.named("LABEL", "io.acme.token", label)
	run := "RUN |1 " + p.named("build argument", "NPM_TOKEN=", npm) + " /bin/sh -c npm ci # buildkit"
	header := p.named("header in a RUN", "Authorization: Bearer ", p.token("header"))
	argument := p.named("argument of CMD", "--github-token=", p.token("argument"))
	note := p.token("annotation")
	p.named("annotation", "io.acme.deploy", note)
	attested := p.token("provenance")
	p.named("provenance attestation", "build-arg:", attested)

	p.entries[base] = append(p.entries[base], imagetest.File("etc/os-release", "ID=acme\nVERSION_ID=1\n"))
	p.entries[fetched] = []imagetest.Entry{imagetest.File("srv/data.json", "{}\n")}
	p.entries[built] = []imagetest.Entry{imagetest.File("srv/package-lock.json", "{}\n")}
	var history []imagetest.History
	for i, by := range []string{
		"ADD file:0c5 in / ", `-CMD ["/bin/sh"]`,
		"-ENV " + unset, "-ENV " + visible, "-LABEL io.acme.token=" + label,
		"COPY root / # buildkit", `RUN /bin/sh -c curl -H "` + header + `" https://git.acme.io/data.json -o /srv/data.json # buildkit`, "-ARG NPM_TOKEN", run,
		"RUN /bin/sh -c rm -r /srv/deleted.env /srv/conf /srv/cache && mkdir /srv/cache # buildkit", "COPY app.ini /srv/app.ini # buildkit",
		"-ENV GITHUB_TOKEN=", "COPY late.ini /srv/late.ini # buildkit", `-CMD ["/usr/bin/deploy" "` + argument + `"]`,
	} {
		history = append(history, imagetest.History{
			Created:   imagetest.Epoch.Add(time.Duration(i) * time.Second),
			CreatedBy: strings.TrimPrefix(by, "-"), EmptyLayer: strings.HasPrefix(by, "-"), Comment: "buildkit.dockerfile.v0",
		})
	}
	image := imagetest.Image{
		Config: map[string]any{
			"Env": []string{"PATH=/usr/bin:/bin", visible, "GITHUB_TOKEN="}, "Cmd": []string{"/usr/bin/deploy", argument},
			"Labels": map[string]string{"io.acme.token": label},
		},
		History: history, Annotations: map[string]string{"io.acme.deploy": "token " + note},
	}
	for i, entries := range p.entries {
		l := imagetest.Layer{Entries: entries, Compression: imagetest.Gzip}
		if i == late {
			l.Compression = imagetest.Zstd
		}
		image.Layers = append(image.Layers, l)
	}
	m := image.Build()
	for i, planted := range p.plants {
		if planted.Layer != config {
			p.plants[i].Digest, p.plants[i].DiffID = m.Layers[planted.Layer].Digest, m.Layers[planted.Layer].DiffID
		}
	}
	provenance := imagetest.Provenance{Args: map[string]string{"build-arg:GH_TOKEN": attested}, Dockerfile: "FROM scratch\n", Source: "https://git.acme.io/app.git"}
	return []*imagetest.Manifest{imagetest.Index{Manifests: []*imagetest.Manifest{m, imagetest.Attestation(m, provenance.V1())}, Tags: []string{"1"}}.Build()}
}

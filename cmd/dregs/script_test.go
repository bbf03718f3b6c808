package main

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"dregs/report"
	"dregs/scanner/imagetest"
)

func TestMain(m *testing.M) {
	// No test uses the store of whoever runs it; a script says so to the commands that it runs itself.
	if _, ok := os.LookupEnv("DREGS_NO_CACHE"); !ok {
		if err := os.Setenv("DREGS_NO_CACHE", "true"); err != nil {
			panic(err)
		}
	}
	testscript.Main(m, map[string]func(){"dregs": main})
}

// TestScripts runs testdata/script. Beside testscript's own commands there are
//
//	image KIND FORM FILE    writes the image KIND of the images table as FORM (oci, docker, legacy, layout or secretname)
//	keys KIND FILE          writes a new private key into FILE and its public half into FILE.pub (p256, p384, ed25519 or rsa)
//	interrupt FILE ARG...   runs dregs with the first half of FILE on a standard input that stays open, interrupts it once it
//	                        has read more than a pipe holds, and expects it to end with 130 in time
//	[!] noplaintext FILE... fails where a file (stdout and stderr too) holds a planted value
//	status CODE PROGRAM ARG...
//	                        runs a program as exec does, and expects this exit code
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("..", "..", "testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Vars = append(env.Vars, "TERM=xterm", "DREGS_NO_CACHE=true")
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"image":       writeImage,
			"keys":        writeKeys,
			"interrupt":   interrupt,
			"noplaintext": noPlaintext,
			"status":      status,
		},
	})
}

// images are what the scripts scan.
var images = map[string]func() *imagetest.Manifest{
	"clean": func() *imagetest.Manifest {
		return imagetest.Image{
			Tags:   []string{"example.com/clean:1"},
			Layers: []imagetest.Layer{{Entries: []imagetest.Entry{imagetest.File("etc/motd", "welcome\n")}}},
		}.Build()
	},
	"leaky": func() *imagetest.Manifest { return leaky(imagetest.Layer{}).Build() },
	"leaky-truncated": func() *imagetest.Manifest {
		return leaky(imagetest.Layer{Entries: ballast(), Truncate: 1 << 10}).Build()
	},
	"clean-truncated": func() *imagetest.Manifest {
		return imagetest.Image{Layers: []imagetest.Layer{{Entries: ballast(), Truncate: 1 << 10}}}.Build()
	},
	"clean-missing": func() *imagetest.Manifest {
		return imagetest.Image{Layers: []imagetest.Layer{{Entries: ballast(), Missing: true}}}.Build()
	},
	// The same token as in leaky, after a rebuild: other layers, other lines, another folder.
	"rebuilt": func() *imagetest.Manifest {
		return imagetest.Image{Layers: []imagetest.Layer{
			{CreatedBy: "ADD rootfs /", Entries: []imagetest.Entry{imagetest.File("etc/motd", "welcome\n")}},
			{CreatedBy: "COPY . /srv", Entries: []imagetest.Entry{
				imagetest.File("srv/.env", "# settings\n\nGITHUB_TOKEN="+imagetest.GitHubToken("removed")+"\n"),
			}},
			{CreatedBy: "RUN rm -rf /srv/.env", Entries: []imagetest.Entry{imagetest.Remove("srv/.env")}},
		}}.Build()
	},
	"large": func() *imagetest.Manifest {
		return leaky(imagetest.Layer{Entries: []imagetest.Entry{imagetest.File("srv/ballast", imagetest.Hex("large", 2<<20))}}).Build()
	},
	"odd": func() *imagetest.Manifest {
		return imagetest.Image{Layers: []imagetest.Layer{{Entries: []imagetest.Entry{
			imagetest.File("srv/notes", "remember plain-words-of-nobody for later\n"),
		}}}}.Build()
	},
	"base":    func() *imagetest.Manifest { return leaky(imagetest.Layer{}).Build() },
	"derived": func() *imagetest.Manifest { return leaky(imagetest.Layer{Entries: ballast()}).Build() },
	"derived-leaky": func() *imagetest.Manifest {
		return leaky(imagetest.Layer{Entries: []imagetest.Entry{
			imagetest.File("srv/app.ini", "stripe_key = "+imagetest.StripeKey("own")+"\n"),
		}}).Build()
	},
	"no-history": func() *imagetest.Manifest {
		img := leaky(imagetest.Layer{})
		img.History = []imagetest.History{}
		return img.Build()
	},
	// More entries that say they made a layer than there are layers, in the notations of several builders.
	"odd-history": func() *imagetest.Manifest {
		img := leaky(imagetest.Layer{})
		img.Config = imagetest.Env("PATH=/bin", "DB_PASSWORD="+"hunter2")
		for _, by := range []string{
			"/bin/sh -c #(nop) ADD file:" + imagetest.Hex("root", 64) + " in / ",
			"RUN /bin/sh -c set -e\n\techo two # buildkit",
			"ENV DB_PASSWORD=" + "hunter2",
			`HEALTHCHECK &{["CMD" "curl" "-f" "http://localhost/"] "30s" "0s" "0s" "0s" '\x03'}`,
			"EXPOSE map[80/tcp:{}]",
			`ENTRYPOINT ["/bin/app" "--x"]`,
			"COPY a /b # buildkit",
		} {
			word, _, _ := strings.Cut(by, " ")
			img.History = append(img.History, imagetest.History{
				Created: imagetest.Epoch, CreatedBy: by, EmptyLayer: word != "/bin/sh" && word != "RUN" && word != "COPY",
			})
		}
		return img.Build()
	},
	// The token of leaky, no longer removed.
	"visible": func() *imagetest.Manifest {
		img := leaky(imagetest.Layer{})
		img.Layers = img.Layers[:1]
		return img.Build()
	},
	// The token of leaky and one more.
	"grown": func() *imagetest.Manifest {
		return leaky(imagetest.Layer{Entries: []imagetest.Entry{
			imagetest.File("etc/npmrc", "//registry.npmjs.org/:_authToken="+imagetest.NPMToken("added")+"\n"),
		}}).Build()
	},
	"two-platforms": func() *imagetest.Manifest {
		arm := leaky(imagetest.Layer{})
		arm.Platform = "linux/arm64"
		clean := imagetest.Image{Layers: []imagetest.Layer{{Entries: []imagetest.Entry{imagetest.File("etc/motd", "welcome\n")}}}}
		return imagetest.Index{Manifests: []*imagetest.Manifest{clean.Build(), arm.Build()}}.Build()
	},
}

// leaky is an image whose token was copied in and removed, with one more layer on top.
func leaky(top imagetest.Layer) imagetest.Image {
	img := imagetest.Image{
		Tags: []string{"example.com/leaky:1"},
		Layers: []imagetest.Layer{
			{CreatedBy: "COPY .env /app/.env", Entries: []imagetest.Entry{
				imagetest.File("app/.env", "GITHUB_TOKEN="+imagetest.GitHubToken("removed")+"\n"),
			}},
			{CreatedBy: "RUN rm /app/.env", Entries: []imagetest.Entry{imagetest.Remove("app/.env")}},
		},
	}
	if len(top.Entries) > 0 {
		img.Layers = append(img.Layers, top)
	}
	return img
}

// ballast is content that does not compress, so that a damaged layer is damaged in the middle of it.
func ballast() []imagetest.Entry {
	return []imagetest.Entry{
		imagetest.File("srv/first", "read before the damage\n"),
		imagetest.File("srv/ballast", imagetest.Hex("ballast", 256<<10)),
	}
}

func writeImage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: image KIND FORM FILE")
	}
	build, ok := images[args[0]]
	if !ok {
		ts.Fatalf("no image %q", args[0])
	}
	m, file := build(), ts.MkAbs(args[2])
	switch args[1] {
	case "oci":
		ts.Check(os.WriteFile(file, imagetest.OCIArchive(m), 0o644))
	case "docker":
		ts.Check(os.WriteFile(file, imagetest.DockerArchive(m), 0o644))
	case "legacy":
		ts.Check(os.WriteFile(file, imagetest.LegacyDockerArchive(m), 0o644))
	case "secretname": // no image, but a folder with a file that has the planted token for a name, and for its content
		ts.Check(os.MkdirAll(file, 0o755))
		token := imagetest.GitHubToken("removed")
		ts.Check(os.WriteFile(filepath.Join(file, token+".env"), []byte("GITHUB_TOKEN="+token+"\n"), 0o644))
	case "layout":
		for _, e := range imagetest.OCILayout(m) {
			name := filepath.Join(file, filepath.FromSlash(e.Name))
			ts.Check(os.MkdirAll(filepath.Dir(name), 0o755))
			ts.Check(os.WriteFile(name, []byte(e.Body), 0o644))
		}
	default:
		ts.Fatalf("no form %q", args[1])
	}
}

func writeKeys(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: keys KIND FILE")
	}
	var key crypto.Signer
	var err error
	switch args[0] {
	case "p256":
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "p384":
		key, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case "ed25519":
		_, key, err = ed25519.GenerateKey(rand.Reader)
	case "rsa":
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	default:
		ts.Fatalf("no keys of the kind %q", args[0])
	}
	ts.Check(err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	ts.Check(err)
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	ts.Check(err)
	file := ts.MkAbs(args[1])
	ts.Check(os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
	ts.Check(os.WriteFile(file+".pub", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}), 0o644))
}

// pipeBytes is what a pipe holds, or more.
const pipeBytes = 64 << 10

func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: interrupt FILE ARG...")
	}
	data := []byte(ts.ReadFile(args[0]))
	program, err := exec.LookPath(filepath.Join(binDir(ts), "dregs"))
	ts.Check(err)
	cmd := exec.Command(program, args[1:]...)
	cmd.Dir = ts.MkAbs(".")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdin, err := cmd.StdinPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	if len(data) < 8*pipeBytes {
		ts.Fatalf("%s has %d bytes: half of it could wait in the pipe, unread", args[0], len(data))
	}
	_, err = io.Copy(stdin, bytes.NewReader(data[:len(data)/2]))
	ts.Check(err)
	time.Sleep(100 * time.Millisecond) // let it come to wait for more
	ts.Check(cmd.Process.Signal(os.Interrupt))
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-time.After(time.Minute):
		_ = cmd.Process.Kill()
		<-ended
		ts.Fatalf("dregs %s did not end within a minute of its interruption\n%s", strings.Join(args[1:], " "), stderr.String())
	case <-ended:
	}
	if code := cmd.ProcessState.ExitCode(); code != report.ExitStopped {
		ts.Fatalf("dregs %s ended with %d, want %d\n%s", strings.Join(args[1:], " "), code, report.ExitStopped, stderr.String())
	}
}

// binDir returns where testscript put the dregs command.
func binDir(ts *testscript.TestScript) string {
	dir, _, _ := strings.Cut(ts.Getenv("PATH"), string(os.PathListSeparator))
	return dir
}

func noPlaintext(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 {
		ts.Fatalf("usage: [!] noplaintext FILE...")
	}
	for _, name := range args {
		switch held := strings.Contains(ts.ReadFile(name), imagetest.GitHubToken("removed")); {
		case held && !neg:
			ts.Fatalf("%s holds the plaintext of a planted token", name)
		case !held && neg:
			ts.Fatalf("%s does not hold the plaintext of the planted token", name)
		}
	}
}

func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status CODE PROGRAM ARG...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	code := 0
	var failed *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case errors.As(err, &failed):
		code = failed.ExitCode()
	default:
		ts.Check(err)
	}
	if code != want {
		ts.Fatalf("%s ended with %d, want %d", strings.Join(args[1:], " "), code, want)
	}
}

package source

import (
	"context"
	"fmt"
	"strings"
)

// demo is a small leaky image, made in code as the files of an OCI layout. Its credentials are fake, and its bytes are
// the same on every run.
type demo struct {
	opts Options
}

func openDemo(_ context.Context, _, rest string, opts Options) (Source, error) {
	if rest != "" {
		return nil, fmt.Errorf("opening demo:%s: demo: takes no name", rest)
	}
	return &demo{opts: opts}, nil
}

// Scheme implements Source.
func (d *demo) Scheme() string { return schemeDemo }

// Close implements Source.
func (d *demo) Close() error { return nil }

// Read implements Source.
func (d *demo) Read(ctx context.Context, blob func(ctx context.Context, b Blob) error) (*Contents, error) {
	built, err := buildDemo()
	if err != nil {
		return nil, fmt.Errorf("building the demo image: %w", err)
	}
	files := newMembers(d.opts.MaxEntries)
	for _, f := range built {
		files.add(f.name, &member{size: int64(len(f.data)), memory: f.data})
	}
	assembled, err := assemble(ctx, files, d.opts, nil)
	if err != nil {
		return nil, fmt.Errorf("reading the demo image: %w", err)
	}
	return assembled.Contents, assembled.handOver(ctx, blob)
}

// demoSecret is a fake credential: a shape that scanners know, filled from its seed.
type demoSecret struct {
	prefix, seed, alphabet string
	length                 int
	checksum               bool // the last six characters are the checksum of the rest, as GitHub and npm have it
}

// Fake credentials of the demo image. They are put together at run time, so that no text of this repository holds one.
var (
	demoGitHub     = demoSecret{"gh" + "p_", "github", alphanumeric, 36, true}
	demoCloneToken = demoSecret{"gh" + "p_", "clone", alphanumeric, 36, true}
	demoNPM        = demoSecret{"np" + "m_", "npm", alphanumeric, 36, true}
	demoStripe     = demoSecret{"sk" + "_live_", "stripe", alphanumeric, 24, false}
	demoSlack      = demoSecret{"xo" + "xb-", "slack", digits, 12, false}
	demoSlackTail  = demoSecret{"", "slack tail", alphanumeric, 24, false}
	demoGitLab     = demoSecret{"gl" + "pat-", "gitlab", alphanumeric, 20, false}
	demoOldKey     = demoSecret{"AK" + "IA", "old key", base32, 16, false}
	demoNewKey     = demoSecret{"AK" + "IA", "new key", base32, 16, false}
	demoOldSecret  = demoSecret{"", "old secret", alphanumeric, 40, false}
	demoNewSecret  = demoSecret{"", "new secret", alphanumeric, 40, false}
)

// String returns the credential.
func (s demoSecret) String() string {
	n := s.length
	if s.checksum {
		n -= checksumLength
	}
	body := demoLetters(s.seed, s.alphabet, n)
	if s.checksum {
		body += demoChecksum(body)
	}
	return s.prefix + body
}

// demoDockerfile is what the demo image was built from. It is embedded in its provenance.
func demoDockerfile() string {
	return strings.Join([]string{
		"FROM scratch",
		"ADD rootfs.tar.gz /",
		"ARG NPM_TOKEN",
		"ENV SLACK_TOKEN=" + demoSlackToken(),
		"COPY . /app",
		"RUN npm ci --prefix /app",
		"# RUN git clone https://x-access-token:" + demoCloneToken.String() + "@github.com/example/shop.git",
		"RUN rm /app/.env",
		"COPY settings.rotated.ini /app/config/settings.ini",
		"ENV SLACK_TOKEN=",
		`LABEL com.example.deploy-token="` + demoGitLab.String() + `"`,
		`CMD ["/app/shop"]`,
		"",
	}, "\n")
}

func demoSlackToken() string {
	return demoSlack.String() + "-" + demoSecret{seed: "slack middle", alphabet: digits, length: 12}.String() + "-" + demoSlackTail.String()
}

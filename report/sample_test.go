package report

import (
	"strings"
	"time"
)

func number(n int) *int { return &n }

// sampleReport returns a report as a scan makes it, with some of everything and hostile text, cleared.
func sampleReport() *Report {
	token := "ghp" + "_" + strings.Repeat("aB3dE6gH9", 4)
	key := "AKIA" + "QYLPMN5HFIQR7XYA"
	digest := func(b string) string { return "sha256:" + strings.Repeat(b, 32) }
	pat := NewSecret(NewValue(token), 4, 3.87)
	pat.Fingerprint, pat.New, pat.Rule, pat.Also = "hm:0123456789abcdefghijkl", true, "github-pat", []string{"generic-api-key"}
	pat.Description, pat.Vendor, pat.Severity, pat.Confidence, pat.Status = "GitHub personal access token", "GitHub", Critical, High, Exposed
	pat.Verdict = Verdict{State: WellFormed, Facts: map[string]string{"account": "octo-user"}}
	pat.Advice = "Revoke the token at https://github.com/settings/tokens, then look through the security log of the account for its use."
	pat.Occurrences = []Occurrence{
		{
			Image: number(0), Rule: "github-pat", Place: LayerFile, Path: "app/lib/a.jar", Via: []string{"c.properties", "base64"}, Line: 3, Column: 9, Offset: 120,
			Layer: number(1), LayerDigest: digest("22"), History: number(1), Instruction: "COPY . /app # buildkit", Created: "2026-01-02T03:04:05Z",
			Visibility: Deleted, RemovedBy: &Remover{Layer: number(2), History: number(2), Instruction: "/bin/sh -c rm -rf /app/lib"}, Snippet: "github.token = " + token,
		},
		{
			Image: number(0), Rule: "github-pat", Place: ConfigEnv, Path: "Env[1]", Key: "GITHUB_TOKEN", Line: 1, Column: 1, History: number(3),
			Instruction: "ENV GITHUB_TOKEN=" + token, Created: "2026-01-02T03:04:07Z", Visibility: Visible, Snippet: "GITHUB_TOKEN=" + token,
		},
		{
			Target: 2, Rule: "github-pat", Place: Log, Path: "build.log", Line: 17, Column: 5, Visibility: Visible,
			Snippet: "\x1b[31m::error::" + token + "\u202e ]]> </script> =cmd()",
		},
	}
	weak := NewSecret(NewValue("hunter2"), 0, 2.8)
	weak.Fingerprint, weak.New, weak.Rule, weak.Description = "a2:0123456789abcdefghijkl", true, "env-password", "Password in an environment variable"
	weak.Severity, weak.Confidence, weak.Status, weak.Advice = High, Medium, Buried, "Change the password."
	weak.Occurrences = []Occurrence{{
		Image: number(0), Rule: "env-password", Place: HistoryEntry, Path: "history[4]", Key: "DB_PASSWORD", Line: 1, Column: 17, History: number(4),
		Instruction: "ENV DB_PASSWORD=hunter2", Visibility: InHistory, RemovedBy: &Remover{History: number(5), Instruction: "ENV DB_PASSWORD="}, Snippet: "ENV DB_PASSWORD=hunter2",
	}}
	aws := NewSecret(NewValue(key), 4, 3.6)
	aws.Fingerprint, aws.Rule, aws.Description, aws.Severity, aws.Confidence, aws.Status = "hm:abcdefghijkl0123456789", "aws-access-token", "AWS access key ID", High, High, Buried
	aws.Ignored = &Ignored{By: ".dregsignore:4", Reason: "revoked in May", Expires: "2027-01-01"}
	for i := range 7 {
		aws.Occurrences = append(aws.Occurrences, Occurrence{
			Image: number(0), Rule: "aws-access-token", Place: LayerFile, Path: "srv/=cmd()|[x](y)/" + string(rune('a'+i)) + "/.aws/credentials", Line: 2, Column: 21, Layer: number(0),
			LayerDigest: digest("11"), Visibility: Overwritten, RemovedBy: &Remover{Layer: number(1), Instruction: "COPY . /app # buildkit"}, Inherited: true, Snippet: "aws_access_key_id = " + key,
		})
	}
	aws.Inherited = true
	low := NewSecret(NewValue("example-"+"example-key-0123456789"), 0, 3.6)
	low.Rule, low.Description, low.Severity, low.Confidence, low.Status, low.New = "generic-api-key", "Generic API key", Low, Low, Exposed, true
	low.Verdict.State = Test
	low.Occurrences = []Occurrence{{
		Target: 1, Rule: "generic-api-key", Place: Dockerfile, Path: "Dockerfile", Line: 4, Column: 13, Visibility: Visible, Instruction: "ARG API_KEY=…",
		Snippet: "ARG API_KEY=" + "example-" + "example-key-0123456789", Origin: "test data of python3-botocore",
	}}
	r := &Report{
		Schema: Schema, Tool: Tool{Name: "dregs", Version: "1.2.3", Rules: RuleSet{Count: 222, Digest: digest("ee")}},
		Started: time.Date(2026, 1, 3, 10, 0, 0, 0, time.UTC), DurationMS: 1234,
		Fingerprints: Fingerprints{Salt: "AAECAwQFBgcICQoLDA0ODw==", Argon2id: Argon2Parameters},
		Baseline:     &Baseline{Known: 1, New: 3, Gone: []Gone{{Fingerprint: "hm:zzzzzzzzzzzzzzzzzzzzzz", Rule: "slack-bot-token"}}},
		Targets: []Target{
			{
				Name: "app.tar", Kind: KindImage, Source: "docker-archive",
				Images: []Image{{
					Platform: "linux/amd64", Digest: digest("aa"), ID: digest("bb"), Created: "2026-01-02T03:04:08Z", Tags: []string{"app:1.0"},
					Layers: []Layer{
						{Index: 0, Digest: digest("11"), DiffID: digest("d1"), MediaType: "application/vnd.oci.image.layer.v1.tar+gzip", Size: 1000, Bytes: 4000, Files: 20, Instruction: "ADD rootfs.tar / # buildkit", History: number(0), Base: true},
						{Index: 1, Digest: digest("22"), DiffID: digest("d2"), Size: 500, Bytes: 900, Files: 3, Instruction: "COPY . /app # buildkit", History: number(1)},
						{Index: 2, Digest: digest("33"), DiffID: digest("d3"), Size: 50, Bytes: 90, Instruction: "/bin/sh -c rm -rf /app/lib", History: number(2)},
					},
					History: []History{
						{Index: 0, Instruction: "ADD rootfs.tar / # buildkit", Layer: number(0)},
						{Index: 1, Instruction: "COPY . /app # buildkit", Layer: number(1), Created: "2026-01-02T03:04:05Z"},
						{Index: 2, Instruction: "/bin/sh -c rm -rf /app/lib", Layer: number(2)},
						{Index: 3, Instruction: "ENV GITHUB_TOKEN=" + token},
						{Index: 4, Instruction: "ENV DB_PASSWORD=hunter2"},
						{Index: 5, Instruction: "ENV DB_PASSWORD="},
					},
				}},
				Problems: []Problem{
					{Where: "layer 2 sha256:3333, usr/\x1b[2Jbin", Kind: Corrupt, Error: "reading tar: unexpected EOF"},
					{Where: "layer 0, srv/old.zip", Kind: Unsupported, Error: "reading zip: encrypted", Accepted: &Accepted{By: ".dregsignore:9", Reason: "test data", Expires: "2027-01-01"}},
				},
			},
			{Name: "Dockerfile", Kind: KindDockerfile, Source: "dockerfile"},
			{Name: "build.log", Kind: KindLog, Source: "log"},
		},
		Secrets: []Secret{aws, pat, weak, low},
		Exposures: []Exposure{
			{Kind: "image-digest", Value: digest("aa"), Target: 2, Path: "build.log", Line: 20, Column: 10, Lines: []int{20, 31}, Source: "docker push", Severity: High, Matches: &ExposureMatch{Target: 0, Image: 0, What: "image-digest"}, Snippet: "1.0: digest: " + digest("aa") + " size: 1", New: true},
			{Kind: "image-id", Value: digest("bb"), Target: 2, Path: "build.log", Line: 19, Column: 3, Source: "docker build", Severity: Low, Snippet: "writing image " + digest("bb"), New: true},
		},
		Practices: []Practice{{Rule: "dockerfile-copy-all", Target: 1, Path: "Dockerfile", Line: 6, Why: "COPY . copies .env and .git too where .dockerignore does not name them.", Instead: "Copy what the build needs by name, or list secrets in .dockerignore."}},
		Coverage: Coverage{
			Images: 1, Layers: 3, Files: 23, Bytes: 4990, UnpackedFiles: 2, UnpackedBytes: 300,
			Skipped: []Skipped{{Reason: "encrypted archive", Count: 1, Bytes: 2048, Paths: []string{"srv/old.zip"}}, {Reason: "placeholder", Count: 12, Candidates: true}},
		},
	}
	for i := range r.Secrets {
		r.Secrets[i].ID = "s" + string(rune('1'+i))
	}
	Clear(r, nil)
	r.Finish()
	return r
}

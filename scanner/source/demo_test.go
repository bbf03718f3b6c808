package source

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDemo(t *testing.T) {
	first := read(t, openAs(t, schemeDemo, "", Options{}))
	second := read(t, openAs(t, schemeDemo, "", Options{}))
	if diff := cmp.Diff(first.blobs, second.blobs); diff != "" {
		t.Error("two demo images differ")
	}
	if len(first.Images) != 2 || len(first.Problems)+len(first.Loose) > 0 {
		t.Fatalf("%d images, problems %v, loose %v", len(first.Images), first.Problems, first.Loose)
	}
	image, attestation := first.Images[0], first.Images[1]
	if image.Platform != "linux/amd64" || len(image.Layers) != 5 || attestation.Kind != kindAttestation || attestation.Subject != image.Digest {
		t.Errorf("image is %s with %d layers; attestation is %q of %s", image.Platform, len(image.Layers), attestation.Kind, attestation.Subject)
	}
	for _, secret := range []string{demoSlackToken(), demoNPM.String(), demoGitLab.String()} {
		if !bytes.Contains(image.Config, []byte(secret)) {
			t.Errorf("the configuration lacks a planted secret")
		}
	}
	if statement := first.blobs[attestation.Layers[0].Key]; !bytes.Contains(statement, []byte(demoNPM.String())) {
		t.Errorf("the provenance lacks the build argument")
	}
}

// Each fake credential is one of its own: what is planted in two places must be meant to be.
func TestDemoSecretsDiffer(t *testing.T) {
	seen := map[string]bool{}
	all := demoDockerfile()
	for _, step := range demoSteps() {
		all += step.createdBy
		for _, f := range step.files {
			all += string(f.data)
		}
	}
	for _, s := range []demoSecret{demoGitHub, demoCloneToken, demoNPM, demoStripe, demoSlack, demoGitLab, demoOldKey, demoNewKey, demoOldSecret, demoNewSecret} {
		value := s.String()
		if seen[value] || !strings.Contains(all, value) || len(value) != len(s.prefix)+s.length {
			t.Errorf("secret of seed %q is not planted, or planted as another", s.seed)
		}
		seen[value] = true
	}
}

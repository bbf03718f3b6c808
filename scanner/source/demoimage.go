package source

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"time"
)

const (
	digits         = "0123456789"
	alphanumeric   = digits + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	base32         = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	checksumLength = 6
)

// demoFile is a file of the demo image, or of the layout that holds it.
type demoFile struct {
	name string
	data []byte
}

// demoStep is an instruction of the demo image's Dockerfile. One with files made a layer.
type demoStep struct {
	createdBy string
	files     []demoFile
}

func demoText(name, text string) demoFile { return demoFile{name, []byte(text)} }

// demoSteps are the instructions as BuildKit writes them into the history.
func demoSteps() []demoStep {
	const shell = "/bin/sh -c "
	return []demoStep{
		{"ADD rootfs.tar.gz / # buildkit", []demoFile{
			demoText("etc/os-release", "NAME=\"Demo Linux\"\nID=demo\nVERSION_ID=1.0\n"),
			demoText("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"),
		}},
		{"ARG NPM_TOKEN", nil},
		{"ENV SLACK_TOKEN=" + demoSlackToken(), nil},
		{"COPY . /app # buildkit", []demoFile{
			demoText("app/.env", "# local development only\nGITHUB_TOKEN="+demoGitHub.String()+"\nSTRIPE_KEY="+demoStripe.String()+"\n"),
			demoText("app/config/settings.ini", demoSettings(demoOldKey, demoOldSecret)),
			demoText("app/shop", "#!/bin/sh\necho open for business\n"),
		}},
		{"RUN |1 NPM_TOKEN=" + demoNPM.String() + " " + shell + "npm ci --prefix /app # buildkit", []demoFile{
			demoText("app/node_modules/left/package.json", "{\"name\":\"left\",\"version\":\"1.0.0\"}\n"),
		}},
		{"RUN |1 NPM_TOKEN=" + demoNPM.String() + " " + shell + "rm /app/.env # buildkit", []demoFile{demoText("app/.wh..env", "")}},
		{"COPY settings.rotated.ini /app/config/settings.ini # buildkit", []demoFile{
			demoText("app/config/settings.ini", demoSettings(demoNewKey, demoNewSecret)),
		}},
		{"ENV SLACK_TOKEN=", nil},
		{"LABEL com.example.deploy-token=" + demoGitLab.String(), nil},
		{`CMD ["/app/shop"]`, nil},
	}
}

func demoSettings(id, secret demoSecret) string {
	return "[storage]\nbucket = shop-media\naws_access_key_id = " + id.String() + "\naws_secret_access_key = " + secret.String() + "\n"
}

// object is a JSON object.
type object = map[string]any

// demoBuilder collects the blobs of the demo layout.
type demoBuilder struct {
	files []demoFile
	err   error
}

// buildDemo returns the files of the layout: an index of the image and its attestation.
func buildDemo() ([]demoFile, error) {
	b := &demoBuilder{}
	start := time.Date(2025, 3, 14, 9, 0, 0, 0, time.UTC)
	var layers, history []object
	var diffIDs []string
	for i, step := range demoSteps() {
		entry := object{"created": start.Add(time.Duration(i) * time.Minute), "created_by": step.createdBy, "comment": "buildkit.dockerfile.v0"}
		if step.files == nil {
			entry["empty_layer"] = true
		} else {
			plain, stored := b.layer(step.files, start)
			diffIDs = append(diffIDs, sha256Of(plain))
			layers = append(layers, b.add("application/vnd.oci.image.layer.v1.tar+gzip", stored))
		}
		history = append(history, entry)
	}
	config := object{
		"created": start.Add(time.Hour), "architecture": "amd64", "os": "linux",
		"config": object{
			"Env":    []string{"PATH=/usr/bin:/bin", "SLACK_TOKEN="},
			"Cmd":    []string{"/app/shop"},
			"Labels": object{"com.example.deploy-token": demoGitLab.String(), "org.opencontainers.image.title": "shop"},
		},
		"rootfs": object{"type": "layers", "diff_ids": diffIDs}, "history": history,
	}
	image := b.manifest(b.json(typeOCIConfig, config), layers)
	image["platform"] = object{"architecture": "amd64", "os": "linux"}

	statement := b.json(typeInToto, demoProvenance(image))
	statement["annotations"] = object{"in-toto.io/predicate-type": "https://slsa.dev/provenance/v1"}
	attested := b.json(typeOCIConfig, object{"architecture": "unknown", "os": "unknown", "config": object{},
		"rootfs": object{"type": "layers", "diff_ids": []any{statement["digest"]}}})
	attestation := b.manifest(attested, []object{statement})
	attestation["platform"] = object{"architecture": "unknown", "os": "unknown"}
	attestation["annotations"] = object{referenceType: attestationType, referenceDigest: image["digest"]}

	index := b.json("application/vnd.oci.image.index.v1+json", object{"schemaVersion": 2, "manifests": []object{image, attestation}})
	index["annotations"] = object{refName: "demo/shop:1.0"}
	top, err := json.Marshal(object{"schemaVersion": 2, "manifests": []object{index}})
	if err != nil {
		return nil, err
	}
	b.files = append(b.files, demoFile{indexName, top}, demoText(layoutFileName, `{"imageLayoutVersion":"1.0.0"}`))
	return b.files, b.err
}

// demoProvenance is what BuildKit attests with mode=max.
func demoProvenance(image object) object {
	digest, _ := image["digest"].(string)
	return object{
		"_type": "https://in-toto.io/Statement/v0.1", "predicateType": "https://slsa.dev/provenance/v1",
		"subject": []object{{"name": "pkg:docker/demo/shop@1.0", "digest": object{"sha256": digest[len("sha256:"):]}}},
		"predicate": object{
			"buildDefinition": object{
				"buildType": "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md",
				"externalParameters": object{
					"configSource": object{"path": "Dockerfile"},
					"request":      object{"frontend": "dockerfile.v0", "args": object{"build-arg:NPM_TOKEN": demoNPM.String()}},
				},
			},
			"runDetails": object{"metadata": object{"buildkit_metadata": object{"source": object{"infos": []object{{
				"filename": "Dockerfile", "language": "Dockerfile",
				"data": base64.StdEncoding.EncodeToString([]byte(demoDockerfile())),
			}}}}}},
		},
	}
}

// add stores a blob and returns its descriptor.
func (b *demoBuilder) add(mediaType string, data []byte) object {
	digest := sha256Of(data)
	name, _ := blobName(digest)
	b.files = append(b.files, demoFile{name, data})
	return object{"mediaType": mediaType, "digest": digest, "size": len(data)}
}

func (b *demoBuilder) json(mediaType string, doc object) object {
	data, err := json.Marshal(doc)
	b.fail(err)
	return b.add(mediaType, data)
}

func (b *demoBuilder) manifest(config object, layers []object) object {
	const mediaType = "application/vnd.oci.image.manifest.v1+json"
	return b.json(mediaType, object{"schemaVersion": 2, "mediaType": mediaType, "config": config, "layers": layers})
}

// layer returns a layer of files, plain and as it is stored.
func (b *demoBuilder) layer(files []demoFile, modified time.Time) (plain, stored []byte) {
	var archive, compressed bytes.Buffer
	w := tar.NewWriter(&archive)
	for _, f := range files {
		b.fail(w.WriteHeader(&tar.Header{Name: f.name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(f.data)), ModTime: modified}))
		_, err := w.Write(f.data)
		b.fail(err)
	}
	b.fail(w.Close())
	z := gzip.NewWriter(&compressed)
	_, err := z.Write(archive.Bytes())
	b.fail(err)
	b.fail(z.Close())
	return archive.Bytes(), compressed.Bytes()
}

// fail keeps the first error.
func (b *demoBuilder) fail(err error) {
	if b.err == nil {
		b.err = err
	}
}

// demoLetters returns n letters of alphabet that follow from seed.
func demoLetters(seed, alphabet string, n int) string {
	out := make([]byte, n)
	for i := range out {
		sum := sha256.Sum256(binary.BigEndian.AppendUint32([]byte("demo "+seed), uint32(i)))
		out[i] = alphabet[int(sum[0])%len(alphabet)]
	}
	return string(out)
}

// demoChecksum is that of GitHub's and npm's tokens: CRC-32 in base 62.
func demoChecksum(body string) string {
	out := make([]byte, checksumLength)
	sum := crc32.ChecksumIEEE([]byte(body))
	for i := len(out) - 1; i >= 0; i-- {
		out[i] = alphanumeric[sum%uint32(len(alphanumeric))]
		sum /= uint32(len(alphanumeric))
	}
	return string(out)
}

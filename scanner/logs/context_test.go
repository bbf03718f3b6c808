package logs

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Hashes of the tests: 64 digits each.
var (
	hashA = strings.Repeat("a1b2c3d4", 8)
	hashB = strings.Repeat("0f9e8d7c", 8)
)

// fill puts the hashes into a log: A and B in full, a and b in the 12 digits that docker prints.
func fill(text string) string {
	return strings.NewReplacer("{A}", hashA, "{B}", hashB, "{a}", hashA[:12], "{b}", hashB[:12], "{ESC}", "\x1b").Replace(text)
}

// told lists what is found as "kind value source line", hashes as in fill.
func told(t *testing.T, text string) []string {
	t.Helper()
	all, err := Find([]byte(text))
	if err != nil {
		t.Fatalf("finding identities: %v", err)
	}
	short := strings.NewReplacer(hashA, "{A}", hashB, "{B}", hashA[:12], "{a}", hashB[:12], "{b}")
	var out []string
	for _, id := range all {
		out = append(out, short.Replace(fmt.Sprintf("%s %s %s %d", id.Kind, id.Value, id.Source, id.Line)))
	}
	return out
}

// contexts are logs with what they tell.
var contexts = map[string]struct {
	log  string
	want []string
}{
	"classic builder": {
		"Step 1/2 : FROM alpine\n ---> {a}\nStep 2/2 : RUN true\n ---> Running in {b}\nRemoving intermediate container {b}\n ---> {a}\nSuccessfully built {a}\nSuccessfully tagged registry.corp.example/app:1\n",
		[]string{"image-id {a} docker build 2", "container-id {b} docker build 4", "private-image-ref registry.corp.example/app:1 docker build 8"},
	},
	"BuildKit, plain": {
		"#5 [1/2] FROM docker.io/library/alpine:3.20@sha256:{B}\n#5 sha256:{A} 1.05MB / 3.40MB 0.2s\n#5 extracting sha256:{A} 0.1s done\n#8 exporting manifest sha256:{B} 0.0s done\n#8 exporting config sha256:{A} done\n#8 naming to docker.io/library/app:1 done\n",
		[]string{"image-digest sha256:{B} BuildKit 1", "layer-digest sha256:{A} BuildKit 2", "image-id sha256:{A} BuildKit 5"},
	},
	"BuildKit, writing": {
		"#9 writing image sha256:{A} done\n#9 naming to registry.corp.example:5000/team/app:1.2 done\n",
		[]string{"image-id sha256:{A} BuildKit 1", "private-image-ref registry.corp.example:5000/team/app:1.2 BuildKit 2"},
	},
	"BuildKit, pushing": {
		"#10 pushing manifest for registry.corp.example/team/app:1@sha256:{A} 0.3s done\n",
		[]string{"private-image-ref registry.corp.example/team/app@sha256:{A} BuildKit 1", "image-digest sha256:{A} BuildKit 1"},
	},
	"BuildKit, rawjson": {
		`{"vertexes":[{"digest":"sha256:{B}","inputs":["sha256:{B}"],"name":"exporting to image"}],"statuses":[{"id":"exporting manifest sha256:{A}","vertex":"sha256:{B}","current":0}]}` + "\n",
		[]string{"image-digest sha256:{A} BuildKit 1"},
	},
	"docker push": {
		"The push refers to repository [registry.corp.example/team/app]\n{a}: Preparing\n{a}: Pushed\n1.0: digest: sha256:{B} size: 528\n",
		[]string{"private-image-ref registry.corp.example/team/app docker push 1", "layer-digest {a} docker push 2", "image-digest sha256:{B} docker push 4", "private-image-ref registry.corp.example/team/app@sha256:{B} docker push 4"},
	},
	"docker pull": {
		"1: Pulling from team/app\n{a}: Pull complete\nDigest: sha256:{B}\nStatus: Downloaded newer image for registry.corp.example/team/app:1\nregistry.corp.example/team/app:1\n",
		[]string{"layer-digest {a} docker pull 2", "image-digest sha256:{B} docker pull 3", "private-image-ref registry.corp.example/team/app@sha256:{B} docker pull 4"},
	},
	"docker images": {
		"REPOSITORY   TAG       IMAGE ID       CREATED        SIZE\napp          latest    {a}   2 hours ago    7MB\n<none>       <none>    {b}   2 hours ago    7MB\n",
		[]string{"image-id {a} docker images 2", "image-id {b} docker images 3"},
	},
	"docker history": {
		"IMAGE          CREATED       CREATED BY                SIZE      COMMENT\n<missing>      2 hours ago   /bin/sh -c #(nop) CMD     0B        \n{a}   2 hours ago   /bin/sh -c true           0B        \n<missing>      2 hours ago   /bin/sh -c #(nop) ADD     7MB       \n{b}   2 hours ago   /bin/sh -c true           0B        \n",
		[]string{"image-id {a} docker history 3", "image-id {b} docker history 5"},
	},
	"docker ps": {
		"CONTAINER ID   IMAGE          COMMAND     CREATED         STATUS         PORTS     NAMES\n{a}   {b}   \"/bin/sh\"   4 seconds ago   Up 3 seconds             web\n",
		[]string{"container-id {a} docker ps 2", "image-id {b} docker ps 2"},
	},
	"docker inspect of an image": {
		"[\n    {\n        \"Id\": \"sha256:{A}\",\n        \"RepoDigests\": [\n            \"registry.corp.example/app@sha256:{B}\"\n        ],\n        \"RootFS\": {\n            \"Type\": \"layers\",\n            \"Layers\": [\n                \"sha256:{B}\"\n            ]\n",
		[]string{"image-id sha256:{A} docker inspect 3", "private-image-ref registry.corp.example/app@sha256:{B} image reference 5", "image-digest sha256:{B} image reference 5", "layer-digest sha256:{B} docker inspect 10"},
	},
	"docker inspect of a container": {
		"[\n    {\n        \"Id\": \"{A}\",\n        \"Created\": \"2024-01-02T03:04:05Z\",\n        \"Image\": \"sha256:{B}\",\n",
		[]string{"container-id {A} docker inspect 3", "image-id sha256:{B} docker inspect 5"},
	},
	"docker events": {
		"2024-01-02T03:04:05.000000000Z container create {A} (image=alpine, name=web)\n2024-01-02T03:04:05.000000000Z image tag sha256:{B} (name=app:1)\n",
		[]string{"container-id {A} docker events 1", "image-id sha256:{B} docker events 2"},
	},
	"docker events, JSON": {
		`{"status":"start","id":"{A}","from":"alpine","Type":"container","Action":"start"}` + "\n",
		[]string{"container-id {A} docker events 1"},
	},
	"docker rmi and load": {
		"Untagged: app@sha256:{A}\nDeleted: sha256:{B}\nLoaded image ID: sha256:{A}\n",
		[]string{"image-digest sha256:{A} docker rmi 1", "image-id sha256:{B} docker rmi 2", "image-id sha256:{A} docker load 3"},
	},
	"an echoed command": {
		"+ docker build -q .\nsha256:{A}\n+ docker run -d app\n{B}\n",
		[]string{"image-id sha256:{A} docker build 2", "container-id {B} docker run 4"},
	},
	"containerd": {
		`time="2024-01-02T03:04:05Z" level=info msg="PullImage \"docker.io/library/nginx:1\" returns image reference \"sha256:{A}\""` + "\n" +
			`time="2024-01-02T03:04:05Z" level=info msg="RunPodSandbox for &PodSandboxMetadata{Name:web,} returns sandbox id \"{B}\""` + "\n",
		[]string{"image-id sha256:{A} containerd 1", "container-id {B} containerd 2"},
	},
	"ctr": {
		"manifest-sha256:{A}: done           |++++++++++++++++++++++++++++++++++++++|\nlayer-sha256:{B}:    done\nunpacking linux/amd64 sha256:{A}...\n",
		[]string{"image-digest sha256:{A} ctr 1", "layer-digest sha256:{B} ctr 2"},
	},
	"crictl": {
		"CONTAINER           IMAGE               CREATED             STATE               NAME                ATTEMPT             POD ID\n" + hashA[:13] + "       " + hashB[:13] + "       2 hours ago         Running             web                 0                   " + hashA[8:21] + "\n",
		[]string{"container-id {a}c crictl 2", "image-id {b}8 crictl 2"},
	},
	"CRI-O": {
		`time="2024-01-02 03:04:05" level=info msg="Created container {A}: default/web/web" id=5e0b name=/runtime.v1.RuntimeService/CreateContainer` + "\n",
		[]string{"container-id {A} CRI-O 1"},
	},
	"kubelet": {
		`I0102 03:04:05.678901    1234 kubelet.go:2453] "SyncLoop (PLEG): event for pod" pod="default/web" event={"ID":"11111111-2222-3333-4444-0123456789ab","Type":"ContainerStarted","Data":"{A}"}` + "\n" +
			`I0102 03:04:05.678901    1234 scope.go:117] "RemoveContainer" containerID="{B}"` + "\n",
		[]string{"container-id {A} kubelet 1", "container-id {B} pod status 2"},
	},
	"pod status": {
		"    containerID: containerd://{A}\n    image: registry.corp.example/team/app:1\n    imageID: registry.corp.example/team/app@sha256:{B}\n",
		[]string{"container-id {A} kubelet 1", "private-image-ref registry.corp.example/team/app:1 pod status 2", "private-image-ref registry.corp.example/team/app@sha256:{B} pod status 3", "image-digest sha256:{B} pod status 3"},
	},
	"pod status, docker": {
		"    imageID: docker-pullable://registry.corp.example/team/app@sha256:{B}\n",
		[]string{"private-image-ref registry.corp.example/team/app@sha256:{B} pod status 1", "image-digest sha256:{B} pod status 1"},
	},
	"kubectl describe": {
		"    Container ID:   containerd://{A}\n    Image:          registry.corp.example/team/app:1\n    Image ID:       docker.io/library/app@sha256:{B}\n",
		[]string{"container-id {A} kubelet 1", "private-image-ref registry.corp.example/team/app:1 pod status 2", "image-digest sha256:{B} pod status 3"},
	},
	"buildah": {
		"STEP 2/2: RUN true\nCOMMIT app\nCopying blob {b} done  \nCopying config " + hashA[:10] + " done  \nWriting manifest to image destination\n--> {a}\nSuccessfully tagged localhost/app:latest\n{A}\n",
		[]string{"layer-digest {b} podman 3", "image-id a1b2c3d4a1 podman 4", "image-id {a} buildah 6", "image-id sha256:{A} buildah 8"},
	},
	"kaniko": {
		"{ESC}[36mINFO{ESC}[0m[0012] Pushing image to registry.corp.example/team/app:1\n{ESC}[36mINFO{ESC}[0m[0014] Pushed registry.corp.example/team/app@sha256:{A}\n",
		[]string{"private-image-ref registry.corp.example/team/app:1 kaniko 1", "private-image-ref registry.corp.example/team/app@sha256:{A} kaniko 2", "image-digest sha256:{A} kaniko 2"},
	},
	"crane": {
		"2024/01/02 03:04:05 pushed blob: sha256:{B}\n2024/01/02 03:04:05 registry.corp.example/team/app:1: digest: sha256:{A} size: 759\n",
		[]string{"layer-digest sha256:{B} crane 1", "private-image-ref registry.corp.example/team/app@sha256:{A} crane 2", "image-digest sha256:{A} crane 2"},
	},
	"cosign": {
		"Pushing signature to: registry.corp.example/team/app:sha256-{A}.sig\n" + `[{"critical":{"identity":{"docker-reference":"registry.corp.example/team/app"},"image":{"docker-manifest-digest":"sha256:{A}"},"type":"cosign container image signature"}}]` + "\n",
		[]string{"image-digest sha256:{A} cosign 1", "private-image-ref registry.corp.example/team/app@sha256:{A} cosign 1", "private-image-ref registry.corp.example/team/app cosign 2"},
	},
	"buildx metadata": {
		"{\n  \"containerimage.config.digest\": \"sha256:{A}\",\n  \"containerimage.descriptor\": {\n    \"mediaType\": \"application/vnd.oci.image.index.v1+json\",\n    \"digest\": \"sha256:{B}\",\n    \"size\": 1\n  },\n  \"containerimage.digest\": \"sha256:{B}\"\n}\n",
		[]string{"image-id sha256:{A} buildx 2", "image-digest sha256:{B} manifest 5"},
	},
	"GitHub Actions": {
		"2024-01-02T03:04:05.6789012Z ##[group]ImageID\n2024-01-02T03:04:05.6789012Z sha256:{A}\n2024-01-02T03:04:05.6789012Z ##[endgroup]\n2024-01-02T03:04:05.6789012Z ##[group]Digest\n2024-01-02T03:04:05.6789012Z sha256:{B}\n2024-01-02T03:04:05.6789012Z ##[endgroup]\n",
		[]string{"image-id sha256:{A} GitHub Actions 2", "image-digest sha256:{B} GitHub Actions 5"},
	},
	"GitLab": {
		"2024-01-02T03:04:05.678901Z 00O Using docker image sha256:{A} for registry.corp.example/ci:1 with digest registry.corp.example/ci@sha256:{B} ...\n",
		[]string{"image-id sha256:{A} GitLab 1", "private-image-ref registry.corp.example/ci@sha256:{B} GitLab 1", "image-digest sha256:{B} GitLab 1"},
	},
	"a registry's access log": {
		`10.0.0.1 - - [02/Jan/2024:03:04:05 +0000] "GET /v2/team/app/manifests/sha256:{A} HTTP/1.1" 200 528` + "\n" + `10.0.0.1 - - [02/Jan/2024:03:04:05 +0000] "GET /v2/team/app/blobs/sha256:{B} HTTP/1.1" 200 528` + "\n",
		[]string{"image-digest sha256:{A} registry 1", "layer-digest sha256:{B} registry 2"},
	},
	"docker's json-file": {
		`{"log":"Successfully built {a}\n","stream":"stdout","time":"2024-01-02T03:04:05.678901234Z"}` + "\n",
		[]string{"image-id {a} docker build 1"},
	},
	"CRI's format, coloured": {
		"2024-01-02T03:04:05.678901234Z stdout F {ESC}[32mSuccessfully built {ESC}[1m{a}{ESC}[0m\n",
		[]string{"image-id {a} docker build 1"},
	},
	"JSON that escapes colours": {
		`{"level":"info","msg":"\u001b[32m#8 writing image sha256:{A}\u001b[0m done"}` + "\n",
		[]string{"image-id sha256:{A} BuildKit 1"},
	},
	"progress that returns the carriage": {
		"Copying blob {a} [-------] 0.0b / 1MB\rCopying blob {a} done\rCopying config {b} done\r\n",
		[]string{"layer-digest {a} podman 1", "image-id {b} podman 1"},
	},
}

func TestContexts(t *testing.T) {
	for name, c := range contexts {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, told(t, fill(c.log)), cmp.Transformer("sorted", func(s []string) map[string]int {
				m := make(map[string]int)
				for _, x := range s {
					m[x]++
				}
				return m
			})); diff != "" {
				t.Errorf("identities (-want +got):\n%s", diff)
			}
		})
	}
}

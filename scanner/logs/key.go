package logs

import "strings"

// key is what a name says of the value that it has.
type key struct {
	source, kind string
	forms        form
}

// keys are names, without separators and in lower case, whose values are identities.
var keys = map[string]key{
	"imageid":               {"pod status", ImageID, digest | bare | short},
	"imageref":              {"kubelet", ImageID, digest},
	"containerid":           {"pod status", ContainerID, bare | short},
	"containerimageid":      {"docker", ImageID, digest},
	"container.id":          {"docker", ContainerID, bare | short},
	"container":             {"docker", ContainerID, bare},
	"dockerid":              {"docker", ContainerID, bare},
	"sandboxid":             {"containerd", ContainerID, bare},
	"podsandboxid":          {"containerd", ContainerID, bare},
	"imagedigest":           {"CI", ImageDigest, digest},
	"manifestdigest":        {"CI", ImageDigest, digest},
	"imageconfigdigest":     {"CI", ImageID, digest},
	"layerdigest":           {"CI", LayerDigest, digest},
	"diffid":                {"CI", LayerDigest, digest},
	"containerimage.digest": {"buildx", ImageDigest, digest},
	"containerimage.config.digest": {
		"buildx", ImageID, digest},
	"dockermanifestdigest": {"cosign", ImageDigest, digest},
	"image":                {"docker inspect", ImageID, digest},
}

// keyBefore returns the name that the value after text is given, and whether a colon or an equals sign gives it.
func keyBefore(text string) (name string, ok bool) {
	text = strings.TrimRight(text, " \t\"'`\\")
	if text == "" || text[len(text)-1] != ':' && text[len(text)-1] != '=' {
		return "", false
	}
	text = strings.TrimRight(text[:len(text)-1], " \t\"'`\\")
	start := len(text)
	for start > 0 && (isWord(text[start-1]) || text[start-1] == '.' || text[start-1] == '-') {
		start--
	}
	return text[start:], start < len(text)
}

var keySeparators = strings.NewReplacer("_", "", "-", "")

// byKey tells an identity by the name that it is the value of.
func byKey(h *hash, at *place) (sighting, bool) {
	name, ok := keyBefore(h.left)
	if !ok {
		return sighting{}, false
	}
	if k, ok := keys[strings.ToLower(keySeparators.Replace(name))]; ok && k.forms&h.form != 0 {
		return h.sighting(k.kind, k.source), true
	}
	switch {
	case name == "Id" && h.form == digest:
		return h.sighting(ImageID, "docker inspect"), true
	case (name == "id" || name == "Id" || name == "ID") && h.form != short:
		return byEvent(h)
	case name == "Data" && h.form == bare && (strings.Contains(h.left, `"Type":"Container`) || strings.Contains(h.left, "Type:Container")):
		return h.sighting(ContainerID, "kubelet"), true
	case strings.EqualFold(name, "digest") && h.form == digest:
		return byMediaType(h, at, name)
	}
	return sighting{}, false
}

// byEvent tells the ID in an event of docker's API, and a layer's in BuildKit's rawjson.
func byEvent(h *hash) (sighting, bool) {
	around := h.left + h.right
	switch {
	case h.form == bare && strings.Contains(around, `"Type":"container"`):
		return h.sighting(ContainerID, "docker events"), true
	case h.form == digest && strings.Contains(around, `"Type":"image"`):
		return h.sighting(ImageID, "docker events"), true
	case h.form == digest && strings.HasPrefix(h.right, `","vertex":"`):
		return h.sighting(LayerDigest, "BuildKit"), true
	}
	return sighting{}, false
}

// byMediaType tells the digest of a descriptor, in a manifest or in what skopeo prints of one, by the media type beside it.
func byMediaType(h *hash, at *place, name string) (sighting, bool) {
	object := h.left[strings.LastIndexByte(h.left, '{')+1:]
	if end := strings.IndexByte(h.right, '}'); end >= 0 {
		object += h.right[:end]
	} else {
		object += h.right
	}
	if kind := kindOfMedia(object); kind != "" {
		return h.sighting(kind, "manifest"), true
	}
	if strings.Trim(h.left, openers) != name+"\":" {
		return sighting{}, false
	}
	previous := at.previous(1)
	for _, text := range []string{previous, at.previous(2)} {
		if kind := kindOfMedia(text); kind != "" {
			return h.sighting(kind, "manifest"), true
		}
	}
	switch {
	case name != "Digest":
	case previous == "{", strings.HasPrefix(previous, `Name": "`):
		return h.sighting(ImageDigest, "skopeo"), true
	case strings.HasPrefix(previous, `Id": "`):
		return h.sighting(ImageDigest, "podman"), true
	}
	return sighting{}, false
}

// kindOfMedia tells what has a digest by the media type that text names.
func kindOfMedia(text string) string {
	_, media, ok := strings.Cut(text, `ediaType`)
	if !ok {
		if _, media, ok = strings.Cut(text, `MIMEType`); !ok {
			return ""
		}
	}
	media = media[:min(len(media), 120)]
	switch {
	case !strings.Contains(media, "vnd.oci.image.") && !strings.Contains(media, "vnd.docker."):
		return ""
	case strings.Contains(media, ".layer.") || strings.Contains(media, ".rootfs."):
		return LayerDigest
	case strings.Contains(media, ".config.") || strings.Contains(media, ".container.image."):
		return ImageID
	case strings.Contains(media, ".manifest.") || strings.Contains(media, ".index."):
		return ImageDigest
	}
	return ""
}

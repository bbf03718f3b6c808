package report

// Place is where in an image a secret sits. Places are ordered as Places lists them.
type Place string

// The places of an image, and of the targets that are none.
const (
	LayerFile         Place = "layer-file"
	FileName          Place = "file-name"
	LinkTarget        Place = "link-target"
	TarHeader         Place = "tar-header"
	LayerSlack        Place = "layer-slack"
	ConfigEnv         Place = "config-env"
	ConfigLabel       Place = "config-label"
	ConfigCmd         Place = "config-cmd"
	ConfigEntrypoint  Place = "config-entrypoint"
	ConfigHealthcheck Place = "config-healthcheck"
	ConfigOnbuild     Place = "config-onbuild"
	ConfigOther       Place = "config-other"
	BuildArg          Place = "build-arg"
	HistoryEntry      Place = "history"
	Annotation        Place = "annotation"
	Provenance        Place = "provenance"
	SBOM              Place = "sbom"
	Dockerfile        Place = "dockerfile"
	Log               Place = "log"
	DirFile           Place = "dir-file"
)

// Places lists every place in report order.
var Places = []Place{
	LayerFile, FileName, LinkTarget, TarHeader, LayerSlack,
	ConfigEnv, ConfigLabel, ConfigCmd, ConfigEntrypoint, ConfigHealthcheck, ConfigOnbuild, ConfigOther,
	BuildArg, HistoryEntry, Annotation, Provenance, SBOM, Dockerfile, Log, DirFile,
}

// InLayer tells that what is found at p lies in a layer's blob: not in the documents that describe an image.
func (p Place) InLayer() bool {
	switch p {
	case LayerFile, FileName, LinkTarget, TarHeader, LayerSlack:
		return true
	}
	return false
}

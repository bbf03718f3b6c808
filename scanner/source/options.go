package source

// Defaults of Options, and bounds that are no options.
const (
	defaultMaxManifest = 16 << 20
	defaultMaxEntries  = 1_000_000
	defaultMaxImages   = 10_000
	defaultMaxInflated = 256 << 30
	defaultJobs        = 4

	maxDocuments = 512 << 20 // bytes of all manifests, indexes and configurations of one target
	maxDepth     = 8         // indexes within indexes
	maxObjects   = 1 << 16   // JSON objects in one manifest or index
	maxProblems  = 1_000     // problems listed of one target
	maxTags      = 4096      // names kept of one image
	maxLinks     = 32        // links from one name of an archive to its content
	maxWindow    = 128 << 20 // decompressor window
)

// withDefaults returns o with every zero bound set.
func (o Options) withDefaults() Options {
	if o.MaxManifest <= 0 {
		o.MaxManifest = defaultMaxManifest
	}
	if o.MaxEntries <= 0 {
		o.MaxEntries = defaultMaxEntries
	}
	if o.MaxImages <= 0 {
		o.MaxImages = defaultMaxImages
	}
	if o.MaxInflated <= 0 {
		o.MaxInflated = defaultMaxInflated
	}
	if o.Jobs <= 0 {
		o.Jobs = defaultJobs
	}
	return o
}

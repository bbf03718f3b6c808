package scanner

// configFile is an image configuration (OCI image-spec config.md, and Docker's container_config).
type configFile struct{}

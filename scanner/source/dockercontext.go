package source

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/moby/moby/client"
)

// dockerContext is where the docker command line would reach its engine, as docker context use has set it.
type dockerContext struct {
	Host string `json:"Host"`
	tls  string // folder of the context's certificates, or ""
}

const maxContextFile = 1 << 20

// currentContext returns the context that DOCKER_CONTEXT or docker's configuration names; nil is the default one.
func currentContext(env func(string) string) (*dockerContext, error) {
	dir := env("DOCKER_CONFIG")
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, nil // without a home there is no configuration
		}
		dir = filepath.Join(home, ".docker")
	}
	current := env("DOCKER_CONTEXT")
	if current == "" {
		var config struct {
			CurrentContext string `json:"currentContext"`
		}
		if err := readJSONFile(filepath.Join(dir, "config.json"), &config); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("reading docker's configuration: %w", err)
		}
		current = config.CurrentContext
	}
	if current == "" || current == "default" {
		return nil, nil
	}
	return namedContext(dir, current)
}

// namedContext reads a context from docker's store, that names folders by the digest of the context's name.
func namedContext(dir, name string) (*dockerContext, error) {
	sum := sha256.Sum256([]byte(name))
	id := hex.EncodeToString(sum[:])
	var meta struct {
		Endpoints struct {
			Docker dockerContext `json:"docker"`
		} `json:"Endpoints"`
	}
	if err := readJSONFile(filepath.Join(dir, "contexts", "meta", id, "meta.json"), &meta); err != nil {
		return nil, fmt.Errorf("reading docker context %q: %w", name, err)
	}
	c := meta.Endpoints.Docker
	if strings.HasPrefix(c.Host, "ssh://") {
		return nil, errSSH
	}
	tls := filepath.Join(dir, "contexts", "tls", id, "docker")
	if _, err := os.Stat(filepath.Join(tls, "cert.pem")); err == nil {
		c.tls = tls
	}
	return &c, nil
}

// options returns how a client reaches the context's engine.
func (c *dockerContext) options() []client.Opt {
	var options []client.Opt
	if c.tls != "" {
		options = append(options, client.WithTLSClientConfig(filepath.Join(c.tls, "ca.pem"), filepath.Join(c.tls, "cert.pem"), filepath.Join(c.tls, "key.pem")))
	}
	if c.Host != "" {
		options = append(options, client.WithHost(c.Host))
	}
	return options
}

func readJSONFile(name string, into any) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	data, err := readAtMost(f, maxContextFile)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s is no such JSON document", name) // its text may hold credentials
	}
	return nil
}

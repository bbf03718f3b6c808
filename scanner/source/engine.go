package source

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/moby/moby/client"

	"dregs/report"
)

// engine is an image of a local container engine: Docker, or podman through its Docker-compatible socket. What the
// engine exports is read once in the order of arrival.
type engine struct {
	scheme string
	image  string
	opts   Options
}

// probeTime is how long an engine may take to say whether it has an image, where it is not known that there is one.
const probeTime = 5 * time.Second

func openEngine(_ context.Context, scheme, rest string, opts Options) (Source, error) {
	return &engine{scheme: scheme, image: rest, opts: opts}, nil
}

// Scheme implements Source.
func (e *engine) Scheme() string { return e.scheme }

// Close implements Source.
func (e *engine) Close() error { return nil }

// Read implements Source.
func (e *engine) Read(ctx context.Context, blob func(ctx context.Context, b Blob) error) (*Contents, error) {
	c, err := e.connect()
	if err != nil {
		return nil, e.absent(err)
	}
	defer c.Close()
	image, err := e.find(ctx, c)
	if err != nil {
		return nil, err
	}
	export, err := c.ImageSave(ctx, []string{image})
	if err != nil {
		return nil, fmt.Errorf("exporting %s from %s: %w", image, e.scheme, engineFault(err))
	}
	defer export.Close()
	contents, err := readStream(ctx, export, e.opts, blob)
	if err != nil {
		return contents, fmt.Errorf("reading %s from %s: %w", image, e.scheme, err)
	}
	return contents, nil
}

// has tells whether an engine is there and has the image.
func (e *engine) has(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	c, err := e.connect()
	if err != nil {
		return false
	}
	defer c.Close()
	_, err = e.find(ctx, c)
	return err == nil
}

// find returns the name under which the engine has the image. Podman keeps what it built under localhost/.
func (e *engine) find(ctx context.Context, c *client.Client) (string, error) {
	names := []string{e.image}
	if ref, err := name.ParseReference(e.image); err == nil && e.scheme == schemePodman && ref.Context().RegistryStr() == name.DefaultRegistry {
		names = append(names, "localhost/"+e.image)
	}
	var err error
	for _, image := range names {
		_, err = c.ImageInspect(ctx, image)
		if err == nil {
			return image, nil
		}
		if !errdefs.IsNotFound(err) {
			return "", e.absent(engineFault(err))
		}
	}
	return "", hint(fmt.Errorf("finding %s: %w", e.image, report.Faultf(report.Missing, "%s has no such image", e.scheme)),
		"name it as "+SchemeRegistry+":"+e.image+" to have it read from its registry")
}

// absent explains that the engine cannot be used, and names the next source to try.
func (e *engine) absent(err error) error {
	other := schemePodman
	if e.scheme == schemePodman {
		other = schemeDocker
	}
	return hint(fmt.Errorf("connecting to %s: %w", e.scheme, err),
		fmt.Sprintf("try %s:%s or %s:%s, or write the image to a file and name that", other, e.image, SchemeRegistry, e.image))
}

// engineFault gives an engine's refusal its kind.
func engineFault(err error) error {
	switch {
	case errdefs.IsNotFound(err):
		return report.Faultf(report.Missing, "%w", err)
	case errdefs.IsUnauthorized(err), errdefs.IsPermissionDenied(err), errors.Is(err, os.ErrPermission):
		return report.Faultf(report.Unauthorized, "%w", err)
	}
	return err
}

// connect returns a client of the engine; nothing is sent yet.
func (e *engine) connect() (*client.Client, error) {
	if e.scheme == schemePodman {
		host, err := podmanHost(os.Getenv, os.Getuid())
		if err != nil {
			return nil, err
		}
		return client.New(client.WithHost(host), client.WithUserAgent(e.opts.UserAgent))
	}
	options := []client.Opt{client.FromEnv, client.WithUserAgent(e.opts.UserAgent)}
	if os.Getenv(client.EnvOverrideHost) == "" {
		found, err := currentContext(os.Getenv)
		if err != nil {
			return nil, err
		}
		if found != nil {
			options = append(options, found.options()...)
		}
	}
	if strings.HasPrefix(os.Getenv(client.EnvOverrideHost), "ssh://") {
		return nil, errSSH
	}
	return client.New(options...)
}

// errSSH is an engine on another machine: its client would have to be run here.
var errSSH = errors.New("an engine behind ssh:// is not supported; pipe docker save into dregs scan -")

// podmanHost returns the address of podman's socket: CONTAINER_HOST, the user's own, the system's.
func podmanHost(env func(string) string, uid int) (string, error) {
	if host := env("CONTAINER_HOST"); host != "" {
		if strings.HasPrefix(host, "ssh://") {
			return "", errSSH
		}
		return host, nil
	}
	var tried []string
	for _, dir := range []string{env("XDG_RUNTIME_DIR"), "/run/user/" + strconv.Itoa(uid), "/run"} {
		if dir == "" {
			continue
		}
		socket := filepath.Join(dir, "podman", "podman.sock")
		if info, err := os.Stat(socket); err == nil && info.Mode()&os.ModeSocket != 0 {
			return "unix://" + socket, nil
		}
		tried = append(tried, socket)
	}
	return "", fmt.Errorf("there is no socket at %s: podman system service starts one", strings.Join(tried, ", "))
}

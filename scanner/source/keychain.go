package source

import (
	"io"

	ecr "github.com/awslabs/amazon-ecr-credential-helper/ecr-login"
	acr "github.com/chrismellard/docker-credential-acr-env/pkg/credhelper"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/authn/github"
	"github.com/google/go-containerregistry/pkg/v1/google"
)

// keychain returns where credentials for a registry are looked up, in order: docker's and podman's configuration with
// their credential helpers, then what each provider's own environment gives.
func keychain() authn.Keychain {
	return authn.NewMultiKeychain(
		authn.DefaultKeychain,
		google.Keychain,
		github.Keychain,
		authn.NewKeychainFromHelper(ecr.NewECRHelper(ecr.WithLogger(io.Discard))),
		authn.NewKeychainFromHelper(acr.NewACRCredentialsHelper()),
	)
}

// credentials returns what to authenticate with at a registry: the user's own where given, else the keychain's.
func (o Options) credentials(target authn.Resource) (authn.Authenticator, error) {
	if o.Username != "" {
		return &authn.Basic{Username: o.Username, Password: o.Password.Reveal()}, nil
	}
	return keychain().Resolve(target)
}

package credfile

import (
	"strings"

	"dregs/report"
)

var kubeconfig = Family{
	ID:          "kubeconfig-credential",
	Description: "A client key, token or password for a Kubernetes cluster, in a kubeconfig.",
	Vendor:      "Kubernetes",
	Severity:    report.High,
	Advice:      "Delete the service account's token or rotate the cluster's client certificates: one that was issued cannot be revoked alone.",
	Reference:   "https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/",
	paths: []string{
		".kube/config", ".kube/*.conf", ".kube/*.yaml", ".kube/*.yml", "kube/config", "kubeconfig", "*.kubeconfig", "kubeconfig.yaml", "kubeconfig.yml", "kubeconfig.json",
		"kubeconfig-*", "kubernetes/*.conf", "k3s/k3s.yaml", "k3s.yaml", "rke2/rke2.yaml", "rke2.yaml", "kube.config", "credentials/client.config", "config",
	},
	parse: parseKubeconfig,
}

// parseKubeconfig reads the users of a kubeconfig. A user's host is the server of the first context that names it.
func parseKubeconfig(data []byte, emit func(Credential)) error {
	if !strings.Contains(string(data), "users") || !strings.Contains(string(data), "clusters") {
		return nil
	}
	root, err := readYAML(data)
	for _, doc := range root.kids {
		servers := map[string]string{}
		doc.named("clusters", func(name string, n *node) {
			if c := n.child("cluster"); c != nil {
				servers[name] = c.says("server")
			}
		})
		hosts := map[string]string{}
		doc.named("contexts", func(_ string, n *node) {
			if c := n.child("context"); c != nil && hosts[c.says("user")] == "" {
				hosts[c.says("user")] = servers[c.says("cluster")]
			}
		})
		doc.named("users", func(name string, n *node) {
			fill := func(c Credential) {
				if c.User = firstOf(c.User, name); c.Host == "" {
					c.Host = hosts[name]
				}
				emit(c)
			}
			n.take(fill, []fields{
				{secrets: []string{"clientkeydata"}, reveal: value.key},
				{secrets: []string{"token", "idtoken", "refreshtoken", "accesstoken", "clientsecret"}, kind: Token},
				{secrets: []string{"password"}, users: []string{"username"}},
			})
		})
	}
	return err
}

// named calls fn for each element of the list of that name, with the name that the element gives itself.
func (n *node) named(list string, fn func(name string, n *node)) {
	l := n.child(list)
	if l == nil {
		return
	}
	for _, k := range l.kids {
		fn(k.says("name"), k)
	}
}

// key decodes v as base64 of a private key.
func (v value) key() (Credential, bool) {
	c, ok := v.decoded(Key)
	c.Secret = strings.TrimSpace(c.Secret)
	return c, ok
}

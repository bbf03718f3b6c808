package credfile

import "dregs/report"

var dockerConfig = Family{
	ID:          "docker-config-auth",
	Description: "A login to a container registry, kept in a configuration of docker, podman or another tool.",
	Vendor:      "Docker",
	Severity:    report.High,
	Advice:      "Revoke the token or change the password at the registry named, and look there for pushes and pulls that are not yours.",
	Reference:   "https://docs.docker.com/reference/cli/docker/login/",
	paths: []string{
		".docker/config.json", "docker/config.json", ".dockercfg", ".dockerconfigjson", "dockerconfig.json", "docker-config.json",
		"containers/auth.json", "containers/*/auth.json", "kubelet/config.json", "regctl/config.json", "containerd/config.json",
	},
	parse: inTree(readJSON,
		fields{secrets: []string{"auth"}, reveal: value.basic, hostUp: 1, facts: dockerStores},
		fields{secrets: []string{"identitytoken", "registrytoken"}, kind: Token, users: []string{"username"}, hostUp: 1, facts: dockerStores},
		fields{secrets: []string{"password"}, users: []string{"username"}, hostUp: 1, facts: dockerStores},
		fields{secrets: []string{"httpproxy", "httpsproxy", "ftpproxy", "allproxy"}, reveal: value.address},
		fields{within: "httpheaders", kind: Token, reveal: value.authorization},
	),
}

// dockerStores tell where other logins of the same configuration are kept.
var dockerStores = map[string]string{"store": "credsstore"}

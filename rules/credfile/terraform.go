package credfile

import "dregs/report"

var terraformState = Family{
	ID:          "terraform-state-secret",
	Description: "A password, key or token in the state of Terraform or OpenTofu, which keeps them in the clear.",
	Vendor:      "Terraform",
	Severity:    report.High,
	Advice:      "Replace what the resource named made (terraform apply -replace), and keep the state in a backend that is encrypted.",
	Reference:   "https://developer.hashicorp.com/terraform/language/state/sensitive-data",
	paths:       []string{"*.tfstate", "*.tfstate.*", ".terraform/terraform.tfstate"},
	parse: inTree(readJSON, fields{
		named: stateName, under: "resources", users: []string{"username", "user", "masterusername", "administratorlogin", "login", "name", "id"},
		hosts: []string{"endpoint", "address", "host", "fqdn", "server", "url"}, facts: map[string]string{"resource": "name"},
	}, fields{secrets: []string{"value"}, under: "outputs", hostUp: 1, reveal: value.secretOutput}),
}

var terraformVariables = Family{
	ID:          "terraform-variable-secret",
	Description: "A password, key or token that Terraform is given as a variable.",
	Vendor:      "Terraform",
	Severity:    report.High,
	Advice:      "Change the value where it is used, and give it in the environment (TF_VAR_…) or by a secret store.",
	Reference:   "https://developer.hashicorp.com/terraform/language/values/variables#variable-definitions-tfvars-files",
	paths:       []string{"*.tfvars", "*.auto.tfvars", "consul.d/*.hcl", "nomad.d/*.hcl", "vault.d/*.hcl", "consul.hcl", "nomad.hcl"},
	parse:       inTree(readLiterals, fields{named: stateName, users: userNames, hosts: hostNames}, fields{secrets: []string{"encrypt"}, kind: Key}),
}

var terraformLogin = Family{
	ID:          "terraform-login-token",
	Description: "A token for Terraform Cloud, Pulumi or another service that keeps state.",
	Vendor:      "Terraform",
	Severity:    report.High,
	Advice:      "Delete the token in the user's settings at the host named, and look for runs and state that were read.",
	Reference:   "https://developer.hashicorp.com/terraform/cli/config/config-file#credentials",
	paths:       []string{"credentials.tfrc.json", ".terraformrc", "terraform.rc", ".tofurc", ".pulumi/credentials.json"},
	parse: func(data []byte, emit func(Credential)) error {
		if looksJSON(data) {
			return inTree(readJSON,
				fields{within: "accesstokens", kind: Token, hostUp: hostSelf},
				fields{secrets: []string{"token", "accesstoken"}, kind: Token, users: []string{"username"}, hostUp: 1},
			)(data, emit)
		}
		return inTree(readBlocks, fields{secrets: []string{"token"}, kind: Token, hostUp: 1})(data, emit)
	},
}

// stateName tells whether a folded name of a resource's attribute is that of a secret.
func stateName(key string) bool {
	return secretName(key) || key == "privatekeypem" || key == "privatekeyopenssh" || key == "result" || key == "connectionstring" ||
		key == "primaryaccesskey" || key == "primaryconnectionstring" || key == "sasurl" || key == "rawconfig" || key == "kubeconfig" || key == "clientkey"
}

// secretOutput takes the value of an output if it looks like a secret: outputs do not say it in their names.
func (v value) secretOutput() (Credential, bool) {
	if c, ok := v.address(); ok {
		return c, true
	}
	return Credential{}, false
}

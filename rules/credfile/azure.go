package credfile

import "dregs/report"

var azure = Family{
	ID:          "azure-token-cache",
	Description: "A token or client secret, as the Azure command line and libraries keep it.",
	Vendor:      "Azure",
	Severity:    report.High,
	Advice:      "Revoke the user's sessions or delete the service principal's secret in Entra ID, and look through the sign-in logs.",
	Reference:   "https://learn.microsoft.com/cli/azure/authenticate-azure-cli",
	paths: []string{
		"accesstokens.json", "azureprofile.json", "msal_token_cache.json", "msal_token_cache.bin", "service_principal_entries.json", ".azure/*.json", "azureauth.json", "azure-credentials.json", ".azure/credentials",
		".identityservice/msal.cache", "tokencache.dat", "azurecredentials.json", ".azure/*.azureauth",
	},
	parse: func(data []byte, emit func(Credential)) error {
		read := readINI
		if looksJSON(data) {
			read = readJSON
		}
		root, err := read(data)
		root.take(emit, []fields{
			{secrets: []string{"accesstoken", "refreshtoken", "idtoken"}, kind: Token, users: []string{"userid", "username", "serviceprincipalid", "homeaccountid"}, hosts: []string{"resource", "environment", "authority", "tenantid"}},
			{secrets: []string{"secret"}, under: "accesstoken", kind: Token, users: []string{"homeaccountid"}, hosts: []string{"environment"}},
			{secrets: []string{"secret"}, under: "refreshtoken", kind: Token, users: []string{"homeaccountid"}, hosts: []string{"environment"}},
			{secrets: []string{"secret"}, under: "idtoken", kind: Token, users: []string{"homeaccountid"}, hosts: []string{"environment"}},
			{secrets: []string{"clientsecret", "secret", "password"}, kind: Key, users: []string{"clientid", "serviceprincipalid", "user"}, hosts: []string{"tenantid", "tenant", "serviceprincipaltenant"}},
		})
		return err
	},
}

package sample

// builds are the secrets of what builds and deploys.
func builds() []File {
	host, vault := password("ansible"), hex("vault", 80)
	return []File{
		one("terraform-state-secret", "infra/terraform.tfstate", `{"version": 4, "resources": [{"mode": "managed", "type": "aws_db_instance", "name": "orders",
 "instances": [{"attributes": {"address": "db.example.org", "username": "app", "password": "{v}", "port": 5432}}]}]}`, password("tfstate"), "app", "db.example.org"),
		one("terraform-variable-secret", "infra/prod.tfvars", "db_username = \"app\"\ndb_host = \"db.example.org\"\ndb_password = \"{v}\"\n", password("tfvars"), "app", "db.example.org"),
		one("terraform-login-token", "root/.terraform.d/credentials.tfrc.json", `{"credentials": {"app.terraform.io": {"token": "{v}"}}}`, made("tfc", letters, 14)+".atlasv1."+made("tfc2", letters, 60), "", "app.terraform.io"),
		one("terraform-login-token", "root/.terraformrc", "credentials \"app.terraform.io\" {\n  token = \"{v}\"\n}\n", token("terraformrc"), "", "app.terraform.io"),
		one("terraform-login-token", "root/.pulumi/credentials.json", `{"current": "https://api.pulumi.com", "accessTokens": {"https://api.pulumi.com": "{v}"}}`, "pul-"+hex("pulumi", 40), "", "api.pulumi.com"),
		one("nuget-source-password", "root/.nuget/NuGet/NuGet.Config", `<?xml version="1.0" encoding="utf-8"?>
<configuration><packageSourceCredentials><Team_x0020_Feed>
<add key="Username" value="ci" /><add key="ClearTextPassword" value="{v}" />
</Team_x0020_Feed></packageSourceCredentials></configuration>
`, password("nuget"), "ci", "Team Feed"),
		one("cargo-registry-token", "root/.cargo/credentials.toml", "[registry]\ntoken = \"{v}\"\n", "cio"+made("cargo", letters, 32), "", "registry"),
		{"ansible-host-password", "ansible/inventory.ini", fill("[web]\nweb1 ansible_host=10.0.0.2 ansible_user=deploy ansible_ssh_pass='{v}'\n", "v", host), []Entry{{host, "deploy", "10.0.0.2"}}},
		one("ansible-host-password", "ansible/group_vars/db.yml", "ansible_user: deploy\nansible_password: {v}\n", password("group vars"), "deploy", ""),
		one("ansible-vault-password", "ansible/.vault_pass", "{v}\n", password("vault pass"), "", ""),
		one("ansible-vault-encrypted", "ansible/group_vars/vault.yml", "$ANSIBLE_"+"VAULT;1.1;AES256\n{v}\n"+hex("vault2", 80)+"\n", vault, "", ""),
		one("install-answer-password", "var/lib/cloud/instances/i-1/user-data.txt", "#cloud-config\nusers:\n  - name: admin\n    passwd: {v}\n", crypt("cloud", "6"), "admin", ""),
		one("install-answer-password", "preseed.cfg", "d-i passwd/root-password password {v}\n", password("preseed"), "root", ""),
		one("jenkins-credential", "var/jenkins_home/credentials.xml", "<?xml version='1.1' encoding='UTF-8'?>\n<com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl>\n<id>deploy-host</id><username>deploy</username>\n<password>{v}</password>\n</com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl>\n", "{AQAA"+made("jenkins", letters, 39)+"=}", "deploy", ""),
		one("age-identity-file", "root/.config/sops/age/keys.txt", "# created: 2024-01-01\n# public key: age1example\n{v}\n", "AGE-SECRET-"+"KEY-1"+made("age", "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58), "", ""),
	}
}

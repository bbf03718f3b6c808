package sample

// clouds are keys for clouds and clusters.
func clouds() []File {
	key := "-----BEGIN EC " + "PRIVATE KEY-----\n" + made("kube key", letters, 64) + "\n" + made("kube key 2", letters, 64) + "\n-----END EC " + "PRIVATE KEY-----"
	return []File{
		one("aws-credentials-file-key", "root/.aws/credentials", "[production]\naws_access_key_id = AK"+"IA"+made("aws id", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)+"\naws_secret_access_key = {v}\n", token("aws"), "production", ""),
		one("gcloud-credential", "root/.config/gcloud/application_default_credentials.json", `{"account": "ops@example.org", "client_id": "1.apps.googleusercontent.com", "refresh_token": "{v}", "type": "authorized_user"}`, "1//0"+token("adc"), "ops@example.org", ""),
		one("gcloud-credential", "root/.config/gcloud/credentials.db", `account_id=ops@example.org, value={"client_id": "1.apps.googleusercontent.com", "refresh_token": "{v}", "type": "authorized_user"}`, "1//0"+token("gcloud db"), "ops@example.org", ""),
		one("azure-token-cache", "root/.azure/accessTokens.json", `[{"tokenType": "Bearer", "userId": "ops@example.org", "resource": "https://management.core.windows.net/", "refreshToken": "{v}"}]`, token("azure"), "ops@example.org", "management.core.windows.net"),
		one("azure-token-cache", "root/.azure/msal_token_cache.json", `{"RefreshToken": {"a": {"home_account_id": "a.b", "environment": "login.microsoftonline.com", "secret": "{v}"}}}`, token("msal"), "a.b", "login.microsoftonline.com"),
		one("s3cfg-secret-key", "root/.s3cfg", "[default]\naccess_key = AK"+"IA"+made("s3cfg id", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)+"\nhost_base = s3.example.org\nsecret_key = {v}\n", token("s3cfg"), "AK"+"IA"+made("s3cfg id", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16), "s3.example.org"),
		one("s3cfg-secret-key", "root/.boto", "[Credentials]\naws_access_key_id = key\naws_secret_access_key = {v}\n", token("boto"), "key", ""),
		one("s3cfg-secret-key", "root/.mc/config.json", `{"version": "10", "aliases": {"prod": {"url": "https://minio.example.org", "accessKey": "ops", "secretKey": "{v}"}}}`, token("mc"), "ops", "minio.example.org"),
		one("rclone-config-secret", "root/.config/rclone/rclone.conf", "[files]\ntype = sftp\nhost = sftp.example.org\nuser = ops\npass = "+"YWFhYWFhYWFhYWFhYWFhYXMaGgIlEQ"+"\n", "pota"+"to", "ops", "sftp.example.org"),
		one("vault-token-file", "root/.vault-token", "{v}", "hv"+"s."+token("vault file"), "", ""),
		one("cli-login-token", "root/.config/doctl/config.yaml", "access-token: {v}\ncontext: default\n", "dop"+"_v1_"+hex("doctl", 64), "", ""),
		one("cli-login-token", "cloud/heroku.json", `{"HEROKU_API_KEY": "{v}", "HEROKU_EMAIL": "ops@example.org"}`, hex("heroku", 32), "ops@example.org", ""),
		one("cli-login-token", "cloud/.tugboat", "---\nauthentication:\n  access_token: {v}\nssh:\n  ssh_user: root\n", hex("tugboat", 64), "", ""),
		one("cli-login-token", "root/.sentryclirc", "[defaults]\nurl=https://sentry.example.org\n[auth]\ntoken={v}\n", hex("sentry", 64), "", ""),
		one("cli-login-token", "root/.kaggle/kaggle.json", `{"username": "ops", "key": "{v}"}`, hex("kaggle", 32), "ops", ""),
		one("cli-login-token", "root/.databrickscfg", "[DEFAULT]\nhost = https://dbc.example.org\ntoken = {v}\n", "dap"+"i"+hex("databricks", 32), "", "dbc.example.org"),
		one("kubeconfig-credential", "root/.kube/config", `apiVersion: v1
kind: Config
clusters:
- name: prod
  cluster:
    server: https://10.0.0.1:6443
contexts:
- name: prod
  context: {cluster: prod, user: admin}
users:
- name: admin
  user:
    client-certificate-data: TUlJ
    client-key-data: `+encoded(key+"\n")+"\n", key, "admin", "10.0.0.1:6443"),
	}
}

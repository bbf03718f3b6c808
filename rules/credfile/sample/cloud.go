package sample

// clouds are keys for clouds and clusters.
func clouds() []File {
	key := "-----BEGIN EC " + "PRIVATE KEY-----\n" + made("kube key", letters, 64) + "\n" + made("kube key 2", letters, 64) + "\n-----END EC " + "PRIVATE KEY-----"
	return []File{
		one("aws-credentials-file-key", "root/.aws/credentials", "[production]\naws_access_key_id = AK"+"IA"+made("aws id", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)+"\naws_secret_access_key = {v}\n", token("aws"), "production", ""),
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

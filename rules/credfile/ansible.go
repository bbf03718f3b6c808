package credfile

import (
	"bytes"
	"strings"

	"dregs/report"
)

var ansibleInventory = Family{
	ID:          "ansible-host-password",
	Description: "A password with which Ansible logs in to a host or becomes another user there.",
	Vendor:      "Ansible",
	Severity:    report.High,
	Advice:      "Change the password of the user on the hosts named, and keep it in a vault.",
	Reference:   "https://docs.ansible.com/ansible/latest/inventory_guide/intro_inventory.html",
	paths: []string{
		"ansible/hosts", "inventory", "inventory.ini", "inventory.yml", "inventory.yaml", "hosts.ini", "inventory/hosts*", "inventory/*.ini", "inventory/*.yml", "inventory/*.yaml", "inventories/*/hosts*", "inventories/*/*.yml", "group_vars/*", "group_vars/*/*", "host_vars/*", "host_vars/*/*", "ansible.cfg", ".ansible.cfg",
	},
	parse: parseInventory,
}

var ansibleVaultKey = Family{
	ID:          "ansible-vault-password",
	Description: "The password that decrypts an Ansible vault.",
	Vendor:      "Ansible",
	Severity:    report.High,
	Advice:      "Change every secret in the vaults that it opens, and encrypt them anew (ansible-vault rekey).",
	Reference:   "https://docs.ansible.com/ansible/latest/vault_guide/vault_managing_passwords.html",
	paths: []string{
		".vault_pass", ".vault-pass", ".vaultpass", "vault_pass", "vault-pass", "vaultpass", ".vault_pass.txt", "vault_pass.txt", "vault-pass.txt", ".vault_password", ".vault-password", "vault_password", "vault-password", ".vault_password.txt",
		"vault_password.txt", ".ansible_vault_password", ".ansible-vault-password", "ansible_vault_pass*", ".ansible_vault_pass*", ".ansible/vault*pass*", "vault_password_file", ".vault_password_file",
	},
	parse: parseVaultKey,
}

var ansibleVault = Family{
	ID:          "ansible-vault-encrypted",
	Description: "An Ansible vault: worthless without its password, plain to whoever guesses or has it.",
	Vendor:      "Ansible",
	Severity:    report.Medium,
	Advice:      "If the vault's password has leaked as well, change every secret in it.",
	Reference:   "https://docs.ansible.com/ansible/latest/vault_guide/vault_encrypting_content.html",
	paths:       []string{"vault.yml", "vault.yaml", "vault", "*.vault", "*vault*.yml", "*vault*.yaml", "secrets.yml", "secrets.yaml", "group_vars/*", "group_vars/*/*", "host_vars/*", "host_vars/*/*", "vars/*.yml"},
	parse:       parseVault,
}

// vaultHead begins an encrypted file or value.
var vaultHead = []byte("$ANSIBLE_VAULT;")

// parseInventory reads variables in YAML, or settings behind the name of a host: HOST ansible_user=… ansible_password=….
func parseInventory(data []byte, emit func(Credential)) error {
	if bytes.HasPrefix(data, vaultHead) {
		return nil
	}
	if looksYAML(data) || looksJSON(data) {
		return inTree(readYAML, fields{named: secretName, users: append([]string{"ansibleuser", "ansiblesshuser"}, userNames...), hosts: append([]string{"ansiblehost"}, hostNames...), hostUp: 1})(data, emit)
	}
	lines(data, func(line value) bool {
		if strings.HasPrefix(line.text, "#") || strings.HasPrefix(line.text, ";") {
			return true
		}
		words(line, func(command []word) { readHost(command, emit) })
		return true
	})
	return nil
}

// readHost reads one line of an inventory.
func readHost(command []word, emit func(Credential)) {
	user, host := "", ""
	if !strings.Contains(command[0].text, "=") {
		host = command[0].text
	}
	var found []Credential
	for _, w := range command {
		name, text, ok := strings.Cut(w.text, "=")
		switch key := fold(name); {
		case !ok:
		case key == "ansibleuser" || key == "ansiblesshuser":
			user = text
		case key == "ansiblehost" || key == "ansiblesshhost":
			host = text
		case (strings.HasSuffix(key, "password") || strings.HasSuffix(key, "pass")) && text != "":
			found = append(found, w.part(len(name)+1, len(w.text)).credential(Password))
		}
	}
	for _, c := range found {
		c.User, c.Host = user, host
		emit(c)
	}
}

// parseVaultKey reads a file of one line that is no script.
func parseVaultKey(data []byte, emit func(Credential)) error {
	v := value{text: string(data), hi: len(data)}.trimmed()
	if n := len(v.text); n < 3 || n > 1024 || strings.ContainsAny(v.text, "\r\n\x00") || strings.HasPrefix(v.text, "#!") {
		return nil
	}
	emit(v.credential(Password))
	return nil
}

// parseVault reads the first run of digits of every encrypted file or value: two vaults of equal digits there are the same.
func parseVault(data []byte, emit func(Credential)) error {
	for at := 0; ; {
		i := bytes.Index(data[at:], vaultHead)
		if i < 0 {
			return nil
		}
		at += i + len(vaultHead)
		end := bytes.IndexByte(data[at:], '\n')
		if end < 0 {
			return nil
		}
		lo := at + end + 1
		for lo < len(data) && (data[lo] == ' ' || data[lo] == '\t') {
			lo++
		}
		hi := lo
		for hi < len(data) && strings.IndexByte(hexLetters, data[hi]) >= 0 {
			hi++
		}
		if hi-lo < 40 {
			continue
		}
		c := value{text: string(data[lo:hi]), lo: lo, hi: hi}.credential(Key)
		c.Encrypted = true
		c.fact("vault", strings.TrimSpace(string(data[at:at+end])))
		emit(c)
	}
}

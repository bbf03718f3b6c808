package sample

// networks are passwords for mail, networks and file servers.
func networks() []File {
	p := func(n string) string { return password("network " + n) }
	curl := p("curlrc")
	return []File{
		one("mail-account-password", "root/.esmtprc", "identity ops@example.org\nhostname = smtp.example.org:587\nusername = \"ops\"\npassword = \"{v}\"\n", p("esmtp"), "ops", "smtp.example.org:587"),
		one("mail-account-password", "root/.msmtprc", "defaults\nauth on\naccount work\nhost smtp.example.org\nuser ops\npassword {v}\n", p("msmtp"), "ops", "smtp.example.org"),
		one("mutt-account-password", "root/.muttrc", "set imap_user = \"ops\"\nset imap_pass = \"{v}\"\nset folder = \"imaps://imap.example.org\"\n", p("mutt"), "ops", "imap.example.org"),
		one("fetchmail-password", "root/.fetchmailrc", "poll imap.example.org proto IMAP\n  user \"ops\" there with password \"{v}\" is root here\n", p("fetchmail"), "ops", "imap.example.org"),
		one("postfix-sasl-password", "etc/postfix/sasl_passwd", "[smtp.example.org]:587 ops:{v}\n", p("postfix"), "ops", "[smtp.example.org]:587"),
		one("network-connection-secret", "etc/wpa_supplicant/wpa_supplicant.conf", "network={\n\tssid=\"Office\"\n\tpsk=\"{v}\"\n\tkey_mgmt=WPA-PSK\n}\n", p("wpa"), "", "Office"),
		one("network-connection-secret", "etc/NetworkManager/system-connections/Office.nmconnection", "[wifi]\nssid=Office\n\n[wifi-security]\nkey-mgmt=wpa-psk\npsk={v}\n", p("nm"), "", "Office"),
		one("wireguard-config-key", "etc/wireguard/wg0.conf", "[Interface]\nAddress = 10.8.0.2/24\nPrivateKey = {v}\n\n[Peer]\nPublicKey = "+encoded(made("wg public", letters, 32))+"\nEndpoint = vpn.example.org:51820\n", encoded(made("wg", letters, 32)), "", "10.8.0.2/24"),
		one("ipsec-shared-secret", "etc/ipsec.secrets", "# secrets\ngw.example.org peer.example.org : PSK \"{v}\"\n: RSA gw.key\n", p("ipsec"), "gw.example.org", "peer.example.org"),
		one("ppp-secret", "etc/ppp/chap-secrets", "# client server secret addresses\n\"dsl@example.org\" * \"{v}\" *\n", p("ppp"), "dsl@example.org", "*"),
		one("openvpn-user-password", "etc/openvpn/client/auth.txt", "ops\n{v}\n", p("openvpn"), "ops", ""),
		one("radius-secret", "etc/freeradius/3.0/clients.conf", "client office {\n\tipaddr = 10.0.0.9\n\tsecret = {v}\n}\nclient localhost {\n\tipaddr = 127.0.0.1\n\tsecret = testing123\n}\n", p("radius"), "", "10.0.0.9"),
		one("samba-credentials-password", "root/.smbcredentials", "username=ops\npassword={v}\ndomain=OFFICE\n", p("smb"), "ops", "OFFICE"),
		one("samba-credentials-password", "etc/fstab", "//files.example.org/share /mnt cifs username=ops,password={v},uid=0 0 0\n", p("fstab"), "ops", "//files.example.org/share"),
		one("samba-credentials-password", "etc/davfs2/secrets", "https://dav.example.org/ ops \"{v}\"\n", p("davfs"), "ops", "dav.example.org"),
		{"http-client-password", "root/.curlrc", fill("# settings\nuser = \"ops:{v}\"\nproxy-user = ops:{v}2\n", "v", curl), []Entry{{curl, "ops", ""}, {curl + "2", "ops", ""}}},
		one("http-client-password", "root/.wgetrc", "user = ops\npassword = {v}\n", p("wget"), "ops", ""),
		one("r-environment-secret", "root/.Renviron", "DB_USER=ops\nDB_HOST=db.example.org\nDB_PASSWORD={v}\n", p("renviron"), "ops", "db.example.org"),
		one("subversion-password", "root/.subversion/auth/svn.simple/0123", "K 8\npasstype\nV 6\nsimple\nK 8\npassword\nV 14\n{v}\nK 15\nsvn:realmstring\nV 43\n<https://svn.example.org:443> Repositories\nK 8\nusername\nV 3\nops\nEND\n", p("svn"), "ops", "svn.example.org:443"),
		one("server-setting-password", "etc/redis/redis.conf", "bind 127.0.0.1\nrequirepass {v}\n", p("redis"), "", ""),
	}
}

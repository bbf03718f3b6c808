package sample

import (
	"encoding/binary"
	encodehex "encoding/hex"
	"strings"
)

// daemons are what servers and routers keep in syntaxes of their own, and files of one secret.
func daemons() []File {
	p := func(n string) string { return password("daemon " + n) }
	digest := hex("redis digest", 64)
	auth, priv := p("snmp auth"), p("snmp priv")
	stats := p("stats")
	otp := made("otp", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 26)
	key := made("keytab", letters, 32)
	return []File{
		{"redis-acl-password", "etc/redis/users.acl", fill("user default off\nuser ops on >{v} #{h} ~* +@all\n", "v", p("redis"), "h", digest), []Entry{{p("redis"), "ops", ""}, {digest, "ops", ""}}},
		{"haproxy-user-password", "etc/haproxy/haproxy.cfg", fill("userlist all\n  user ops insecure-password {v}\n  user web password {h}\nlisten stats\n  stats auth admin:{s}\n", "v", p("haproxy"), "h", crypt("haproxy", "6"), "s", stats),
			[]Entry{{p("haproxy"), "ops", ""}, {crypt("haproxy", "6"), "web", ""}, {stats, "admin", ""}}},
		{"snmp-community", "etc/snmp/snmpd.conf", fill("rocommunity public default\nrwcommunity {v} 10.0.0.0/8\ncreateUser ops SHA \"{a}\" AES \"{b}\"\n", "v", p("snmp"), "a", auth, "b", priv),
			[]Entry{{p("snmp"), "", ""}, {auth, "ops", ""}, {priv, "ops", ""}}},
		one("turn-user-password", "etc/turnserver.conf", "listening-port=3478\nuser=ops:{v}\nrealm=example.org\n", p("turn"), "ops", ""),
		one("routing-password", "etc/frr/frr.conf", "router bgp 64500\n neighbor 192.0.2.1 remote-as 64501\n neighbor 192.0.2.1 password {v}\n", p("bgp"), "", "192.0.2.1"),
		one("routing-password", "etc/bird/bird.conf", "protocol bgp {\n\tpassword \"{v}\";\n}\n", p("bird"), "", ""),
		one("samba-password-hash", "var/lib/samba/smbpasswd", "ops:1000:"+strings.Repeat("X", 32)+":{v}:[U          ]:LCT-5F1B3C11:\n", strings.ToUpper(hex("nt", 32)), "ops", ""),
		one("rabbitmq-definitions-hash", "etc/rabbitmq/definitions.json", `{"users": [{"name": "ops", "password_hash": "{v}", "hashing_algorithm": "rabbit_password_hashing_sha256"}]}`, encoded(made("rabbit", letters, 36)), "ops", ""),
		one("ceph-key", "etc/ceph/ceph.client.admin.keyring", "[client.admin]\n\tkey = {v}\n\tcaps mon = \"allow *\"\n", encoded(made("ceph", letters, 28)), "client.admin", ""),
		{"kerberos-keytab-key", "etc/krb5.keytab", keytab(key), []Entry{{encodehex.EncodeToString([]byte(key)), "HTTP/web.example.org", "EXAMPLE.ORG"}}},
		one("secret-file", "run/secrets/db_password", "{v}\n", p("docker secret"), "", ""),
		one("secret-file", "etc/zabbix/zabbix_agentd.psk", "{v}\n", hex("zabbix", 64), "", ""),
		one("erlang-cookie", "var/lib/rabbitmq/.erlang.cookie", "{v}", made("cookie", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", 20), "", ""),
		{"google-authenticator-secret", "home/ops/.google_authenticator", fill("{v}\n\" RATE_LIMIT 3 30\n\" TOTP_AUTH\n{c}\n", "v", otp, "c", made("code", "0123456789", 8)), []Entry{{otp, "", ""}, {made("code", "0123456789", 8), "", ""}}},
		one("nix-signing-key", "etc/nix/cache-priv-key.pem", "cache.example.org-1:{v}", encoded(made("nix", letters, 64)), "cache.example.org-1", ""),
		{"consul-secret", "etc/consul.d/agent.json", fill(`{"encrypt": "{e}", "acl": {"tokens": {"agent": "{v}"}}}`, "e", encoded(made("gossip", letters, 32)), "v", p("consul")), []Entry{{encoded(made("gossip", letters, 32)), "", ""}, {p("consul"), "", ""}}},
		one("consul-secret", "etc/consul.d/acl.hcl", "acl {\n  tokens {\n    agent = \"{v}\"\n  }\n}\n", p("consul hcl"), "", ""),
		one("mongodb-keyfile", "etc/mongo/keyfile", "{v}\n", encoded(made("mongo", letters, 48))+"\n"+encoded(made("mongo 2", letters, 48)), "", ""),
		one("chef-data-bag-secret", "etc/chef/encrypted_data_bag_secret", "{v}\n", encoded(made("chef", letters, 48))+"\n"+encoded(made("chef 2", letters, 48)), "", ""),
		one("ntp-key", "etc/chrony/chrony.keys", "# keys\n1 SHA256 HEX:{v}\n", hex("chrony", 64), "1", ""),
		one("server-setting-password", "etc/stunnel/psk.txt", "ops:{v}\n", hex("stunnel", 64), "ops", ""),
		{"couchdb-admin-password", "opt/couchdb/etc/local.d/docker.ini", fill("[admins]\nops = {v}\n[chttpd_auth]\nsecret = {s}\n", "v", p("couchdb"), "s", hex("couchdb", 32)), []Entry{{p("couchdb"), "ops", ""}, {hex("couchdb", 32), "", ""}}},
		one("server-setting-password", "etc/nut/upsd.users", "[ops]\n  password = {v}\n  upsmon primary\n", p("nut"), "", ""),
		one("server-setting-password", "etc/3proxy/3proxy.cfg", "nscache 65536\nusers ops:CL:{v}\n", p("3proxy"), "ops", ""),
		one("server-setting-password", "root/.local/share/keyrings/login.keyring", "[keyring]\ndisplay-name=login\n[1]\nitem-type=0\nsecret={v}\n", p("keyring"), "", ""),
		one("password-manager-export", "root/passwords.csv", "name,url,username,password,note\nexample,https://example.org/,ops,{v},\n", p("export"), "ops", "https://example.org/"),
		one("password-manager-export", "root/bitwarden_export.json", `{"encrypted": false, "items": [{"type": 1, "login": {"username": "ops", "password": "{v}"}}]}`, p("bitwarden"), "ops", ""),
		one("network-device-password", "cisco/startup-config", "hostname r1\nusername ops privilege 15 password 0 {v}\n", p("cisco"), "ops", ""),
		one("network-device-password", "cisco/running-config", "hostname r1\nusername ops password 7 "+type7(p("cisco 7"))+"\n", p("cisco 7"), "ops", ""),
		one("openwrt-password", "etc/config/network", "config interface 'wan'\n\toption proto 'pppoe'\n\toption password '{v}'\n", p("openwrt"), "", ""),
		one("grub-password", "etc/grub.d/40_custom", "set superusers=ops\npassword ops {v}\n", p("grub"), "ops", ""),
		one("kopia-repository-password", "root/.config/kopia/repository.config.kopia-password", encoded(p("kopia")), p("kopia"), "", ""),
		{"vpnc-secret", "etc/vpnc/office.conf", fill("IPSec gateway vpn.example.org\nIPSec ID staff\nIPSec secret {g}\nXauth username ops\nXauth password {v}\n", "g", p("vpnc group"), "v", p("vpnc")), []Entry{{p("vpnc group"), "", "vpn.example.org"}, {p("vpnc"), "ops", "vpn.example.org"}}},
		one("ppp-secret", "etc/xl2tpd/l2tp-secrets", "# us them secret\nops * {v} *\n", p("l2tp"), "ops", "*"),
		one("vsftpd-user-password", "etc/vsftpd/virtual_users.txt", "ops\n{v}\n", p("vsftpd"), "ops", ""),
		one("erlang-setting-password", "etc/rabbitmq/rabbitmq.config", "[{rabbit, [{default_user, <<\"ops\">>},\n  {default_pass, <<\"{v}\">>}]}].\n", p("rabbit erlang"), "ops", ""),
		one("java-realm-password", "etc/java/management/jmxremote.password", "# roles\ncontrolRole {v}\n", p("jmx"), "controlRole", ""),
		one("java-realm-password", "opt/jetty/etc/realm.properties", "ops: {v},admin\n", p("jetty"), "ops", ""),
		one("java-realm-password", "opt/wildfly/standalone/configuration/mgmt-users.properties", "#$REALM_NAME=ManagementRealm$\nops={v}\n", hex("wildfly", 32), "ops", ""),
		one("java-realm-password", "var/solr/data/security.json", `{"authentication": {"credentials": {"solr": "{v}"}}}`, encoded(made("solr", letters, 32))+" "+encoded(made("salt", letters, 32)), "solr", ""),
		one("jupyter-password-hash", "root/.jupyter/jupyter_notebook_config.json", `{"NotebookApp": {"password": "{v}"}}`, "sha1:"+hex("jupyter salt", 12)+":"+hex("jupyter", 40), "", ""),
		one("hostapd-station-key", "etc/hostapd/hostapd.wpa_psk", "# stations\n02:00:00:00:00:01 {v}\n", p("station"), "02:00:00:00:00:01", ""),
		one("server-setting-password", "etc/libnss-ldap.conf", "binddn cn=proxy,dc=example\nrootbindpw {v}\n", p("ldap"), "cn=proxy,dc=example", ""),
		one("htpasswd-hash", "etc/dovecot/users", "ops@example.org:{PLAIN}{v}:5000:5000::/srv/mail\n", p("dovecot"), "ops@example.org", ""),
	}
}

// keytab returns a keytab with one key, behind the room of an entry that was removed.
func keytab(key string) string {
	counted := func(b []byte, text string) []byte {
		return append(binary.BigEndian.AppendUint16(b, uint16(len(text))), text...)
	}
	entry := []byte{0, 2}
	for _, text := range []string{"EXAMPLE.ORG", "HTTP", "web.example.org"} {
		entry = counted(entry, text)
	}
	entry = append(entry, 0, 0, 0, 1, 0x65, 0, 0, 0, 2, 0, 18)
	entry = counted(entry, key)
	out := append([]byte{5, 2, 0xff, 0xff, 0xff, 0xf0}, make([]byte, 16)...)
	return string(append(binary.BigEndian.AppendUint32(out, uint32(len(entry))), entry...))
}

// type7 hides a password as devices of Cisco do, with a mask that begins near its end.
func type7(text string) string {
	const key = "dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"
	plain := []byte(text)
	for i := range plain {
		plain[i] ^= key[(50+i)%len(key)]
	}
	return "50" + strings.ToUpper(encodehex.EncodeToString(plain))
}

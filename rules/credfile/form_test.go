package credfile

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// forms are files in other ways of writing than the samples: other cases, breaks and blanks, comments, quotes, a mark of byte
// order. What stands between the brackets ⟦ and ⟧ is what is to be found, and nothing else is.
var forms = []struct{ name, family, path, file string }{
	{"a mark of byte order", "secret-file", "run/secrets/db", "\ufeff⟦fR4-kq9w⟧\r\n"},
	{"a pass phrase of words", "secret-file", "run/secrets/db", "⟦quokka lantern 47 velvet⟧\n"},
	{"a pass phrase of an agent", "secret-file", "vault/secrets/db", "⟦quokka lantern velvet orbit⟧"},
	{"a pass phrase behind its name", "secret-file", "home/ops/db-password.txt", "db.example password: ⟦quokka lantern⟧\n"},
	{"a sentence", "secret-file", "home/ops/password.txt", "The password is kept in the safe.\n"},
	{"a script", "secret-file", "usr/bin/reset_password", "#!/bin/sh\nexec true\n"},
	{"a template", "secret-file", "opt/app/reset_password", "Hello ${USER}, choose another\n"},
	{"a bridge", "server-setting-password", "etc/mosquitto/conf.d/bridge.conf", "connection site\nbridge_identity ops\nbridge_psk ⟦8c6976e5b5410415bde908bd4dee15df⟧\nremote_password ⟦fR4kq9wZ⟧\n"}, //nolint:misspell // the broker's name
	{"a telephone", "server-setting-password", "etc/asterisk/sip.conf", "[100]\ntype=friend\nsecret=⟦fR4kq9wZ⟧\n"},
	{"users in turn", "vsftpd-user-password", "etc/vsftpd/vsftpd-virtual-user.txt", "# users\r\nops\r\n⟦fR4kq9wZ⟧\r\n\r\nweb\r\n⟦gT5:lr8xY⟧\r\n"},
	{"users in lines", "vsftpd-user-password", "etc/vsftpd_login.txt", "ops:⟦fR4kq9wZ⟧\n"},
	{"administrators' hashes", "couchdb-admin-password", "opt/couchdb/etc/local.d/docker.ini", "[couchdb]\nuuid = fR4kq9wZ\n[admins]\n;admin = no\nops = ⟦-pbkdf2-5f4dcc3b5aa765d61d8327deb882cf99,8c6976e5b5410415,10⟧\n"},
	{"a group's secret", "vpnc-secret", "etc/vpnc/default.conf", "IPSEC SECRET ⟦fR4kq9wZ⟧\r\n# Xauth password no\nXauth interactive\n"},
	{"a monitor", "server-setting-password", "etc/nut/upsmon.conf", "# MONITOR a@b 1 c no primary\nMONITOR ups@localhost 1 ops ⟦fR4kq9wZ⟧ primary\nMINSUPPLIES 1\n"},
	{"what may ask", "server-setting-password", "etc/monit/monitrc", "set httpd port 2812\n  allow localhost\n  allow ops:⟦fR4kq9wZ⟧\nset mailserver smtp.example.org username \"ops\" password \"⟦gT5lr8xY⟧\"\n"},
	{"KeePass", "password-manager-export", "root/keepass.xml", "<KeePassFile><Entry><String><Key>Title</Key><Value>no</Value></String><String><Key>Password</Key><Value ProtectInMemory=\"True\">⟦fR4kq9wZ⟧</Value></String></Entry></KeePassFile>"},
	{"1Password", "password-manager-export", "a.1pux/export.data", `{"fields": [{"designation": "username", "value": "no"}, {"designation": "password", "type": "P", "value": "⟦fR4kq9wZ⟧"}]}`},
	{"Enpass", "password-manager-export", "root/enpass.json", `{"fields": [{"type": "password", "value": "⟦fR4kq9wZ⟧", "label": "Password"}, {"type": "url", "value": "no"}]}`},
	{"a table with quotes", "password-manager-export", "root/logins.csv", "\"url\",\"username\",\"password\"\r\n\"https://example.org\",\"ops\",\"⟦fR4kq9wZ⟧\"\r\n\"a\nb\",\"web\",⟦gT5lr8xY⟧\r\n\"x\",\"y\",\"\"\r\n"},
	{"another table", "password-manager-export", "root/old-passwords.csv", "name,rule\na,fR4kq9wZ\n"},
	{"a switch", "network-device-password", "cisco/running-config", "hostname r1\nenable secret 5 ⟦$1$abcd$8c6976e5b5410415bde908⟧\nusername ops privilege 15 password 0 ⟦fR4kq9wZ⟧\nsnmp-server community ⟦gT5lr8xY⟧ RW\nsnmp-server community public RO\ncrypto isakmp key ⟦hU6ms7yX⟧ address 0.0.0.0\nkey chain a\n key 1\n  key-string ⟦iV7nt6zW⟧\nline vty 0 4\n password 0 ⟦jW8pu7aX⟧\n ip address 10.0.0.1\nservice password-encryption\n"},
	{"no type 7", "network-device-password", "cisco/running-config", "line vty 0 4\n password 7 ⟦0822455D0A1⟧\n password 7 ⟦xy22455D0A16⟧\n password 7 ⟦0841⟧\n"},
	{"secured data", "weechat-secured-data", "root/.weechat/sec.conf", "#\n# weechat -- sec.conf\n#\n[crypt]\ncipher = aes256\npassphrase_command = \"\"\n\n[data]\nlibera = \"⟦fR4k q9wZ⟧\"\noftc = \"⟦gT5lr8xY⟧\"\n"},
	{"secured data under a pass phrase", "weechat-secured-data", "home/ops/.config/weechat/sec.conf", "[data]\n__passphrase__ = on\nlibera = \"⟦8C6976E5B5410415BDE908BD4DEE15DF⟧\"\n"},
	{"a service", "execline-script-password", "etc/s6-overlay/s6-rc.d/db/run", "#!/command/execlineb -P\n# export DB_PASSWORD no\nwith-contenv\nexport DB_PASSWORD ⟦fR4kq9wZ⟧\n\texport API_TOKEN \"⟦gT5l r8xY⟧\"\nexport PATH /usr/bin\nexport OTHER_PASSWORD ${PW}\ns6-setuidgid app server\n"},
	{"a service of a shell", "execline-script-password", "etc/services.d/db/run", "#!/bin/sh\nexport DB_PASSWORD OTHER\n"},
	{"an access server", "network-device-password", "etc/tac_plus.conf", "key = \"⟦fR4kq9wZ⟧\"\nuser = ops {\n login = cleartext \"⟦gT5lr8xY⟧\"\n}\n"},
	{"comments and quotes", "openwrt-password", "etc/config/wireless", "config 'wifi-iface' 'a'\n\toption 'key' '⟦fR4k q9wZ⟧' # of the site\nconfig wifi-iface\n\toption key ⟦gT5lr8xY⟧\t# no\n"},
	{"a group's secret behind tabs", "vpnc-secret", "etc/vpnc.conf", "IPSec\tsecret\t⟦fR4kq9wZ⟧\nXauth  password   ⟦gT5l r8xY⟧\n"},
	{"a comment behind", "grub-password", "etc/grub.d/01_users", "cat << EOF\nset superusers=\"ops\"\n\tpassword ops \"⟦fR4kq9wZ⟧\"\t# of ops\npassword a b c\nEOF\n"},
	{"a router", "network-device-password", "etc/router-confg", "snmp-server host 10.0.0.1 traps version 2c ⟦fR4kq9wZ⟧ bgp\r\nsnmp-server host 10.0.0.1 version 3 auth ops\r\nsnmp-server host 10.0.0.1 public\r\nntp authentication-key 1 md5 ⟦gT5lr8xY⟧\r\n ip ospf message-digest-key 1 md5 0 ⟦hU6ms7yX⟧\r\nstandby 1 authentication md5 key-string ⟦iV7nt6zW⟧\r\n"},
	{"a wireless network", "openwrt-password", "openwrt/etc/config/wireless", "config wifi-iface 'a'\n\toption ssid 'no'\n\toption key '⟦fR4k q9wZ⟧'\nconfig other\n\toption key 'no'\n\toption password ⟦gT5lr8xY⟧\n"},
	{"a boot loader", "grub-password", "etc/grub.d/40_custom", "#!/bin/sh\nset superusers=\"ops\"\npassword ops ⟦fR4kq9wZ⟧\npassword_pbkdf2 web ⟦grub.pbkdf2.sha512.10000.8C69.5F4D⟧\n"},
	{"no boot loader", "grub-password", "etc/grub.d/10_linux", "password is required\n"},
	{"users alone", "vsftpd-user-password", "etc/vsftpd/virtual_users", "ops\nweb\nami\n"},
	{"disabled users", "java-realm-password", "opt/wildfly/standalone/configuration/mgmt-users.properties", "#$REALM_NAME=ManagementRealm$ of the tool\n#\n#admin=2a0923285184943425d1f53ddd58ec7a\n#ops=⟦8c6976e5b5410415bde908bd4dee15df⟧\nweb=⟦5f4dcc3b5aa765d61d8327deb882cf99⟧\n# a=5f4dcc3b5aa765d61d8327deb882cf99\n"},
	{"one before lines", "redis-acl-password", "etc/redis/users.acl", "\ufeffuser ops on >⟦fR4kq9wZ⟧\n"},
	{"quotes and cases", "redis-acl-password", "etc/redis/redis.conf", "User ops ON \"\" \">⟦fR4 kq9w⟧\" ~*\r\n# user x on >no\r\n"},
	{"settings of PHP", "php-config-password", "var/www/html/config.php", "<?php\ndefine('DB_PASSWORD', '⟦fR4kq9wZ⟧');\nconst API_SECRET = '⟦gT5lr8xY⟧';\nconst ADMIN_PASSWORD = '⟦correctHorseBattery⟧';\n$conf['dsn'] = '⟦mysql://ops:hU6ms7yX@db⟧';\n$conf['pass'] = '⟦secret⟧';\nConfigure::write(\"Security.salt\", '⟦iV7nt6zW⟧');\n"},
	{"names in a program of PHP", "php-config-password", "usr/share/php/DB.php", "<?php\n$e = array('user', 'password', 'verbose');\nif (strpos($dsn, 'tcp') === false) { $a['password'] = 'PASSWORD'; }\nconst OPTION_SECRET_ACCESS_KEY = 'accessKeySecret';\nconst CONN_PASSWORD = 'password';\nconst A_PASSWORD = 'Settings:DevicePassword';\n$x = [self::SESSION_TOKEN => 'AWS_SESSION_TOKEN', INVALID_DSN => 'invalid DSN', 'store.dsn' => 'sqlite:/a.sq3'];\n"},
	{"texts of a language", "php-config-password", "var/www/html/lang/pl/settings.php", "<?php\n$lang['pass'] = 'Hasło do powyższego połączenia z bazą danych';\n$lang[\"bindpw\"] = \"Hasło powyższego użytkownika\";\n"},
	{"rows of another table", "sql-dump-hash", "usr/share/cacti/cacti.sql", "INSERT INTO data_input VALUES (5,'8c6976e5b5410415bde908bd4dee15df','Unix - Get Logged In Users');\nINSERT INTO user_auth VALUES (1,'ops','⟦5f4dcc3b5aa765d61d8327deb882cf99⟧',0,'Administrator');\nINSERT INTO `accounts`\nVALUES\n(1,'web','⟦8c6976e5b5410415bde908bd4dee15d0⟧'),\n(2,'ami','⟦ab.CD3fG5hJ7k⟧');\n"},
	{"a form to fill in", "maven-server-password", "home/ops/.m2/settings.xml", "<settings><servers><server><username>USERNAME</username><password>PASSWORD</password></server><server><username>ops</username><password>⟦PASSWORD⟧</password></server></servers></settings>"},
	{"sentinel", "server-setting-password", "etc/redis/sentinel.conf", "sentinel auth-pass main ⟦fR4kq9wZ⟧\nSENTINEL sentinel-pass \"⟦gT5lr8xY⟧\"\nsentinel monitor main 10.0.0.1 6379 2\n"},
	{"valkey", "server-setting-password", "etc/valkey/valkey.conf", "requirepass ⟦fR4kq9wZ⟧\nprimaryauth \"⟦gT5lr8xY⟧\"\n"},

	{"a comment behind", "snmp-community", "etc/snmp/snmpd.conf", "com2sec ro default ⟦fR4kq9wZ⟧ # of the site\r\nrocommunity ⟦gT5lr8xY⟧ # default\r\n"},
	{"a context", "snmp-community", "etc/snmp/snmpd.conf", "com2sec6 -Cn ctx ro default ⟦fR4kq9wZ⟧\n"},
	{"options", "snmp-community", "etc/snmp/snmpd.conf", "trapsess -v 3 -u ops -a SHA -A ⟦fR4kq9wZ⟧ -x AES -X \"⟦gT5lr8xY⟧\" 10.0.0.1\nproxy -v 2c -c ⟦hU6ms7yX⟧ 10.0.0.2 .1.3\ntrapsess -c public 10.0.0.3\n"},
	{"traps", "snmp-community", "etc/snmp/snmptrapd.conf", "authCommunity log,execute ⟦fR4kq9wZ⟧\nauthCommunity log public\n"},
	{"keys of an agent", "snmp-community", "var/lib/snmp/snmpd.conf", "usmUser 1 3 0x80001f88 \"ops\" \"ops\" NULL .1.3.6 ⟦0x8c6976e5b5410415bde908bd4dee15df⟧ .1.3.7 ⟦0x5f4dcc3b5aa765d61d8327deb882cf99⟧ \"\"\n"},

	{"blanks and comments", "turn-user-password", "etc/turnserver.conf", "# user=no:no\r\n  user = ops:⟦fR4kq9wZ⟧  # one\r\nuser=web:⟦0x8c6976e5b5410415bde908bd4dee15df⟧\nuser=proc\n"},
	{"kinds of IS-IS", "routing-password", "etc/frr/frr.conf", " isis password clear ⟦fR4kq9wZ⟧\r\n isis password md5 ⟦gT5lr8xY⟧\r\n area-password clear ⟦hU6ms7yX⟧\r\n domain-password md5 ⟦iV7nt6zW⟧\r\n"},
	{"a string of RIP", "routing-password", "etc/frr/ripd.conf", " ip rip authentication string ⟦fR4kq9wZ⟧\n description string authentication\n"},
	{"a key of OSPF", "routing-password", "etc/frr/ospfd.conf", " ip ospf message-digest-key 1 md5 ⟦fR4kq9wZ⟧\n"},

	{"no password", "samba-password-hash", "var/lib/samba/smbpasswd", "ops:1000:AAD3B435B51404EEAAD3B435B51404EE:⟦8846F7EAEE8FB117AD06BDD830B7586C⟧:[U ]:\nguest:1001:aad3b435b51404eeaad3b435b51404ee:31d6cfe0d16ae931b73c59d7e0c089c0:[U ]:\n"},
	{"schemes", "htpasswd-hash", "etc/dovecot/users", "bob:{plain}⟦fR4kq9wZ⟧:1000:1000::/home/bob::\namy:{SHA512-CRYPT}⟦$6$saltsalt$abcdefghijklmnop⟧:::::: \nzed:⟦{PLAIN-MD5}5f4dcc3b5aa765d61d8327deb882cf99⟧\r\nkim:⟦{PBKDF2}abcdefghij⟧\n"},
	{"a group of rsync", "server-setting-password", "etc/rsyncd.secrets", "ops:⟦fR4kq9wZ⟧\n@staff:⟦gT5lr8xY⟧\n"},

	{"an account of LDAP", "erlang-setting-password", "etc/rabbitmq/advanced.config", "[{rabbitmq_auth_backend_ldap, [{dn_lookup_bind, {\"cn=ops\", \"⟦fR4kq9wZ⟧\"}},\n {other_bind, {\"cn=web\",\n \"⟦gT5lr8xY⟧\"}}, {vhost, {\"a\", \"none\"}}]}].\n"},
	{"a release's cookie", "erlang-cookie", "opt/app/releases/COOKIE", "⟦QYPHF6DBFRWKBCLZ⟧"},
	{"arguments", "erlang-cookie", "opt/app/releases/0.1.0/vm.args", "## name\r\n-name app@127.0.0.1\r\n-setcookie ⟦QYPHF6DBFRWKBCLZ⟧\r\n"},
	{"ceph", "secret-file", "etc/ceph/admin.secret", "⟦AQBvYWt4dGVzdGtleXRlc3RrZXk9PQ==⟧\n"},

	{"columns and comments", "ntp-key", "etc/ntp.keys", "# keys\r\n1 MD5 ⟦fR4kq9wZ⟧ # of one\r\n 2\tSHA1\t⟦8c6976e5b5410415bde908bd4dee15df⟧\r\n"},
	{"no kind", "ntp-key", "etc/chrony/chrony.keys", "20 ASCII:⟦fR4kq9wZ⟧\n21 ⟦gT5lr8xY⟧ # one\n30 MD5 hex:⟦8c6976e5b5410415⟧\n"},
	{"a list of keys", "mongodb-keyfile", "etc/mongo/keyfile", "- ⟦YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXo=⟧\r\n- \"⟦enl4d3Z1dHNycXBvbm1sa2ppaGdmZWRjYmE=⟧\"\r\n"},
	{"hashes in place", "java-realm-password", "opt/java/jmxremote.password", "ops ⟦W5u077bbIvijWY2DC1SJeQ== pvGMzlZpAyZHsdQhgoJa5FAmCKB6⟧ SHA3-512\nweb\t⟦fR4kq9wZ⟧\n"},
	{"users of Artemis", "java-realm-password", "opt/artemis/etc/artemis-users.properties", "# users\nops = ⟦fR4kq9wZ⟧\n"},
	{"users of JBoss", "java-realm-password", "opt/jboss/conf/users.properties", "ops=⟦fR4kq9wZ⟧\n"},
	{"Python", "jupyter-password-hash", "root/.jupyter/jupyter_notebook_config.py", "# c.NotebookApp.password = ''\nc.NotebookApp.password = u'⟦sha1:a498a647c1ac:49726e45dac31b36⟧'\r\nc.ServerApp.token = \"⟦fR4kq9wZ⟧\"\n"},

	{"Argon2", "jupyter-password-hash", "root/.jupyter/jupyter_server_config.json", `{"IdentityProvider": {"hashed_password": "argon2:⟦$argon2id$v=19$m=10240,t=10,p=8$c2FsdHNhbHQ$aGFzaGhhc2g⟧"}}`},

	{"blocks on one line", "consul-secret", "etc/consul.d/a.hcl", "acl { tokens { agent = \"⟦fR4kq9wZ⟧\", default = \"⟦gT5lr8xY⟧\" } }\nserver { name = \"a{b\" } # { token = \"no\" }\ntoken = \"⟦hU6ms7yX⟧\"\n"},
}

func TestForms(t *testing.T) {
	for _, form := range forms {
		t.Run(form.family+"/"+form.name, func(t *testing.T) {
			var want []string
			file := form.file
			for {
				before, rest, ok := strings.Cut(file, "⟦")
				if !ok {
					break
				}
				secret, after, _ := strings.Cut(rest, "⟧")
				want = append(want, fmt.Sprintf("%d %s", len(before), secret))
				file = before + secret + after
			}
			var got []string
			for _, c := range parsed(t, form.path, []byte(file))[form.family] {
				got = append(got, fmt.Sprintf("%d %s", c.Start, c.Secret))
			}
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Errorf("secrets (-want +got):\n%s", diff)
			}
		})
	}
}

// TestBlocksKeepBraces holds that a brace in a value opens no block.
func TestBlocksKeepBraces(t *testing.T) {
	var got []string
	err := (&radius).Parse([]byte("client a {\n secret = ab{cd\n}\nclient b {\n secret = \"e { f\"\n}\n"), func(c Credential) { got = append(got, c.Secret) })
	if want := []string{"ab{cd", "e { f"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

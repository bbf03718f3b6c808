package sample

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha1"
	"encoding/base64"
	xhex "encoding/hex"
	"strings"
)

// editors are passwords that editors and desktop programs keep.
func editors() []File {
	p := func(n string) string { return password("editor " + n) }
	all := []File{
		one("jetbrains-server-password", "app/.idea/WebServers.xml", `<?xml version="1.0" encoding="UTF-8"?>
<project version="4"><component name="WebServers"><option name="servers"><webServer id="1" name="prod" url="http://www.example.org">
<fileTransfer host="ftp.example.org" port="21" accessType="FTP" username="deploy" password="`+masked(p("idea"))+`"/>
</webServer></option></component></project>
`, p("idea"), "deploy", "ftp.example.org"),
		one("filezilla-site-password", "root/.config/filezilla/sitemanager.xml", `<?xml version="1.0"?><FileZilla3><Servers><Server>
<Host>ftp.example.org</Host><Port>21</Port><User>deploy</User><Pass encoding="base64">`+encoded(p("fz"))+`</Pass>
</Server></Servers></FileZilla3>`, p("fz"), "deploy", "ftp.example.org:21"),
		one("filezilla-site-password", "root/.config/filezilla/recentservers.xml", `<FileZilla3><RecentServers><Server><Host>ftp.example.org</Host><User>deploy</User><Pass>{v}</Pass></Server></RecentServers></FileZilla3>`, p("fz recent"), "deploy", "ftp.example.org"),
		one("irssi-config-password", "root/.irssi/config", "servers = (\n  { address = \"irc.example.org\"; chatnet = \"ex\"; port = \"6697\"; password = \"{v}\"; }\n);\nchatnets = { ex = { type = \"IRC\"; }; };\n", p("irssi"), "", "irc.example.org"),
		one("chat-setting-password", "srv/ventrilo/ventrilo_srv.ini", "[Server]\nName=Voice\nAdminPassword={v}\n", p("ventrilo"), "", "Voice"),
		one("weechat-secured-data", "root/.config/weechat/sec.conf", "[crypt]\nsalt = on\n\n[data]\nlibera = \"{v}\"\n", p("weechat"), "", ""),
		{"dbeaver-connection-password", "root/.local/share/DBeaverData/workspace6/General/.dbeaver/credentials-config.json",
			sealed(`{"postgres-jdbc-1": {"#connection": {"user": "app", "password": "` + p("dbeaver") + `"}}}`), []Entry{{p("dbeaver"), "app", "postgres-jdbc-1"}}},
		one("dbeaver-connection-password", "root/.dbeaver4/General/.dbeaver-data-sources.xml", `<data-sources><data-source id="mysql-1"><connection host="db.example.org" user="app" password="`+xored(p("dbeaver xml"))+`"/></data-source></data-sources>`, p("dbeaver xml"), "app", "db.example.org"),
		one("robomongo-connection-password", "root/.config/robomongo/robomongo.json", `{"connections": [{"connectionName": "prod", "serverHost": "mongo.example.org", "credentials": [{"databaseName": "admin", "userName": "root", "userPassword": "{v}"}]}]}`, p("robomongo"), "root", "mongo.example.org"),
		one("firefox-login", "root/.mozilla/firefox/a.default/logins.json", `{"logins": [{"hostname": "https://www.example.org", "encryptedUsername": "MDIE", "encryptedPassword": "{v}"}]}`, encoded(token("firefox")), "", "www.example.org"),
		{"winscp-session-password", "Users/a/AppData/Roaming/WinSCP.ini", "[Configuration\\Interface]\nRandomSeedFile=%25APPDATA%25\\winscp.rnd\n\n[Sessions\\deploy@sftp.example.org]\nHostName=sftp.example.org\nUserName=deploy\nPassword=" + hidden(p("winscp"), "deploysftp.example.org") +
			"\n\n[Sessions\\old]\nHostName=ftp.example.org\nUserName=ftp%20user\nPassword=" + hidden(p("winscp old"), "") + "\n",
			[]Entry{{p("winscp"), "deploy", "sftp.example.org"}, {p("winscp old"), "ftp user", "ftp.example.org"}}},
		{"mremoteng-connection-password", "Users/a/AppData/Roaming/mRemoteNG/confCons.xml", `<?xml version="1.0" encoding="utf-8"?>
<mrng:Connections xmlns:mrng="http://mremoteng.org" Name="Connections" EncryptionEngine="AES" BlockCipherMode="GCM" KdfIterations="1200" FullFileEncryption="false" ConfVersion="2.6">
<Node Name="db" Type="Connection" Username="admin" Domain="" Password="` + locked(p("mremoteng"), "mR"+"3m", 1200) + `" Hostname="db.example.org" Protocol="RDP" />
<Node Name="empty" Type="Connection" Username="" Password="" Hostname="a.example.org" />
</mrng:Connections>`, []Entry{{p("mremoteng"), "admin", "db.example.org"}}},
		{"vnc-password", "root/.vnc/passwd", "\xdb\xd8\x3c\xfd\x72\x7a\x14\x58", []Entry{{"pass" + "word", "", ""}}},
	}
	for _, name := range []string{".vscode/sftp.json", ".remote-sync.json", ".ftpconfig", "deployment-config.json", "sftp-config.json"} {
		all = append(all, one("editor-sftp-password", "app/"+name, `{
    // The settings of an upload.
    "host": "www.example.org",
    "username": "deploy",
    "password": "{v}", /* of the server */
    "remote_path": "/srv/www/",
}`, p(name), "deploy", "www.example.org"))
	}
	return all
}

// hidden writes a password as WinSCP does behind its owner, or as it did without.
func hidden(text, owner string) string {
	plain := []byte{byte(len(text)), 3, 'x', 'y', 'z'}
	if owner != "" {
		plain = []byte{0xff, 2, 0, byte(len(owner) + len(text)), 2, 'x', 'y'}
	}
	plain = append(plain, owner+text+"padding"...)
	for i := range plain {
		plain[i] ^= 0x5c
	}
	return strings.ToUpper(xhex.EncodeToString(plain))
}

// locked writes a password as mRemoteNG does.
func locked(text, password string, rounds int) string {
	salt, nonce := made("mremoteng salt", letters, 16), made("mremoteng nonce", letters, 16)
	key, err := pbkdf2.Key(sha1.New, password, []byte(salt), rounds, 32)
	if err != nil {
		panic(err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	mode, err := cipher.NewGCMWithNonceSize(block, len(nonce))
	if err != nil {
		panic(err)
	}
	return base64.StdEncoding.EncodeToString(mode.Seal([]byte(salt+nonce), []byte(nonce), []byte(text), []byte(salt)))
}

// masked writes a password as JetBrains' editors did.
func masked(text string) string {
	var out []byte
	for i := range len(text) {
		c := uint16(text[i]) ^ 0xdfaa
		out = append(out, byte(c>>8), byte(c))
	}
	return xhex.EncodeToString(out)
}

// sealed writes DBeaver's file of credentials.
func sealed(text string) string {
	key, err := xhex.DecodeString("babb4a9f774ab853c96c2d653dfe544a")
	if err != nil {
		panic(err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	plain := []byte(text)
	pad := 16 - len(plain)%16
	for range pad {
		plain = append(plain, byte(pad))
	}
	vector := []byte(made("dbeaver vector", letters, 16))
	cipher.NewCBCEncrypter(block, vector).CryptBlocks(plain, plain)
	return string(vector) + string(plain)
}

// xored writes a password as DBeaver did before that.
func xored(text string) string {
	const mask = "sdf@!#$verf^wv%6Fwe%$$#FFGwfsdefwfe135s$^H)dg"
	plain := append([]byte(text), 0, 0x81)
	for i := range plain {
		plain[i] ^= mask[i%len(mask)]
	}
	return base64.StdEncoding.EncodeToString(plain)
}

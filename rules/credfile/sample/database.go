package sample

import (
	"crypto/aes"
	"encoding/binary"
)

// databases are passwords for database servers.
func databases() []File {
	v := password("pgpass")
	login := password("mylogin")
	return []File{
		{"pgpass-password", "root/.pgpass", fill("# comment\ndb.example.org:5432:orders:app:{a}\n*:*:*:postgres:a\\:b{b}\n", "a", v, "b", v), []Entry{
			{v, "app", "db.example.org:5432"}, {"a:b" + v, "postgres", "*"},
		}},
		one("pg-service-password", "root/.pg_service.conf", "[orders]\nhost=db.example.org\nuser=app\npassword={v}\n", password("pgservice"), "app", "db.example.org"),
		one("mysql-option-password", "root/.my.cnf", "[client]\nuser=root\nhost = db.example.org\npassword = \"{v}\"\n", password("mycnf"), "root", "db.example.org"),
		{"sql-dump-hash", "srv/dump.sql", fill("CREATE TABLE wp_users (id int);\nINSERT INTO `wp_users` VALUES (1,'admin','{a}','admin','admin@example.org'),(2,'editor','{b}','editor','e@example.org');\n", "a", crypt("dump a", "P"), "b", crypt("dump b", "2y")), []Entry{
			{crypt("dump a", "P"), "admin", ""}, {crypt("dump b", "2y"), "editor", ""},
		}},
		one("sql-dump-hash", "srv/backup.sql", "COPY public.users (id, email, password_digest) FROM stdin;\n1\tops@example.org\t{v}\n\\.\n", crypt("copy", "2y"), "ops@example.org", ""),
		one("sql-dump-hash", "srv/shop.sql", "INSERT INTO `users` (`id`, `login`, `password`) VALUES\n(1, 'ops', '{v}');\nINSERT INTO `files` VALUES\n(1, 'a.txt', '"+hex("checksum", 32)+"');\n", hex("md5", 32), "ops", ""),
		one("sql-dump-hash", "srv/grants.sql", "CREATE USER 'app'@'%' IDENTIFIED BY '{v}';\n", password("grants"), "app", ""),
		{"mysql-login-path-password", "root/.mylogin.cnf", loginPath("[client]\n", "user = \"root\"\n", "password = \""+login+"\"\n", "host = \"db.example.org\"\n"), []Entry{{login, "root", "db.example.org"}}},
	}
}

// loginPath writes lines as mysql_config_editor does.
func loginPath(lines ...string) string {
	seed := []byte(made("login path", letters, 20))
	var key [16]byte
	for i, c := range seed {
		key[i%16] ^= c
	}
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err)
	}
	out := append(make([]byte, 4), seed...)
	for _, l := range lines {
		plain := []byte(l)
		pad := 16 - len(plain)%16
		for range pad {
			plain = append(plain, byte(pad))
		}
		out = binary.LittleEndian.AppendUint32(out, uint32(len(plain)))
		for i := 0; i < len(plain); i += 16 {
			block.Encrypt(plain[i:], plain[i:i+16])
		}
		out = append(out, plain...)
	}
	return string(out)
}

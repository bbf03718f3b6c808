package credfile

import (
	"crypto/aes"
	"encoding/binary"

	"dregs/report"
)

var mysqlOptions = Family{
	ID:          "mysql-option-password",
	Description: "A password for a MySQL or MariaDB server, in an option file.",
	Vendor:      "MySQL",
	Severity:    report.High,
	Advice:      "Change the password of the user on the server (ALTER USER), and look in its log for foreign sessions.",
	Reference:   "https://dev.mysql.com/doc/refman/8.4/en/option-files.html",
	paths:       []string{".my.cnf", "my.cnf", "my.ini", "mysql/debian.cnf", ".my.*.cnf", "conf.d/*.cnf", "mariadb.conf.d/*.cnf"},
	parse: inTree(readINI, fields{
		secrets: []string{"password", "pass", "mysqlpassword", "password1", "masterpassword"},
		users:   []string{"user", "username"}, hosts: []string{"host", "socket"},
	}),
}

var mysqlLogin = Family{
	ID:          "mysql-login-path-password",
	Description: "A password for a MySQL server in a login path file, which hides it under a key of its own.",
	Vendor:      "MySQL",
	Severity:    report.High,
	Advice:      "Change the password of the user on the server (ALTER USER): the file's key is in it.",
	Reference:   "https://dev.mysql.com/doc/refman/8.4/en/mysql-config-editor.html",
	paths:       []string{".mylogin.cnf", "mylogin.cnf"},
	parse:       parseMySQLLogin,
}

// stepMyLogin is the cipher of a login path file.
const stepMyLogin = "mylogin-cipher"

// parseMySQLLogin reads what mysql_config_editor writes: 4 bytes, 20 of which a key is folded, then chunks of a length in
// 4 bytes and lines of an option file under AES-128 in ECB.
func parseMySQLLogin(data []byte, emit func(Credential)) error {
	const keyAt, chunksAt = 4, 24
	if len(data) < chunksAt {
		return nil
	}
	var key [16]byte
	for i, c := range data[keyAt:chunksAt] {
		key[i%len(key)] ^= c
	}
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil // no key of 16 bytes is wrong
	}
	var plain []byte
	var from []chunk
	for at := chunksAt; at+4 <= len(data); {
		n := int(binary.LittleEndian.Uint32(data[at:]))
		at += 4
		if n <= 0 || n%aes.BlockSize != 0 || n > len(data)-at {
			break
		}
		line := make([]byte, n)
		for i := 0; i < n; i += aes.BlockSize {
			block.Decrypt(line[i:], data[at+i:at+i+aes.BlockSize])
		}
		if pad := int(line[n-1]); pad > 0 && pad <= aes.BlockSize {
			line = line[:n-pad]
		}
		from = append(from, chunk{len(plain), at, at + n})
		plain = append(plain, line...)
		at += n
	}
	root, err := readINI(plain)
	root.take(func(c Credential) {
		for i := len(from) - 1; i >= 0; i-- {
			if f := from[i]; f.plain <= c.Start {
				c.Lead = len([]rune(string(plain[f.plain:c.Start])))
				c.Start, c.End, c.Steps = f.lo, f.hi, append([]string{stepMyLogin}, c.Steps...)
				emit(c)
				return
			}
		}
	}, []fields{{secrets: []string{"password"}, users: []string{"user"}, hosts: []string{"host", "socket"}, hostUp: 1}})
	return err
}

// chunk says that what stands from plain on comes from the file's bytes from lo to hi.
type chunk struct{ plain, lo, hi int }

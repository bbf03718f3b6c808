package credfile

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"

	"dregs/report"
)

var winscp = Family{
	ID:          "winscp-session-password",
	Description: "A password for SFTP, FTP or S3 in the settings of WinSCP, which only hides it unless there is a master password.",
	Vendor:      "WinSCP",
	Severity:    report.High,
	Advice:      "Change the password of the user at the host named, and let WinSCP ask for it or use a key.",
	Reference:   "https://winscp.net/eng/docs/faq_password",
	paths:       []string{"winscp.ini", "winscp*.ini"},
	parse:       parseWinSCP,
}

var mremoteng = Family{
	ID:          "mremoteng-connection-password",
	Description: "A password for a remote desktop, SSH or VNC in the connections of mRemoteNG, encrypted under a published key unless another was chosen.",
	Vendor:      "mRemoteNG",
	Severity:    report.High,
	Advice:      "Change the password of the user at the host named, and protect the file with a password of its own.",
	Reference:   "https://mremoteng.readthedocs.io/en/latest/user_interface/options.html",
	paths:       []string{"confcons.xml", "confcons*.xml", "mremoteng/*.xml"},
	parse:       parseMRemoteNG,
}

// Steps of what these programs write.
const (
	stepWinSCP    = "winscp-cipher"
	stepMRemoteNG = "mremoteng-cipher"
)

// parseWinSCP reads the sections of sessions. The password of one follows its user and its host in what is hidden, which
// tells that it was read rightly; older releases wrote it alone.
func parseWinSCP(data []byte, emit func(Credential)) error {
	root, err := readINI(data)
	root.each(func(n *node) {
		if !n.leaf || n.key != "password" && n.key != "passwordplain" || n.up == nil {
			return
		}
		c := n.credential(Password)
		c.User, c.Host = unescape(n.up.says("username")), unescape(n.up.says("hostname"))
		if n.key == "password" {
			plain, ok := winscpPlain(n.text, c.User+c.Host)
			if ok {
				c.Secret, c.Steps = plain, append(c.Steps, stepWinSCP)
			}
			c.Encrypted = !ok // under a master password
		}
		emit(c)
	})
	return err
}

// Bytes of a hidden password of WinSCP.
const (
	winscpMask = 0xa3
	winscpFlag = 0xff
	winscpLong = 2 // the version whose length has two bytes
)

// winscpPlain reveals a password of WinSCP: hexadecimal digits of bytes under a mask, of which some at the beginning mean
// nothing. Where they are flagged they begin with owner.
func winscpPlain(digits, owner string) (string, bool) {
	raw, err := hex.DecodeString(digits)
	if err != nil {
		return "", false
	}
	for i := range raw {
		raw[i] ^= winscpMask ^ 0xff
	}
	next := func() int {
		if len(raw) == 0 {
			return 0
		}
		b := raw[0]
		raw = raw[1:]
		return int(b)
	}
	length := next()
	flagged := length == winscpFlag
	if flagged {
		version := next()
		length = next()
		if version == winscpLong {
			length = length<<8 | next()
		}
	}
	skip := next()
	if skip+length > len(raw) || length == 0 {
		return "", false
	}
	plain := string(raw[skip : skip+length])
	if flagged {
		rest, ok := strings.CutPrefix(plain, owner)
		if !ok {
			return "", false
		}
		plain = rest
	}
	return plain, plain != "" && printable(plain)
}

// mremotengKey is the password of files whose owner chose none.
const mremotengKey = "mR3m"

// Bounds of the work that one file of mRemoteNG can ask for: rounds of its derivation, and passwords of which each has a
// derivation of its own.
const (
	maxRounds      = 10_000
	maxDerivations = 200
)

// parseMRemoteNG reads the connections, each with its own salt. What the published key does not open is told as encrypted.
func parseMRemoteNG(data []byte, emit func(Credential)) error {
	root, err := readXML(data)
	rounds, tries := 1000, 0
	if n, err := strconv.Atoi(rootOf(root).says("kdfiterations")); err == nil {
		rounds = n
	}
	root.each(func(n *node) {
		if !n.leaf || n.key != "password" || n.up == nil || n.text == "" {
			return
		}
		c := n.credential(Password)
		c.User, c.Host = n.up.says("username"), n.up.says("hostname")
		c.Encrypted = true
		if tries++; tries <= maxDerivations && rounds >= 1 && rounds <= maxRounds {
			if plain, ok := mremotengPlain(n.text, rounds); ok {
				c.Secret, c.Steps, c.Encrypted = plain, append(c.Steps, stepMRemoteNG), false
			}
		}
		emit(c)
	})
	return err
}

// rootOf returns the document's element.
func rootOf(n *node) *node {
	if len(n.kids) > 0 {
		return n.kids[0]
	}
	return n
}

// mremotengPlain decrypts a password under the published key: salt, nonce, and what AES-256 in GCM makes of it, with the
// salt as data that is authenticated.
func mremotengPlain(text string, rounds int) (string, bool) {
	const salt, nonce = 16, 16
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(raw) <= salt+nonce {
		return "", false
	}
	key, err := pbkdf2.Key(sha1.New, mremotengKey, raw[:salt], rounds, 32)
	if err != nil {
		return "", false
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", false
	}
	mode, err := cipher.NewGCMWithNonceSize(block, nonce)
	if err != nil {
		return "", false
	}
	plain, err := mode.Open(nil, raw[salt:salt+nonce], raw[salt+nonce:], raw[:salt])
	return string(plain), err == nil && len(plain) > 0 && printable(string(plain))
}

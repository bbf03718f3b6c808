package report

import "strings"

// commonWords lists values of 8 bytes or more that are weak passwords and ordinary words of images at once. They are in
// lower case.
const commonWords = ` administrator anonymous authentication changeit changeme changethis checkpoint configuration container
 database default00 dockerhub elasticsearch example1 firewall grafana1 guacamole hashicorp influxdb internet iloveyou
 keycloak kubernetes letmein1 localhost manager1 memcached metabase minioadmin mongodb1 mypassword nextcloud nopassword
 openldap opensearch openssl1 p@ssword p@ssw0rd passw0rd passphrase password password1 password12 password123
 password1234 passwords passwort placeholder portainer postgres postgresql privatekey production prometheus qwertyui
 rabbitmq redispass registry registry1 replicator rootpass rootpassword rootroot sampledb secret12 secret123 secretkey
 security selenium server01 services sonarqube staging1 superset superuser sysadmin teamcity temporary testing1
 testpass testpassword testtest tomcat01 username users123 vaultkey webmaster welcome1 wordpress zookeeper
 development undefined required-value repository organization application environment credentials token-value `

// commonWord reports whether value is a word that stands in many a place of an image for reasons of its own: in the list,
// one character repeated, or digits alone up to the length of a date.
func commonWord(value string) bool {
	if len(value) <= 24 && !strings.ContainsAny(value, " \n") && strings.Contains(commonWords, " "+strings.ToLower(value)+" ") {
		return true
	}
	if strings.Trim(value, value[:1]) == "" {
		return true
	}
	return len(value) <= gram && strings.Trim(value, "0123456789") == ""
}

// likelyWord reports whether value reads as if a human chose it, so that it could be guessed from a dictionary: words,
// perhaps capitalised, joined by punctuation, with few digits in between; or few characters over and over.
func likelyWord(value string) bool {
	var distinct [256]bool
	kinds, switches, flips, letters := 0, 0, 0, 0
	last := byte(0)
	for i := range len(value) {
		c := value[i]
		if !distinct[c] {
			distinct[c] = true
			kinds++
		}
		class := classOf(c)
		if class == 'p' {
			last = 0
			continue
		}
		if class == 'a' || class == 'A' {
			letters++
		}
		if last != 0 && class != last {
			switch {
			case class == '0' || last == '0':
				switches++
			case last == 'a': // a capital within a word; Capital then small is how words begin
				flips++
			}
		}
		last = class
	}
	if kinds < 8 {
		return true
	}
	return letters*2 >= len(value) && switches <= len(value)/12+1 && flips*4 <= letters
}

// classOf returns 'a' for a small letter, 'A' for a capital, '0' for a digit, 'p' for anything else.
func classOf(c byte) byte {
	switch {
	case c >= 'a' && c <= 'z', c >= 0x80:
		return 'a'
	case c >= 'A' && c <= 'Z':
		return 'A'
	case c >= '0' && c <= '9':
		return '0'
	}
	return 'p'
}

package credfile

import (
	"bytes"
	"strings"

	"dregs/report"
)

var wordpress = Family{
	ID:          "wp-config-secret",
	Description: "The database password, or a key that signs sessions, of a WordPress site.",
	Vendor:      "WordPress",
	Severity:    report.High,
	Advice:      "Change the password of the database's user, and the keys and salts, which ends all sessions.",
	Reference:   "https://developer.wordpress.org/advanced-administration/wordpress/wp-config/",
	paths:       []string{"wp-config.php", "wp-config*.php", "wp-config.php.*", "wp-config.txt", "wordpress/config-*.php"},
	parse: inTree(readPHP,
		fields{named: wordpressName, users: []string{"dbuser"}, hosts: []string{"dbhost"}, facts: map[string]string{"database": "dbname"}},
	),
}

var phpConfig = Family{
	ID:          "php-config-password",
	Description: "A password or secret in the settings of a PHP application.",
	Vendor:      "PHP",
	Severity:    report.High,
	Advice:      "Change the password of the user on the server that it is for.",
	Reference:   "https://cwe.mitre.org/data/definitions/260.html",
	paths: []string{
		"config.php", "configuration.php", "zabbix.conf.php", "localsettings.php", "config.inc.php", "config-db.php", "config/database.php", "default/settings.php", "settings.local.php", "settings.php", "app/etc/env.php",
		"db.php", "dbconfig.php", "database.php", "parameters.php", "config/app.php", "config.default.php", "connect.php", "conn.php",
	},
	parse: inTree(readPHP, fields{named: secretName, users: append([]string{"dbuser", "wgdbuser"}, userNames...), hosts: append([]string{"dbhost", "wgdbserver"}, hostNames...), facts: map[string]string{"database": "dbname"}}),
}

var dotenv = Family{
	ID:          "dotenv-secret",
	Description: "A password, key or token in an environment file.",
	Vendor:      "dotenv",
	Severity:    report.High,
	Advice:      "Change the value where it is used, and give it to the container at run time.",
	Reference:   "https://laravel.com/docs/configuration#environment-configuration",
	paths:       []string{".env", ".env.*", "*.env", ".envrc", ".flaskenv"},
	parse:       inTree(readINI, fields{named: environmentName, users: userNames, hosts: hostNames}),
}

var django = Family{
	ID:          "django-setting-secret",
	Description: "The key that signs sessions, or a database password, in the settings of a Django application.",
	Vendor:      "Django",
	Severity:    report.High,
	Advice:      "Make a new key, which ends all sessions; change the password of the database's user.",
	Reference:   "https://docs.djangoproject.com/en/stable/ref/settings/#secret-key",
	paths:       []string{"settings.py", "local_settings.py", "settings/*.py", "settings_*.py", "*_settings.py", "flaskconfig.py", "superset_config.py", "instance/config.py"},
	parse: inTree(readDjango,
		fields{secrets: []string{"secretkey", "password", "emailhostpassword", "awssecretaccesskey", "securitypasswordsalt", "stripesecretkey"}, users: append([]string{"emailhostuser"}, userNames...), hosts: []string{"host", "emailhost"}, facts: map[string]string{"database": "name"}},
		fields{named: func(key string) bool { return strings.HasPrefix(key, "secretkey") }},
		fields{secrets: []string{"sqlalchemydatabaseuri", "databaseurl", "brokerurl", "celerybrokerurl"}, reveal: value.address},
	),
}

var tomcat = Family{
	ID:          "tomcat-user-password",
	Description: "The password of a user of Apache Tomcat, who may be allowed to deploy programs.",
	Vendor:      "Apache Tomcat",
	Severity:    report.High,
	Advice:      "Change the user's password, and look through the manager's log for programs deployed since.",
	Reference:   "https://tomcat.apache.org/tomcat-10.1-doc/manager-howto.html#Configuring_Manager_Application_Access",
	paths:       []string{"tomcat-users.xml", "tomcat*/users.xml"},
	parse:       inTree(readXML, fields{secrets: []string{"password"}, users: []string{"username", "name"}, under: "tomcatusers"}),
}

// readPHP reads the literals of a PHP file. What WordPress' sample says in the place of a value is none.
func readPHP(data []byte) (*node, error) {
	root, err := readLiterals(data)
	root.each(func(n *node) {
		if strings.HasSuffix(n.text, "_here") || n.text == "put your unique phrase here" {
			n.leaf = false
		}
	})
	return root, err
}

// readDjango reads the literals of a Python file that holds settings of Django or Flask: others are called settings too.
func readDjango(data []byte) (*node, error) {
	for _, name := range []string{"DATABASES", "SECRET_KEY", "INSTALLED_APPS", "SQLALCHEMY"} {
		if bytes.Contains(data, []byte(name)) {
			return readLiterals(data)
		}
	}
	return newTree().root, nil
}

// wordpressName tells whether a folded name of wp-config.php is that of a secret.
func wordpressName(key string) bool {
	for _, e := range []string{"authkey", "loggedinkey", "noncekey", "authsalt", "loggedinsalt", "noncesalt", "dbpassword", "ftppass"} {
		if strings.HasSuffix(key, e) {
			return true
		}
	}
	return key != "salt" && secretName(key)
}

// environmentName tells whether a folded name of an environment file is that of a secret.
func environmentName(key string) bool {
	return secretName(key) || strings.HasSuffix(key, "key") && !strings.HasSuffix(key, "keyid") && !strings.HasSuffix(key, "publickey") &&
		!strings.Contains(key, "public") && !strings.HasSuffix(key, "sitekey") && !strings.HasSuffix(key, "monkey")
}

package sample

// webs are the secrets of web applications and servers.
func webs() []File {
	db, salt := password("wp"), made("wp salt", letters, 64)
	return []File{
		{"wp-config-secret", "var/www/html/wp-config.php", fill(`<?php
// define( 'DB_PASSWORD', 'commented' );
define( 'DB_NAME', 'blog' );
define( 'DB_USER', 'wp' );
define( 'DB_PASSWORD', '{db}' );
define( 'DB_HOST', 'db.example.org' );
define('AUTH_KEY',         '{salt}');
define('NONCE_SALT',       'put your unique phrase here');
$table_prefix = 'wp_';
`, "db", db, "salt", salt), []Entry{{db, "wp", "db.example.org"}, {salt, "wp", "db.example.org"}}},
		one("php-config-password", "var/www/html/config.php", "<?php\nreturn [\n  'host' => 'db.example.org',\n  'username' => 'shop',\n  'password' => '{v}',\n];\n", password("php"), "shop", "db.example.org"),
		one("dotenv-secret", "var/www/.env", "APP_NAME=Laravel\nDB_HOST=db.example.org\nDB_USERNAME=app\nDB_PASSWORD={v}\n", password("dotenv"), "app", "db.example.org"),
		one("django-setting-secret", "app/site/settings.py", "DATABASES = {\n    'default': {\n        'ENGINE': 'django.db.backends.postgresql',\n        'NAME': 'site',\n        'USER': 'site',\n        'PASSWORD': '{v}',\n        'HOST': 'db.example.org',\n    }\n}\n", password("django"), "site", "db.example.org"),
		one("java-config-password", "app/application.properties", "spring.datasource.url=jdbc:postgresql://db.example.org/shop\nspring.datasource.username=shop\nspring.datasource.password={v}\n", password("spring"), "shop", "db.example.org"),
		one("java-config-password", "app/hibernate.cfg.xml", `<hibernate-configuration><session-factory><property name="connection.url">jdbc:mysql://db.example.org/shop</property><property name="connection.username">shop</property><property name="connection.password">{v}</property></session-factory></hibernate-configuration>`, password("hibernate"), "shop", "db.example.org"),
		one("node-config-password", "app/config/config.json", `{"production": {"username": "shop", "password": "{v}", "host": "db.example.org"}}`, password("sequelize"), "shop", "db.example.org"),
		one("node-config-password", "app/appsettings.json", `{"ConnectionStrings": {"Main": "Server=db.example.org;User Id=shop;Password={v}"}}`, password("dotnet"), "shop", "db.example.org"),
		one("node-config-password", "web/js/salesforce.js", "var conn = new jsforce.Connection();\nconn.login('ops@example.org', '{v}', function(err) {});\n", password("jsforce"), "ops@example.org", ""),
		one("tomcat-user-password", "opt/tomcat/conf/tomcat-users.xml", `<?xml version="1.0"?>
<tomcat-users>
  <!-- <user username="tomcat" password="commented" roles="manager-gui"/> -->
  <user username="deployer" password="{v}" roles="manager-script"/>
</tomcat-users>
`, password("tomcat"), "deployer", ""),
		one("rails-master-key", "app/config/master.key", "{v}", hex("master", 32), "", ""),
		one("rails-encrypted-credentials", "app/config/credentials.yml.enc", "{v}", encoded(token("enc"))+"--"+encoded(made("iv", letters, 12))+"--"+encoded(made("tag", letters, 16)), "", ""),
		one("rails-secret", "app/config/database.yml", "default: &default\n  adapter: postgresql\nproduction:\n  <<: *default\n  host: db.example.org\n  username: shop\n  password: {v}\n", password("database.yml"), "shop", "db.example.org"),
		one("rails-secret", "app/config/secrets.yml", "production:\n  secret_key_base: {v}\n", hex("secrets.yml", 128), "", ""),
		one("rails-secret", "app/config/mongoid.yml", "production:\n  clients:\n    default:\n      database: shop\n      hosts:\n        - mongo.example.org:27017\n      options:\n        user: shop\n        password: {v}\n", password("mongoid"), "shop", ""),
	}
}

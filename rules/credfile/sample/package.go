package sample

// packages are logins to package registries and repositories.
func packages() []File {
	npm, old, legacy := "np"+"m_"+made("npm", letters, 36), password("npm old"), password("npm basic")
	return []File{
		{"npmrc-auth", "app/.npmrc", fill(`registry=https://registry.example.org/
//registry.npmjs.org/:_authToken={a}
//registry.example.org/:_password="{b}"
//registry.example.org/:username=ci
//registry.example.org/:always-auth=true
_auth={c}
//other.example.org/:_authToken=${NPM_TOKEN}
`, "a", npm, "b", encoded(old), "c", encoded("legacy:"+legacy)), []Entry{
			{npm, "", "registry.npmjs.org"}, {old, "ci", "registry.example.org"}, {legacy, "legacy", ""},
		}},
		one("yarnrc-auth", "app/.yarnrc.yml", "npmRegistries:\n  \"//npm.example.org\":\n    npmAlwaysAuth: true\n    npmAuthToken: {v}\n", token("yarn"), "", "//npm.example.org"),
		one("bunfig-auth", "app/bunfig.toml", "[install.scopes]\n\"@team\" = { token = \"{v}\", url = \"https://npm.example.org/\" }\n", token("bun"), "", "npm.example.org"),
		one("pypirc-password", "root/.pypirc", "[distutils]\nindex-servers = pypi\n\n[pypi]\nrepository = https://upload.pypi.org/legacy/\nusername = uploader\npassword = {v}\n", password("pypi"), "uploader", "upload.pypi.org"),
		one("pip-index-password", "etc/pip.conf", "[global]\nindex-url = https://ci:{v}@pypi.example.org/simple\nextra-index-url =\n    https://pypi.org/simple\n", password("pip"), "ci", "pypi.example.org"),
		one("poetry-auth", "root/.config/pypoetry/auth.toml", "[http-basic.private]\nusername = \"ci\"\npassword = \"{v}\"\n", password("poetry"), "ci", "http-basic.private"),
		one("hatch-auth", "root/.config/hatch/config.toml", "[publish.index]\nuser = \"ci\"\nauth = \"{v}\"\n", password("hatch"), "ci", "publish.index"),
		one("cpan-password", "root/.pause", "user CI\npassword {v}\n", password("cpan"), "CI", ""),
		one("debconf-password", "var/cache/debconf/passwords.dat", "Name: mysql-server/root_password\nTemplate: mysql-server/root_password\nValue: {v}\nOwners: mysql-server\n\nName: postfix/x\nTemplate: postfix/x\nValue: \nOwners: postfix\n", password("debconf"), "", "mysql-server"),
		one("github-runner-key", "runner/.credentials_rsaparams", `{"d": "{v}", "exponent": "AQAB", "modulus": "sample"}`, encoded(token("runner")), "", ""),
		one("composer-auth", "root/.composer/auth.json", `{"http-basic": {"repo.example.org": {"username": "ci", "password": "{v}"}}}`, password("composer"), "ci", "repo.example.org"),
		one("composer-auth", "app/auth.json", `{"github-oauth": {"github.com": "{v}"}}`, hex("composer", 40), "", "github.com"),
		one("gem-credentials-key", "root/.gem/credentials", "---\n:rubygems_api_key: {v}\n", "rubygems_"+hex("gem", 48), "", "rubygems.org"),
		one("bundler-credential", "app/.bundle/config", "---\nBUNDLE_PATH: \"vendor\"\nBUNDLE_GEMS__EXAMPLE__ORG: \"ci:{v}\"\n", password("bundle"), "ci", "gems.example.org"),
		one("maven-server-password", "root/.m2/settings.xml", `<?xml version="1.0" encoding="UTF-8"?>
<settings xmlns="http://maven.apache.org/SETTINGS/1.2.0">
  <!-- <server><id>x</id><username>u</username><password>commented</password></server> -->
  <servers>
    <server>
      <id>nexus</id>
      <username>deployer</username>
      <password>{v}</password>
    </server>
  </servers>
</settings>
`, password("maven"), "deployer", "nexus"),
		one("gradle-properties-password", "root/.gradle/gradle.properties", "org.gradle.jvmargs=-Xmx2g\nnexusUrl=https://nexus.example.org\nnexusUsername=deployer\nnexusPassword={v}\n", password("gradle"), "deployer", "nexus.example.org"),
		one("sbt-credentials-password", "root/.sbt/.credentials", "realm=Sonatype Nexus Repository Manager\nhost=nexus.example.org\nuser=deployer\npassword={v}\n", password("sbt"), "deployer", "nexus.example.org"),
	}
}

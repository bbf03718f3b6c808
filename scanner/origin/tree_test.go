package origin

import "testing"

func TestTrees(t *testing.T) {
	tests := map[string]struct {
		path string
		via  []string
		want string
		test bool
	}{
		"npm":                     {path: "app/node_modules/vue/dist/vue.js", want: "npm vue"},
		"npm, scope":              {path: "app/node_modules/@aws-sdk/client-s3/x.js", want: "npm @aws-sdk/client-s3"},
		"npm, tests":              {path: "app/node_modules/vue/__tests__/key.pem", want: "npm vue", test: true},
		"npm, a test beside":      {path: "app/node_modules/vue/src/key.spec.ts", want: "npm vue", test: true},
		"npm, declarations":       {path: "app/node_modules/vue/dist/vue.d.ts", want: "npm vue", test: true},
		"npm, own tests above":    {path: "tests/node_modules/vue/key.js", want: "npm vue"},
		"npm, innermost":          {path: "a/node_modules/b/node_modules/c/x.js", want: "npm c"},
		"npm, pnpm":               {path: "app/node_modules/.pnpm/@a+b@1.2.3_x@1/node_modules/@a/b/x.js", want: "npm @a/b 1.2.3"},
		"npm, its bookkeeping":    {path: "app/node_modules/.package-lock.json"},
		"npm, not below":          {path: "app/node_modules"},
		"npm in an archive":       {path: "srv/app.tar", via: []string{"node_modules/vue/x.js"}, want: "npm vue"},
		"python":                  {path: "usr/lib/python3/dist-packages/botocore/x.py", want: "python botocore"},
		"python, one file":        {path: "venv/lib/python3.11/site-packages/six.py", want: "python six"},
		"python, compiled":        {path: "venv/lib/python3.11/site-packages/__pycache__/six.cpython-311.pyc", want: "python six"},
		"python, metadata":        {path: "venv/lib/python3.11/site-packages/six-1.16.0.dist-info/METADATA", want: "python six 1.16.0", test: true},
		"python, its library":     {path: "usr/local/lib/python3.11/test/keycert.pem", want: "python python 3.11", test: true},
		"go cache":                {path: "root/go/pkg/mod/github.com/!burnt!sushi/toml@v1.2.0/x.go", want: "go github.com/BurntSushi/toml@v1.2.0"},
		"go cache, tests":         {path: "go/pkg/mod/golang.org/x/crypto@v0.1.0/ssh/testdata/keys.go", want: "go golang.org/x/crypto@v0.1.0", test: true},
		"go cache, a test":        {path: "go/pkg/mod/golang.org/x/crypto@v0.1.0/ssh/keys_test.go", want: "go golang.org/x/crypto@v0.1.0", test: true},
		"go cache, a test's file": {path: "go/pkg/mod/github.com/google/cadvisor@v0.49.0/test.htpasswd", want: "go github.com/google/cadvisor@v0.49.0", test: true},
		"go cache, no test's":     {path: "go/pkg/mod/github.com/google/cadvisor@v0.49.0/test", want: "go github.com/google/cadvisor@v0.49.0"},
		"go cache, in a test":     {path: "go/pkg/mod/golang.org/x/crypto@v0.1.0/ssh/keys_test.go", via: []string{"base64"}, want: "go golang.org/x/crypto@v0.1.0", test: true},
		"go cache, archive":       {path: "go/pkg/mod/cache/download/golang.org/x/crypto/@v/v0.1.0.zip", want: "go golang.org/x/crypto@v0.1.0"},
		"go module, elsewhere":    {path: "github.com/!burnt!sushi/toml@v1.2.0/x.go", want: "go github.com/BurntSushi/toml@v1.2.0"},
		"go module, host alone":   {path: "srv/mods/go.opencensus.io@v0.24.0/x.go", want: "go go.opencensus.io@v0.24.0"},
		"go module, major":        {path: "cache/gopkg.in/yaml.v3@v3.0.1/x.go", want: "go gopkg.in/yaml.v3@v3.0.1"},
		"go module, pseudo":       {path: "c/golang.org/x/mod@v0.0.0-20240101000000-0123456789ab/testdata/k.pem", want: "go golang.org/x/mod@v0.0.0-20240101000000-0123456789ab", test: true},
		"go module, incompatible": {path: "c/github.com/docker/cli@v20.10.7+incompatible/x.go", want: "go github.com/docker/cli@v20.10.7+incompatible"},
		"go module, toolchain":    {path: "golang.org/toolchain@v0.0.1-go1.24.0.linux-amd64/src/crypto/x/testdata/k.pem", want: "go golang.org/toolchain@v0.0.1-go1.24.0.linux-amd64", test: true},
		"go module, its zip":      {path: "cache/download/github.com/!burnt!sushi/toml/@v/v1.2.0.zip", want: "go github.com/BurntSushi/toml@v1.2.0"},
		"go module, in its zip": {path: "proxy/github.com/!burnt!sushi/toml/@v/v1.2.0.zip", via: []string{"github.com/BurntSushi/toml@v1.2.0/testdata/k.pem"},
			want: "go github.com/BurntSushi/toml@v1.2.0", test: true},
		"go module, no host":        {path: "app/acme/keys@v1.2.0/prod.pem"},
		"go module, no file":        {path: "c/github.com/a/b@v1.2.0"},
		"go module, short":          {path: "c/github.com/a/b@v1/k.pem"},
		"go module, no version":     {path: "home/john.doe/mail@work/k.pem"},
		"go module, an address":     {path: "srv/backup.example/root@v2.example.com/id_rsa"},
		"go module, a proxy's list": {path: "proxy/github.com/a/b/@v/list"},
		"go module, another's file": {path: "proxy/github.com/a/b/@v/k.pem"},
		"go vendor":                 {path: "src/vendor/github.com/a/b/c/x.go", want: "go github.com/a/b"},
		"go's own":                  {path: "usr/local/go/src/crypto/tls/testdata/example-key.pem", want: "go std", test: true},
		"maven":                     {path: "root/.m2/repository/org/apache/maven/maven-core/3.8/maven-core-3.8.jar", want: "maven org.apache.maven:maven-core 3.8"},
		"gradle":                    {path: "root/.gradle/caches/modules-2/files-2.1/org.x/y/1.0/abcd/y-1.0.jar", want: "maven org.x:y 1.0"},
		"cargo":                     {path: "usr/local/cargo/registry/src/index.crates.io-1/rand-core-0.6.4/src/lib.rs", want: "cargo rand-core 0.6.4"},
		"cargo, archive":            {path: "usr/local/cargo/registry/cache/index.crates.io-1/rand-0.8.5.crate", want: "cargo rand 0.8.5"},
		"gem":                       {path: "usr/local/bundle/gems/rails-html-sanitizer-1.6.0/lib/x.rb", want: "gem rails-html-sanitizer 1.6.0"},
		"gem, specification":        {path: "usr/local/bundle/specifications/rack-3.0.gemspec", want: "gem rack 3.0"},
		"conda":                     {path: "opt/conda/pkgs/openssl-3.0.1-h1/lib/x", want: "conda openssl 3.0.1"},
		"apt's list":                {path: "var/lib/apt/lists/deb.debian.org_debian_dists_bookworm_main_binary-amd64_Packages", want: "apt deb.debian.org", test: true},
		"dpkg's list":               {path: "var/lib/dpkg/status", want: "dpkg status"},
		"a file beside dpkg's list": {path: "var/lib/dpkg/secret"},
		"another's list":            {path: "var/lib/app/status"},
		"apt's list, packed":        {path: "var/lib/apt/lists/deb.debian.org_debian_dists_bookworm_main_i18n_Translation-en.lz4", want: "apt deb.debian.org", test: true},
		"apt's credentials":         {path: "etc/apt/auth.conf"},
		"debian's go":               {path: "usr/share/gocode/src/golang.org/x/crypto/ssh/testdata/keys.go", want: "go golang.org/x/crypto", test: true},
		"debian's cargo":            {path: "usr/share/cargo/registry/rustls-0.20.8/src/lib.rs", want: "cargo rustls 0.20.8"},
		"debian's npm":              {path: "usr/share/nodejs/urlgrey/tapetest.js", want: "npm urlgrey"},
		"debian's npm, scope":       {path: "usr/share/nodejs/@sinonjs/referee/lib/keys.test.js", want: "npm @sinonjs/referee", test: true},
		"r":                         {path: "usr/local/lib/R/site-library/httr/demo/oauth2.r", want: "r httr", test: true},
		"r, its own":                {path: "usr/lib/R/library/stats/R/stats.rdb", want: "r stats"},
		"perl":                      {path: "usr/share/perl5/Crypt/JWT.pm", want: "perl perl"},
		"perl, built":               {path: "usr/lib/x86_64-linux-gnu/perl5/5.36/Net/SSLeay.pod", want: "perl perl", test: true},
		"perl, its own":             {path: "usr/share/perl/5.36.0/CPAN.pm", want: "perl perl"},
		"perl, of cpan":             {path: "usr/local/lib/perl5/site_perl/5.36.0/Mojo.pm", want: "perl perl"},
		"perl, no version":          {path: "usr/share/perl/app/secrets.yml"},
		"ansible's plugins":         {path: "v/lib/python3.11/site-packages/ansible_collections/a/b/plugins/modules/x.py", want: "python ansible_collections", test: true},
		"ansible's roles":           {path: "v/lib/python3.11/site-packages/ansible_collections/a/b/roles/x/vars.yml", want: "python ansible_collections"},
		"python's read me":          {path: "v/lib/python3.11/site-packages/PyJWT-2.6.0.dist-info/METADATA", want: "python PyJWT 2.6.0", test: true},
		"manual":                    {path: "usr/local/share/man/man1/curl.1.gz", via: []string{"gzip"}, want: "man curl", test: true},
		"manual, a language's":      {path: "usr/share/man/pt_BR/man5/netrc.5", want: "man netrc", test: true},
		"manual, a section's":       {path: "usr/share/man/man1/openssl-passwd.1ssl.gz", want: "man openssl-passwd", test: true},
		"manual, a version's":       {path: "usr/local/share/man/man1/python3.11.1", want: "man python3.11", test: true},
		"manual, another file":      {path: "usr/share/man/man1/id_rsa"},
		"manual, a section's file":  {path: "usr/share/man/man1/deploy.1.key"},
		"manual, no section":        {path: "usr/share/man/id_rsa.1"},
		"documents":                 {path: "usr/local/share/doc/puma/notes.pem", want: "documents puma"},
		"documents, examples":       {path: "usr/share/doc/puma/examples/ca.key", want: "documents puma", test: true},
		"documents, read me":        {path: "usr/share/doc/ruby-jwt/README.md.gz", via: []string{"gzip"}, want: "documents ruby-jwt", test: true},
		"documents, of none":        {path: "usr/share/doc/ca.key"},
		"one's own":                 {path: "app/src/config/settings.py"},
		"one's own vendor folder":   {path: "app/vendor/acme/keys.json"},
		"one's own gems folder":     {path: "app/gems/ruby/x.rb"},
		"one's own go source":       {path: "go/src/github.com/acme/app/main.go"},
	}
	ix := NewIndex(nil)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			o := ix.Of(test.path, test.via, nil)
			if got := o.String(); got != test.want {
				t.Errorf("origin %q, want %q", got, test.want)
			}
			if o.Test != test.test {
				t.Errorf("test data %v, want %v", o.Test, test.test)
			}
			if want := test.want != ""; o.ThirdParty() != want {
				t.Errorf("third-party %v, want %v", o.ThirdParty(), want)
			}
		})
	}
}

func FuzzTree(f *testing.F) {
	f.Add("app/node_modules/@a/b/x.js", "lib/c.jar")
	f.Add("go/pkg/mod/github.com/!a/b@v1/x_test.go", "")
	f.Add("usr/lib/python3/dist-packages/__pycache__/a.pyc", "@v/1.zip")
	f.Fuzz(func(t *testing.T, path, step string) {
		o := NewIndex(nil).Of(path, []string{step}, nil)
		if (o.Standing == None) != (o.Package.Name == "") {
			t.Errorf("%q, %q: %+v", path, step, o)
		}
	})
}

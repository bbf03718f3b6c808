package rules

import "testing"

// TestPathPartsEqualThePattern holds the parts of each path test to the pattern that they make up.
func TestPathPartsEqualThePattern(t *testing.T) {
	plan := newEngine(load(t, LoadOptions{})).plan()
	paths := []string{
		"usr/lib/python3/dist-packages/botocore/data/ec2/service-2.json", "app/node_modules/x/index.js", "go.sum", "a/go.mod",
		"vendor/modules.txt", "x/vendor/github.com/a/b.go", "img.PNG", "font.woff2", "a.p12", "b/C.PFX", "main.tf", "x.yaml",
		"NuGet.Config", "index.php", "recipe.bb", "lib/a.jar!c.properties", "package-lock.json", "gradlew", "", "a", "é.svg",
		"usr/share/doc/libx/copyright", "x.min.js", "yarn.lock", "verification-metadata.xml", "Database.refactorlog",
	}
	var v pathView
	for _, path := range paths {
		v.open(plan.paths, path)
		for i, re := range plan.paths.patterns {
			if got, want := v.holds(i), path != "" && re.regexp().MatchString(path); got != want {
				t.Errorf("path %q, pattern %.60s: got %v, want %v", path, re, got, want)
			}
		}
	}
}

package origin

import "strings"

// testFolders are the names of folders that hold a package's tests, their data, examples and documents.
var testFolders = map[string]bool{
	"test": true, "tests": true, "testing": true, "testdata": true, "test-data": true, "test_data": true, "testutil": true,
	"testutils": true, "test-utils": true, "testsetup": true, "testcerts": true, "testkeys": true, "testhelpers": true, "testresources": true, "test-fixtures": true, "spec": true, "specs": true, "fixture": true, "fixtures": true,
	"example": true, "examples": true, "__tests__": true, "__test__": true, "__fixtures__": true, "__mocks__": true, "mock": true, "mocks": true,
	"doc": true, "docs": true, "documentation": true, "sample": true, "samples": true, "demo": true, "demos": true,
	"e2e": true, "selftest": true, "self_test": true, "selftests": true, "unittest": true, "unittests": true, "benchmark": true,
	"benchmarks": true, "bench": true, "man": true, "recordings": true, "cassettes": true, "snapshots": true, "__snapshots__": true,
}

// testPath tells whether a path, its folders below the package's first, is one of tests, examples or documents. Steps into
// a file may follow its name.
func testPath(parts []string) bool {
	for i, part := range parts {
		if part == "METADATA" || part == "PKG-INFO" {
			return true // what Python's packages say of themselves, the text of their README included
		}
		part = strings.ToLower(part)
		if testFolders[part] && i < len(parts)-1 || testFile(part) {
			return true
		}
	}
	return false
}

// testFile tells whether a file's name, in lower case, is that of a test or a document.
func testFile(name string) bool {
	for _, prefix := range []string{"test_", "readme", "changelog", "changes.", "history."} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	for _, suffix := range []string{".md", ".rst", ".adoc", ".pod", ".svg", ".d.ts", ".d.mts", ".d.cts"} { // a declaration's values stand in comments
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	stem, _, extended := strings.Cut(name, ".")
	if extended && (stem == "test" || stem == "example" || stem == "sample") {
		return true
	}
	for _, mark := range []string{"_test", "_spec", "-test", "-spec", "_testdata", "_test_data"} {
		if strings.HasSuffix(stem, mark) {
			return true
		}
	}
	return strings.Contains(name, ".test.") || strings.Contains(name, ".spec.")
}

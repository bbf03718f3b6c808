package origin

import (
	"crypto/sha256"
	"testing"
)

func TestHasherOfPath(t *testing.T) {
	for _, tt := range []struct {
		path         string
		debian, dpkg bool
	}{
		{"usr/share/tool/a", true, true},
		{"usr/share/tool/a", false, false},
		{"usr/local/bin/tool", true, false},
		{"opt/acme/a", true, false},
		{"usr/lib/python3/dist-packages/a.so", true, false},
		{"usr/lib/x86_64-linux-gnu/libnode.so.115", false, true},
		{"usr/lib/arm-linux-gnueabihf/liba.so", false, true},
		{"lib/aarch64-linux-gnu/liba.so", false, true},
		{"usr/lib/x86_64-linux-gnu/a/site-packages/a.so", false, false},
		{"usr/lib/jvm/java-21-openjdk-amd64/lib/modules", false, true},
		{"usr/lib/jvm/java-21-openjdk-21.0.8.0.9-1.fc42.x86_64/lib/modules", false, false},
		{"usr/lib/jvm/java-21-openjdk/lib/modules", false, false},
		{"usr/lib/gcc/aarch64-linux-gnu/15/cc1", false, false},
		{"usr/x86_64-linux-gnu/sys-root/liba.so", false, false},
		{"usr/lib64/liba.so", false, false},
	} {
		h := NewHasher(tt.path, tt.debian)
		if _, err := h.Write([]byte(tt.path)); err != nil {
			t.Fatal(err)
		}
		sums, sum := h.Sums(), sha256.Sum256([]byte(tt.path))
		want := Sum([]byte(tt.path))
		if !sums.match(string(want.md5[:])) {
			t.Errorf("%s: another MD5", tt.path)
		}
		if got := sums.match(string(sum[:])); got == tt.dpkg {
			t.Errorf("%s, in a system of Debian %v: SHA-256 is there: %v", tt.path, tt.debian, got)
		}
	}
}

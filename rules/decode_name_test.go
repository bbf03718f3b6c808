package rules

import (
	"encoding/base64"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDecodeNamed checks that a short value is decoded where it is given a name, and that rules see the name before it.
func TestDecodeNamed(t *testing.T) {
	path := write(t, "c.toml", "[[rules]]\nid = 'named'\nregex = '''(?i)(?:password|auth|authorization|basic|api_token)=((?:me:)?hunter\\d+)'''\nkeywords = ['hunter']\n")
	e := load(t, LoadOptions{Config: path}).Searcher()
	b64 := base64.StdEncoding.EncodeToString
	short := b64([]byte("hunter2"))
	for _, test := range []struct {
		name string
		f    Fragment
		want string
	}{
		{"Kubernetes", Fragment{Data: []byte("data:\n  password: " + short + "\n")}, "hunter2"},
		{"quoted", Fragment{Data: []byte(`{"password": "` + short + `"}`)}, "hunter2"},
		{"line break", Fragment{Data: []byte("password: " + b64([]byte("hunter2\n")) + "\n")}, "hunter2"},
		{"escaped quotes", Fragment{Data: []byte(`"{\"password\":\"` + short + `\"}"`)}, "hunter2"},
		{"block", Fragment{Data: []byte("password: |\n    " + short + "\n")}, "hunter2"},
		{"arrow", Fragment{Data: []byte("'password' => '" + short + "',")}, "hunter2"},
		{"element", Fragment{Data: []byte("<password>" + short + "</password>")}, "hunter2"},
		{"shell", Fragment{Data: []byte("export PASSWORD=" + short)}, "hunter2"},
		{"hex", Fragment{Data: []byte("password = 68756e74657232")}, "hunter2"},
		{"docker", Fragment{Data: []byte(`{"auth": "` + b64([]byte("me:hunter2")) + `"}`)}, "me:hunter2"},
		{"basic header", Fragment{Data: []byte("Authorization: Basic " + b64([]byte("me:hunter2")) + "\r\n")}, "me:hunter2"},
		{"basic alone", Fragment{Data: []byte("curl -H 'basic " + b64([]byte("me:hunter2")) + "'")}, "me:hunter2"},
		{"key", Fragment{Key: "API_TOKEN", Data: []byte(short)}, "hunter2"},
		{"no name", Fragment{Data: []byte("password " + short)}, ""},
		{"several lines", Fragment{Data: []byte("password: " + b64([]byte("hunter2\nand more\n")))}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var want []string
			if test.want != "" {
				want = []string{test.want}
			}
			var got []string
			for _, m := range find(t, e, test.f) {
				got = append(got, m.Value.Reveal())
				if m.Line != 1 || m.Column != 1 {
					t.Errorf("line %d, column %d of the decoded text", m.Line, m.Column)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

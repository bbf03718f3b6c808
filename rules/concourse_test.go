package rules

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
)

// TestConcourseUsers finds each password in a list of users, whole.
func TestConcourseUsers(t *testing.T) {
	e := load(t, LoadOptions{Enable: []string{concourseRule}}).Searcher()
	const one, two, three = "fR4" + "kq9wZ", "gT5" + "lr8xY", "hU6@" + "ms7yX"
	for text, want := range map[string][]string{
		"CONCOURSE_ADD_LOCAL_USER=ci:" + one:                                           {one},
		"CONCOURSE_ADD_LOCAL_USER=ci:" + one + ",ops:" + two + ",a.b@c:" + three:       {one, two, three},
		"      CONCOURSE_ADD_LOCAL_USER: \"ci:" + one + ",ops:" + two + "\"\r\n":       {one, two},
		"{\"CONCOURSE_ADD_LOCAL_USER\": \"ci:" + one + "\", \"x\": \"y:" + two + "\"}": {one},
		"concourse_add_local_user = ci:test,ops:" + two + "\n":                         {two},
		"CONCOURSE_ADD_LOCAL_USER=ci:test":                                             nil,
		"CONCOURSE_ADD_LOCAL_USER=ci:${CI_PASSWORD}":                                   nil,
		"CONCOURSE_ADD_LOCAL_USER=ci:$2a$10$abcdefghijklmnopqrstuv,ops:" + two:         nil,
		"CONCOURSE_MAIN_TEAM_LOCAL_USER=ci:" + one:                                     nil,
		"MY_CONCOURSE_ADD_LOCAL_USER=ci:" + one:                                        nil,
		"CONCOURSE_ADD_LOCAL_USER":                                                     nil,
		"CONCOURSE_ADD_LOCAL_USER=" + one:                                              nil,
	} {
		ms, err := e.Search(context.Background(), Fragment{Place: report.LayerFile, Path: "web.env", Data: []byte(text)})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range ms {
			got = append(got, m.Value.Reveal())
		}
		if diff := cmp.Diff(got, want); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

package rules

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
)

// TestCommandsThatAssign checks what printf and sed write.
func TestCommandsThatAssign(t *testing.T) {
	e := load(t, LoadOptions{NoDecode: true}).Searcher()
	weak := "hunt" + "er29"
	want := []string{"dregs-assignment " + weak}
	for _, test := range []struct {
		line string
		want []string
	}{
		{`RUN printf 'password=%s' '` + weak + `' > /x`, want},
		{`RUN printf "user=%s\npassword=%s\n" admin ` + weak + ` > /x`, want},
		{`RUN printf '100%% db_password=%s\n' "` + weak + `"`, want},
		{`RUN printf 'password=%s user=%s' "$PASSWORD" ` + weak, nil},
		{`RUN printf 'password=%s'`, nil},
		{`RUN printf 'password=%s' && echo ` + weak, nil},
		{`RUN sed -i "s/^app_secret=.*/app_secret=` + weak + `/" /app/c`, want},
		{`RUN sed -i "s|^db_password=.*|db_password=` + weak + `|g" /app/c`, want},
		{`RUN sed -i "s/^app_secret=.*/app_secret=${SECRET}/" /app/c`, nil},
		{`RUN sed -e "s#app_secret: x#app_secret: ` + weak + `#" /app/c`, want},
	} {
		if diff := cmp.Diff(test.want, contextualHits(t, e, Fragment{Place: report.Dockerfile, Data: []byte("FROM scratch\n" + test.line + "\n")})); diff != "" {
			t.Errorf("%s: %s", test.line, diff)
		}
	}
}

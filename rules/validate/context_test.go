package validate

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
)

// macaroon makes a macaroon of version 2.
func macaroon(location, identifier string) string {
	out := []byte{2}
	for i, field := range []string{location, identifier} {
		out = binary.AppendUvarint(append(out, byte(i+1)), uint64(len(field)))
		out = append(out, field...)
	}
	return base64.RawURLEncoding.EncodeToString(append(out, 0, 0, 6, 32))
}

func TestVerdicts(t *testing.T) {
	const secret = "Correct-Horse-7"
	json64 := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	for name, test := range map[string]struct {
		in   Input
		want report.Verdict
	}{
		"address": {Input{Value: secret, Before: "DB=postgres://svc%40shop:", After: "@db.internal:5432/orders"},
			report.Verdict{State: report.Unknown, Facts: map[string]string{"user": "svc@shop", "host": "db.internal:5432"}}},
		"address with a token for a user": {Input{Value: "x-oauth-basic", Before: "https://" + "gh" + "p_a1B2c3D4e5F6g7H8i9J0" + ":", After: "@github.com/a/b"},
			report.Verdict{State: report.Unknown, Facts: map[string]string{"host": "github.com"}}},
		"address with its user for a password": {Input{Value: "root", Before: "amqp://root:", After: "@mq/"},
			report.Verdict{State: report.Unknown, Facts: map[string]string{"host": "mq"}}},
		"connection string": {Input{Value: secret, Before: "x\nServer=db.internal;User ID=svc;Password=", After: ";Database=shop\ny"},
			report.Verdict{State: report.Unknown, Facts: map[string]string{"host": "db.internal", "user": "svc", "database": "shop"}}},
		"variable of a process": {Input{Value: secret, Before: "USER=ops\x00PASSWORD=", After: "\x00HOST=db.internal\x00API_TOKEN=x\x00"},
			report.Verdict{State: report.Unknown}},
		"whole address": {Input{Value: "https://bob:" + secret + "@10.0.0.1:8443/x"},
			report.Verdict{State: report.Unknown, Facts: map[string]string{"user": "bob", "host": "10.0.0.1:8443"}}},
		"Sentry DSN": {Input{Rule: "sentry-dsn", Value: "https://0123456789abcdef0123456789abcdef@o42.ingest.sentry.io/1234"},
			report.Verdict{State: report.Unknown, Facts: map[string]string{"host": "o42.ingest.sentry.io", "organization": "42", "project": "1234"}}},
		"Azure storage": {Input{Value: secret, Before: "x\nDefaultEndpointsProtocol=https;AccountName=shop;AccountKey=", After: ";EndpointSuffix=core.windows.net\nServer=no"},
			report.Verdict{State: report.Unknown, Facts: map[string]string{"account": "shop"}}},
		"service bus": {Input{Value: "Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKeyName=send;SharedAccessKey=" + secret},
			report.Verdict{State: report.Unknown, Facts: map[string]string{"host": "shop.servicebus.windows.net", "policy": "send"}}},
		"ODBC": {Input{Value: secret, Before: `"Server=tcp:db,1433;Database=orders;User ID=app;Password=`, After: `;Encrypt=yes"`},
			report.Verdict{State: report.Unknown, Facts: map[string]string{"host": "tcp:db,1433", "database": "orders", "user": "app"}}},
		"docker login": {Input{Value: json64("bob:" + secret), Before: `{"auths": {"registry.example.com": {"auth": "`, After: `"}}}`},
			report.Verdict{State: report.Unknown, Facts: map[string]string{"user": "bob", "registry": "registry.example.com"}}},
		"service account": {Input{Value: "-----BEGIN PRIVATE KEY-----", Before: `{"type": "service_account", "project_id": "shop-1", "private_key": "`, After: `", "client_email": "ci@shop-1.iam.gserviceaccount.com"}`},
			report.Verdict{State: report.Unknown, Facts: map[string]string{"mail": "ci@shop-1.iam.gserviceaccount.com", "project": "shop-1"}}},
		"Slack token": {Input{Value: "xox" + "b-123456789012-210987654321-abcdef"},
			report.Verdict{State: report.Unknown, Facts: map[string]string{"workspace number": "123456789012", "user number": "210987654321"}}},
		"Slack webhook": {Input{Value: "https://hooks." + "slack.com/services/T0123ABCD/B0123ABCD/xyz"},
			report.Verdict{State: report.Unknown, Facts: map[string]string{"workspace": "T0123ABCD", "webhook": "B0123ABCD", "host": "hooks.slack.com"}}},
		"Telegram": {Input{Rule: "telegram-bot-api-token", Value: "123456789:" + strings.Repeat("A", 35)},
			report.Verdict{State: report.Unknown, Facts: map[string]string{"bot": "123456789"}}},
		"Discord": {Input{Rule: "discord-bot-token", Value: base64.RawStdEncoding.EncodeToString([]byte("175928847299117063")) + ".AAAAAA." + strings.Repeat("b", 27)},
			report.Verdict{State: report.WellFormed, Facts: map[string]string{"bot": "175928847299117063", "bot made": "2016-04-30T11:18:25Z"}}},
		"Mapbox": {Input{Value: "sk." + "eyJ" + json64(`{"u":"shop","a":"x"}`)[3:] + ".AAAA"},
			report.Verdict{State: report.WellFormed, Facts: map[string]string{"user": "shop"}}},
		"PyPI": {Input{Value: "py" + "pi-" + macaroon("pypi.org", "0-1-2")},
			report.Verdict{State: report.WellFormed, Facts: map[string]string{"host": "pypi.org", "token ID": "0-1-2"}}},
		"PyPI, cut": {Input{Value: "py" + "pi-" + macaroon("pypi.org", strings.Repeat("0-1-2", 9))[:40]},
			report.Verdict{State: report.Malformed, Facts: map[string]string{"host": "pypi.org"}}},
		"Sentry DSN without its scheme": {Input{Rule: "sentry-dsn", Value: "0123456789abcdef0123456789abcdef@o42.ingest.us.sentry.io/1234", Before: "SENTRY_DSN=https://"},
			report.Verdict{State: report.Unknown, Facts: map[string]string{"host": "o42.ingest.us.sentry.io", "organization": "42", "project": "1234"}}},
		"Sentry token": {Input{Value: "sntr" + "ys_" + json64(`{"iat":1700000000.5,"url":"https://sentry.io","org":"shop"}`) + "_" + strings.Repeat("c", 43)},
			report.Verdict{State: report.WellFormed, Facts: map[string]string{"organization": "shop", "host": "sentry.io", "issued": "2023-11-14T22:13:20Z"}}},
		"Grafana Cloud": {Input{Value: "gl" + "c_" + json64(`{"o":"7","n":"ci","k":"kkkk"}`)},
			report.Verdict{State: report.WellFormed, Facts: map[string]string{"organization": "7", "token name": "ci"}}},
		"AWS's example":     {Input{Value: "AKIAIOSFODNN7" + "EXAMPLE"}, report.Verdict{State: report.Test, Facts: map[string]string{"known as": "example of documentation"}}},
		"Stripe's test key": {Input{Value: "sk_te" + "st_" + strings.Repeat("4e", 12)}, report.Verdict{State: report.Test, Facts: map[string]string{"mode": "test"}}},
		"a live key":        {Input{Value: "sk_li" + "ve_" + strings.Repeat("4e", 12)}, report.Verdict{State: report.Unknown}},
		"test_ of nobody":   {Input{Value: "test_abcdefghijk"}, report.Verdict{State: report.Unknown}},
		"test_ of Mollie":   {Input{Vendor: "Mollie", Value: "test_abcdefghijk"}, report.Verdict{State: report.Test, Facts: map[string]string{"mode": "test"}}},
		"a bare password":   {Input{Value: secret, Before: "PASSWORD="}, report.Verdict{State: report.Unknown}},
		"nothing":           {Input{}, report.Verdict{State: report.Unknown}},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(test.want, Judge(test.in)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestNetrcLines(t *testing.T) {
	for name, test := range map[string]struct {
		before string
		want   map[string]string
	}{
		"one line":     {"machine a.corp.io login x password y\nmachine git.corp.io login ci password ", map[string]string{"host": "git.corp.io", "user": "ci"}},
		"written out":  {`printf "machine git.corp.io\nlogin ci\npassword `, map[string]string{"host": "git.corp.io", "user": "ci"}},
		"the default":  {"machine git.corp.io login ci password y default login any password ", nil},
		"several echo": {"echo \"machine git.corp.io\" > ~/.netrc && echo \"login ci\" >> ~/.netrc && echo \"password ", map[string]string{"host": "git.corp.io", "user": "ci"}},
	} {
		got := Judge(Input{Rule: "netrc-line-password", Vendor: "netrc", Value: "fR4kq9wZ", Before: test.before})
		if diff := cmp.Diff(test.want, got.Facts); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

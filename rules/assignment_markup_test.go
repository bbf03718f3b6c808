package rules

import (
	"math/rand/v2"
	"testing"
)

// TestMarkupForms finds a token in the elements and attributes of markup, also where it stands before its name, and nothing where
// the element beside the name holds another thing.
func TestMarkupForms(t *testing.T) {
	e := load(t, LoadOptions{NoDecode: true, Enable: []string{assignmentRule, inTextRule}}).Searcher()
	token := randomToken(rand.New(rand.NewPCG(23, 24)), alphabets["alnum"], 32)
	hitsForms(t, e, token, []string{"dregs-assignment-in-text " + token},
		"<appToken><![CDATA[%s]]></appToken>", `<appToken encrypted="false">%s</appToken>`, `<ns:appToken xsi:type="xsd:string">%s</ns:appToken>`, "<property name=\"app.token\">\n  <value>%s</value>\n</property>",
		"<param-name>appToken</param-name>\n    <param-value>%s</param-value>", "<stringProp name=\"Argument.name\">app_token</stringProp>\n<stringProp name=\"Argument.value\">%s</stringProp>",
		"<tr><td>App token</td><td>%s</td></tr>", "<name>app.token</name>\n  <!-- of the app -->\n  <value>%s</value>", "<dt>App token</dt>\n<dd>%s</dd>", `<meta name="app-token" content="%s">`,
		"<value>%s</value>\n  <name>app.token</name>", "<property>\n<value> %s </value><name>fs.api.token</name>", "<param-value>%s</param-value>\n    <param-name>appToken</param-name>", "<string>%s</string>\n<key>AppToken</key>",
		`<add value="%s" key="AppToken"/>`, `{"value": "%s", "name": "APP_TOKEN"}`, "- value: %s\n  name: APP_TOKEN\n", "{\n \"value\": \"%s\",\n \"key\": \"app_token\"\n}", `request.setValue("%s", forHTTPHeaderField: "X-App-Token")`,
	)
	hitsForms(t, e, token, nil,
		"<appToken/><![CDATA[%s]]>", `<appToken value-of="x"/>%s`, `<input type="appToken" x="y">%s`, "<param-name>appToken</param-name>\n    <description>%s</description>", "<td>App token</td></tr><tr><td>%s</td>",
		"<value>%s</value>\n<property><name>app.token</name>", "<description>%s</description>\n<name>app.token</name>", "<value>%s</value>\n<title>app.token</title>", "<value/>%s</value><name>app.token</name>",
		"<td>App token</td>\n<td/>%s", `<add value="%s" x="y" key="AppToken"/>`, `{"value": "%s"}, {"name": "APP_TOKEN"}`, "- value: %s\n- name: APP_TOKEN\n", `{"values": "%s", "rename": "APP_TOKEN"}`, `"%s", forHTTPHeaderField: "X-App-Token"`,
	)
}

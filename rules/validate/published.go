package validate

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"dregs/report"
)

// published are values that their providers print in their documentation or build into their emulators, by SHA-256: so
// this file is no finding itself. A password of a document is told, with its verdict: somebody may have kept it.
var published = map[string]string{
	"0011cc25eb4320717494d2703e8cba85743e71b500283c21c8b88147992f9059": "account key of the Azure storage emulator",
	"7ff7fa8ab717f254e027f72b587dcc1db5ff3bed6f9e09b31fa3541223e49202": "user delegation key of the Azure storage emulator",
	"aa6547439583c3a275d4542a0df6c1ad6a863971be9f2a2220f027cc02aef615": "key of the Azure Cosmos DB emulator",
	"7106179e26e204d55f1e2e4edeb51d5bbaf983432a3a3ff16975438712813a0f": "password file of PGlite",
	"6df6a6ca91afcd75294de5b6170da80a964edcdad055d40b11d684dd93573af0": "password file of PGlite",
	"5d2e9f3eac2746e81923842d724cbe849bda7b8ab7cf900aa35966374d1c6284": "password file of PGlite",
	"6a16971d1a7cf279571e11ff58c0358026080b2375a584566e57641f78d9de77": "password of the settings that Maven comes with",
	"afa2445e18c54fd2cbf3cd3f66ae389a3f6d70d164d36a000e5e250faff420d7": "login of a comment in the sources of Java",
	"2e72adba5fad9c8fc3fec6e5cd1475391c322f7db5051e11626aa90369cf1954": "token of Leiningen's documentation",
	"89704cb29a60b8a3a86d9654ac90df838677435ac5f8564c34ac3a412246bc5b": "password of Quartz's documentation",
	"412a54cd6f4c7f2859ec2a6988a79bbd6e64d17733f4b021f3253d9ed6ab57da": "password of MongoDB's documentation",
	"d179a5dc9a45dfa90720ea2fffc2f39c9df65d245da6f9c3130b2a5b4ed83076": "password of MongoDB's documentation",
	"41ef4bb0b23661e66301aac36066912dac037827b4ae63a7b1165a5aa93ed4eb": "password of RFC 7617",
	"cf4d418ed3de92d71f767db5391d5a2dacd40e1ce49e75d1137e2ecf4982d844": "user and password of RFC 7617",
	"cb87c87e4a138d9a72259d2a01bab15623c9846e568c1509b287721645a6ea53": "example of RFC 5849",
	"649e1f5c769e718ba10d1a702a36499a731441d960b06da91c4c97786bf84595": "example of RFC 5849",
	"b8e148545b13c78bc74da2f1a7275dd71e56ddece129d7d2f7b3ecc06f7994da": "example of RFC 6750",
	"13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3": "example of RFC 7636",
	"bc3ae723f57c6b9e3fd80b699fcc420f6074b0b1718039669d22631d508ac0a7": "example of GitHub's documentation",
	"3543c50b0cb9cea8e55eb1f529b79f043cb250d485fde7b66cabbb5183add7da": "example of GitHub's documentation",
	"976b57ee8acdfcf45f76bcc5e329a23655bd0e1e7eeffd8ec98bab6ca6cdd660": "example of GitHub's token format",
	"59a272fc32b47dc451babe3b52943ce39eca19955816cf739fefb4abfdf1902f": "example of npm's token format",
	"ac9265e56c79b234607ec72c53753cfea9f88c99eb713790ddf9be5593bb4465": "example of Google's documentation",
	"59762139900d1e119235df10b6de8a4d64e3edce019a1ca4550df812c3106a8e": "example of Confluent's documentation",
	"dba72c00f41f4e4c435e2491a5e1ce0140c7b5a6a498dc4847396b5e6368970c": "example of NuGet's documentation",
	"a0702bc91d699f600970f4dc4992b13ede1a29d49fa0942dd4bed2b5e4b1016e": "example of NuGet's documentation",
	"5dfe0d8d8e6caf63d232d6ff169fc441e17f50a1d496050d3e355d423021d9db": "example of GC Notify's documentation",
	"3b27e79a6d4dcff8766f6ff4f49503bd05aaf6efc852bba25cfbd697f87c09a9": "example of Tailscale's documentation",
	"980f49562833f036b7e7fb0a1dfa0c1701b7ea3935be43a08fb95d36a7693549": "example of Tailscale's documentation",
	"c6b1786afe683d3b8e7ac31a8d98080fd6197da09d22f73fbfbcc9f01006f54f": "example of Tailscale's documentation",
	"f78c89693dd0b9ef65315f5702f4951705b38476f578ef44597aa7c8110aa889": "example of Tailscale's documentation",
	"9941070c461e6cd7e5aa63da876797f289e8151f10bca7b7302dd158d21dae90": "example of Tailscale's documentation",
	"2243ae4c730144699810edff877f309b57c9f62289420157926505582ea6d1f9": "example of BIP 32",
	"fa146b83df550394a57ed8f05186226882b82caffecc1ccc5df5710c1e5fa0a1": "example of BIP 32",
	"fa1ccdeec8175c634b4e9e29a985c02cd9e57dc9a26ebd15890b66a7a446f8eb": "example of NIP-19",
	"9ec0be036c22f06fc32c70cf32aac22a57d0970de0b7072381f49af5b81d11c2": "example of Docker's documentation",
	"8fa8115a160936ecf2aa4f35c9d4e8503b8cbaac38dfa895458c036f99491b09": "example of Docker's documentation",
	"a7331a07f97f46866678585fbb14ed674ab88c4fe7000b2efe4c5ac37a896189": "example of Docker's documentation",
	"441c66009c2ab92078dcfbac9126e9989de3b84152847f47db47c536cd186dc5": "example of Docker's documentation",
	"e9897976005540a696eae0c401c7156d64cd167940870270f82c1873cbe2e740": "example of Docker's documentation",
	"33a6d3750d9a769b1c15ed2c4c2aa19f88fd673de6f98ca5327fb78639770e8d": "example of Docker's documentation",
	"b5b17ca1d65733bbbdf82a5ca9164a549f0b077846125f397658b468c4292e16": "example of Docker's documentation",
	"b3344a79145696858832f3069dc14b93f191cb769820a942b45fb1d804fa1105": "example of GoDaddy's documentation",
	"b171a33e8f8a16ec5caa1b0f2c740ab526cf2264602c7af370b64a11b062a5e0": "example of AWS's documentation",
	"210a22c735a52c5cc15ed1819f940a65f93b6e895bfc508554f2d19e4b2bb0dc": "example of web3.js's documentation",
	"5ccf2edb4f070f0b180f1adadb1be7c568d04181e7938433c4503db2d2bf8b3e": "example of RFC 7515",
	"a45404ae333dd955dcff82cf28972e0f81b1e673cb70e2fc2d7d0d4c42a893bc": "example of RFC 7517",
	"8b1b17a9740c068accab5c3d0d652c8e3cc13206e70bb73b42ea41d4c2de3c12": "example of RFC 7515",
	"57afc11665beb68de7ccd6df1b38453be8682ac63bb8ccdf67cce63c2db9afd2": "example of RFC 7517",
	"7e5411e1a215425740319ea3c8e22ac5471720e9168a62ebc047bc3bf1e68fe4": "hash of no password in Prometheus' exporters",
	"6a81b2429c0ba421955f8772675488d1689d9a24aa1c96a6f1c4c70b708af1fa": "example of kubectl's documentation",
	"5cc1e9113bbaa7040c4e0fbe80ea6aa743e34add380c596abe5fe584ece883ec": "example of Django REST framework's documentation",
	"b9904b8ed45bc574ee1851896a4deb1ca049289603297d62ee474707136b6f17": "example of Django REST framework's documentation",
	"47f17651571ade56ec70083ad686b8d628307c4c868fa43a7deadc51b16f21d3": "example of Apache's documentation",
	"190edf59d5736c3b3ea6bb36d57f5eb415a9b79f3201b381b8f3cb089135981f": "example of RFC 8037",
}

// Documented tells whether a value is one that its provider prints in its documentation: it opens nothing, and never did.
func Documented(value string) bool {
	for _, end := range exampleEnds {
		if rest, ok := strings.CutSuffix(value, end); ok && len(rest) >= 8 {
			return true
		}
	}
	sum := sha256.Sum256([]byte(value))
	return strings.HasPrefix(published[hex.EncodeToString(sum[:])], "example of ")
}

// exampleEnds end the examples of AWS.
var exampleEnds = []string{"EXAMPLE", "EXAMPLEKEY"}

// judgePublished tells examples of documentation and the keys of emulators: by their SHA-256, and those of AWS by the word
// that all of them end in.
func judgePublished(in *Input, facts facts) string {
	for _, end := range exampleEnds {
		if rest, ok := strings.CutSuffix(in.Value, end); ok && len(rest) >= 8 {
			facts.add("known as", "example of documentation")
			return report.Test
		}
	}
	if in.Value == bedrockHead && !continues(in.After) {
		facts.add("known as", "beginning of every short-lived key of Amazon Bedrock")
		return report.Test
	}
	sum := sha256.Sum256([]byte(in.Value))
	name := published[hex.EncodeToString(sum[:])]
	if name == "" {
		return ""
	}
	facts.add("known as", name)
	return report.Test
}

// bedrockHead begins every short-lived key of Amazon Bedrock, which goes on with a signed request. On its own it stands in
// what looks for such keys.
const bedrockHead = "bedrock-api-key-" + "YmVkcm9jay5hbWF6b25hd3MuY29t"

// continues tells whether base64 goes on in the text behind a value.
func continues(after string) bool {
	return len(after) > 3 && strings.Trim(after[:4], "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_") == ""
}

// testModes are the beginnings that providers give to keys of their test modes and sandboxes, which move no money and
// hold no data of customers.
var testModes = []validator{
	{name: "Stripe, Clerk, Paystack, Polar", prefixes: []string{"sk_test_", "rk_test_", "pk_test_"}},
	{name: "Razorpay", prefixes: []string{"rzp_test_"}},
	{name: "Flutterwave", prefixes: []string{"FLWSECK_TEST-", "FLWPUBK_TEST-"}},
	{name: "Braintree", prefixes: []string{"access_token$sandbox$"}},
	{name: "Shippo", prefixes: []string{"shippo_test_"}},
	{name: "Duffel", prefixes: []string{"duffel_test_"}},
	{name: "Square", prefixes: []string{"sandbox-sq0"}},
	{name: "Plaid", prefixes: []string{"access-sandbox-", "link-sandbox-", "public-sandbox-"}},
	{name: "Checkout.com", prefixes: []string{"sk_sbox_", "pk_sbox_"}},
	{name: "EasyPost", vendors: []string{"easypost"}, prefixes: []string{"EZTK"}},
	{name: "Lob, Mollie, Shippo", vendors: []string{"lob", "mollie", "lemonsqueezy"}, prefixes: []string{"test_"}},
	{name: "Mercado Pago", vendors: []string{"mercadopago", "mercado"}, prefixes: []string{"TEST-"}},
}

// judgeTestMode tells keys of a provider's test mode.
func judgeTestMode(in *Input, facts facts) string {
	for i := range testModes {
		if testModes[i].appliesTo(in) {
			facts.add("mode", "test")
			return report.Test
		}
	}
	return ""
}

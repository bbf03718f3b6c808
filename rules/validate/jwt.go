package validate

import (
	"encoding/json"
	"strconv"
	"strings"

	"dregs/report"
)

// judgeJWT reads a JSON web token (RFC 7519) in its compact form: the algorithm of its signature, issuer, subject,
// audience and expiry, and the account of a Kubernetes service account's token. The signature is not verified: its key is
// not at hand.
func judgeJWT(in *Input, facts facts) string {
	parts := strings.Split(strings.TrimRight(in.Value, "."), ".")
	if strings.HasSuffix(in.Value, "..") || len(parts) != 2 && len(parts) != 3 && len(parts) != 5 {
		return ""
	}
	header := parseObject(decodeBase64(parts[0]))
	algorithm := scalar(header["alg"])
	if algorithm == "" {
		if in.isFrom("jwt") {
			return wellFormed(false)
		}
		return ""
	}
	facts.add("algorithm", algorithm)
	facts.add("key ID", scalar(header["kid"]))
	if len(parts) == 5 { // RFC 7516: its claims are encrypted
		return report.Encrypted
	}
	claims := parseObject(decodeBase64(parts[1]))
	if claims == nil {
		return wellFormed(false)
	}
	if isSampleJWT(claims) {
		return report.Test
	}
	for _, c := range []struct{ claim, name string }{
		{"iss", "issuer"}, {"sub", "subject"}, {"aud", "audience"}, {"azp", "client"}, {"client_id", "client"}, {"scope", "scope"},
	} {
		facts.add(c.name, scalar(claims[c.claim]))
	}
	serviceAccount(claims, facts)
	return expiry(in, claims, facts)
}

// HollowJWT tells whether a value has the head of a JSON Web Token (RFC 7519) and two parts more, but no claims in the one
// and in the other less than the 256 bits of the shortest signature.
func HollowJWT(value string) bool {
	parts := strings.Split(value, ".")
	if !strings.HasPrefix(value, "eyJ") || len(parts) != 3 || len(parts[2]) >= 43 {
		return false
	}
	header := parseObject(decodeBase64(parts[0]))
	return scalar(header["alg"]) != "" && parseObject(decodeBase64(parts[1])) == nil
}

// expiry tells the times of a token, and whether it has expired.
func expiry(in *Input, claims map[string]any, facts facts) string {
	if issued, ok := seconds(claims["iat"]); ok {
		facts.addTime("issued", issued)
	}
	expires, ok := seconds(claims["exp"])
	if !ok {
		return wellFormed(true)
	}
	facts.addTime("expires", expires)
	if !in.Now.IsZero() && expires <= in.Now.Unix() {
		return report.Expired
	}
	return wellFormed(true)
}

// seconds reads a NumericDate of RFC 7519, which may have a fraction.
func seconds(v any) (int64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	f, err := strconv.ParseFloat(n.String(), 64)
	if err != nil || f < 0 || f > 1<<53 {
		return 0, false
	}
	return int64(f), true
}

// serviceAccount tells the account of a Kubernetes token, legacy or bound.
func serviceAccount(claims map[string]any, facts facts) {
	const legacy = "kubernetes.io/serviceaccount/"
	facts.add("namespace", scalar(claims[legacy+"namespace"]))
	facts.add("service account", scalar(claims[legacy+"service-account.name"]))
	bound, ok := claims["kubernetes.io"].(map[string]any)
	if !ok {
		return
	}
	facts.add("namespace", scalar(bound["namespace"]))
	if account, ok := bound["serviceaccount"].(map[string]any); ok {
		facts.add("service account", scalar(account["name"]))
	}
	if pod, ok := bound["pod"].(map[string]any); ok {
		facts.add("pod", scalar(pod["name"]))
	}
}

// isSampleJWT tells the token that jwt.io shows, under whichever algorithm, as much documentation does.
func isSampleJWT(claims map[string]any) bool {
	return scalar(claims["sub"]) == "1234567890" && scalar(claims["name"]) == "John Doe"
}

// judgeMapbox reads the user of a token of Mapbox: a JSON web token whose header is only its kind.
func judgeMapbox(in *Input, facts facts) string {
	parts := strings.Split(in.Value, ".")
	if len(parts) != 3 {
		return ""
	}
	claims := parseObject(decodeBase64(parts[1]))
	if claims == nil {
		return wellFormed(false)
	}
	facts.add("user", scalar(claims["u"]))
	return expiry(in, claims, facts)
}

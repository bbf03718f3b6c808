package credfile

import "dregs/report"

var aws = Family{
	ID:          "aws-credentials-file-key",
	Description: "The secret half of an AWS access key, or a session token, in a credentials file.",
	Vendor:      "AWS",
	Severity:    report.High,
	Advice:      "Deactivate and delete the access key in IAM, and look in CloudTrail for what was done with it.",
	Reference:   "https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html",
	paths: []string{
		".aws/credentials", ".aws/config", "aws/credentials", ".credentials", "aws_credentials", "aws-credentials", ".aws_credentials", ".passwd-s3fs", "passwd-s3fs",
		".aws/cli/cache/*.json", ".aws/sso/cache/*.json", "*_accesskeys.csv", "accesskeys.csv", "rootkey.csv",
	},
	parse: parseAWS,
}

// parseAWS reads profiles, the JSON that the command caches, the table that the console gives, or ID:KEY of s3fs.
func parseAWS(data []byte, emit func(Credential)) error {
	read := readINI
	if looksJSON(data) {
		read = readJSON
	}
	root, err := read(data)
	root.take(emit, []fields{
		{secrets: []string{"awssecretaccesskey", "secretaccesskey", "awssecretkey"}, kind: Key, userUp: 1, hosts: []string{"endpointurl", "region"}, facts: map[string]string{"key id": "awsaccesskeyid"}},
		{secrets: []string{"awssessiontoken", "awssecuritytoken", "sessiontoken", "refreshtoken", "accesstoken", "clientsecret"}, kind: Token, userUp: 1, hosts: []string{"starturl", "region"}},
	})
	lines(data, func(line value) bool {
		for _, sep := range []byte{',', ':'} {
			if f := columns(line.trimmed(), sep); len(f) == 2 && awsKeyID(f[0].text) && len(f[1].text) >= 30 {
				c := f[1].credential(Key)
				c.fact("key id", f[0].text)
				emit(c)
			}
		}
		return true
	})
	return err
}

// awsKeyID tells whether text has the form of the ID of an access key.
func awsKeyID(text string) bool {
	return len(text) == 20 && (text[:4] == "AKIA" || text[:4] == "ASIA") && all(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
}

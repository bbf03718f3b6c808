package validate

import (
	"encoding/binary"
	"strconv"
	"strings"
	"time"
)

// judgeSentryToken reads the facts in an organization token of Sentry: base 64 of JSON, then a secret. See
// https://github.com/getsentry/rfcs/blob/main/text/0091-ci-upload-tokens.md.
func judgeSentryToken(in *Input, facts facts) string {
	head, secret, ok := cutLast(strings.TrimPrefix(in.Value, "sntrys_"), "_")
	if !ok || secret == "" {
		return ""
	}
	object := parseObject(decodeBase64(head))
	if object == nil {
		return wellFormed(false)
	}
	facts.add("organization", scalar(object["org"]))
	facts.add("host", hostOf(scalar(object["url"])))
	if issued, ok := seconds(object["iat"]); ok {
		facts.addTime("issued", issued)
	}
	return wellFormed(scalar(object["org"]) != "")
}

var (
	slackHook  = late(`/services/(T[A-Z0-9]{6,14})/(B[A-Z0-9]{6,14})/`)
	slackFlow  = late(`/(?:workflows|triggers)/(T[A-Z0-9]{6,14}|E[A-Z0-9]{6,14})/`)
	slackApp   = late(`\Axapp-[0-9]-(A[A-Z0-9]{6,14})-`)
	slackToken = late(`\Axox[abposr]-(?:[0-9]-)?([0-9]{8,14})-([0-9]{8,14})-`)
)

// judgeSlack tells the workspace and the app that a token or an address of Slack names. A token has them as numbers.
func judgeSlack(in *Input, facts facts) string {
	if m := slackHook().FindStringSubmatch(in.Value); m != nil {
		facts.add("workspace", m[1])
		facts.add("webhook", m[2])
	}
	if m := slackFlow().FindStringSubmatch(in.Value); m != nil {
		facts.add("workspace", m[1])
	}
	if m := slackApp().FindStringSubmatch(in.Value); m != nil {
		facts.add("app", m[1])
	}
	if m := slackToken().FindStringSubmatch(in.Value); m != nil {
		facts.add("workspace number", m[1])
		facts.add("user number", m[2])
	}
	return ""
}

var telegramToken = late(`\A(?:bot)?([0-9]{6,12}):[A-Za-z0-9_-]{35}\z`)

// judgeTelegram tells the bot of a token. See https://core.telegram.org/bots/api#authorizing-your-bot.
func judgeTelegram(in *Input, facts facts) string {
	if m := telegramToken().FindStringSubmatch(in.Value); m != nil {
		facts.add("bot", m[1])
	}
	return ""
}

// judgeDiscord tells the bot of a token, whose first part is its ID in base 64; the ID tells when the bot was made. See
// https://discord.com/developers/docs/reference#snowflakes.
func judgeDiscord(in *Input, facts facts) string {
	parts := strings.Split(in.Value, ".")
	if len(parts) != 3 {
		return ""
	}
	id := string(decodeBase64(parts[0]))
	n, err := strconv.ParseUint(id, 10, 63)
	if err != nil || len(id) < 16 {
		return ""
	}
	facts.add("bot", id)
	const epoch = 1420070400000 // the first second of 2015 in milliseconds
	facts.addTime("bot made", time.UnixMilli(int64(n>>22)+epoch).Unix())
	return wellFormed(true)
}

// judgeMacaroon reads a token of PyPI: base 64 of a macaroon (version 2, binary). It tells where the token holds, and
// its identifier. See https://github.com/rescrv/libmacaroons/blob/master/doc/format.txt.
func judgeMacaroon(in *Input, facts facts) string {
	raw := decodeBase64(strings.TrimPrefix(in.Value, "pypi-"))
	if len(raw) == 0 || raw[0] != 2 {
		return wellFormed(false)
	}
	const end, location, identifier = 0, 1, 2
	rest := raw[1:]
	for {
		kind, n := binary.Uvarint(rest)
		if n <= 0 {
			return wellFormed(false)
		}
		if rest = rest[n:]; kind == end {
			return wellFormed(true)
		}
		size, n := binary.Uvarint(rest)
		if n <= 0 || size > uint64(len(rest)-n) {
			return wellFormed(false)
		}
		field := string(rest[n : n+int(size)])
		rest = rest[n+int(size):]
		switch kind {
		case location:
			facts.add("host", field)
		case identifier:
			facts.add("token ID", field)
		default:
			return wellFormed(false)
		}
	}
}

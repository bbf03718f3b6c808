package logs

import "strings"

// prefix returns the length of what collectors, CI systems and loggers put before a message: times, levels, streams,
// services. It is at most len(text).
func prefix(text string) int {
	n := 0
	for n < len(text) {
		m := onePrefix(text[n:])
		if m == 0 {
			return n
		}
		n += m
	}
	return n
}

// prefixes are tried in order, again and again.
var prefixes = []func(string) int{spaces, bracketed, timestamp, monthDay, step, stream, level, service}

func onePrefix(text string) int {
	for _, p := range prefixes {
		if n := p(text); n > 0 {
			return n
		}
	}
	return 0
}

func spaces(text string) int { return len(text) - len(strings.TrimLeft(text, " \t\"'`")) }

// bracketed takes [12:34:56], [2024-01-02T…], [INFO], [build] and [Pipeline].
func bracketed(text string) int {
	if text[0] != '[' {
		return 0
	}
	end := strings.IndexByte(text[:min(len(text), 48)], ']')
	if end < 0 || end+1 < len(text) && text[end+1] != ' ' {
		return 0
	}
	return end + 1
}

// timestamp takes dates and times of day: 2024-01-02T03:04:05.678Z, 2024/01/02, 03:04:05,678, 20240102T030405Z.
func timestamp(text string) int {
	end := strings.IndexAny(text, " \t")
	if end < 0 {
		end = len(text)
	}
	word := text[:end]
	if len(word) < 8 || len(word) > 40 || word[0] < '0' || word[0] > '9' {
		return 0
	}
	separators := 0
	for i := range len(word) {
		switch c := word[i]; {
		case c >= '0' && c <= '9', c == 'T', c == 'Z', c == '.', c == ',', c == '+':
		case c == ':', c == '-', c == '/':
			separators++
		default:
			return 0
		}
	}
	if separators < 2 {
		return 0
	}
	return end
}

// monthDay takes syslog's and journald's head: Jan  2 03:04:05 host program[123]: .
func monthDay(text string) int {
	const months = "JanFebMarAprMayJunJulAugSepOctNovDec"
	if len(text) < 16 || text[3] != ' ' || strings.Index(months, text[:3])%3 != 0 || text[9] != ':' || text[12] != ':' {
		return 0
	}
	rest := text[:min(len(text), 200)]
	if colon := strings.Index(rest[15:], ": "); colon >= 0 && strings.Count(rest[15:15+colon], " ") == 2 {
		return 15 + colon + 2
	}
	return 15
}

// step takes BuildKit's "#12 " and the seconds after it.
func step(text string) int {
	if text[0] == '#' {
		n := digits(text[1:])
		if n == 0 || len(text) <= n+1 || text[n+1] != ' ' {
			return 0
		}
		return n + 2
	}
	n := digits(text)
	if n == 0 || n > 6 || len(text) <= n || text[n] != '.' {
		return 0
	}
	m := digits(text[n+1:])
	if m == 0 || m > 3 || len(text) <= n+1+m || text[n+1+m] != ' ' {
		return 0
	}
	return n + m + 2
}

func digits(text string) int {
	n := 0
	for n < len(text) && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	return n
}

// stream takes the stream of CRI's format (stdout F, stderr P) and that of GitLab (00O, 01E+).
func stream(text string) int {
	for _, s := range []string{"stdout F ", "stderr F ", "stdout P ", "stderr P "} {
		if strings.HasPrefix(text, s) {
			return len(s)
		}
	}
	if len(text) > 3 && hexDigits[text[0]] && hexDigits[text[1]] && (text[2] == 'O' || text[2] == 'E') {
		if n := 3 + strings.IndexByte(text[3:]+" ", ' '); n == 3 || n == 4 && text[3] == '+' {
			return n
		}
	}
	return 0
}

// level takes INFO[0012], INFO:, level=info and what logrus puts around it.
func level(text string) int {
	for _, name := range []string{"TRACE", "DEBUG", "DEBU", "INFO", "WARNING", "WARN", "ERROR", "ERRO", "FATA"} {
		rest, ok := strings.CutPrefix(text, name)
		if !ok || rest == "" {
			continue
		}
		switch rest[0] {
		case ':', ' ':
			return len(name) + 1
		case '[':
			if end := strings.IndexByte(rest, ']'); end > 0 && end < 12 {
				return len(name) + end + 1
			}
		}
	}
	return 0
}

// service takes compose's "web-1  | ".
func service(text string) int {
	end := strings.Index(text[:min(len(text), 80)], " | ")
	if end <= 0 {
		return 0
	}
	name := strings.TrimRight(text[:end], " ")
	for i := range len(name) {
		if !isWord(name[i]) && name[i] != '-' && name[i] != '.' {
			return 0
		}
	}
	return end + 3
}

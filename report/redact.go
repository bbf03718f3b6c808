package report

// Ellipsis stands for what redaction leaves out.
const Ellipsis = "…"

// tailFrom is the length in bytes from which redaction shows the last four.
const tailFrom = 24

// ShowNothing is the prefix of a value of which nothing may be shown, not its end either: one that consists of words.
const ShowNothing = -1

// Redact returns what may be shown of value: its first prefix bytes, which the provider documents, an ellipsis, and the
// last 4 bytes where the value has 24 bytes or more. A prefix of more than a quarter of the value is not shown. Of a
// negative prefix, ShowNothing, only the ellipsis is. The result is printable ASCII but for the ellipsis.
func Redact(value string, prefix int) string {
	if prefix < 0 {
		return Ellipsis
	}
	tail := ""
	if len(value) >= tailFrom {
		tail = value[len(value)-4:]
	}
	return clean(value[:shownPrefix(value, prefix)]) + Ellipsis + clean(tail)
}

// shownPrefix returns how many leading bytes of value Redact shows.
func shownPrefix(value string, prefix int) int {
	if prefix < 0 || prefix > len(value)/4 {
		return 0
	}
	return prefix
}

// clean drops what is not printable ASCII: redacted forms are shown on terminals.
func clean(s string) string {
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		if s[i] > ' ' && s[i] < 0x7f {
			b = append(b, s[i])
		}
	}
	return string(b)
}

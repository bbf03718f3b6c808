package report

// Ellipsis stands for what redaction leaves out.
const Ellipsis = "…"

// tailFrom is the length in bytes from which redaction shows the last four.
const tailFrom = 24

// Redact returns value with all but its first prefix bytes replaced: a prefix that the provider documents, an ellipsis,
// and the last 4 bytes where the value has 24 bytes or more beyond the shown prefix's own length being counted in.
// A prefix that would show a quarter of the value or more is not shown.
func Redact(value string, prefix int) string {
	if prefix < 0 || prefix*4 > len(value) && prefix > 0 {
		prefix = 0
	}
	head := value[:prefix]
	tail := ""
	if len(value) >= tailFrom {
		tail = value[len(value)-4:]
	}
	return clean(head) + Ellipsis + clean(tail)
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

package unpack

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"dregs/report"
)

// packLZF compresses text as LZF does: runs of at most 32 bytes, and references to what was before.
func packLZF(text string) []byte {
	var out []byte
	for at := 0; at < len(text); {
		n, from := min(len(text)-at, 200), -1
		for ; n >= 12 && from < 0; n-- {
			from = strings.LastIndex(text[:at], text[at:at+n])
		}
		if from >= 0 && at-from <= 1<<13 {
			n++ // the loop went on once
			back := at - from - 1
			out = append(out, 7<<5|byte(back>>8), byte(n-9), byte(back))
			at += n
			continue
		}
		n = min(32, len(text)-at)
		out = append(append(out, byte(n-1)), text[at:at+n]...)
		at += n
	}
	return out
}

// redisDump is a dump with text as one string, after padding.
func redisDump(text, padding string) []byte {
	packed := packLZF(text)
	out := []byte("REDIS0011" + padding + "\x00\x03key")
	out = append(out, redisEncoded, 0x40|byte(len(packed)>>8), byte(len(packed)))
	out = append(out, 0x80, 0, 0, byte(len(text)>>8), byte(len(text)))
	return append(append(out, packed...), "\xff12345678"...)
}

func TestRedisStrings(t *testing.T) {
	const token = "a token of more than thirty-two bytes, in one piece"
	text := strings.Repeat("x", 200) + strings.Repeat("x", 200) + token
	for name, padding := range map[string]string{
		"plain": "", "after what looks like one": strings.Repeat("\xc3\x20\x7f", 100),
		"behind a window": strings.Repeat("p", redisWindow-redisPacked), "across windows": strings.Repeat("p", redisWindow-60),
	} {
		got, err := unpackAll(t, redisDump(text, padding), Limits{})
		if err != nil || len(got) != 1 || got[0].Text != text+"\n" {
			t.Errorf("%s: %d members, %v", name, len(got), err)
		}
	}
	if bytes.Contains(redisDump(text, ""), []byte(token)) {
		t.Error("the token is in the dump as it is")
	}
	if got, err := unpackAll(t, []byte("REDIS0011\xfa\x09redis-ver\x057.0.1\xff"), Limits{}); len(got) != 0 || err != nil {
		t.Errorf("without compressed strings: %v, %v", got, err)
	}
}

func TestRedisIsBounded(t *testing.T) {
	// Each is long, and comes to all but the last byte that it claims.
	unit := "\xc3\x80\x00\x03\xff\x00\x80\x00\x7f\xff\xff"
	data := []byte("REDIS0011" + unit + strings.Repeat("\x0a"+unit, 100_000))
	_, err := unpackAll(t, data, Limits{})
	if kind(err) != report.Limit {
		t.Errorf("error %v, want one of kind limit", err)
	}
}

func FuzzRedis(f *testing.F) {
	f.Add(redisDump(strings.Repeat("x", 400)+"token", ""))
	f.Add([]byte("REDIS0011\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		data = append([]byte("REDIS0011"), data...)
		total := 0
		in := Input{At: bytes.NewReader(data), Size: int64(len(data))}
		format := Format{Name: "redis", unpack: unpackRedis}
		_ = format.Unpack(context.Background(), in, Limits{FileBytes: 1 << 20}, func(m Member) error {
			n, _ := io.Copy(io.Discard, m.Body)
			total += int(n)
			return nil
		})
		if total > 1<<20 {
			t.Errorf("%d bytes yielded", total)
		}
	})
}

package queue

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"
)

// quiet is how long the same message is not told again: while a server is away River repeats itself every second.
const quiet = time.Minute

// logger tells warn what River warns of. It implements slog.Handler.
type logger struct {
	warn func(error)

	mu   *sync.Mutex
	told map[string]time.Time // by message
}

func newLogger(warn func(error)) *slog.Logger {
	return slog.New(&logger{warn: warn, mu: new(sync.Mutex), told: make(map[string]time.Time)})
}

// Enabled implements slog.Handler.
func (l *logger) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }

// Handle implements slog.Handler.
func (l *logger) Handle(_ context.Context, r slog.Record) error {
	l.mu.Lock()
	last, ok := l.told[r.Message]
	again := ok && r.Time.Sub(last) < quiet
	if !again {
		l.told[r.Message] = r.Time
	}
	l.mu.Unlock()
	if again {
		return nil
	}
	var text strings.Builder
	text.WriteString(r.Message)
	r.Attrs(func(a slog.Attr) bool {
		fmt.Fprintf(&text, ", %s %s", a.Key, a.Value)
		return true
	})
	l.warn(fmt.Errorf("queue: %s", text.String()))
	return nil
}

// WithAttrs implements slog.Handler; River has none for all messages.
func (l *logger) WithAttrs([]slog.Attr) slog.Handler { return l }

// WithGroup implements slog.Handler.
func (l *logger) WithGroup(string) slog.Handler { return l }

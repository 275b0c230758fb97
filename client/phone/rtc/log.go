package rtc

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/pion/logging"
)

// logFactory sends what pion says to our log. Its errors are warnings here: the
// session reports its state itself.
type logFactory struct {
	log *slog.Logger
}

// NewLogger implements logging.LoggerFactory.
func (f logFactory) NewLogger(scope string) logging.LeveledLogger {
	return pionLogger{log: f.log.With("scope", scope)}
}

type pionLogger struct {
	log *slog.Logger
}

func (pionLogger) Trace(string)          {}
func (pionLogger) Tracef(string, ...any) {}

func (l pionLogger) Debug(m string)            { l.say(slog.LevelDebug, m) }
func (l pionLogger) Debugf(m string, a ...any) { l.say(slog.LevelDebug, m, a...) }
func (l pionLogger) Info(m string)             { l.say(slog.LevelDebug, m) }
func (l pionLogger) Infof(m string, a ...any)  { l.say(slog.LevelDebug, m, a...) }
func (l pionLogger) Warn(m string)             { l.say(slog.LevelInfo, m) }
func (l pionLogger) Warnf(m string, a ...any)  { l.say(slog.LevelInfo, m, a...) }
func (l pionLogger) Error(m string)            { l.say(slog.LevelWarn, m) }
func (l pionLogger) Errorf(m string, a ...any) { l.say(slog.LevelWarn, m, a...) }

func (l pionLogger) say(level slog.Level, m string, a ...any) {
	ctx := context.Background()
	if !l.log.Enabled(ctx, level) {
		return
	}
	if len(a) > 0 {
		m = fmt.Sprintf(m, a...)
	}
	l.log.Log(ctx, level, m)
}

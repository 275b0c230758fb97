package scenario

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parley/server/boot"
	"parley/server/store/pgtest"
)

// serverEnv makes this program a server: tests start themselves again, so that
// a server can be killed.
const serverEnv = "PARLEY_SCENARIO_SERVER"

// patience bounds the wait for something that must come.
const patience = 20 * time.Second

func TestMain(m *testing.M) {
	if os.Getenv(serverEnv) != "" {
		os.Exit(serve())
	}
	os.Exit(run(m))
}

func serve() int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	cfg, err := boot.ParseConfig(os.Args[1:], os.Getenv, os.Stderr)
	if err == nil {
		err = boot.Run(ctx, cfg, slog.New(slog.NewTextHandler(os.Stderr, nil)))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// database is the one PostgreSQL of all tests, started by the first that needs it.
var database = sync.OnceValues(func() (*pgtest.Server, error) { return pgtest.Start(context.Background()) })

var databaseUsed bool

func postgres(t *testing.T) string {
	t.Helper()
	databaseUsed = true
	pg, err := database()
	if errors.Is(err, pgtest.ErrSkipped) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	url, err := pg.Database(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pg.Drop(context.Background(), url); err != nil {
			t.Error(err)
		}
	})
	return url
}

func run(m *testing.M) int {
	code := m.Run()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	if databaseUsed {
		if pg, err := database(); err == nil {
			if err := pg.Close(); err != nil {
				fmt.Fprintln(os.Stderr, err)
				code = 1
			}
		}
	}
	return code
}

// until waits for ok, which tells what is still missing.
func until(t *testing.T, what string, ok func() (missing string)) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		missing := ok()
		if missing == "" {
			return
		}
		select {
		case <-deadline.C:
			t.Fatalf("%s: %s", what, missing)
		case <-tick.C:
		}
	}
}

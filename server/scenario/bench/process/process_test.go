package process

import (
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestStopEndsIt(t *testing.T) {
	p, err := Start(t.TempDir(), "sleep", "60")
	if err != nil {
		t.Fatal(err)
	}
	if !p.Running() {
		t.Error("not running after the start")
	}
	p.Stop()
	if p.Running() {
		t.Error("still running after Stop")
	}
	p.Stop()
}

func TestAwaitTellsWhatWasSaid(t *testing.T) {
	p, err := Start(t.TempDir(), "sh", "-c", "echo no such port; exit 1")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Stop()
	err = p.Await(time.Minute, func() bool { return false })
	if err == nil || !strings.Contains(err.Error(), "no such port") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(p.Log); err != nil {
		t.Error(err)
	}
}

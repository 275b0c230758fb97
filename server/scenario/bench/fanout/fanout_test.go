package fanout

import (
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestEveryWayDeliversAll(t *testing.T) {
	for name, start := range map[string]Starter{"hub": Hub, "grpc": GRPC, "raw": Raw} {
		t.Run(name, func(t *testing.T) {
			const subscribers, events = 3, 20
			r, err := Run(start, subscribers, events, 0)
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Late) != subscribers*events || r.CPU <= 0 || r.Late.Quantile(1) > time.Minute {
				t.Errorf("%d deliveries, %v each, last after %v", len(r.Late), r.CPU, r.Late.Quantile(1))
			}
		})
	}
}

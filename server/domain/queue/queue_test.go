package queue

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestWithDefaults(t *testing.T) {
	want := Queue{
		ID: "q1", Strategy: MostAvailable, Language: "en", Ageing: time.Minute,
		RingTimeout: 15 * time.Second, MissLimit: 1, WrapUpMax: 15 * time.Minute,
	}
	got := Queue{ID: "q1"}.WithDefaults()
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(got, got.WithDefaults()); d != "" {
		t.Errorf("defaults of defaults differ: %s", d)
	}
	set := Queue{
		Strategy: RoundRobin, Language: "az", Ageing: time.Second, RingTimeout: time.Second,
		MissLimit: 3, WrapUp: time.Second, WrapUpMax: time.Second,
	}
	if d := cmp.Diff(set, set.WithDefaults()); d != "" {
		t.Errorf("what was set is changed: %s", d)
	}
}

func TestQueueSkill(t *testing.T) {
	if got := QueueSkill("support"); got != "queue:support" {
		t.Errorf("QueueSkill = %q", got)
	}
}

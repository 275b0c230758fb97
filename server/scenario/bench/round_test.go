package main

import (
	"testing"
	"time"

	"parley/server/scenario/bench/measure"
)

func TestRoundCountsGapsOnlyWhileCallersWait(t *testing.T) {
	s := &side{}
	r := &round{
		talk: func() time.Duration { return time.Second },
		sent: map[string]time.Time{"1": time.Now(), "2": time.Now()}, free: map[string]time.Time{}, waiting: 2,
	}
	s.now.Store(r)
	if talk := s.Offered("anna", "1"); talk != time.Second {
		t.Errorf("talks for %v", talk)
	}
	s.HangingUp("anna")
	s.Offered("anna", "2")
	s.HangingUp("anna") // nobody waits any more
	s.Offered("anna", "unknown")
	if len(r.offers) != 2 || len(r.gaps) != 1 || r.waiting != 0 {
		t.Errorf("%d offers, %d gaps, %d waiting", len(r.offers), len(r.gaps), r.waiting)
	}
	e := s.events()
	e.Ended("1")
	e.Refused("2", 486)
	if r.over() != 2 || r.refused != 1 {
		t.Errorf("%d over, %d refused", r.over(), r.refused)
	}
}

func TestTurnsCompareNeighbours(t *testing.T) {
	round := func(gap time.Duration) result { return result{gaps: measure.Times{gap}} }
	turns := turns{
		ours: []result{round(2), round(4), round(6)},
		peer: []result{round(20), round(20), round(20)},
	}
	if got, want := turns.ratio(gapAt(.5)), (measure.Ratio{Median: .2, Least: .1, Greatest: .3}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestKernelFloorAndRoundTripsAreMeasured(t *testing.T) {
	udp, tcp, err := roundTrips()
	if err != nil || udp <= 0 || tcp <= 0 {
		t.Errorf("round trips %v, %v: %v", udp, tcp, err)
	}
	floor, err := kernelFloor()
	if err != nil || floor <= 0 {
		t.Errorf("floor %v: %v", floor, err)
	}
}

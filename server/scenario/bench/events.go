package main

import (
	"context"
	"fmt"
	"time"

	"parley/server/scenario/bench/fanout"
	"parley/server/scenario/bench/measure"
)

// fanRuns are the runs of one way.
type fanRuns struct {
	start fanout.Starter
	cpu   []float64
	late  measure.Times
	rate  []float64
}

func (f *fanRuns) run(subscribers, events int, pause time.Duration) error {
	r, err := fanout.Run(f.start, subscribers, events, pause)
	if err != nil {
		return err
	}
	f.cpu = append(f.cpu, float64(r.CPU))
	f.rate = append(f.rate, r.Rate)
	f.late = append(f.late, r.Late...)
	return nil
}

func (f *fanRuns) String() string {
	return fmt.Sprintf("%.3g us (%.0f/s, p50 %s p99 %s)", measure.Median(f.cpu)/1e3, measure.Median(f.rate),
		measure.Milliseconds(f.late.Quantile(.5)), measure.Milliseconds(f.late.Quantile(.99)))
}

// fanOut (B8): one event to many desktops' streams, as a burst and paced.
func fanOut(ctx context.Context, o options) error {
	seconds := 4
	if o.full {
		seconds = 10
	}
	for _, subscribers := range []int{200, 1000} {
		if err := fanOutOf(ctx, o, "burst", subscribers, 500, 0); err != nil {
			return err
		}
		if err := fanOutOf(ctx, o, "50 events/s", subscribers, 50*seconds, 20*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

func fanOutOf(ctx context.Context, o options, what string, subscribers, events int, pause time.Duration) error {
	us, rpc, tcp := &fanRuns{start: fanout.Hub}, &fanRuns{start: fanout.GRPC}, &fanRuns{start: fanout.Raw}
	for range o.pairs {
		for _, f := range []*fanRuns{us, rpc, tcp} {
			if err := f.run(subscribers, events, pause); err != nil {
				return fmt.Errorf("%d streams, %s: %w", subscribers, what, err)
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
	}
	line("B8", "fan-out, %d streams, %s, CPU/delivery: ours %v; grpc-go %v; raw TCP %v; ratio to grpc-go %v, to raw TCP %v",
		subscribers, what, us, rpc, tcp, measure.Compare(us.cpu, rpc.cpu), measure.Compare(us.cpu, tcp.cpu))
	return nil
}

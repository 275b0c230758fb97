package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"parley/server/scenario/bench/measure"
)

// turns are the rounds of both sides, pair by pair.
type turns struct{ ours, peer []result }

// take plays the same load on both sides in turns. Who begins changes.
func take(ctx context.Context, pairs int, us, them *side, l load) (turns, error) {
	var t turns
	for i := range pairs {
		order := []*side{us, them}
		if i%2 == 1 {
			order = []*side{them, us}
		}
		for _, s := range order {
			if s == nil {
				continue
			}
			r, err := s.play(ctx, l)
			if err != nil {
				return t, err
			}
			if s == us {
				t.ours = append(t.ours, r)
			} else {
				t.peer = append(t.peer, r)
			}
		}
	}
	return t, nil
}

// figures takes one figure out of each round.
func figures(rs []result, f func(result) time.Duration) []float64 {
	var all []float64
	for _, r := range rs {
		all = append(all, float64(f(r)))
	}
	return all
}

// middle is the median of a figure over the rounds, in milliseconds.
func middle(rs []result, f func(result) time.Duration) string {
	return measure.Milliseconds(time.Duration(measure.Median(figures(rs, f))))
}

func (t turns) ratio(f func(result) time.Duration) measure.Ratio {
	return measure.Compare(figures(t.ours, f), figures(t.peer, f))
}

func gapAt(q float64) func(result) time.Duration {
	return func(r result) time.Duration { return r.gaps.Quantile(q) }
}

func offerAt(q float64) func(result) time.Duration {
	return func(r result) time.Duration { return r.offers.Quantile(q) }
}

func cpuPerCall(r result) time.Duration { return r.cpu }

func served(rs []result) string {
	calls, ended := 0, 0
	for _, r := range rs {
		calls += r.calls
		ended += r.ended
	}
	return fmt.Sprintf("%d of %d calls", ended, calls)
}

// agentIdleGap (B1): more callers than agents; how long an agent who has hung
// up waits for the next call.
func agentIdleGap(ctx context.Context, o options) error {
	us, them, err := both(ctx, o, 20)
	if err != nil {
		return err
	}
	defer closeBoth(us, them)
	t, err := take(ctx, o.pairs, us, them, load{
		calls: 200, limit: time.Minute,
		talk: func() time.Duration { return 300*time.Millisecond + rand.N(1700*time.Millisecond) },
	})
	if err != nil {
		return err
	}
	udp, tcp, err := roundTrips()
	if err != nil {
		return err
	}
	text := fmt.Sprintf("agent idle gap: ours p50 %s p95 %s p99 %s (%s)",
		middle(t.ours, gapAt(.5)), middle(t.ours, gapAt(.95)), middle(t.ours, gapAt(.99)), served(t.ours))
	if them != nil {
		text += fmt.Sprintf("; asterisk app_queue p50 %s p95 %s (%s); ratio p50 %v p95 %v",
			middle(t.peer, gapAt(.5)), middle(t.peer, gapAt(.95)), served(t.peer), t.ratio(gapAt(.5)), t.ratio(gapAt(.95)))
	}
	line("B1", "%s; limit: loopback round trip UDP %s TCP %s", text, measure.Milliseconds(udp), measure.Milliseconds(tcp))
	return nil
}

func closeBoth(us, them *side) {
	us.close()
	if them != nil {
		them.close()
	}
}

// offerLatency (B2): agents are free; how long a caller's INVITE takes to ring
// at one of them, and how that grows with the number of agents.
func offerLatency(ctx context.Context, o options) error {
	sizes, calls := []int{10, 100, 1000}, 50
	if o.full {
		sizes, calls = []int{10, 100, 1000, 5000, 10_000}, 100
	}
	var ourP50s []string
	for _, agents := range sizes {
		p50, err := offerLatencyOf(ctx, o, agents, calls)
		if err != nil {
			return fmt.Errorf("%d agents: %w", agents, err)
		}
		ourP50s = append(ourP50s, fmt.Sprintf("%d: %s", agents, measure.Milliseconds(p50)))
	}
	udp, _, err := roundTrips()
	if err != nil {
		return err
	}
	line("B2", "growth of ours p50 with agents: %s; limit: loopback round trip UDP %s",
		strings.Join(ourP50s, ", "), measure.Milliseconds(udp))
	return nil
}

// asteriskMost is how many agents Asterisk is given; more take it minutes to load.
const asteriskMost = 5000

func offerLatencyOf(ctx context.Context, o options, agents, calls int) (time.Duration, error) {
	if agents > asteriskMost {
		o.asterisk = ""
	}
	us, them, err := both(ctx, o, agents)
	if err != nil {
		return 0, err
	}
	defer closeBoth(us, them)
	t, err := take(ctx, o.pairs, us, them, load{
		calls: calls, rate: 10, limit: time.Minute,
		talk: func() time.Duration { return 200*time.Millisecond + rand.N(200*time.Millisecond) },
	})
	if err != nil {
		return 0, err
	}
	text := fmt.Sprintf("offer latency, %d agents: ours p50 %s p99 %s, CPU/call %s (%s)", agents,
		middle(t.ours, offerAt(.5)), middle(t.ours, offerAt(.99)), middle(t.ours, cpuPerCall), served(t.ours))
	if them != nil {
		text += fmt.Sprintf("; asterisk p50 %s p99 %s, CPU/call %s; ratio p50 %v CPU/call %v",
			middle(t.peer, offerAt(.5)), middle(t.peer, offerAt(.99)), middle(t.peer, cpuPerCall),
			t.ratio(offerAt(.5)), t.ratio(cpuPerCall))
	}
	line("B2", "%s", text)
	return time.Duration(measure.Median(figures(t.ours, offerAt(.5)))), nil
}

// tooLate is the median offer latency at which a rate is not sustained.
const tooLate = 100 * time.Millisecond

// callsPerSecond (B3): the rate is stepped up until offers come too late.
func callsPerSecond(ctx context.Context, o options) error {
	us, them, err := both(ctx, o, 300)
	if err != nil {
		return err
	}
	defer closeBoth(us, them)
	seconds := 3.0
	if o.full {
		seconds = 8
	}
	var ourClimbs, theirClimbs []climb
	for range o.pairs {
		for _, s := range []*side{us, them} {
			if s == nil {
				continue
			}
			c, err := climbUp(ctx, s, seconds)
			if err != nil {
				return err
			}
			if s == us {
				ourClimbs = append(ourClimbs, c)
			} else {
				theirClimbs = append(theirClimbs, c)
			}
		}
	}
	text := fmt.Sprintf("queue calls per second, 300 agents: ours %.0f/s, CPU/call %s at %.0f/s",
		measure.Median(rates(ourClimbs)), measure.Milliseconds(time.Duration(measure.Median(costs(ourClimbs)))), costRate)
	if them != nil {
		text += fmt.Sprintf("; asterisk %.0f/s, CPU/call %s; ratio rate %v CPU/call %v",
			measure.Median(rates(theirClimbs)), measure.Milliseconds(time.Duration(measure.Median(costs(theirClimbs)))),
			measure.Compare(rates(ourClimbs), rates(theirClimbs)), measure.Compare(costs(ourClimbs), costs(theirClimbs)))
	}
	line("B3", "%s", text)
	return nil
}

// steps are the rates that are tried; the CPU of a call is compared at costRate,
// which both sides sustain.
var steps = []float64{30, 60, 100, 150, 200, 300, 400}

const costRate = 30.0

// climb is how far a side came: the last rate it sustained.
type climb struct {
	rate float64
	cost time.Duration
}

func climbUp(ctx context.Context, s *side, seconds float64) (climb, error) {
	var c climb
	for _, rate := range steps {
		sustained := false
		// A step is missed only by missing it twice, for the machine may have
		// been busy with something else.
		for try := 0; try < 2 && !sustained; try++ {
			r, err := s.play(ctx, load{
				calls: int(rate * seconds), rate: rate, limit: time.Duration(3*seconds) * time.Second,
				talk: func() time.Duration { return 400*time.Millisecond + rand.N(200*time.Millisecond) },
			})
			if err != nil {
				return c, err
			}
			sustained = r.offers.Quantile(.5) <= tooLate && r.ended >= r.calls*95/100
			if rate == costRate {
				c.cost = r.cpu
			}
		}
		if !sustained {
			break
		}
		c.rate = rate
	}
	return c, nil
}

func rates(cs []climb) []float64 {
	var all []float64
	for _, c := range cs {
		all = append(all, c.rate)
	}
	return all
}

func costs(cs []climb) []float64 {
	var all []float64
	for _, c := range cs {
		all = append(all, float64(c.cost))
	}
	return all
}

package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"parley/server/scenario/bench/centre"
	"parley/server/scenario/bench/desk"
	"parley/server/scenario/bench/measure"
	"parley/server/scenario/bench/peer"
	"parley/server/scenario/bench/sipload"
)

// round is one load on one side, and what was seen of it.
type round struct {
	talk func() time.Duration

	mu      sync.Mutex
	sent    map[string]time.Time
	free    map[string]time.Time
	waiting int
	// offers are the times from a caller's INVITE to the offer at an agent,
	// gaps those from an agent's hang-up to his next offer while callers wait.
	offers, gaps   measure.Times
	ended, refused int
}

func (r *round) offered(agent, number string) time.Duration {
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	if sent, known := r.sent[number]; known {
		r.offers = append(r.offers, now.Sub(sent))
		delete(r.sent, number)
		r.waiting--
	}
	if free, known := r.free[agent]; known {
		r.gaps = append(r.gaps, now.Sub(free))
		delete(r.free, agent)
	}
	return r.talk()
}

func (r *round) hangingUp(agent string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.waiting > 0 {
		r.free[agent] = time.Now()
	}
}

func (r *round) over() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ended + r.refused
}

// side is a centre under load, ours or a peer. Callers and agents stay from
// round to round.
type side struct {
	name    string
	pid     int
	callers *sipload.Callers
	now     atomic.Pointer[round]
	serial  int
	closers []func()
}

// Offered implements the scripts of both kinds of agents.
func (s *side) Offered(agent, number string) time.Duration {
	if r := s.now.Load(); r != nil {
		return r.offered(agent, number)
	}
	return 0
}

// HangingUp implements the scripts of both kinds of agents.
func (s *side) HangingUp(agent string) {
	if r := s.now.Load(); r != nil {
		r.hangingUp(agent)
	}
}

func (s *side) events() sipload.Events {
	count := func(f func(*round)) {
		if r := s.now.Load(); r != nil {
			r.mu.Lock()
			defer r.mu.Unlock()
			f(r)
		}
	}
	return sipload.Events{
		Ended: func(string) { count(func(r *round) { r.ended++ }) },
		Refused: func(number string, _ int) {
			count(func(r *round) {
				r.refused++
				delete(r.sent, number)
				r.waiting--
			})
		},
	}
}

func (s *side) close() {
	for i := len(s.closers) - 1; i >= 0; i-- {
		s.closers[i]()
	}
}

// ours starts a centre of our own with desktops for all its agents.
func ours(ctx context.Context, o options, agents int) (*side, error) {
	s := &side{name: "ours"}
	c, err := centre.Start(ctx, o.parleyd, o.work, agents)
	if err != nil {
		return nil, err
	}
	s.pid = c.PID
	s.closers = append(s.closers, c.Stop)
	s.callers, err = sipload.NewCallers(c.SIP, centre.DNIS, 0, s.events())
	if err != nil {
		s.close()
		return nil, err
	}
	s.closers = append(s.closers, func() { _ = s.callers.Close() })
	d, err := desk.Open(ctx, desk.Config{URL: c.URL, Seats: c.Seats, Script: s})
	if err != nil {
		s.close()
		return nil, err
	}
	s.closers = append(s.closers, d.Close, func() {
		if n := d.Failures(); n > 0 {
			fmt.Printf("    %d commands of desktops failed, the last one: %v\n", n, d.Failure())
		}
	})
	return s, nil
}

// asterisk starts Asterisk with telephones for all its agents.
func asterisk(o options, agents int) (*side, error) {
	s := &side{name: "asterisk"}
	a, err := peer.StartAsterisk(o.asterisk, o.work, agents)
	if err != nil {
		return nil, err
	}
	s.pid = a.PID
	s.closers = append(s.closers, a.Stop)
	telephones, err := sipload.NewAgents(peer.AgentPort, s)
	if err != nil {
		s.close()
		return nil, err
	}
	s.closers = append(s.closers, func() { _ = telephones.Close() })
	s.callers, err = sipload.NewCallers(a.SIP, a.Dialed, peer.CallerPort, s.events())
	if err != nil {
		s.close()
		return nil, err
	}
	s.closers = append(s.closers, func() { _ = s.callers.Close() })
	return s, nil
}

// both starts the sides to compare; the peer is nil if it is not installed.
func both(ctx context.Context, o options, agents int) (us, them *side, err error) {
	if us, err = ours(ctx, o, agents); err != nil {
		return nil, nil, err
	}
	if o.asterisk == "" {
		return us, nil, nil
	}
	if them, err = asterisk(o, agents); err != nil {
		us.close()
		return nil, nil, err
	}
	return us, them, nil
}

// load is what callers do in a round: so many of them, so many a second or all
// at once when that is 0.
type load struct {
	calls int
	rate  float64
	talk  func() time.Duration
	limit time.Duration
}

// result is what came of a round.
type result struct {
	offers, gaps         measure.Times
	calls, ended, served int
	// cpu is what the centre computed for one call.
	cpu time.Duration
}

// drainTime is how long calls of a round that went wrong may delay the next.
const drainTime = 20 * time.Second

// play runs one round.
func (s *side) play(ctx context.Context, l load) (result, error) {
	r := &round{talk: l.talk, sent: map[string]time.Time{}, free: map[string]time.Time{}}
	s.now.Store(r)
	before, err := measure.CPU(s.pid)
	if err != nil {
		return result{}, err
	}
	begin := time.Now()
	for i := range l.calls {
		if l.rate > 0 {
			time.Sleep(time.Until(begin.Add(time.Duration(float64(i) / l.rate * float64(time.Second)))))
		}
		s.call(r)
	}
	for r.over() < l.calls && time.Since(begin) < l.limit && ctx.Err() == nil {
		time.Sleep(10 * time.Millisecond)
	}
	after, err := measure.CPU(s.pid)
	if err != nil {
		return result{}, fmt.Errorf("%s has ended: %w", s.name, err)
	}
	for late := time.Now(); s.callers.Open() > 0 && time.Since(late) < drainTime && ctx.Err() == nil; {
		time.Sleep(10 * time.Millisecond)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	res := result{offers: r.offers, gaps: r.gaps, calls: l.calls, ended: r.ended, served: len(r.offers)}
	if res.served == 0 {
		return res, errors.Join(fmt.Errorf("%s served no call, refused %d", s.name, r.refused), ctx.Err())
	}
	res.cpu = (after - before) / time.Duration(res.served)
	return res, ctx.Err()
}

func (s *side) call(r *round) {
	s.serial++
	number := fmt.Sprintf("01%08d", s.serial)
	r.mu.Lock()
	r.sent[number] = time.Now()
	r.waiting++
	r.mu.Unlock()
	s.callers.Call(number)
}

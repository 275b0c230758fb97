package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"parley/server/scenario/bench/centre"
	"parley/server/scenario/bench/desk"
	"parley/server/scenario/bench/measure"
	"parley/server/scenario/bench/media"
	"parley/server/scenario/bench/peer"
	"parley/server/scenario/bench/sipload"
)

// relaying is a set of running calls through one relay.
type relaying struct {
	name    string
	pid     int
	ends    []media.End
	closers []func()

	cpu  []float64 // nanoseconds a packet, one figure a turn
	late measure.Times
	lost []float64
}

func (r *relaying) close() {
	for i := len(r.closers) - 1; i >= 0; i-- {
		r.closers[i]()
	}
}

func (r *relaying) keep(e media.End) {
	r.ends = append(r.ends, e)
	r.closers = append(r.closers, func() { _ = e.Close() })
}

// talk is one turn.
func (r *relaying) talk(d time.Duration) error {
	var before, after time.Duration
	var errs [2]error
	h := media.Talk(r.ends, d, func(on bool) {
		if on {
			before, errs[0] = measure.CPU(r.pid)
		} else {
			after, errs[1] = measure.CPU(r.pid)
		}
	})
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	if h.Received == 0 {
		return fmt.Errorf("%s has relayed nothing of %d packets", r.name, h.Sent)
	}
	r.cpu = append(r.cpu, float64(after-before)/float64(h.Sent))
	r.late = append(r.late, h.Late...)
	r.lost = append(r.lost, 100*(1-float64(h.Received)/float64(h.Sent)))
	return nil
}

func (r *relaying) String() string {
	return fmt.Sprintf("%.3g us/packet, delay p50 %s p99 %s, lost %.2g %%", measure.Median(r.cpu)/1e3,
		measure.Milliseconds(r.late.Quantile(.5)), measure.Milliseconds(r.late.Quantile(.99)), max(0, measure.Median(r.lost)))
}

// relay (B5): G.711 calls between telephones and WebRTC agents, which is what a
// centre relays: SRTP on one side. The peer does the same, and for its own sake
// also the cheaper plain RTP on both sides.
func relay(ctx context.Context, o options) error {
	sizes, talk := []int{10, 50, 100}, 4*time.Second
	if o.full {
		sizes, talk = []int{10, 50, 100, 200}, 10*time.Second
	}
	for _, calls := range sizes {
		if err := relayOf(ctx, o, calls, talk); err != nil {
			return fmt.Errorf("%d calls: %w", calls, err)
		}
	}
	return nil
}

func relayOf(ctx context.Context, o options, calls int, talk time.Duration) error {
	us, err := relayingOurs(ctx, o, calls)
	if err != nil {
		return err
	}
	defer us.close()
	sides := []*relaying{us}
	var secure, plain *relaying
	if o.rtpengine != "" {
		engine, err := peer.StartRTPEngine(o.rtpengine, o.work)
		if err != nil {
			return err
		}
		defer engine.Stop()
		if secure, err = relayingPeer(ctx, engine, calls, true); err != nil {
			return err
		}
		defer secure.close()
		if plain, err = relayingPeer(ctx, engine, calls, false); err != nil {
			return err
		}
		defer plain.close()
		sides = append(sides, secure, plain)
	}
	var floor []float64
	for range o.pairs {
		for _, s := range sides {
			if err := s.talk(talk); err != nil {
				return err
			}
		}
		f, err := kernelFloor()
		if err != nil {
			return err
		}
		floor = append(floor, float64(f))
	}
	text := fmt.Sprintf("G.711 relay, %d calls: ours (RTP-SRTP) %v", calls, us)
	if secure != nil {
		text += fmt.Sprintf("; rtpengine (RTP-SRTP) %v; ratio %v; rtpengine (RTP-RTP, no encryption) %v; ratio %v",
			secure, measure.Compare(us.cpu, secure.cpu), plain, measure.Compare(us.cpu, plain.cpu))
	}
	line("B5", "%s; limit: kernel sendto+recv %.3g us, ratio %v", text, measure.Median(floor)/1e3, measure.Compare(us.cpu, floor))
	return nil
}

// ringing pairs callers with the agents who get them.
type ringing struct {
	mu      sync.Mutex
	callers map[string]*media.Plain
	agents  []*media.Secure
	// answered gets one value for each side that is ready to be heard.
	answered chan struct{}
}

// Offered implements desk.Script: the talk lasts until the end.
func (*ringing) Offered(string, string) time.Duration { return time.Hour }

// HangingUp implements desk.Script.
func (*ringing) HangingUp(string) {}

func (k *ringing) sound(_ string, negotiate func(string) (string, error)) error {
	s, err := media.NewSecure()
	if err != nil {
		return err
	}
	k.mu.Lock()
	k.agents = append(k.agents, s)
	k.mu.Unlock()
	offer, err := s.Offer()
	if err != nil {
		return err
	}
	answer, err := negotiate(offer)
	if err != nil {
		return err
	}
	if err := s.Answered(answer); err != nil {
		return err
	}
	k.answered <- struct{}{}
	return nil
}

func (k *ringing) caller(number string, to netip.AddrPort) {
	k.mu.Lock()
	p := k.callers[number]
	k.mu.Unlock()
	if p != nil {
		p.Connect(to)
		k.answered <- struct{}{}
	}
}

// relayingOurs makes calls through our server, all the way from the INVITE.
func relayingOurs(ctx context.Context, o options, calls int) (*relaying, error) {
	c, err := centre.Start(ctx, o.parleyd, o.work, calls)
	if err != nil {
		return nil, err
	}
	r := &relaying{name: "ours", pid: c.PID, closers: []func(){c.Stop}}
	k := &ringing{callers: map[string]*media.Plain{}, answered: make(chan struct{}, 2*calls)}
	if err := r.dial(ctx, c, k, calls); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

func (r *relaying) dial(ctx context.Context, c *centre.Centre, k *ringing, calls int) error {
	d, err := desk.Open(ctx, desk.Config{URL: c.URL, Seats: c.Seats, Script: k, Sound: k.sound})
	if err != nil {
		return err
	}
	r.closers = append(r.closers, d.Close)
	callers, err := sipload.NewCallers(c.SIP, centre.DNIS, 0, sipload.Events{
		Refused: func(string, int) {}, Ended: func(string) {}, Answered: k.caller,
	})
	if err != nil {
		return err
	}
	r.closers = append(r.closers, func() { _ = callers.Close() })
	for i := range calls {
		p, err := media.NewPlain()
		if err != nil {
			return err
		}
		r.keep(p)
		number := fmt.Sprintf("01%08d", i)
		k.mu.Lock()
		k.callers[number] = p
		k.mu.Unlock()
		callers.CallFrom(number, p.Local())
		for range 2 {
			select {
			case <-k.answered:
			case <-time.After(10 * time.Second):
				return fmt.Errorf("call %d of %d is not answered: %w", i+1, calls, d.Failure())
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	return r.await(ctx, k.agents)
}

func (r *relaying) await(ctx context.Context, agents []*media.Secure) error {
	for _, s := range agents {
		r.keep(s)
	}
	for _, s := range agents {
		if err := s.Await(ctx); err != nil {
			return err
		}
	}
	return nil
}

// relayingPeer makes calls through rtpengine, which takes sessions and knows
// nothing of calls.
func relayingPeer(ctx context.Context, engine *peer.RTPEngine, calls int, webrtc bool) (*relaying, error) {
	r := &relaying{name: fmt.Sprintf("rtpengine (WebRTC %t)", webrtc), pid: engine.PID}
	var agents []*media.Secure
	for i := range calls {
		s, err := r.join(engine, fmt.Sprintf("call-%t-%d", webrtc, i), webrtc)
		if err != nil {
			r.close()
			return nil, err
		}
		if s != nil {
			agents = append(agents, s)
		}
	}
	if err := r.await(ctx, agents); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

// join makes one call; the agent is returned when he has WebRTC.
func (r *relaying) join(engine *peer.RTPEngine, call string, webrtc bool) (*media.Secure, error) {
	caller, err := media.NewPlain()
	if err != nil {
		return nil, err
	}
	r.keep(caller)
	offer, err := engine.Offer(call, sipload.Session(caller.Local()), webrtc)
	if err != nil {
		return nil, err
	}
	var agent *media.Secure
	var answer string
	if webrtc {
		if agent, err = media.NewSecure(); err != nil {
			return nil, err
		}
		if answer, err = agent.Answer(offer); err != nil {
			return nil, errors.Join(err, agent.Close())
		}
	} else {
		p, err := media.NewPlain()
		if err != nil {
			return nil, err
		}
		r.keep(p)
		p.Connect(at(offer))
		answer = sipload.Session(p.Local())
	}
	told, err := engine.Answer(call, answer, webrtc)
	if err != nil {
		return nil, err
	}
	caller.Connect(at(told))
	return agent, nil
}

// at is where a session on this machine is spoken to.
func at(session string) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(sipload.MediaPort(session)))
}

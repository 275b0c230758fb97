// Package centre is our side of a comparison: a parleyd of its own with a given
// number of agents.
//
// The centre is filled before the server starts, sessions included, because
// thousands of sign-ins would be thousands of password hashes. What is measured
// is the program as it is delivered, in a process of its own.
package centre

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"time"

	"parley/server/domain"
	"parley/server/domain/agent"
	"parley/server/domain/queue"
	"parley/server/domain/user"
	"parley/server/scenario/bench/process"
	"parley/server/service/session"
	"parley/server/store"
)

// DNIS is the number that leads to the queue. It has no greeting, no music and
// no wrap-up, so that nothing but the centre takes time.
const DNIS = "100"

// together is how many agents are stored in one transaction.
const together = 500

// Seat is an agent's place: a name, and a session to use it with.
type Seat struct{ User, Token string }

// Centre is a running server.
type Centre struct {
	*process.Process
	Seats []Seat
	// URL is where desktops connect, SIP where calls arrive.
	URL string
	SIP netip.AddrPort
}

// Start fills a folder below dir and starts the server program on it.
func Start(ctx context.Context, program, dir string, agents int) (*Centre, error) {
	data := filepath.Join(dir, "parleyd-"+rand.Text()[:8])
	seats, err := Fill(ctx, data, agents)
	if err != nil {
		return nil, fmt.Errorf("fill the centre: %w", err)
	}
	c := &Centre{Seats: seats}
	if err := c.run(program, dir, data); err != nil {
		return nil, err
	}
	return c, nil
}

// StartDemo starts the demo centre, with its users and their passwords.
func StartDemo(program, dir string) (*Centre, error) {
	c := &Centre{}
	if err := c.run(program, dir, filepath.Join(dir, "parleyd-"+rand.Text()[:8]), "--demo"); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Centre) run(program, dir, data string, more ...string) error {
	web, err := free("tcp4")
	if err != nil {
		return err
	}
	if c.SIP, err = free("udp4"); err != nil {
		return err
	}
	c.URL = "http://" + web.String()
	args := []string{
		"serve", "--data", data, "--http", web.String(), "--sip", c.SIP.String(),
		"--rtp-ports", "10000-19999", "--log-level", "warn", "--stop-limit", "1s",
	}
	c.Process, err = process.Start(dir, program, append(args, more...)...)
	if err != nil {
		return err
	}
	if err := c.Await(time.Minute, c.ready); err != nil {
		c.Stop()
		return err
	}
	return nil
}

func (c *Centre) ready() bool {
	client := http.Client{Timeout: time.Second}
	res, err := client.Get(c.URL + "/readyz")
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// free finds an address that nobody uses at this moment.
func free(network string) (netip.AddrPort, error) {
	if network == "udp4" {
		c, err := net.ListenPacket(network, "127.0.0.1:0")
		if err != nil {
			return netip.AddrPort{}, fmt.Errorf("find a free port: %w", err)
		}
		return netip.MustParseAddrPort(c.LocalAddr().String()), c.Close()
	}
	l, err := net.Listen(network, "127.0.0.1:0")
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("find a free port: %w", err)
	}
	return netip.MustParseAddrPort(l.Addr().String()), l.Close()
}

// Fill makes a data folder of a centre with so many agents, all of them signed
// in and ready.
func Fill(ctx context.Context, data string, agents int) ([]Seat, error) {
	st, err := store.Open(ctx, store.Config{Dir: data}, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	defer func() { _ = st.Close() }()
	err = st.Update(ctx, domain.Centre, "", func(tx *store.Tx) error {
		return tx.PutQueue(&queue.Queue{
			ID: "bench", Name: "Benchmark", DNIS: []string{DNIS}, Strategy: queue.LongestIdle,
		}, "queue.added")
	})
	var seats []Seat
	for from := 0; from < agents && err == nil; from += together {
		var some []Seat
		err = st.Update(ctx, domain.Centre, "", func(tx *store.Tx) error {
			some = nil // a transaction may be tried again
			for i := from; i < min(from+together, agents); i++ {
				seat := Seat{User: fmt.Sprintf("a%05d", i), Token: rand.Text()}
				if err := put(tx, seat); err != nil {
					return err
				}
				some = append(some, seat)
			}
			return nil
		})
		seats = append(seats, some...)
	}
	return seats, err
}

// put stores one agent who is signed in and ready.
func put(tx *store.Tx, s Seat) error {
	name, now := domain.UserID(s.User), time.Now()
	err := tx.PutUser(&user.User{
		Name: name, DisplayName: s.User, Language: "en", Roles: []domain.Role{domain.RoleAgent},
	}, "user.added")
	if err != nil {
		return err
	}
	err = tx.PutAgent(&agent.Agent{
		User: name, DisplayName: s.User, Presence: agent.Ready, Since: now,
		Capacity: map[domain.Channel]int{domain.Voice: 1}, Queues: []domain.QueueID{"bench"},
	}, "agent.added")
	if err != nil {
		return err
	}
	return tx.PutSession(&user.Session{
		TokenHash: session.Hash(s.Token), User: name, Device: "bench-" + s.User,
		CreatedAt: now, ExpiresAt: now.Add(session.Lifetime),
	})
}

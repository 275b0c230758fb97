package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"parley/client/gateway"
	"parley/client/model"
	"parley/client/phone"
)

type agentCmd struct {
	Count       int           `help:"How many agents; above 1, a figure from 1 is appended to --user." default:"1"`
	AnswerAfter time.Duration `help:"How long it rings." default:"1s"`
	TalkFor     time.Duration `help:"Hang up after this time; 0 leaves it to the customer." default:"0s"`
	WrapUpFor   time.Duration `help:"How long the wrap-up takes." default:"1s"`
	Note        string        `help:"Note to write in each call."`
	Play        string        `help:"WAV file to say, over and over." type:"existingfile"`
	Record      string        `help:"WAV file for what is heard; only with one agent."`
	For         time.Duration `help:"End after this time; 0 means until interrupted." default:"0s"`
}

func (c *agentCmd) Run(e *env) error {
	if c.Count < 1 {
		return &usageError{"--count must be at least 1"}
	}
	if err := e.needUser(); err != nil {
		return err
	}
	if c.Record != "" && c.Count > 1 {
		return &usageError{"--record works with one agent only"}
	}
	ctx := e.ctx
	if c.For > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.For)
		defer cancel()
	}
	errs := make([]error, c.Count)
	var wg sync.WaitGroup
	for i := range c.Count {
		name := e.cli.User
		if c.Count > 1 {
			name = fmt.Sprintf("%s%d", e.cli.User, i+1)
		}
		wg.Go(func() { errs[i] = c.robot(ctx, e, name) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// robot is one agent: it follows what the server says and does what a person
// would do.
func (c *agentCmd) robot(ctx context.Context, e *env, name string) error {
	log := slog.New(slog.DiscardHandler)
	ph, err := phone.New(phone.Config{AudioIn: c.Play, AudioOut: c.Record, Silent: c.Play == "" && c.Record == "", Loopback: true}, log)
	if err != nil {
		return err
	}
	worlds := make(chan model.World, 1)
	gw := gateway.New(gateway.Config{
		Server: e.cli.Server, Device: "robot-" + name,
		OnWorld: func(w model.World) {
			select {
			case <-worlds:
			default:
			}
			worlds <- w
		},
	}, log)
	r := &robot{cmd: c, env: e, name: name, gw: gw, phone: ph, calls: map[string]*robotCall{}}
	err = gw.SignIn(ctx, e.cli.Server, name, e.cli.Password, true)
	if err == nil {
		err = r.work(ctx, worlds)
	}
	leave, cancel := context.WithTimeout(context.WithoutCancel(ctx), hangUpLimit)
	defer cancel()
	if r.signedIn {
		r.leave(leave)
	}
	return errors.Join(err, gw.Close(), ph.Shutdown())
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"parley/server/voice/phone"
)

type callCmd struct {
	To     string        `help:"SIP URI to call, as sip:100@127.0.0.1:5060." required:""`
	From   string        `help:"Number to call from." required:""`
	Play   string        `help:"WAV file to say, over and over." type:"existingfile"`
	Record string        `help:"WAV file for what is heard."`
	DTMF   string        `help:"Keys to press once answered, a comma waits a second." name:"dtmf"`
	For    time.Duration `help:"Hang up after this time." default:"30s"`
	JSON   bool          `help:"Print JSON for scripts." name:"json"`
}

type callJSON struct {
	Statuses   []int  `json:"statuses"`
	Answered   bool   `json:"answered"`
	Codec      string `json:"codec"`
	Sent       uint64 `json:"packets_sent"`
	Received   uint64 `json:"packets_received"`
	Lost       uint64 `json:"packets_lost"`
	LongestGap int64  `json:"longest_gap_ms"`
	EndedBy    string `json:"ended_by"`
}

const hangUpLimit = 5 * time.Second

func (c *callCmd) Run(e *env) error {
	if strings.Trim(c.DTMF, "0123456789*#ABCD,") != "" {
		return &usageError{"--dtmf: " + c.DTMF + " is not allowed; keys are 0-9, *, #, A-D, and a comma to wait a second"}
	}
	call, err := phone.Dial(context.WithoutCancel(e.ctx), phone.Config{To: c.To, From: c.From, Play: c.Play, Record: c.Record})
	if err != nil {
		return err
	}
	result := callJSON{Statuses: []int{}, EndedBy: "far side"}
	limit, cancel := context.WithTimeout(e.ctx, c.For)
	defer cancel()
	told := make(chan struct{})
	go func() {
		defer close(told)
		for status := range call.Progress() {
			result.Statuses = append(result.Statuses, status)
			if !c.JSON {
				fmt.Fprintln(e.out, status)
			}
		}
	}()
	err = c.talk(limit, call, &result)
	result.Codec = string(call.Codec())
	stats := call.Stats()
	result.Sent, result.Received, result.Lost = stats.Sent, stats.Received, stats.Lost
	result.LongestGap = stats.LongestGap.Milliseconds()
	err = errors.Join(err, call.Close())
	<-told
	if c.JSON {
		return errors.Join(err, json.NewEncoder(e.out).Encode(result))
	}
	if result.Answered {
		fmt.Fprintf(e.out, "ended by %s; %s, %d packets heard, %d lost, longest gap %d ms\n",
			result.EndedBy, result.Codec, result.Received, result.Lost, result.LongestGap)
	}
	return err
}

// talk follows the call until the far side or the limit ends it.
func (c *callCmd) talk(ctx context.Context, call *phone.Call, result *callJSON) error {
	if err := call.Answered(ctx); err != nil {
		if ctx.Err() != nil {
			result.EndedBy = "us"
			return fmt.Errorf("no answer from %s within %s", c.To, c.For)
		}
		return err
	}
	result.Answered = true
	keys := make(chan error, 1)
	go func() { keys <- press(ctx, call, c.DTMF) }()
	err := call.Wait(ctx)
	if ctx.Err() != nil {
		result.EndedBy = "us"
		call.HangUp()
		limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), hangUpLimit)
		defer cancel()
		err = call.Wait(limit)
	}
	select {
	case kerr := <-keys:
		err = errors.Join(err, kerr)
	default:
	}
	return err
}

func press(ctx context.Context, call *phone.Call, keys string) error {
	for _, k := range keys {
		if k == ',' {
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(time.Second):
			}
			continue
		}
		if err := call.SendDigits(string(k)); err != nil {
			return err
		}
	}
	return nil
}

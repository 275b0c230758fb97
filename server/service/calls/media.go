package calls

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"parley/server/domain"
	"parley/server/domain/contact"
	"parley/server/store"
)

// request asks the node that has a call's sockets to do something with it. Also
// the own node is asked this way, so that there is one way.
type request struct {
	Contact domain.ContactID `json:"contact"`
	User    domain.UserID    `json:"user"`
	Command domain.CommandID `json:"command,omitempty"`
	// Offer is the SDP of the agent's desktop; Digits are telephone events.
	Offer  string `json:"offer,omitempty"`
	Digits string `json:"digits,omitempty"`
}

func subject(node domain.NodeID) string { return "parley.calls." + string(node) }

// OpenMedia negotiates the agent's media for a call that rings at him or that
// he serves, with the node that has the call.
func (s *Service) OpenMedia(ctx context.Context, user domain.UserID, id domain.ContactID, offer string) (string, error) {
	if offer == "" {
		return "", &domain.Error{Kind: domain.Invalid, Subject: "sdp_offer", Text: "an SDP offer is needed"}
	}
	answer, err := s.ask(ctx, request{Contact: id, User: user, Offer: offer})
	return string(answer), err
}

// MaxSendDigits is how many telephone events one command may send.
const MaxSendDigits = 32

// maxCommands is how many commands a call remembers.
const maxCommands = 32

// SendDigits sends telephone events to the customer's side, once for a command.
func (s *Service) SendDigits(ctx context.Context, user domain.UserID, cmd domain.CommandID, id domain.ContactID, digits string) error {
	bad := strings.Trim(digits, "0123456789*#ABCD")
	if digits == "" || bad != "" || len(digits) > MaxSendDigits {
		return &domain.Error{Kind: domain.Invalid, Subject: "digits", Text: "digits are 1 to 32 of 0-9, *, # and A-D"}
	}
	_, err := s.ask(ctx, request{Contact: id, User: user, Command: cmd, Digits: digits})
	return err
}

func (s *Service) ask(ctx context.Context, r request) ([]byte, error) {
	c, err := s.stored(ctx, r)
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode a request: %w", err)
	}
	return s.cfg.Bus.Request(ctx, subject(c.Node), data)
}

// stored reads the contact of a request and checks that it is the agent's.
func (s *Service) stored(ctx context.Context, r request) (*contact.Contact, error) {
	var c *contact.Contact
	err := s.cfg.Store.View(ctx, func(tx *store.Tx) error {
		var err error
		c, err = tx.Contact(r.Contact)
		return err
	})
	if err != nil {
		return nil, err
	}
	allowed := c.State == contact.Connected || c.State == contact.Offered && r.Offer != ""
	if c.Agent != r.User || !allowed {
		return nil, domain.Errorf(domain.Conflict, "%s does not have this contact", r.User)
	}
	return c, nil
}

func (s *Service) respond(ctx context.Context, data []byte) ([]byte, error) {
	var r request
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("decode a request: %w", err)
	}
	if r.Offer != "" {
		done, err := s.turn(ctx, r.Contact)
		if err != nil {
			return nil, err
		}
		defer done()
	}
	// The request may have overtaken the events that lead to it.
	c, err := s.stored(ctx, r)
	if err != nil {
		return nil, err
	}
	s.carryOut(c)
	if r.Offer == "" {
		return nil, s.sendDigits(r)
	}
	answer, err := s.voice.OpenAgent(ctx, r.Contact, r.Offer)
	if err != nil {
		return nil, err
	}
	return []byte(answer), s.opened(r.Contact, r.User)
}

// turn lets one negotiation of a call run at a time: that of an agent whose
// offer is over must not end after, and so replace, that of the next one.
func (s *Service) turn(ctx context.Context, id domain.ContactID) (done func(), err error) {
	for {
		s.mu.Lock()
		busy := s.opening[id]
		if busy == nil {
			mine := make(chan struct{})
			s.opening[id] = mine
			s.mu.Unlock()
			return func() {
				s.mu.Lock()
				defer s.mu.Unlock()
				delete(s.opening, id)
				close(mine)
			}, nil
		}
		s.mu.Unlock()
		select {
		case <-busy:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (s *Service) sendDigits(r request) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	is := s.applied[r.Contact]
	if is != nil && r.Command != "" && slices.Contains(is.commands, r.Command) {
		return nil
	}
	if err := s.voice.SendDigits(r.Contact, r.Digits); err != nil {
		return err
	}
	if is != nil {
		is.commands = append(is.commands, r.Command)
		if len(is.commands) > maxCommands {
			is.commands = is.commands[1:]
		}
	}
	return nil
}

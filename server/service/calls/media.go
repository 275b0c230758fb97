package calls

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"parley/server/domain"
	"parley/server/domain/contact"
	"parley/server/store"
)

// request asks the node that has a call's sockets to do something with it. Also
// the own node is asked this way, so that there is one way.
type request struct {
	Contact domain.ContactID `json:"contact"`
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
	answer, err := s.ask(ctx, user, request{Contact: id, Offer: offer}, contact.Offered, contact.Connected)
	return string(answer), err
}

// MaxSendDigits is how many telephone events one command may send.
const MaxSendDigits = 32

// SendDigits sends telephone events to the customer's side.
func (s *Service) SendDigits(ctx context.Context, user domain.UserID, id domain.ContactID, digits string) error {
	bad := strings.Trim(digits, "0123456789*#ABCD")
	if digits == "" || bad != "" || len(digits) > MaxSendDigits {
		return &domain.Error{Kind: domain.Invalid, Subject: "digits", Text: "digits are 1 to 32 of 0-9, *, # and A-D"}
	}
	_, err := s.ask(ctx, user, request{Contact: id, Digits: digits}, contact.Connected)
	return err
}

func (s *Service) ask(ctx context.Context, user domain.UserID, r request, states ...contact.State) ([]byte, error) {
	var c *contact.Contact
	err := s.cfg.Store.View(ctx, func(tx *store.Tx) error {
		var err error
		c, err = tx.Contact(r.Contact)
		return err
	})
	if err != nil {
		return nil, err
	}
	allowed := false
	for _, st := range states {
		allowed = allowed || c.State == st
	}
	if c.Agent != user || !allowed {
		return nil, domain.Errorf(domain.Conflict, "%s does not have this contact", user)
	}
	data, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode a request: %w", err)
	}
	return s.cfg.Bus.Request(ctx, subject(c.Node), data)
}

func (s *Service) respond(ctx context.Context, data []byte) ([]byte, error) {
	var r request
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("decode a request: %w", err)
	}
	if r.Offer != "" {
		answer, err := s.voice.OpenAgent(ctx, r.Contact, r.Offer)
		return []byte(answer), err
	}
	return nil, s.voice.SendDigits(r.Contact, r.Digits)
}

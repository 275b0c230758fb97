package contact_test

import (
	"testing"
	"time"

	"parley/server/domain"
	"parley/server/domain/contact"
)

func TestRequeueKeepsThePlace(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	c := &contact.Contact{ID: "c", State: contact.Queued, QueuedAt: at}
	if domain.KindOf(c.Requeue()) != domain.Conflict {
		t.Error("a contact that nobody serves was queued again")
	}
	if err := c.Offer("emma", &contact.Why{}, at.Add(time.Second), at.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if err := c.Accept("emma", 1, "i", at.Add(2*time.Second)); err != nil {
		t.Fatal(err)
	}
	if err := c.Requeue(); err != nil {
		t.Fatal(err)
	}
	if c.State != contact.Queued || !c.QueuedAt.Equal(at) || c.Agent != "" || !c.AnsweredAt.IsZero() || c.Interaction != "" || c.Why != nil {
		t.Errorf("after the requeue: %+v", c)
	}
	if err := c.Offer("jo", &contact.Why{}, at, at); err != nil || c.OfferNumber != 2 {
		t.Errorf("offer %d, %v", c.OfferNumber, err)
	}
}

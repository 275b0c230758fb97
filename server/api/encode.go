package api

import (
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"parley/proto/gen/parley/v1"
	"parley/server/domain"
	"parley/server/domain/agent"
	"parley/server/domain/contact"
	"parley/server/domain/interaction"
	"parley/server/service/watch"
)

// eventsField is the number of WatchResponse.events.
var eventsField = (&parleyv1.WatchResponse{}).ProtoReflect().Descriptor().Fields().ByName("events").Number()

// Encoder encodes each change once, as one element of WatchResponse.events
// with its tag, so that a message to a desktop is made by joining bytes.
type Encoder struct{}

var _ watch.Encoder = Encoder{}

func encode(e *parleyv1.Event) []byte {
	body, err := proto.Marshal(e)
	if err != nil {
		// Only a text that is not UTF-8 fails; the store holds none.
		return nil
	}
	return protowire.AppendBytes(protowire.AppendTag(nil, eventsField, protowire.BytesType), body)
}

// Agent encodes an agent.
func (Encoder) Agent(a *agent.Agent) []byte {
	return encode(&parleyv1.Event{Kind: &parleyv1.Event_Agent{Agent: wireAgent(a)}})
}

// Queue encodes a queue with its figures.
func (Encoder) Queue(f watch.Figures) []byte {
	return encode(&parleyv1.Event{Kind: &parleyv1.Event_Queue{Queue: wireQueue(f)}})
}

// Contact encodes a contact.
func (Encoder) Contact(c *contact.Contact) []byte {
	return encode(&parleyv1.Event{Kind: &parleyv1.Event_Contact{Contact: wireContact(c)}})
}

// Interaction encodes an interaction.
func (Encoder) Interaction(i *interaction.Interaction) []byte {
	return encode(&parleyv1.Event{Kind: &parleyv1.Event_Interaction{Interaction: wireInteraction(i)}})
}

// ContactRemoved encodes that a contact no longer concerns a desktop.
func (Encoder) ContactRemoved(id domain.ContactID) []byte {
	return removed(&parleyv1.Removed{ContactId: string(id)})
}

// InteractionRemoved encodes that an interaction is over.
func (Encoder) InteractionRemoved(id domain.InteractionID) []byte {
	return removed(&parleyv1.Removed{InteractionId: string(id)})
}

func removed(r *parleyv1.Removed) []byte {
	return encode(&parleyv1.Event{Kind: &parleyv1.Event_Removed{Removed: r}})
}

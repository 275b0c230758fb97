package gateway

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"parley/client/model"
	parleyv1 "parley/proto/gen/parley/v1"
)

// clockStep is the change of the clock's offset that is worth telling.
const clockStep = 100 * time.Millisecond

// versioned is an entity with its version: a late event must not undo a newer.
type versioned[T any] struct {
	version uint64
	value   T
}

// view is what the server has said, as of (stream, sequence).
type view struct {
	link     model.Link
	since    time.Time
	ended    model.Ended
	offset   time.Duration
	measured bool
	profile  model.Profile

	stream   string
	sequence uint64

	agents       map[string]versioned[model.Agent]
	queues       map[string]versioned[model.Queue]
	contacts     map[string]versioned[model.Contact]
	interactions map[string]versioned[model.Interaction]
}

func newView(p model.Profile, now time.Time) *view {
	v := &view{profile: p, since: now}
	v.clear()
	return v
}

func (v *view) clear() {
	v.agents = map[string]versioned[model.Agent]{}
	v.queues = map[string]versioned[model.Queue]{}
	v.contacts = map[string]versioned[model.Contact]{}
	v.interactions = map[string]versioned[model.Interaction]{}
}

func (v *view) setLink(l model.Link, now time.Time) {
	if v.link != l {
		v.link, v.since = l, now
	}
}

// apply takes one message. It says whether anything visible changed, and fails
// when the message does not follow on what is known; the next attempt then asks
// for a snapshot.
func (v *view) apply(m *parleyv1.WatchResponse, now time.Time) (changed bool, err error) {
	if m.GetSnapshot() {
		v.clear()
	} else if v.stream == "" || m.GetStreamId() != v.stream || m.GetSequence() < v.sequence {
		v.stream, v.sequence = "", 0
		return false, errGap
	}
	v.stream, v.sequence = m.GetStreamId(), m.GetSequence()
	changed = v.clock(timeOf(m.GetServerTime()), now) || m.GetSnapshot()
	for _, e := range m.GetEvents() {
		changed = v.event(e) || changed
	}
	return changed, nil
}

func (v *view) clock(server, now time.Time) bool {
	if server.IsZero() {
		return false
	}
	offset := server.Sub(now)
	if v.measured && (offset-v.offset).Abs() < clockStep {
		return false
	}
	v.offset, v.measured = offset, true
	return true
}

func (v *view) event(e *parleyv1.Event) bool {
	switch k := e.GetKind().(type) {
	case *parleyv1.Event_Agent:
		return put(v.agents, k.Agent.GetUser(), k.Agent.GetVersion(), agentOf(k.Agent))
	case *parleyv1.Event_Queue:
		return put(v.queues, k.Queue.GetQueueId(), k.Queue.GetVersion(), queueOf(k.Queue))
	case *parleyv1.Event_Contact:
		return put(v.contacts, k.Contact.GetContactId(), k.Contact.GetVersion(), contactOf(k.Contact))
	case *parleyv1.Event_Interaction:
		return v.interaction(k.Interaction)
	case *parleyv1.Event_Removed:
		delete(v.contacts, k.Removed.GetContactId())
		delete(v.interactions, k.Removed.GetInteractionId())
		delete(v.agents, k.Removed.GetAgentUser())
		return true
	}
	return false
}

func put[T any](m map[string]versioned[T], id string, version uint64, value T) bool {
	if version < m[id].version {
		return false
	}
	m[id] = versioned[T]{version, value}
	return true
}

func (v *view) interaction(i *parleyv1.Interaction) bool {
	known := v.interactions[i.GetInteractionId()]
	if i.GetVersion() < known.version {
		return false
	}
	if i.GetState() == parleyv1.InteractionState_INTERACTION_STATE_ENDED {
		delete(v.interactions, i.GetInteractionId())
		return true
	}
	value := interactionOf(i)
	if value.NoteRevision < known.value.NoteRevision {
		value.Note, value.NoteRevision = known.value.Note, known.value.NoteRevision
	}
	v.interactions[i.GetInteractionId()] = versioned[model.Interaction]{i.GetVersion(), value}
	return true
}

// begun, noted and over show what the server has confirmed, until the stream
// brings the same.
func (v *view) begun(e *entry) {
	if _, ok := v.interactions[e.Interaction]; ok {
		return
	}
	v.interactions[e.Interaction] = versioned[model.Interaction]{value: model.Interaction{
		ID: e.Interaction, Open: true, Agent: v.profile.User, StartedAt: e.At,
	}}
}

func (v *view) noted(interaction, text string, revision uint64) {
	known, ok := v.interactions[interaction]
	if !ok || known.value.NoteRevision > revision {
		return
	}
	known.value.Note, known.value.NoteRevision = text, revision
	v.interactions[interaction] = known
}

func (v *view) over(interaction string) { delete(v.interactions, interaction) }

// revision is the newest known revision of an interaction's note.
func (v *view) revision(interaction string) uint64 {
	return v.interactions[interaction].value.NoteRevision
}

// world makes the immutable value for the screens, with the journal on top.
func (v *view) world(out *outbox) model.World {
	w := model.World{
		Link: v.link, LinkSince: v.since, Ended: v.ended, ClockOffset: v.offset, Profile: v.profile,
		Me:       v.agents[v.profile.User].value,
		Queues:   values(v.queues, func(a, b model.Queue) int { return cmp.Compare(a.ID, b.ID) }),
		Contacts: values(v.contacts, olderContact),
	}
	if w.Me.User == "" {
		w.Me.User, w.Me.DisplayName = v.profile.User, v.profile.DisplayName
	}
	if slices.ContainsFunc(v.profile.Roles, func(r model.Role) bool { return r >= model.RoleSupervisor }) {
		w.Agents = values(v.agents, func(a, b model.Agent) int { return cmp.Compare(a.User, b.User) })
	}
	w.Interactions = slices.DeleteFunc(values(v.interactions, olderInteraction),
		func(i model.Interaction) bool { return i.Agent != v.profile.User })
	if out != nil {
		pending := out.pending()
		w.Unsent = len(pending)
		w.Interactions = overlay(w.Interactions, pending, v.profile.User)
	}
	return w
}

func olderContact(a, b model.Contact) int {
	return cmp.Or(a.ArrivedAt.Compare(b.ArrivedAt), cmp.Compare(a.ID, b.ID))
}

func olderInteraction(a, b model.Interaction) int {
	return cmp.Or(a.StartedAt.Compare(b.StartedAt), cmp.Compare(a.ID, b.ID))
}

func values[T any](m map[string]versioned[T], order func(a, b T) int) []T {
	out := make([]T, 0, len(m))
	for v := range maps.Values(m) {
		out = append(out, v.value)
	}
	slices.SortFunc(out, order)
	return out
}

// overlay shows what is journaled but not confirmed: interactions begun here,
// the newest text of each note, and without those that were ended here.
func overlay(list []model.Interaction, pending []entry, me string) []model.Interaction {
	for _, e := range pending {
		at := slices.IndexFunc(list, func(i model.Interaction) bool { return i.ID == e.Interaction })
		switch {
		case e.Kind == kindBegin && at < 0:
			list = append(list, model.Interaction{ID: e.Interaction, Open: true, Agent: me, StartedAt: e.At})
		case e.Kind == kindNote && at >= 0:
			list[at].Note = e.Text
		case e.Kind == kindEnd && at >= 0:
			list = slices.Delete(list, at, at+1)
		}
	}
	slices.SortStableFunc(list, olderInteraction)
	return list
}

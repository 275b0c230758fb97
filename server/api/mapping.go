package api

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"parley/proto/gen/parley/v1"
	"parley/server/domain"
	"parley/server/domain/account"
	"parley/server/domain/agent"
	"parley/server/domain/contact"
	"parley/server/domain/interaction"
	"parley/server/domain/queue"
	"parley/server/service/interactions"
	"parley/server/service/watch"
)

var (
	contactStates = map[contact.State]parleyv1.ContactState{
		contact.Arrived:   parleyv1.ContactState_CONTACT_STATE_ARRIVED,
		contact.Queued:    parleyv1.ContactState_CONTACT_STATE_QUEUED,
		contact.Offered:   parleyv1.ContactState_CONTACT_STATE_OFFERED,
		contact.Connected: parleyv1.ContactState_CONTACT_STATE_CONNECTED,
		contact.Ended:     parleyv1.ContactState_CONTACT_STATE_ENDED,
	}
	endReasons = map[contact.EndReason]parleyv1.EndReason{
		contact.ByCustomer:  parleyv1.EndReason_END_REASON_CUSTOMER,
		contact.ByAgent:     parleyv1.EndReason_END_REASON_AGENT,
		contact.Abandoned:   parleyv1.EndReason_END_REASON_ABANDONED,
		contact.Interrupted: parleyv1.EndReason_END_REASON_INTERRUPTED,
		contact.Released:    parleyv1.EndReason_END_REASON_RELEASED,
	}
	agentStates = map[agent.State]parleyv1.AgentState{
		agent.StateSignedOut:    parleyv1.AgentState_AGENT_STATE_SIGNED_OUT,
		agent.StateNotReady:     parleyv1.AgentState_AGENT_STATE_NOT_READY,
		agent.StateReady:        parleyv1.AgentState_AGENT_STATE_READY,
		agent.StateOffered:      parleyv1.AgentState_AGENT_STATE_OFFERED,
		agent.StateOnContact:    parleyv1.AgentState_AGENT_STATE_ON_CONTACT,
		agent.StateWrapUp:       parleyv1.AgentState_AGENT_STATE_WRAP_UP,
		agent.StateReconnecting: parleyv1.AgentState_AGENT_STATE_RECONNECTING,
	}
	strategies = map[queue.Strategy]parleyv1.RoutingStrategy{
		queue.MostAvailable: parleyv1.RoutingStrategy_ROUTING_STRATEGY_MOST_AVAILABLE,
		queue.LeastBusy:     parleyv1.RoutingStrategy_ROUTING_STRATEGY_LEAST_BUSY,
		queue.LongestIdle:   parleyv1.RoutingStrategy_ROUTING_STRATEGY_LONGEST_IDLE,
		queue.RoundRobin:    parleyv1.RoutingStrategy_ROUTING_STRATEGY_ROUND_ROBIN,
	}
	wireRoles = map[domain.Role]parleyv1.Role{
		domain.RoleAgent:         parleyv1.Role_ROLE_AGENT,
		domain.RoleSupervisor:    parleyv1.Role_ROLE_SUPERVISOR,
		domain.RoleAdministrator: parleyv1.Role_ROLE_ADMINISTRATOR,
	}
	accountTypes = map[account.Type]parleyv1.AccountType{
		account.Person:  parleyv1.AccountType_ACCOUNT_TYPE_PERSON,
		account.Company: parleyv1.AccountType_ACCOUNT_TYPE_COMPANY,
	}
)

// channels maps the media of contacts.
func channel(domain.Channel) parleyv1.Channel { return parleyv1.Channel_CHANNEL_VOICE }

func stamp(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

func moment(t *timestamppb.Timestamp) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.AsTime()
}

func wireWhy(w *contact.Why) *parleyv1.Why {
	if w == nil {
		return nil
	}
	out := &parleyv1.Why{
		Strategy: strategies[queue.Strategy(w.Strategy)], Capacity: int32(w.Capacity), OpenWork: int32(w.OpenWork),
		Candidates: int32(w.Candidates), Waited: durationpb.New(w.Waited), Priority: int32(w.Priority), Waiting: int32(w.Waiting),
	}
	if w.SinceLastWork > 0 {
		out.SinceLastWork = durationpb.New(w.SinceLastWork)
	}
	for name, level := range w.Skills {
		if !strings.HasPrefix(name, "queue:") {
			out.Skills = append(out.Skills, fmt.Sprintf("%s=%d", name, level))
		}
	}
	slices.Sort(out.Skills)
	return out
}

func wireContact(c *contact.Contact) *parleyv1.Contact {
	out := &parleyv1.Contact{
		ContactId: string(c.ID), Version: c.Version, Channel: channel(c.Channel), State: contactStates[c.State],
		EndReason: endReasons[c.EndReason], QueueId: string(c.Queue), QueueName: c.QueueName,
		Ani: c.ANI, AniE164: c.ANIE164, Dnis: c.DNIS, CallerName: c.CallerName, Language: c.Language,
		Agent: string(c.Agent), InteractionId: string(c.Interaction),
		ArrivedAt: stamp(c.ArrivedAt), QueuedAt: stamp(c.QueuedAt), OfferedAt: stamp(c.OfferedAt),
		OfferDeadline: stamp(c.OfferDeadline), AnsweredAt: stamp(c.AnsweredAt), EndedAt: stamp(c.EndedAt),
		Held: c.Held, HeldAt: stamp(c.HeldAt), HeldByCustomer: c.HeldByCustomer, Why: wireWhy(c.Why),
		MatchCount: int32(c.MatchCount), OfferNumber: c.OfferNumber, NodeId: string(c.Node),
	}
	for _, m := range c.Matches {
		out.Matches = append(out.Matches, &parleyv1.AccountSummary{AccountId: string(m.Account), Name: m.Name, Detail: m.Detail})
	}
	return out
}

func wireAgent(a *agent.Agent) *parleyv1.Agent {
	out := &parleyv1.Agent{
		User: string(a.User), Version: a.Version, DisplayName: a.DisplayName, State: agentStates[a.State()],
		Reason: a.Reason, Since: stamp(a.Since),
	}
	presence, reason := a.Next()
	out.ReadyNext, out.ReasonNext = presence == agent.Ready, reason
	for ch, capacity := range a.Capacity {
		out.Loads = append(out.Loads, &parleyv1.ChannelLoad{
			Channel: channel(ch), Capacity: int32(capacity), OpenWork: int32(a.Load(ch)),
		})
	}
	if w := a.WrapUpAt(); w != nil {
		out.WrapUpDeadline, out.WrapUpContactId = stamp(w.Deadline), string(w.Contact)
		out.WrapUpExtendable = w.Deadline.Before(w.Until)
	}
	return out
}

func wireQueue(f watch.Figures) *parleyv1.Queue {
	return &parleyv1.Queue{
		QueueId: string(f.Queue.ID), Version: f.Queue.Version, Name: f.Queue.Name, Dnis: f.Queue.DNIS,
		Waiting: int32(f.Waiting), LongestSince: stamp(f.Longest),
		AgentsSignedIn: int32(f.SignedIn), AgentsReady: int32(f.Ready),
	}
}

func wireSummary(id domain.AccountID, name, detail string) *parleyv1.AccountSummary {
	if id == "" {
		return nil
	}
	return &parleyv1.AccountSummary{AccountId: string(id), Name: name, Detail: detail}
}

func interactionState(open bool) parleyv1.InteractionState {
	if open {
		return parleyv1.InteractionState_INTERACTION_STATE_OPEN
	}
	return parleyv1.InteractionState_INTERACTION_STATE_ENDED
}

func wireInteraction(i *interaction.Interaction) *parleyv1.Interaction {
	out := &parleyv1.Interaction{
		InteractionId: string(i.ID), Version: i.Version, State: interactionState(i.Open()), Agent: string(i.Agent),
		Account: wireSummary(i.Account, i.AccountName, i.AccountDetail),
		Note:    i.Note, NoteRevision: i.NoteRevision, StartedAt: stamp(i.StartedAt), EndedAt: stamp(i.EndedAt),
	}
	for _, id := range i.Contacts {
		out.ContactIds = append(out.ContactIds, string(id))
	}
	return out
}

func wireHistory(e interactions.Entry) *parleyv1.HistoryEntry {
	i := e.Interaction
	out := &parleyv1.HistoryEntry{
		InteractionId: string(i.ID), Account: wireSummary(i.Account, i.AccountName, i.AccountDetail), Agent: string(i.Agent),
		State: interactionState(i.Open()), StartedAt: stamp(i.StartedAt), EndedAt: stamp(i.EndedAt), Note: i.Note,
	}
	for _, c := range e.Contacts {
		out.Contacts = append(out.Contacts, &parleyv1.HistoryContact{
			ContactId: string(c.ID), Channel: channel(c.Channel), Ani: c.ANI, QueueName: c.QueueName,
			EndReason: endReasons[c.EndReason], ArrivedAt: stamp(c.ArrivedAt), AnsweredAt: stamp(c.AnsweredAt), EndedAt: stamp(c.EndedAt),
		})
	}
	return out
}

func wireAccount(a *account.Account) *parleyv1.Account {
	out := &parleyv1.Account{
		AccountId: string(a.ID), Version: a.Version, Type: accountTypes[a.Type], Name: a.Name, Company: a.Company,
		Email: a.Email, Street: a.Street, PostalCode: a.PostalCode, City: a.City, Country: a.Country, Language: a.Language,
	}
	for _, n := range a.Numbers {
		out.Numbers = append(out.Numbers, &parleyv1.PhoneNumber{Typed: n.Typed, E164: n.E164})
	}
	return out
}

func domainAccount(a *parleyv1.Account) account.Account {
	out := account.Account{
		ID: domain.AccountID(a.GetAccountId()), Type: account.Person, Name: a.GetName(), Company: a.GetCompany(),
		Email: a.GetEmail(), Street: a.GetStreet(), PostalCode: a.GetPostalCode(), City: a.GetCity(),
		Country: a.GetCountry(), Language: a.GetLanguage(),
	}
	if a.GetType() == parleyv1.AccountType_ACCOUNT_TYPE_COMPANY {
		out.Type = account.Company
	}
	for _, n := range a.GetNumbers() {
		out.Numbers = append(out.Numbers, account.Number{Typed: n.GetTyped()})
	}
	return out
}

package gateway

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"parley/client/model"
	parleyv1 "parley/proto/gen/parley/v1"
)

func timeOf(t *timestamppb.Timestamp) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.AsTime()
}

func wireTime(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

func profileOf(p *parleyv1.Profile) model.Profile {
	out := model.Profile{
		User: p.GetUser(), DisplayName: p.GetDisplayName(), Language: p.GetLanguage(),
		CentreName: p.GetCentreName(), Country: p.GetCountry(),
	}
	for _, r := range p.GetRoles() {
		out.Roles = append(out.Roles, model.Role(r))
	}
	for _, r := range p.GetNotReadyReasons() {
		text := r.GetTexts()[p.GetLanguage()]
		if text == "" {
			text = r.GetTexts()["en"]
		}
		out.Reasons = append(out.Reasons, model.NotReadyReason{ID: r.GetReasonId(), Text: text})
	}
	return out
}

func agentOf(a *parleyv1.Agent) model.Agent {
	out := model.Agent{
		User: a.GetUser(), DisplayName: a.GetDisplayName(), State: model.AgentState(a.GetState()),
		Reason: a.GetReason(), Since: timeOf(a.GetSince()),
		ReadyNext: a.GetReadyNext(), ReasonNext: a.GetReasonNext(),
		WrapUpDeadline:   timeOf(a.GetWrapUpDeadline()),
		WrapUpExtendable: a.GetWrapUpExtendable(), WrapUpContact: a.GetWrapUpContactId(),
	}
	for _, l := range a.GetLoads() {
		out.Loads = append(out.Loads, model.ChannelLoad{
			Channel: model.Channel(l.GetChannel()), Capacity: int(l.GetCapacity()), OpenWork: int(l.GetOpenWork()),
		})
	}
	return out
}

func queueOf(q *parleyv1.Queue) model.Queue {
	return model.Queue{
		ID: q.GetQueueId(), Name: q.GetName(), DNIS: q.GetDnis(), Waiting: int(q.GetWaiting()),
		LongestSince: timeOf(q.GetLongestSince()),
		SignedIn:     int(q.GetAgentsSignedIn()), Ready: int(q.GetAgentsReady()),
	}
}

func contactOf(c *parleyv1.Contact) model.Contact {
	return model.Contact{
		ID: c.GetContactId(), Channel: model.Channel(c.GetChannel()), State: model.ContactState(c.GetState()),
		EndReason: model.EndReason(c.GetEndReason()), QueueID: c.GetQueueId(), QueueName: c.GetQueueName(),
		ANI: c.GetAni(), ANIE164: c.GetAniE164(), DNIS: c.GetDnis(), CallerName: c.GetCallerName(),
		Language: c.GetLanguage(), Agent: c.GetAgent(), Interaction: c.GetInteractionId(),
		ArrivedAt: timeOf(c.GetArrivedAt()), QueuedAt: timeOf(c.GetQueuedAt()), OfferedAt: timeOf(c.GetOfferedAt()),
		OfferDeadline: timeOf(c.GetOfferDeadline()), AnsweredAt: timeOf(c.GetAnsweredAt()),
		EndedAt: timeOf(c.GetEndedAt()), Held: c.GetHeld(), HeldAt: timeOf(c.GetHeldAt()),
		HeldByCustomer: c.GetHeldByCustomer(), Why: whyOf(c.GetWhy()), Matches: summariesOf(c.GetMatches()),
		MatchCount: int(c.GetMatchCount()), OfferNumber: c.GetOfferNumber(), Node: c.GetNodeId(),
	}
}

func whyOf(w *parleyv1.Why) *model.Why {
	if w == nil {
		return nil
	}
	since := time.Duration(-1)
	if w.GetSinceLastWork() != nil {
		since = w.GetSinceLastWork().AsDuration()
	}
	return &model.Why{
		Strategy: model.Strategy(w.GetStrategy()), Capacity: int(w.GetCapacity()), OpenWork: int(w.GetOpenWork()),
		SinceLastWork: since, Candidates: int(w.GetCandidates()), Waited: w.GetWaited().AsDuration(),
		Priority: int(w.GetPriority()), Waiting: int(w.GetWaiting()), Skills: w.GetSkills(),
	}
}

func summaryOf(a *parleyv1.AccountSummary) *model.AccountSummary {
	if a == nil {
		return nil
	}
	return &model.AccountSummary{ID: a.GetAccountId(), Name: a.GetName(), Detail: a.GetDetail()}
}

func summariesOf(list []*parleyv1.AccountSummary) []model.AccountSummary {
	var out []model.AccountSummary
	for _, a := range list {
		out = append(out, *summaryOf(a))
	}
	return out
}

func interactionOf(i *parleyv1.Interaction) model.Interaction {
	return model.Interaction{
		ID: i.GetInteractionId(), Open: i.GetState() == parleyv1.InteractionState_INTERACTION_STATE_OPEN,
		Agent: i.GetAgent(), Account: summaryOf(i.GetAccount()), Contacts: i.GetContactIds(),
		Note: i.GetNote(), NoteRevision: i.GetNoteRevision(),
		StartedAt: timeOf(i.GetStartedAt()), EndedAt: timeOf(i.GetEndedAt()),
	}
}

func accountOf(a *parleyv1.Account) model.Account {
	out := model.Account{
		ID: a.GetAccountId(), Company: a.GetType() == parleyv1.AccountType_ACCOUNT_TYPE_COMPANY,
		Name: a.GetName(), Employer: a.GetCompany(), Email: a.GetEmail(), Street: a.GetStreet(),
		PostalCode: a.GetPostalCode(), City: a.GetCity(), Country: a.GetCountry(), Language: a.GetLanguage(),
	}
	for _, n := range a.GetNumbers() {
		out.Numbers = append(out.Numbers, model.PhoneNumber{Typed: n.GetTyped(), E164: n.GetE164()})
	}
	return out
}

func wireAccount(a model.Account) *parleyv1.Account {
	out := &parleyv1.Account{
		AccountId: a.ID, Type: parleyv1.AccountType_ACCOUNT_TYPE_PERSON, Name: a.Name, Company: a.Employer,
		Email: a.Email, Street: a.Street, PostalCode: a.PostalCode, City: a.City,
		Country: a.Country, Language: a.Language,
	}
	if a.Company {
		out.Type = parleyv1.AccountType_ACCOUNT_TYPE_COMPANY
	}
	for _, n := range a.Numbers {
		out.Numbers = append(out.Numbers, &parleyv1.PhoneNumber{Typed: n.Typed, E164: n.E164})
	}
	return out
}

func historyEntryOf(e *parleyv1.HistoryEntry) model.HistoryEntry {
	out := model.HistoryEntry{
		ID: e.GetInteractionId(), Account: summaryOf(e.GetAccount()), Agent: e.GetAgent(),
		Open:      e.GetState() == parleyv1.InteractionState_INTERACTION_STATE_OPEN,
		StartedAt: timeOf(e.GetStartedAt()), EndedAt: timeOf(e.GetEndedAt()), Note: e.GetNote(),
	}
	for _, c := range e.GetContacts() {
		out.Contacts = append(out.Contacts, model.HistoryContact{
			ID: c.GetContactId(), Channel: model.Channel(c.GetChannel()), ANI: c.GetAni(),
			QueueName: c.GetQueueName(), EndReason: model.EndReason(c.GetEndReason()),
			ArrivedAt: timeOf(c.GetArrivedAt()), AnsweredAt: timeOf(c.GetAnsweredAt()), EndedAt: timeOf(c.GetEndedAt()),
		})
	}
	return out
}

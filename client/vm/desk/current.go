package desk

import (
	"slices"
	"time"

	"parley/client/model"
	"parley/client/vm"
)

// open are the open interactions that were not ended here.
func (s *Screen) open() []model.Interaction {
	var out []model.Interaction
	for _, i := range s.world.Interactions {
		if i.Open && !s.ended[i.ID] {
			out = append(out, i)
		}
	}
	return out
}

func (s *Screen) interaction(id string) *model.Interaction {
	for _, i := range s.open() {
		if i.ID == id {
			return &i
		}
	}
	return nil
}

func (s *Screen) makeCurrent(id string) {
	s.current = id
	s.seen = s.interaction(id) != nil
	s.goTo(PlaceWork)
}

// settleCurrent keeps the current interaction as long as it is open, or on its
// way, and otherwise takes the one with a call, or the oldest.
func (s *Screen) settleCurrent() {
	open := s.open()
	for id := range s.ended {
		if !slices.ContainsFunc(s.world.Interactions, func(i model.Interaction) bool { return i.Open && i.ID == id }) {
			delete(s.ended, id)
		}
	}
	if s.interaction(s.current) != nil {
		s.seen = true
		return
	}
	if s.current != "" && !s.seen && !s.ended[s.current] {
		return
	}
	s.current, s.seen = "", false
	for _, i := range open {
		if s.current == "" || s.liveOf(i.ID) != nil && s.liveOf(s.current) == nil {
			s.current, s.seen = i.ID, true
		}
	}
}

// mine are my contacts; a supervisor's world has those of others too.
func (s *Screen) mine() []model.Contact {
	var out []model.Contact
	for _, c := range s.world.Contacts {
		if c.Agent == s.world.Me.User {
			out = append(out, c)
		}
	}
	return out
}

func (s *Screen) contactsOf(interaction string) []model.Contact {
	i := s.interaction(interaction)
	var out []model.Contact
	for _, c := range s.mine() {
		if interaction != "" && (c.Interaction == interaction || i != nil && slices.Contains(i.Contacts, c.ID)) {
			out = append(out, c)
		}
	}
	return out
}

func (s *Screen) liveOf(interaction string) *model.Contact {
	for _, c := range s.contactsOf(interaction) {
		if c.State == model.ContactConnected {
			return &c
		}
	}
	return nil
}

// liveContact is the call that the toolbar is about: that of the current
// interaction. Only when none is current it is the one call that runs.
func (s *Screen) liveContact() *model.Contact {
	if s.current != "" {
		return s.liveOf(s.current)
	}
	var only *model.Contact
	for _, c := range s.mine() {
		if c.State != model.ContactConnected {
			continue
		}
		if only != nil {
			return nil
		}
		only = &c
	}
	return only
}

// talking is the call that the agent speaks on.
func (s *Screen) talking() *model.Contact {
	for _, c := range s.mine() {
		if c.State == model.ContactConnected && !c.Held {
			return &c
		}
	}
	return nil
}

// shown is the contact of the contact panel: the live one, else the latest of the
// current interaction.
func (s *Screen) shown() *model.Contact {
	if c := s.liveContact(); c != nil {
		return c
	}
	if all := s.contactsOf(s.current); len(all) > 0 {
		return &all[len(all)-1]
	}
	return nil
}

// offered is the contact that rings. One that was answered here is silent, though
// the world shows it a moment longer.
func (s *Screen) offered() *model.Contact {
	for _, c := range s.mine() {
		if c.State == model.ContactOffered && offerKey(c) != s.answered {
			return &c
		}
	}
	return nil
}

// matches are the accounts that may be the current interaction's.
func (s *Screen) matches() []model.AccountSummary {
	if a, ok := s.chosen[s.current]; ok {
		return []model.AccountSummary{a}
	}
	var out []model.AccountSummary
	for _, c := range s.contactsOf(s.current) {
		if c.MatchCount > 0 {
			out = c.Matches
		}
	}
	return out
}

func (s *Screen) openInteractions(now time.Time) []OpenInteraction {
	var out []OpenInteraction
	for _, i := range s.open() {
		o := OpenInteraction{
			ID: i.ID, Title: s.p.T("desk.no_account"), Word: s.p.T("interaction.open"), Icon: vm.IconNote,
			Chosen: i.ID == s.current,
		}
		contacts := s.contactsOf(i.ID)
		if len(contacts) > 0 {
			c := contacts[len(contacts)-1]
			if live := s.liveOf(i.ID); live != nil {
				c = *live
				o.Timer = s.p.Timer(now.Sub(c.AnsweredAt))
			}
			look := vm.ContactLook(s.p, c)
			o.Title = vm.CallerNumber(s.p, c.ANI, c.ANIE164, s.world.Profile.Country)
			o.Word, o.Icon, o.Tone = look.Word, look.Icon, look.Tone
			if c.ID == s.world.Me.WrapUpContact {
				wrap := vm.AgentLook(s.p, model.AgentWrapUp)
				o.Word, o.Icon, o.Tone = wrap.Word, wrap.Icon, wrap.Tone
			}
		}
		if i.Account != nil {
			o.Title = i.Account.Name
		}
		out = append(out, o)
	}
	return out
}

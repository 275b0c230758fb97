package history

import (
	"time"

	"parley/client/model"
	"parley/client/vm"
)

func (s *Screen) render(time.Time) (State, bool) {
	st := State{
		Title: s.p.T("place.history"), SearchPlaceholder: s.p.T("history.search"), Load: s.load,
		Phase: s.phase, Chosen: s.chosen, Choose: s.p.T("history.choose"),
		Reset: vm.Command{
			ID: CmdReset, Title: s.p.T("history.reset"), Icon: vm.IconUndo, Enabled: s.filtered(),
			Hint: s.p.T("history.reset"),
		},
		Labels: Labels{
			Owner: s.p.T("history.owner"), Ended: s.p.T("history.ended"), Period: s.p.T("history.period"),
			Note: s.p.T("history.note"), Contacts: s.p.T("overview.contacts"),
		},
	}
	if s.c.OfAccount {
		st.Title = s.p.T("tab.history")
	}
	s.choices(&st)
	switch s.phase {
	case Empty:
		st.Empty = s.emptyText()
	case Failed:
		st.Problem = s.problem()
	case Loading:
		st.Empty = s.p.T("history.loading")
	case Listed:
		for _, e := range s.entries {
			st.Rows = append(st.Rows, s.row(e))
		}
		if s.err != nil {
			st.Problem = s.problem()
		}
		if s.next != "" {
			st.More = vm.Command{ID: CmdMore, Title: s.p.T("history.more"), Enabled: !s.adding}
		}
	}
	for _, e := range s.entries {
		if e.ID == s.chosen {
			st.Detail = s.detail(e)
		}
	}
	return st, false
}

func (s *Screen) problem() vm.Notice {
	return vm.Notice{
		Tone: vm.ToneCritical, Icon: vm.IconError, Text: vm.ErrorText(s.p, s.err), Retry: s.p.T("action.retry"),
	}
}

func (s *Screen) emptyText() string {
	switch {
	case s.c.OfAccount && s.account == "":
		return s.p.T("history.no_account")
	case s.filtered():
		return s.p.T("history.none_filtered")
	}
	return s.p.T("history.none")
}

func (s *Screen) choices(st *State) {
	choice := func(now, id, title string) vm.Choice {
		return vm.Choice{ID: id, Title: title, Chosen: now == id}
	}
	st.Owner = []vm.Choice{
		choice(s.owner, OwnerAll, s.p.T("history.owner_all")),
		choice(s.owner, OwnerMine, s.p.T("history.owner_mine")),
	}
	st.Ended = []vm.Choice{
		choice(s.ended, EndedAll, s.p.T("history.state_all")),
		choice(s.ended, EndedOpen, s.p.T("interaction.open")),
		choice(s.ended, EndedOnly, s.p.T("interaction.ended")),
	}
	st.Periods = []vm.Choice{
		choice(s.period, PeriodToday, s.p.T("history.today")),
		choice(s.period, PeriodThree, s.p.T("history.days", "count", 3)),
		choice(s.period, PeriodMonth, s.p.T("history.days", "count", 30)),
		choice(s.period, PeriodAll, s.p.T("history.always")),
	}
}

func (s *Screen) accountName(e model.HistoryEntry) string {
	if e.Account != nil {
		return e.Account.Name
	}
	for _, c := range e.Contacts {
		return vm.CallerNumber(s.p, c.ANI, "", s.world.Profile.Country)
	}
	return s.p.T("desk.no_account")
}

func (s *Screen) word(e model.HistoryEntry) (string, vm.Tone) {
	if e.Open {
		return s.p.T("interaction.open"), vm.TonePositive
	}
	return s.p.T("interaction.ended"), vm.ToneMuted
}

func (s *Screen) row(e model.HistoryEntry) Row {
	r := Row{
		ID: e.ID, Icon: vm.IconNote, Account: s.accountName(e), When: s.p.DateTime(e.StartedAt.Local()),
		Agent: e.Agent, Note: vm.FirstLine(e.Note),
	}
	r.Word, r.Tone = s.word(e)
	if len(e.Contacts) > 0 {
		r.Icon = vm.IconPhone
	}
	return r
}

func (s *Screen) detail(e model.HistoryEntry) *Detail {
	d := &Detail{ID: e.ID, Title: s.accountName(e), Note: e.Note}
	if e.Note == "" {
		d.NoteNone = s.p.T("history.note_none")
	}
	word, _ := s.word(e)
	d.Fields = []vm.Field{
		{Label: s.p.T("history.ended"), Value: word},
		{Label: s.p.T("history.agent"), Value: e.Agent},
		{Label: s.p.T("history.started"), Value: s.p.DateTime(e.StartedAt.Local())},
	}
	if !e.EndedAt.IsZero() {
		d.Fields = append(d.Fields,
			vm.Field{Label: s.p.T("history.ended_at"), Value: s.p.DateTime(e.EndedAt.Local())},
			vm.Field{Label: s.p.T("history.length"), Value: s.p.Timer(e.EndedAt.Sub(e.StartedAt))})
	}
	for _, c := range e.Contacts {
		d.Contacts = append(d.Contacts, s.contact(c))
	}
	return d
}

func (s *Screen) contact(c model.HistoryContact) Contact {
	look := vm.EndLook(s.p, c.EndReason)
	row := Contact{
		ID: c.ID, Icon: look.Icon, Word: look.Word, When: s.p.DateTime(c.ArrivedAt.Local()),
		Line: vm.CallerNumber(s.p, c.ANI, "", s.world.Profile.Country) + " → " + c.QueueName,
	}
	if !c.AnsweredAt.IsZero() && !c.EndedAt.IsZero() {
		row.Time = s.p.Timer(c.EndedAt.Sub(c.AnsweredAt))
	}
	return row
}

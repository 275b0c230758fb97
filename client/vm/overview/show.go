package overview

import (
	"strconv"
	"time"

	"parley/client/model"
	"parley/client/vm"
)

// recentShown is how many of the account's last interactions are listed.
const recentShown = 5

func (s *Screen) render(now time.Time) (State, bool) {
	step := s.step()
	st := State{
		Step: step, Commands: s.commands(step), Loading: s.facts.loading > 0,
		Labels: Labels{
			Facts: s.p.T("overview.facts"), Recent: s.p.T("overview.recent"), Contacts: s.p.T("overview.contacts"),
		},
	}
	if step == NoInteraction {
		st.Heading, st.Guide = s.p.T("overview.none"), s.guideNone()
		return st, false
	}
	st.Number = s.number()
	s.headings(&st)
	s.candidates(&st)
	s.account(&st)
	st.Create = s.createForm()
	counts := s.listContacts(&st, now.Add(s.world.ClockOffset))
	err := s.err
	if err == nil {
		err = s.facts.err
	}
	if err != nil {
		st.Problem = vm.Notice{
			Tone: vm.ToneCritical, Icon: vm.IconError, Text: vm.ErrorText(s.p, err), Retry: s.p.T("action.retry"),
		}
	}
	return st, counts
}

// guideNone says what the agent can do while nothing is open.
func (s *Screen) guideNone() string {
	switch s.world.Me.State {
	case model.AgentNotReady:
		return s.p.T("overview.none_not_ready")
	case model.AgentReady:
		return s.p.T("overview.none_ready")
	default:
		return s.p.T("overview.none_guide")
	}
}

func (s *Screen) headings(st *State) {
	switch st.Step {
	case Unknown:
		st.Heading, st.Guide = s.p.T("overview.unknown"), s.p.T("overview.unknown_guide")
		if s.number() == "" {
			st.Heading, st.Guide = s.p.T("overview.no_number"), s.p.T("overview.no_number_guide")
		}
		if s.searching {
			st.Heading, st.Guide = s.p.T("overview.other"), s.p.T("accounts.hint")
		}
	case Several:
		n := 0
		for _, c := range s.contacts() {
			n = max(n, c.MatchCount)
		}
		st.Heading, st.Guide = s.p.T("account.matches", "count", n), s.p.T("overview.several_guide")
	case One:
		st.Heading, st.Guide = s.candidate().Name, s.p.T("overview.one_guide")
	case Confirmed:
		st.Heading, st.Guide = s.interaction().Account.Name, s.p.T("account.confirmed")
	case NoInteraction:
	}
}

func (s *Screen) candidates(st *State) {
	picked := ""
	if s.picked != nil {
		picked = s.picked.ID
	}
	if st.Step == Confirmed {
		return
	}
	list := s.listed()
	if len(list) > 1 || st.Step != One || s.picked != nil {
		names := tellApart(list)
		for n, a := range list {
			st.Candidates = append(st.Candidates, Candidate{
				ID: a.ID, Name: names[n], Detail: a.Detail, Icon: vm.IconPerson, Chosen: a.ID == picked,
			})
		}
	}
	if !s.searching && len(s.matched()) > 0 {
		return
	}
	st.Search = Search{
		Visible: true, Placeholder: s.p.T("accounts.search"), Busy: s.search.busy, Load: s.search.load,
	}
	switch {
	case s.search.problem != nil:
		st.Search.Result = vm.ErrorText(s.p, s.search.problem)
	case !s.search.done:
	case len(s.search.hits) == 0:
		st.Search.Result = s.p.T("accounts.none_found")
	case s.search.more:
		st.Search.Result = s.p.T("accounts.found_more", "n", len(s.search.hits))
	default:
		st.Search.Result = s.p.T("accounts.found", "count", len(s.search.hits))
	}
}

// tellApart gives the names of accounts, with a number where several have one name,
// so that agents can say which they mean.
func tellApart(list []model.AccountSummary) []string {
	total, seen := map[string]int{}, map[string]int{}
	for _, a := range list {
		total[a.Name]++
	}
	names := make([]string, 0, len(list))
	for _, a := range list {
		name := a.Name
		if total[name] > 1 {
			seen[name]++
			name += " (" + strconv.Itoa(seen[name]) + ")"
		}
		names = append(names, name)
	}
	return names
}

func (s *Screen) account(st *State) {
	if st.Step != One && st.Step != Confirmed {
		return
	}
	st.Name, st.Icon = st.Heading, vm.IconPerson
	if a := s.facts.account; a != nil {
		st.Name, st.Icon = a.Name, vm.AccountIcon(a.Company)
		st.Facts = append(vm.AccountNumbers(s.p, *a), vm.AccountFacts(s.p, *a)...)
	}
	for _, e := range s.facts.recent {
		if e.ID == s.current || len(st.Recent) == recentShown {
			continue
		}
		st.Recent = append(st.Recent, s.recent(e))
	}
	if len(st.Recent) == 0 && s.facts.loading == 0 && s.facts.err == nil {
		st.RecentNone = s.p.T("overview.recent_none")
	}
}

func (s *Screen) recent(e model.HistoryEntry) Recent {
	r := Recent{ID: e.ID, When: s.p.DateTime(e.StartedAt.Local()), What: e.Agent, Note: vm.FirstLine(e.Note), Icon: vm.IconNote}
	if len(e.Contacts) > 0 {
		c := e.Contacts[len(e.Contacts)-1]
		look := vm.EndLook(s.p, c.EndReason)
		r.Icon = vm.IconPhone
		r.What = e.Agent + ", " + c.QueueName
		if c.EndReason == model.EndInterrupted {
			r.Icon = look.Icon
		}
	}
	return r
}

func (s *Screen) listContacts(st *State, now time.Time) (counts bool) {
	for _, c := range s.contacts() {
		look := vm.ContactLook(s.p, c)
		row := Contact{
			ID: c.ID, Icon: look.Icon, Word: look.Word, Tone: look.Tone,
			Line: vm.ContactLine(s.p, c, s.world.Profile.Country), When: s.p.Time(c.ArrivedAt.Local()),
		}
		switch {
		case c.AnsweredAt.IsZero():
		case c.EndedAt.IsZero():
			row.Time = s.p.Timer(now.Sub(c.AnsweredAt))
			counts = true
		default:
			row.Time = s.p.Timer(c.EndedAt.Sub(c.AnsweredAt))
		}
		st.Contacts = append(st.Contacts, row)
	}
	return counts
}

func (s *Screen) createForm() *Create {
	if s.form == nil {
		return nil
	}
	return &Create{
		Title: s.p.T("account.create_title"), Inputs: s.form.Inputs(s.p, s.world.Profile.Country),
		Company: s.form.Company, CompanyLabel: s.p.T("account.is_company"), Busy: s.saving, Load: s.formLoad,
		Save: vm.Command{
			ID: CmdSave, Title: s.p.T("account.save_confirm"), Icon: vm.IconCheck, Enabled: !s.busy, Tone: vm.TonePositive,
		},
		Cancel: vm.Command{ID: CmdCancel, Title: s.p.T("action.cancel"), Enabled: true},
	}
}

func (s *Screen) commands(step Identification) []vm.Command {
	online := s.world.Link == model.LinkOnline
	command := func(id vm.CommandID, title, icon string, tone vm.Tone) vm.Command {
		c := vm.Command{ID: id, Title: title, Icon: icon, Tone: tone, Enabled: online && !s.busy}
		if !online {
			c.Hint = s.p.T("why.offline")
		}
		return c
	}
	create := command(CmdCreate, s.p.T("account.create"), vm.IconAdd, vm.ToneNeutral)
	other := command(CmdOther, s.p.T("overview.other_cmd"), vm.IconSearch, vm.ToneNeutral)
	switch step {
	case Unknown:
		if s.searching {
			return []vm.Command{create, command(CmdOther, s.p.T("action.back"), vm.IconUndo, vm.ToneNeutral)}
		}
		return []vm.Command{create}
	case Several:
		return []vm.Command{other, create}
	case One:
		confirm := command(vm.CmdConfirm, s.p.T("cmd.confirm_short"), vm.IconConfirm, vm.TonePositive)
		if s.hasNumber() {
			return []vm.Command{confirm, other, create}
		}
		return []vm.Command{confirm, s.addNumberCommand(command), other, create}
	case Confirmed:
		undo := command(vm.CmdUnconfirm, s.p.T("cmd.undo"), vm.IconUndo, vm.ToneNeutral)
		if s.hasNumber() {
			return []vm.Command{undo}
		}
		return []vm.Command{s.addNumberCommand(command), undo}
	case NoInteraction:
		if s.world.Me.State == model.AgentNotReady {
			return []vm.Command{command(vm.CmdReady, s.p.T("agent.ready"), vm.IconReady, vm.TonePositive)}
		}
	}
	return nil
}

func (s *Screen) addNumberCommand(command func(vm.CommandID, string, string, vm.Tone) vm.Command) vm.Command {
	return command(CmdAddNumber, s.p.T("account.add_number", "number", s.number()), vm.IconAdd, vm.ToneNeutral)
}

// hasNumber says that the account in sight has the caller's number, or that there
// is none to add.
func (s *Screen) hasNumber() bool {
	number := s.number()
	if number == "" || s.facts.account == nil {
		return true
	}
	for _, n := range vm.AccountNumbers(s.p, *s.facts.account) {
		if n.Value == number {
			return true
		}
	}
	return false
}

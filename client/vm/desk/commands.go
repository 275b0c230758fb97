package desk

import (
	"context"

	"parley/client/model"
	"parley/client/vm"
)

// command is one command as it stands now, with what it does.
type command struct {
	vm.Command
	act func()
}

// build makes a command; why is the reason that it cannot act, empty if it can.
func (s *Screen) build(id vm.CommandID, icon, title, why string, tone vm.Tone, act func()) command {
	if title == "" {
		title = vm.CommandTitle(s.p, id)
	}
	if why == "" && s.busy[id] {
		why = s.p.T("why.busy")
	}
	c := command{Command: vm.Command{
		ID: id, Title: title, Icon: icon, Shortcut: s.keys.Keys(id), Enabled: why == "", Tone: tone, Hint: why,
	}, act: act}
	if c.Enabled {
		c.Hint = vm.CommandTitle(s.p, id)
	}
	if c.Shortcut != "" && c.Enabled {
		c.Hint += " (" + c.Shortcut + ")"
	}
	return c
}

// needs gives the first reason that is not empty.
func needs(reasons ...string) string {
	for _, r := range reasons {
		if r != "" {
			return r
		}
	}
	return ""
}

func unless(ok bool, reason string) string {
	if ok {
		return ""
	}
	return reason
}

func (s *Screen) needServer() string { return unless(s.online(), s.p.T("why.offline")) }

func (s *Screen) needCall() string {
	return unless(s.liveContact() != nil, s.p.T("why.no_call"))
}

func (s *Screen) commands() []command {
	groups := s.groups()
	var all []command
	for _, g := range groups {
		all = append(all, g...)
	}
	all = append(all, s.accountCommands()...)
	go1 := func(id vm.CommandID, icon string, p PlaceID, focus vm.FocusTarget) command {
		return s.build(id, icon, "", "", vm.ToneNeutral, func() {
			s.goTo(p)
			s.focusOn(focus)
		})
	}
	all = append(all,
		s.build(vm.CmdNote, vm.IconNote, "", "", vm.ToneNeutral, s.showNote),
		go1(vm.CmdSearch, vm.IconSearch, PlaceAccounts, vm.FocusSearch),
		go1(vm.CmdHistory, vm.IconHistory, PlaceHistory, vm.FocusSearch),
		s.build(vm.CmdOverview, vm.IconWork, "", "", vm.ToneNeutral, func() {
			s.tab = TabOverview
			s.goTo(PlaceWork)
			s.focusOn(vm.FocusWorkspace)
		}),
		s.build(vm.CmdNextWork, vm.IconWork, "", unless(len(s.open()) > 1, s.p.T("why.one_interaction")), vm.ToneNeutral, s.nextInteraction),
		s.build(vm.CmdNextTab, vm.IconWork, "", "", vm.ToneNeutral, s.nextTab),
		go1(vm.CmdSettings, vm.IconSettings, PlaceSettings, vm.FocusWorkspace),
		go1(vm.CmdHelp, vm.IconHelp, PlaceHelp, vm.FocusWorkspace),
		s.signOutCommand(),
	)
	if s.supervisor() {
		all = append(all, go1(vm.CmdLive, vm.IconLive, PlaceLive, vm.FocusWorkspace))
	}
	return all
}

// groups are the toolbar's commands.
func (s *Screen) groups() [][]command {
	return [][]command{
		{s.acceptCommand(), s.rejectCommand()},
		{s.holdCommand(), s.muteCommand(), s.keypadCommand()},
		{s.hangUpCommand()},
		{s.readyCommand(), s.endWrapUpCommand(), s.extendCommand()},
		{s.endCommand()},
	}
}

func (s *Screen) toolbar() [][]vm.Command {
	var out [][]vm.Command
	for _, g := range s.groups() {
		var row []vm.Command
		for _, c := range g {
			row = append(row, c.Command)
		}
		out = append(out, row)
	}
	return out
}

func (s *Screen) allCommands() []vm.Command {
	var out []vm.Command
	for _, c := range s.commands() {
		out = append(out, c.Command)
	}
	return out
}

func (s *Screen) run(id vm.CommandID) {
	switch id {
	case CmdAlertsPrevious:
		s.page--
		return
	case CmdAlertsNext:
		s.page++
		return
	case CmdClose:
		s.question = QuestionClose
		return
	}
	for _, c := range s.commands() {
		if c.ID == id && c.Enabled && s.throttle.Allow(id, s.c.Clock.Now()) {
			c.act()
			return
		}
	}
}

func (s *Screen) signOutCommand() command {
	why := needs(
		unless(!s.mustStay(), s.p.T("why.call_runs")), s.needServer())
	return s.build(vm.CmdSignOut, vm.IconSignedOut, "", why, vm.ToneNeutral, func() {
		if len(s.open()) > 0 || s.world.Unsent > 0 {
			s.question = QuestionSignOut
			return
		}
		s.call(vm.CmdSignOut, s.c.Session.SignOut)
	})
}

// mustStay says that a call runs, which signing out would cut.
func (s *Screen) mustStay() bool {
	for _, c := range s.mine() {
		if c.State == model.ContactConnected {
			return true
		}
	}
	return false
}

func (s *Screen) accountCommands() []command {
	i := s.interaction(s.current)
	confirmed := i != nil && i.Account != nil
	candidates := s.matches()
	why := needs(
		unless(s.current != "", s.p.T("why.no_interaction")),
		unless(len(candidates) > 0, s.p.T("why.no_candidate")),
		unless(len(candidates) == 1, s.p.T("why.several_candidates")),
		unless(!confirmed, s.p.T("why.confirmed")), s.needServer())
	interaction := s.current
	confirm := s.build(vm.CmdConfirm, vm.IconConfirm, s.p.T("cmd.confirm_short"), why, vm.TonePositive, func() {
		s.call(vm.CmdConfirm, func(ctx context.Context) error {
			return s.c.Centre.ConfirmAccount(ctx, interaction, candidates[0].ID)
		})
	})
	why = needs(unless(confirmed, s.p.T("why.not_confirmed")), s.needServer())
	undo := s.build(vm.CmdUnconfirm, vm.IconUndo, s.p.T("cmd.undo"), why, vm.ToneNeutral, func() {
		delete(s.chosen, interaction)
		s.call(vm.CmdUnconfirm, func(ctx context.Context) error {
			return s.c.Centre.ConfirmAccount(ctx, interaction, "")
		})
	})
	return []command{confirm, undo}
}

func (s *Screen) showNote() {
	if s.narrow {
		s.tab = TabNote
	}
	s.goTo(PlaceWork)
	s.focusOn(vm.FocusScratchPad)
}

func (s *Screen) nextInteraction() {
	open := s.open()
	for n, i := range open {
		if i.ID == s.current {
			s.makeCurrent(open[(n+1)%len(open)].ID)
			return
		}
	}
	s.makeCurrent(open[0].ID)
}

func (s *Screen) nextTab() {
	tabs := s.tabs()
	for n, t := range tabs {
		if t.ID == s.tab {
			s.tab = tabs[(n+1)%len(tabs)].ID
			break
		}
	}
	s.goTo(PlaceWork)
}

func (s *Screen) askedQuestion() *vm.Question {
	switch s.question {
	case QuestionSignOut:
		return s.signOutQuestion()
	case QuestionClose:
		return &vm.Question{
			ID: QuestionClose, Title: s.p.T("close.title"), Text: s.p.T("close.text"),
			Answers: []vm.Answer{
				{ID: AnswerYes, Title: s.p.T("action.close"), Tone: vm.ToneCritical},
				{ID: AnswerCancel, Title: s.p.T("action.cancel"), Default: true},
			},
		}
	}
	return s.lostQuestion()
}

func (s *Screen) signOutQuestion() *vm.Question {
	text := s.p.T("signout.text", "count", len(s.open()))
	if len(s.open()) == 0 {
		text = s.p.T("signout.unsent", "count", s.world.Unsent)
	}
	return &vm.Question{
		ID: QuestionSignOut, Title: s.p.T("signout.title"), Text: text,
		Answers: []vm.Answer{
			{ID: AnswerYes, Title: s.p.T("cmd.sign_out"), Tone: vm.ToneAttention},
			{ID: AnswerCancel, Title: s.p.T("action.cancel")},
		},
	}
}

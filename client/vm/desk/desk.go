package desk

import (
	"context"
	"slices"
	"time"

	"parley/client/l10n"
	"parley/client/model"
	"parley/client/vm"
)

// Config is what the desk needs.
type Config struct {
	vm.Env
	Centre      vm.Centre
	Session     vm.Session
	Phone       vm.Phone
	Preferences vm.Preferences
	// OnCurrent is told which interaction is current; OnEnd that the agent wants
	// to end one; OnPlace which place and tab came to sight. They are called on
	// the desk's goroutine and must not wait.
	OnCurrent func(interaction string)
	OnEnd     func(interaction string)
	OnPlace   func(p PlaceID, t TabID)
}

// Screen is the running desk.
type Screen struct {
	*vm.Screen[State]

	c     Config
	p     *l10n.Printer
	keys  vm.Shortcuts
	world model.World
	phone model.PhoneState

	current string
	// seen says that the world has shown the current interaction as open: before,
	// it may only be on its way.
	seen bool
	// ended are interactions that were ended here while the world still has them
	// open.
	ended map[string]bool
	// told is the current interaction that others know of.
	told string
	// chosen is the account the agent picked among several, by interaction.
	chosen map[string]model.AccountSummary

	// answered is the key of the last offer that was accepted or rejected.
	answered string

	place    PlaceID
	tab      TabID
	narrow   bool
	page     int
	alerted  map[string]bool
	keypad   Keypad
	digits   string
	sending  bool
	question string
	focus    vm.Focus
	busy     map[vm.CommandID]bool
	throttle vm.Throttle
	news     news
	lost     []lost
	losses   int
}

// New starts the desk.
func New(c Config) *Screen {
	s := &Screen{
		c: c, p: c.Printer, keys: vm.LoadShortcuts(c.Preferences),
		ended: map[string]bool{}, chosen: map[string]model.AccountSummary{},
		place: PlaceWork, tab: TabOverview, busy: map[vm.CommandID]bool{},
	}
	s.Screen = vm.NewScreen(c.Clock, s.render)
	s.Start()
	return s
}

// Speak changes the language.
func (s *Screen) Speak(p *l10n.Printer) { s.Post(func() { s.p = p }) }

// ReloadShortcuts reads the shortcuts anew after a change.
func (s *Screen) ReloadShortcuts() {
	s.Post(func() { s.keys = vm.LoadShortcuts(s.c.Preferences) })
}

// OnWorld takes a new world.
func (s *Screen) OnWorld(w model.World) {
	s.Post(func() {
		s.news.note(s.world, w, s.c.Clock.Now())
		s.world = w
		s.settleCurrent()
		if s.liveContact() == nil {
			s.keypad, s.digits = Keypad{}, ""
		}
	})
}

// OnPhone takes a new state of the softphone.
func (s *Screen) OnPhone(p model.PhoneState) { s.Post(func() { s.phone = p }) }

// ChooseState runs an entry of the state menu.
func (s *Screen) ChooseState(id vm.CommandID, reason string) {
	s.Post(func() {
		if id != CmdNotReady {
			s.run(id)
			return
		}
		if s.online() && !s.busy[vm.CmdReady] {
			s.call(vm.CmdReady, func(ctx context.Context) error { return s.c.Centre.SetNotReady(ctx, reason) })
		}
	})
}

// Do runs a command; a disabled one does nothing.
func (s *Screen) Do(id vm.CommandID) { s.Post(func() { s.run(id) }) }

// GoTo shows a place.
func (s *Screen) GoTo(p PlaceID) { s.Post(func() { s.goTo(p) }) }

// ChooseTab shows a tab of the workspace.
func (s *Screen) ChooseTab(t TabID) {
	s.Post(func() {
		s.tab = t
		s.goTo(PlaceWork)
	})
}

// Select makes an interaction current. One that the world does not show yet is
// waited for.
func (s *Screen) Select(interaction string) { s.Post(func() { s.makeCurrent(interaction) }) }

// Begun says that typing has begun an interaction; it becomes current unless
// another has become it in the meantime.
func (s *Screen) Begun(interaction string) {
	s.Post(func() {
		if s.current == "" {
			// The place stays: the agent is typing.
			s.current = interaction
			s.seen = s.interaction(interaction) != nil
		}
	})
}

// Ended says that an interaction was ended here; the world follows when the
// server knows it. The wrap-up of its contact ends with it: nothing is left to do.
func (s *Screen) Ended(interaction string) {
	s.Post(func() {
		if s.wrapsUp(interaction) && s.online() && !s.busy[vm.CmdEndWrapUp] {
			s.call(vm.CmdEndWrapUp, s.endWrapUpIfAny)
		}
		s.ended[interaction] = true
		s.settleCurrent()
	})
}

// Chosen says which account the agent picked for an interaction, to be confirmed.
func (s *Screen) Chosen(interaction string, a model.AccountSummary) {
	s.Post(func() { s.chosen[interaction] = a })
}

// SetNarrow says that the window has no room beside the workspace, so that the
// scratch pad becomes a tab.
func (s *Screen) SetNarrow(narrow bool) {
	s.Post(func() {
		s.narrow = narrow
		if !narrow && s.tab == TabNote {
			s.tab = TabOverview
		}
	})
}

// Answer answers State.Question.
func (s *Screen) Answer(id string) {
	s.Post(func() {
		asked := s.question
		if id == vm.AnswerCopy {
			return
		}
		s.question = ""
		if id == AnswerDismiss {
			s.dismiss(asked)
		}
		if asked == QuestionSignOut && id == AnswerYes {
			s.call(vm.CmdSignOut, s.c.Session.SignOut)
		}
	})
}

func (s *Screen) goTo(p PlaceID) {
	if p == PlaceLive && !s.supervisor() {
		return
	}
	s.place = p
	if s.c.OnPlace != nil {
		s.c.OnPlace(s.place, s.tab)
	}
}

func (s *Screen) focusOn(t vm.FocusTarget) {
	s.focus = vm.Focus{Number: s.focus.Number + 1, Target: t}
}

// call runs a command of the server beside the desk; until it is answered the
// command is disabled.
func (s *Screen) call(id vm.CommandID, work func(context.Context) error) {
	s.callThen(id, work, func() {})
}

func (s *Screen) callThen(id vm.CommandID, work func(context.Context) error, done func()) {
	s.busy[id] = true
	var err error
	s.Call(func(ctx context.Context) { err = work(ctx) }, func() {
		delete(s.busy, id)
		if err != nil {
			s.c.Log.Warn("command failed", "command", string(id), "error", err)
			s.news.failed(err, s.c.Clock.Now())
			return
		}
		s.news.failure = nil
		done()
	})
}

func (s *Screen) online() bool { return s.world.Link == model.LinkOnline }

func (s *Screen) supervisor() bool {
	for _, r := range s.world.Profile.Roles {
		if r == model.RoleSupervisor || r == model.RoleAdministrator {
			return true
		}
	}
	return false
}

// agent says whether the user takes contacts; before the profile is known he may.
func (s *Screen) agent() bool {
	roles := s.world.Profile.Roles
	return len(roles) == 0 || slices.Contains(roles, model.RoleAgent) || s.world.Me.State > model.AgentSignedOut
}

// serverNow is the server's time, which all times of the world are in.
func (s *Screen) serverNow(now time.Time) time.Time { return now.Add(s.world.ClockOffset) }

func (s *Screen) render(now time.Time) (State, bool) {
	server := s.serverNow(now)
	offer := s.offered()
	st := State{
		Title:        s.title(offer),
		Account:      s.accountPanel(),
		Contact:      s.contactPanel(server),
		You:          s.youPanel(server),
		Toolbar:      s.toolbar(),
		Keypad:       s.keypadState(),
		Navigation:   s.navigation(),
		Place:        s.place,
		Interactions: s.openInteractions(server),
		Current:      s.current,
		Tabs:         s.tabs(),
		Tab:          s.tab,
		Offer:        s.offerCard(offer, server),
		Question:     s.askedQuestion(),
		Status:       s.statusBar(now),
		Focus:        s.focus,
		Commands:     s.allCommands(),
		AsksClose:    s.mustStay(),
		Labels:       s.labels(),
	}
	st.Alerts = s.alertsPanel(now)
	if offer != nil && !s.busy[vm.CmdAccept] && !s.busy[vm.CmdReject] {
		st.Ring = true
		st.RingSoft = s.talking() != nil
	}
	st.Notification = s.notification(offer)
	s.tell()
	// The agent's own timer counts from the first world on.
	return st, !s.world.Me.Since.IsZero() || s.world.Link == model.LinkOffline
}

// tell says once which interaction is current.
func (s *Screen) tell() {
	if s.told == s.current {
		return
	}
	s.told = s.current
	if s.c.OnCurrent != nil {
		s.c.OnCurrent(s.current)
	}
}

func (s *Screen) labels() Labels {
	return Labels{
		Account: s.p.T("desk.account"), Alerts: s.p.T("desk.alerts"), Contact: s.p.T("desk.contact"),
		You: s.p.T("desk.you"), ScratchPad: s.p.T("note.title"), Menu: s.p.T("desk.menu"),
		Open: s.p.T("desk.open"), Details: s.p.T("desk.details"),
	}
}

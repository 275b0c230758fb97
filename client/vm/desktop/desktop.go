// Package desktop owns all screens of a signed-in user and joins them: it hands
// world and softphone on, and tells each screen which interaction is current.
//
// An app makes one Desktop after signing in, feeds it with OnWorld and OnPhone,
// and closes it after signing out; Close waits until every note is in the
// journal. A shell subscribes to each screen's states and calls its intents.
package desktop

import (
	"context"
	"sync"
	"time"

	"parley/client/l10n"
	"parley/client/model"
	"parley/client/vm"
	"parley/client/vm/accounts"
	"parley/client/vm/desk"
	"parley/client/vm/help"
	"parley/client/vm/history"
	"parley/client/vm/live"
	"parley/client/vm/overview"
	"parley/client/vm/scratchpad"
	"parley/client/vm/settings"
)

// Config is what the screens need. Env.Printer speaks the language to start with.
type Config struct {
	vm.Env
	Centre      vm.Centre
	Session     vm.Session
	Phone       vm.Phone
	Preferences vm.Preferences
}

// Desktop holds the screens; each has State, Subscribe and its intents.
type Desktop struct {
	Desk       *desk.Screen
	Overview   *overview.Screen
	ScratchPad *scratchpad.Screen
	// AccountHistory is the tab beside the overview, History the place.
	AccountHistory *history.Screen
	History        *history.Screen
	Accounts       *accounts.Screen
	Live           *live.Screen
	Settings       *settings.Screen
	Help           *help.Screen

	mu      sync.Mutex
	world   model.World
	current string
}

// New starts all screens.
func New(c Config) *Desktop {
	d := &Desktop{}
	// The desk is made last: it calls the others, and they call it only after an
	// intent or a world, for which it is there.
	d.Overview = overview.New(overview.Config{
		Env: c.Env, Interactions: c.Centre, Accounts: c.Centre,
		OnChosen: func(interaction string, a model.AccountSummary) { d.Desk.Chosen(interaction, a) },
		OnReady:  func() { d.Desk.Do(vm.CmdReady) },
	})
	d.ScratchPad = scratchpad.New(scratchpad.Config{
		Env: c.Env, Interactions: c.Centre,
		OnBegun: func(interaction string) { d.Desk.Begun(interaction) },
		OnEnded: func(interaction string) { d.Desk.Ended(interaction) },
	})
	d.AccountHistory = history.New(history.Config{Env: c.Env, Interactions: c.Centre, OfAccount: true})
	d.History = history.New(history.Config{Env: c.Env, Interactions: c.Centre})
	d.Accounts = accounts.New(accounts.Config{Env: c.Env, Accounts: c.Centre})
	d.Live = live.New(live.Config{Env: c.Env})
	d.Help = help.New(help.Config{Env: c.Env, Preferences: c.Preferences})
	d.Settings = settings.New(settings.Config{
		Env: c.Env, Session: c.Session, Phone: c.Phone, Preferences: c.Preferences,
		OnLanguage: d.speak,
		OnShortcuts: func() {
			d.Desk.ReloadShortcuts()
			d.Help.Reload()
		},
	})
	d.Desk = desk.New(desk.Config{
		Env: c.Env, Centre: c.Centre, Session: session{c.Session, d}, Phone: c.Phone, Preferences: c.Preferences,
		OnCurrent: d.show, OnEnd: d.ScratchPad.AskEnd, OnPlace: d.place,
	})
	return d
}

// flushTime is how long signing out waits for the journal.
const flushTime = 5 * time.Second

// session flushes the notes before the session that could send them is over.
type session struct {
	vm.Session
	d *Desktop
}

// SignOut waits until the notes are in the journal and signs out.
func (s session) SignOut(ctx context.Context) error {
	flush, cancel := context.WithTimeout(ctx, flushTime)
	defer cancel()
	s.d.ScratchPad.Flush(flush)
	return s.Session.SignOut(ctx)
}

// OnWorld hands a new world to all screens.
func (d *Desktop) OnWorld(w model.World) {
	d.mu.Lock()
	d.world = w
	d.mu.Unlock()
	d.Overview.OnWorld(w)
	d.ScratchPad.OnWorld(w)
	d.AccountHistory.OnWorld(w)
	d.History.OnWorld(w)
	d.Accounts.OnWorld(w)
	d.Live.OnWorld(w)
	d.Desk.OnWorld(w)
	d.showAccount()
}

// OnPhone hands a new state of the softphone to the screens that show it.
func (d *Desktop) OnPhone(p model.PhoneState) {
	d.Desk.OnPhone(p)
	d.Settings.OnPhone(p)
}

// Close ends all screens, the scratch pad last.
func (d *Desktop) Close() {
	d.Desk.Close()
	d.Settings.Close()
	d.Help.Close()
	d.Live.Close()
	d.Accounts.Close()
	d.History.Close()
	d.AccountHistory.Close()
	d.Overview.Close()
	d.ScratchPad.Close()
}

// show makes an interaction the one that the workspace is about.
func (d *Desktop) show(interaction string) {
	d.mu.Lock()
	d.current = interaction
	d.mu.Unlock()
	d.Overview.Show(interaction)
	d.ScratchPad.Show(interaction)
	d.showAccount()
}

// showAccount tells the account's history whose it is.
func (d *Desktop) showAccount() {
	d.mu.Lock()
	account := ""
	for _, i := range d.world.Interactions {
		if i.ID == d.current && i.Account != nil {
			account = i.Account.ID
		}
	}
	d.mu.Unlock()
	d.AccountHistory.ShowAccount(account)
}

// place tells the screens that came to sight.
func (d *Desktop) place(p desk.PlaceID, t desk.TabID) {
	d.Settings.SetVisible(p == desk.PlaceSettings)
	switch {
	case p == desk.PlaceHistory:
		d.History.Open()
	case p == desk.PlaceWork && t == desk.TabHistory:
		d.AccountHistory.Open()
	}
}

func (d *Desktop) speak(lang string) {
	p := l10n.New(lang)
	d.Desk.Speak(p)
	d.Overview.Speak(p)
	d.ScratchPad.Speak(p)
	d.AccountHistory.Speak(p)
	d.History.Speak(p)
	d.Accounts.Speak(p)
	d.Live.Speak(p)
	d.Help.Speak(p)
}

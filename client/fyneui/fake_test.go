package fyneui

import (
	"fmt"
	"sync"

	"parley/client/vm"
	"parley/client/vm/accounts"
	"parley/client/vm/desk"
	"parley/client/vm/help"
	"parley/client/vm/history"
	"parley/client/vm/live"
	"parley/client/vm/overview"
	"parley/client/vm/scratchpad"
	"parley/client/vm/settings"
	"parley/client/vm/signin"
)

// fake stands for the view model of one screen: it publishes what a test sets and
// notes the intents in words.
type fake[S any] struct {
	mu    sync.Mutex
	state S
	subs  []func(S)
	said  []string
}

func (f *fake[S]) Subscribe(show func(S)) func() {
	f.mu.Lock()
	f.subs = append(f.subs, show)
	st := f.state
	f.mu.Unlock()
	show(st)
	return func() {}
}

func (f *fake[S]) publish(st S) {
	f.mu.Lock()
	f.state = st
	subs := f.subs
	f.mu.Unlock()
	for _, s := range subs {
		s(st)
	}
}

func (f *fake[S]) say(words ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.said = append(f.said, fmt.Sprint(words...))
}

// heard gives the intents since the last call.
func (f *fake[S]) heard() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := f.said
	f.said = nil
	return out
}

func (f *fake[S]) Do(id vm.CommandID)        { f.say("do ", id) }
func (f *fake[S]) Answer(id string)          { f.say("answer ", id) }
func (f *fake[S]) SetSearch(text string)     { f.say("search ", text) }
func (f *fake[S]) Choose(id string)          { f.say("choose ", id) }
func (f *fake[S]) SetInput(id, value string) { f.say("input ", id, "=", value) }
func (f *fake[S]) SetCompany(on bool)        { f.say("company ", on) }
func (f *fake[S]) Retry()                    { f.say("retry") }

type fakeSignIn struct{ fake[signin.State] }

func (f *fakeSignIn) SetServer(s string)   { f.say("server ", s) }
func (f *fakeSignIn) SetUser(s string)     { f.say("user ", s) }
func (f *fakeSignIn) SetPassword(s string) { f.say("password ", s) }
func (f *fakeSignIn) SetLanguage(s string) { f.say("language ", s) }
func (f *fakeSignIn) Submit()              { f.say("submit") }

type fakeDesk struct{ fake[desk.State] }

func (f *fakeDesk) ChooseState(id vm.CommandID, reason string) { f.say("state ", id, " ", reason) }
func (f *fakeDesk) Press(digit string)                         { f.say("press ", digit) }
func (f *fakeDesk) CloseKeypad()                               { f.say("close keypad") }
func (f *fakeDesk) OpenAlert(key string)                       { f.say("alert ", key) }
func (f *fakeDesk) GoTo(p desk.PlaceID)                        { f.say("go ", p) }
func (f *fakeDesk) ChooseTab(t desk.TabID)                     { f.say("tab ", t) }
func (f *fakeDesk) Select(i string)                            { f.say("select ", i) }
func (f *fakeDesk) SetNarrow(on bool)                          { f.say("narrow ", on) }

type fakeOverview struct{ fake[overview.State] }

type fakePad struct{ fake[scratchpad.State] }

func (f *fakePad) Edit(load uint64, text string) { f.say(load, ":", text) }
func (f *fakePad) DismissConflict()              { f.say("dismiss") }

type fakeHistory struct{ fake[history.State] }

func (f *fakeHistory) SetOwner(id string)  { f.say("owner ", id) }
func (f *fakeHistory) SetEnded(id string)  { f.say("ended ", id) }
func (f *fakeHistory) SetPeriod(id string) { f.say("period ", id) }

type fakeAccounts struct{ fake[accounts.State] }

func (f *fakeAccounts) SetNewNumber(n string) { f.say("number ", n) }

type fakeLive struct{ fake[live.State] }

func (f *fakeLive) SortQueues(c string) { f.say("queues ", c) }
func (f *fakeLive) SortAgents(c string) { f.say("agents ", c) }

type fakeSettings struct{ fake[settings.State] }

func (f *fakeSettings) SelectCapture(id string)  { f.say("capture ", id) }
func (f *fakeSettings) SelectPlayback(id string) { f.say("playback ", id) }
func (f *fakeSettings) SelectRinger(id string)   { f.say("ringer ", id) }
func (f *fakeSettings) SelectTheme(id string)    { f.say("theme ", id) }
func (f *fakeSettings) SelectSize(id string)     { f.say("size ", id) }
func (f *fakeSettings) SelectLanguage(id string) { f.say("language ", id) }
func (f *fakeSettings) Record(id vm.CommandID)   { f.say("record ", id) }
func (f *fakeSettings) SetOldPassword(s string)  { f.say("old ", s) }
func (f *fakeSettings) SetNewPassword(s string)  { f.say("new ", s) }
func (f *fakeSettings) SetRepeat(s string)       { f.say("repeat ", s) }
func (f *fakeSettings) Keys(k string)            { f.say("keys ", k) }
func (f *fakeSettings) CancelRecording()         { f.say("cancel recording") }
func (f *fakeSettings) SetVisible(on bool)       { f.say("visible ", on) }

type fakeHelp struct{ fake[help.State] }

// fakes are the view models of a signed-in agent.
type fakes struct {
	desk           *fakeDesk
	overview       *fakeOverview
	pad            *fakePad
	accountHistory *fakeHistory
	history        *fakeHistory
	accounts       *fakeAccounts
	live           *fakeLive
	settings       *fakeSettings
	help           *fakeHelp
}

func newFakes() *fakes {
	return &fakes{
		&fakeDesk{}, &fakeOverview{}, &fakePad{}, &fakeHistory{}, &fakeHistory{}, &fakeAccounts{}, &fakeLive{},
		&fakeSettings{}, &fakeHelp{},
	}
}

func (f *fakes) models() Models {
	return Models{
		Desk: f.desk, Overview: f.overview, ScratchPad: f.pad, AccountHistory: f.accountHistory, History: f.history,
		Accounts: f.accounts, Live: f.live, Settings: f.settings, Help: f.help,
	}
}

package fyneui

import (
	"cmp"

	"fyne.io/fyne/v2"

	"parley/client/fyneui/frame"
	"parley/client/fyneui/notify"
	"parley/client/fyneui/screen"
	"parley/client/vm"
	"parley/client/vm/desk"
	"parley/client/vm/scratchpad"
	"parley/client/vm/settings"
)

// deskShell joins the frame and the screens of a signed-in agent to their models.
type deskShell struct {
	shell  *Shell
	models Models
	frame  *frame.Frame

	overview       *screen.Overview
	note           *screen.ScratchPad
	accountHistory *screen.History
	history        *screen.History
	accounts       *screen.Accounts
	live           *screen.Live
	settings       *screen.Settings
	help           *screen.Help

	state    desk.State
	drawn    bool
	focus    uint64
	rang     string
	notified string
	// questions of the desk and of the scratch pad share one dialog.
	deskAsks, noteAsks *vm.Question
	// beforeHelp is the place to go back to from the help.
	beforeHelp desk.PlaceID
}

func newDeskShell(s *Shell, m Models) *deskShell {
	h := s.host
	d := &deskShell{
		shell: s, models: m,
		overview: screen.NewOverview(h, m.Overview, h.Focus), note: screen.NewScratchPad(h, m.ScratchPad),
		accountHistory: screen.NewHistory(h, m.AccountHistory, false), history: screen.NewHistory(h, m.History, true),
		accounts: screen.NewAccounts(h, m.Accounts), settings: screen.NewSettings(h, m.Settings),
	}
	d.help = screen.NewHelp(h, d.closeHelp)
	contents := frame.Contents{
		Places: map[desk.PlaceID]fyne.CanvasObject{
			desk.PlaceAccounts: d.accounts.Root, desk.PlaceHistory: d.history.Root,
			desk.PlaceSettings: d.settings.Root, desk.PlaceHelp: d.help.Root,
		},
		Tabs: map[desk.TabID]fyne.CanvasObject{
			desk.TabOverview: d.overview.Root, desk.TabHistory: d.accountHistory.Root,
		},
		ScratchPad: d.note.Root,
	}
	if m.Live != nil {
		d.live = screen.NewLive(h, m.Live)
		contents.Places[desk.PlaceLive] = d.live.Root
	}
	d.frame = frame.New(h, m.Desk, contents, s.window.Canvas)
	h.run = m.Desk.Do
	h.hint = d.frame.Hint
	h.escape = d.escape
	h.setContent(d.frame.Root)
	return d
}

// watch begins to draw the states.
func (d *deskShell) watch() {
	do, keep := d.shell.cfg.dispatch, d.shell.keep
	keep(watch(d.models.Settings, do, d.showSettings))
	keep(watch(d.models.Overview, do, d.overview.Show))
	keep(watch(d.models.ScratchPad, do, d.showNote))
	keep(watch(d.models.AccountHistory, do, d.accountHistory.Show))
	keep(watch(d.models.History, do, d.history.Show))
	keep(watch(d.models.Accounts, do, d.accounts.Show))
	keep(watch(d.models.Help, do, d.help.Show))
	if d.live != nil {
		keep(watch(d.models.Live, do, d.live.Show))
	}
	keep(watch(d.models.Desk, do, d.show))
}

// show draws the desk and carries out what its state asks of the window.
func (d *deskShell) show(st desk.State) {
	before := d.state
	d.state = st
	if before.Title != st.Title {
		d.shell.window.SetTitle(st.Title)
	}
	d.shell.host.bind(st.Commands)
	d.frame.Show(st)
	d.deskAsks = st.Question
	d.ask()
	if before.Place != desk.PlaceHelp && st.Place == desk.PlaceHelp {
		d.beforeHelp = before.Place
	}
	if before.Place != st.Place || !d.drawn {
		d.models.Settings.SetVisible(st.Place == desk.PlaceSettings)
	}
	d.moveFocus(st.Focus)
	d.drawn = true
	d.ring(st)
	d.notify(st)
}

// moveFocus follows a command of the user. The first state only tells where the
// counting begins.
func (d *deskShell) moveFocus(f vm.Focus) {
	if f.Number == d.focus || !d.drawn {
		d.focus = f.Number
		return
	}
	d.focus = f.Number
	h := d.shell.host
	switch f.Target {
	case vm.FocusScratchPad:
		h.Focus(d.note.Editor())
	case vm.FocusKeypad:
		h.Focus(d.frame.KeypadFocus())
	case vm.FocusSearch, vm.FocusWorkspace:
		if o := d.focusHere(); o != nil {
			h.Focus(o)
		}
	}
}

// focusHere is where the keys go in the place that is shown; nil where nothing
// waits for them.
func (d *deskShell) focusHere() fyne.Focusable {
	switch d.state.Place {
	case desk.PlaceAccounts:
		return d.accounts.Search()
	case desk.PlaceHistory:
		return d.history.Search()
	case desk.PlaceWork:
		if d.state.Tab == desk.TabHistory {
			return d.accountHistory.Search()
		}
		return d.overview.FocusTarget()
	default:
		return nil
	}
}

// ring brings the window to the front once for each offer, without the focus.
func (d *deskShell) ring(st desk.State) {
	key := ""
	if st.Offer != nil {
		key = st.Offer.Key
	}
	if key != "" && key != d.rang && d.shell.cfg.RaiseWithoutFocus != nil {
		d.shell.cfg.RaiseWithoutFocus()
	}
	d.rang = key
}

// notify shows or withdraws the notification of the operating system.
func (d *deskShell) notify(st desk.State) {
	n := d.shell.cfg.Notifier
	if n == nil {
		return
	}
	if st.Notification == nil {
		if d.notified != "" {
			d.notified = ""
			n.Withdraw()
		}
		return
	}
	if d.notified == st.Notification.ID {
		return
	}
	d.notified = st.Notification.ID
	ringing := notify.Ringing{ID: st.Notification.ID, Title: st.Notification.Title, Body: st.Notification.Body}
	if st.Offer != nil {
		ringing.AcceptTitle, ringing.RejectTitle = st.Offer.Accept.Title, st.Offer.Reject.Title
	}
	model := d.models.Desk
	n.Show(ringing, func(a notify.Action) {
		if a == notify.Accept {
			model.Do(vm.CmdAccept)
			return
		}
		model.Do(vm.CmdReject)
	})
}

func (d *deskShell) showNote(st scratchpad.State) {
	d.note.Show(st)
	d.noteAsks = st.Question
	d.ask()
}

// ask shows the question that is open, the scratch pad's before the desk's.
func (d *deskShell) ask() {
	if d.noteAsks != nil {
		d.frame.Dialog.Set(d.noteAsks, d.models.ScratchPad.Answer)
		return
	}
	d.frame.Dialog.Set(d.deskAsks, func(id string) {
		if q := d.deskAsks; q != nil && id == vm.AnswerCopy {
			fyne.CurrentApp().Clipboard().SetContent(q.Copy)
		}
		if q := d.deskAsks; q != nil && q.ID == desk.QuestionClose && id == desk.AnswerYes {
			d.shell.close()
			return
		}
		d.models.Desk.Answer(id)
	})
}

func (d *deskShell) showSettings(st settings.State) {
	d.shell.applyLooks(chosenLooks{theme: st.Looks.Theme, scale: st.Looks.Scale})
	d.settings.Show(st)
	h := d.shell.host
	h.record = nil
	if st.Shortcuts.Recording != "" {
		h.record = func(keys string) {
			switch keys {
			case keyName(fyne.KeyEscape):
				d.models.Settings.CancelRecording()
			case string(fyne.KeyBackspace), string(fyne.KeyDelete):
				d.models.Settings.Keys("")
			default:
				d.models.Settings.Keys(keys)
			}
		}
	}
}

// closeHelp goes back to where the help was asked for.
func (d *deskShell) closeHelp() { d.models.Desk.GoTo(cmp.Or(d.beforeHelp, desk.PlaceWork)) }

// escape closes what is open and lets go of the focus.
func (d *deskShell) escape() bool {
	switch {
	case d.frame.Dialog.Escape():
	case d.state.Keypad.Open:
		d.models.Desk.CloseKeypad()
	case d.state.Place == desk.PlaceHelp:
		d.closeHelp()
	case d.shell.window.Canvas().Focused() != nil:
		d.shell.window.Canvas().Unfocus()
	default:
		return false
	}
	return true
}

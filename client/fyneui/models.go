package fyneui

import (
	"parley/client/fyneui/frame"
	"parley/client/fyneui/screen"
	"parley/client/vm/accounts"
	"parley/client/vm/desk"
	"parley/client/vm/desktop"
	"parley/client/vm/help"
	"parley/client/vm/history"
	"parley/client/vm/live"
	"parley/client/vm/overview"
	"parley/client/vm/scratchpad"
	"parley/client/vm/settings"
	"parley/client/vm/signin"
)

// Models are the view models of a signed-in user. Live may be nil.
type Models struct {
	Desk           Desk
	Overview       Overview
	ScratchPad     ScratchPad
	AccountHistory History
	History        History
	Accounts       Accounts
	Live           Live
	Settings       Settings
	Help           Help
}

// The view models as the shell sees them: states come out, intents go in.
type (
	// SignIn is the view model of the sign-in screen.
	SignIn interface {
		source[signin.State]
		screen.SignInModel
	}
	// Desk is the view model of the frame.
	Desk interface {
		source[desk.State]
		frame.Model
	}
	// Overview is the view model of the workspace.
	Overview interface {
		source[overview.State]
		screen.OverviewModel
	}
	// ScratchPad is the view model of the note.
	ScratchPad interface {
		source[scratchpad.State]
		screen.ScratchPadModel
	}
	// History is the view model of an interaction history.
	History interface {
		source[history.State]
		screen.HistoryModel
	}
	// Accounts is the view model of the accounts.
	Accounts interface {
		source[accounts.State]
		screen.AccountsModel
	}
	// Live is the view model of the live board.
	Live interface {
		source[live.State]
		screen.LiveModel
	}
	// Settings is the view model of the settings.
	Settings interface {
		source[settings.State]
		screen.SettingsModel
		Keys(keys string)
		CancelRecording()
		SetVisible(on bool)
	}
	// Help is the view model of the list of shortcuts.
	Help interface {
		source[help.State]
	}
)

// FromDesktop takes the view models out of their owner.
func FromDesktop(d *desktop.Desktop) Models {
	m := Models{
		Desk: d.Desk, Overview: d.Overview, ScratchPad: d.ScratchPad, AccountHistory: d.AccountHistory,
		History: d.History, Accounts: d.Accounts, Settings: d.Settings, Help: d.Help,
	}
	if d.Live != nil {
		m.Live = d.Live
	}
	return m
}

// chosenLooks are what the settings say about looks.
type chosenLooks struct {
	theme string
	scale float64
}

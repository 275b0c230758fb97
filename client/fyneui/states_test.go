package fyneui

import (
	"fmt"

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

func command(id vm.CommandID, title, icon, keys string) vm.Command {
	return vm.Command{ID: id, Title: title, Icon: icon, Shortcut: keys, Enabled: true}
}

func off(c vm.Command, why string) vm.Command {
	c.Enabled, c.Hint = false, why
	return c
}

func toned(c vm.Command, t vm.Tone) vm.Command {
	c.Tone = t
	return c
}

func idleDesk() desk.State {
	accept := toned(command(vm.CmdAccept, "Accept", vm.IconAccept, "Ctrl+Shift+A"), vm.TonePositive)
	reject := command(vm.CmdReject, "Reject", vm.IconReject, "Ctrl+Shift+R")
	hold := command(vm.CmdHold, "Hold", vm.IconHold, "Ctrl+Shift+H")
	mute := command(vm.CmdMute, "Mute", vm.IconMute, "Ctrl+Shift+M")
	pad := command(vm.CmdKeypad, "Keypad", vm.IconKeypad, "Ctrl+Shift+D")
	hang := toned(command(vm.CmdHangUp, "Hang up", vm.IconHangUp, "Ctrl+Shift+L"), vm.ToneCritical)
	end := command(vm.CmdEnd, "End interaction", vm.IconEnd, "Ctrl+Shift+E")
	st := desk.State{
		Title:   "Parley – Ready",
		Account: desk.AccountPanel{Icon: vm.IconUnknown, Name: "Nobody yet", Tone: vm.ToneMuted},
		Alerts:  desk.AlertsPanel{None: "Nothing needs your attention"},
		Contact: desk.ContactPanel{Line: "No contact", Icon: vm.IconPhone, Word: "idle", Tone: vm.ToneMuted},
		You: desk.YouPanel{
			Name: "Emma Clarke", Icon: vm.IconReady, Word: "Ready", Timer: "03:12", Tone: vm.TonePositive,
			Loads: []string{"Voice 0/1"},
		},
		Toolbar: [][]vm.Command{
			{off(accept, "No contact rings"), off(reject, "No contact rings")},
			{off(hold, "No call runs"), off(mute, "No call runs"), off(pad, "No call runs")},
			{off(hang, "No call runs")},
			{off(end, "No interaction is open")},
		},
		Navigation: []desk.Place{
			{ID: desk.PlaceWork, Title: "Work", Icon: vm.IconWork, Chosen: true},
			{ID: desk.PlaceAccounts, Title: "Accounts", Icon: vm.IconAccounts},
			{ID: desk.PlaceHistory, Title: "History", Icon: vm.IconHistory},
			{ID: desk.PlaceLive, Title: "Live", Icon: vm.IconLive},
			{ID: desk.PlaceSettings, Title: "Settings", Icon: vm.IconSettings},
			{ID: desk.PlaceHelp, Title: "Help", Icon: vm.IconHelp},
		},
		Place: desk.PlaceWork, Tab: desk.TabOverview,
		Tabs: []desk.Tab{
			{ID: desk.TabOverview, Title: "Overview", Icon: vm.IconWork, Chosen: true},
			{ID: desk.TabHistory, Title: "Account history", Icon: vm.IconHistory},
		},
		Status: desk.StatusBar{
			LinkIcon: vm.IconOnline, Link: "Connected", LinkTone: vm.TonePositive,
			SyncIcon: vm.IconCheck, Sync: "All saved", SyncTone: vm.ToneNeutral,
			Queues: []string{"Sales: nobody waits", "Service: 3 waiting, longest 00:48"}, Clock: "14:05",
		},
		Labels: desk.Labels{
			Account: "Account", Alerts: "Alerts", Contact: "Contact", You: "You", ScratchPad: "Scratch pad",
			Menu: "Change", Open: "Open interactions", Details: "Why you",
		},
	}
	menu := []desk.MenuItem{
		{Command: vm.Command{ID: vm.CmdReady, Title: "Ready", Icon: vm.IconReady, Checked: true}},
		{Command: vm.Command{ID: desk.CmdNotReady, Title: "Not ready: Lunch", Icon: vm.IconNotReady, Enabled: true}, Reason: "lunch"},
		{Command: vm.Command{ID: desk.CmdNotReady, Title: "Not ready: Training", Icon: vm.IconNotReady, Enabled: true}, Reason: "training"},
		{Command: vm.Command{ID: vm.CmdEndWrapUp, Title: "End wrap-up", Icon: vm.IconCheck}},
		{Command: vm.Command{ID: vm.CmdSignOut, Title: "Sign out", Icon: vm.IconSignedOut, Enabled: true}},
	}
	st.You.Menu = menu
	for _, g := range st.Toolbar {
		st.Commands = append(st.Commands, g...)
	}
	st.Commands = append(st.Commands,
		command(vm.CmdReady, "Ready", vm.IconReady, "Ctrl+Shift+Y"),
		command(vm.CmdNote, "Scratch pad", vm.IconNote, "Ctrl+Shift+N"),
		command(vm.CmdHelp, "Help", vm.IconHelp, "F1"),
		command(vm.CmdNextTab, "Next tab", "", "Ctrl+Tab"))
	return st
}

func enable(st *desk.State, ids ...vm.CommandID) {
	fix := func(c *vm.Command) {
		for _, id := range ids {
			if c.ID == id {
				c.Enabled, c.Hint = true, ""
			}
		}
	}
	for _, g := range st.Toolbar {
		for i := range g {
			fix(&g[i])
		}
	}
	for i := range st.Commands {
		fix(&st.Commands[i])
	}
}

func ringingDesk() desk.State {
	st := idleDesk()
	enable(&st, vm.CmdAccept, vm.CmdReject)
	st.You.Icon, st.You.Word, st.You.Tone, st.You.Timer = vm.IconRinging, "Ringing", vm.ToneAttention, "00:06"
	st.Offer = &desk.OfferCard{
		Key: "c1/1", Title: "Incoming call", Who: "Pierre Moreau", Number: "+33 1 40 00 00 01", Queue: "100 Sales",
		Countdown: "00:14", Fraction: 0.7, Waited: "waited 00:48",
		Why:    "You: most free capacity (1 of 1) among 4 agents",
		Accept: st.Toolbar[0][0], Reject: st.Toolbar[0][1],
	}
	st.Ring = true
	st.Notification = &desk.Notification{ID: "c1/1", Title: "Incoming call", Body: "Pierre Moreau, Sales"}
	return st
}

func talkingDesk() desk.State {
	st := idleDesk()
	enable(&st, vm.CmdHold, vm.CmdMute, vm.CmdKeypad, vm.CmdHangUp)
	st.Account = desk.AccountPanel{
		Icon: vm.IconPerson, Name: "Pierre Moreau", Detail: "12 rue de la Paix, 75002 Paris",
		Standing: "To be confirmed", Tone: vm.ToneAttention, Candidates: 1,
		Commands: []vm.Command{toned(command(vm.CmdConfirm, "Confirm", vm.IconConfirm, "Ctrl+Shift+F"), vm.TonePositive)},
	}
	st.Commands = append(st.Commands, st.Account.Commands...)
	st.Alerts = desk.AlertsPanel{
		Visible: []desk.Alert{
			{Key: "a", Tone: vm.ToneCritical, Icon: vm.IconError, Text: "The sound device has vanished; the default one is used", Target: desk.TargetSettings},
			{Key: "b", Tone: vm.ToneAttention, Icon: vm.IconWarning, Text: "Note not saved on the server yet", Target: desk.TargetNote},
		},
		Pager: "2 of 5", Previous: off(command(desk.CmdAlertsPrevious, "Previous alerts", "", ""), ""),
		Next: command(desk.CmdAlertsNext, "Next alerts", "", "Alt+1"),
	}
	st.Contact = desk.ContactPanel{
		Line: "+33 1 40 00 00 01 → 100 Sales", Icon: vm.IconOnContact, Word: "Talking", Tone: vm.TonePositive,
		Talk: "Talk 02:41", Queue: "3 waiting, longest 00:48", Why: "You: most free capacity (1 of 1) among 4 agents",
		WhyDetails: []vm.Field{{Label: "Strategy", Value: "Most available"}, {Label: "Load", Value: "0/1"}},
	}
	st.You.Icon, st.You.Word, st.You.Tone, st.You.Timer = vm.IconOnContact, "On a contact", vm.TonePositive, "02:41"
	st.You.Next, st.You.Loads = "Then ready", []string{"Voice 1/1"}
	st.Interactions = []desk.OpenInteraction{
		{ID: "i1", Title: "Pierre Moreau", Word: "talking", Icon: vm.IconOnContact, Tone: vm.TonePositive, Timer: "02:41", Chosen: true},
		{ID: "i2", Title: "Yıldız Holding", Word: "wrap-up", Icon: vm.IconWrapUp, Tone: vm.ToneAttention, Timer: "01:10"},
	}
	st.Current = "i1"
	st.Navigation[0].Badge = "2"
	return st
}

func oneOverview() overview.State {
	return overview.State{
		Step: overview.One, Heading: "Is this Pierre Moreau?", Number: "+33 1 40 00 00 01",
		Guide: "One account has this number. Ask for the name or the address, then confirm.",
		Name:  "Pierre Moreau", Icon: vm.IconPerson,
		Facts: []vm.Field{
			{Label: "Address", Value: "12 rue de la Paix, 75002 Paris"},
			{Label: "E-mail", Value: "pierre.moreau@example.org"},
			{Label: "Employer", Value: "Établissements Léon & Fils"},
			{Label: "Language", Value: "French"},
			{Label: "Telephone", Value: "+33 1 40 00 00 01, +33 6 12 34 56 78"},
		},
		Recent: []overview.Recent{
			{ID: "1", When: "3 Nov", What: "agent-fr, 1 call", Note: "Asked for the delivery date of order 80017; called back.", Icon: vm.IconPhone},
			{ID: "2", When: "21 Oct", What: "agent-en, 2 calls", Note: "Complaint about a broken lamp, replacement sent.", Icon: vm.IconPhone},
			{ID: "3", When: "2 Sep", What: "agent-fr, 1 call", Icon: vm.IconPhone},
		},
		Contacts: []overview.Contact{
			{ID: "c1", Icon: vm.IconPhone, Line: "+33 1 40 00 00 01 → 100 Sales", Word: "talking", Time: "02:41", When: "14:02", Tone: vm.TonePositive},
		},
		Commands: []vm.Command{
			toned(command(vm.CmdConfirm, "Confirm", vm.IconConfirm, "Ctrl+Shift+F"), vm.TonePositive),
			command(overview.CmdOther, "Another account", vm.IconSearch, ""),
		},
		Labels: overview.Labels{Facts: "Account", Recent: "Last interactions", Contacts: "Contacts of this interaction"},
	}
}

func severalOverview(n int) overview.State {
	st := overview.State{
		Step: overview.Several, Heading: "Who is calling?", Guide: "Several accounts have this number. Choose one, then confirm.",
		Number: "+90 212 000 00 02", Commands: oneOverview().Commands,
		Search: overview.Search{Visible: true, Placeholder: "Name, number, city", Result: fmt.Sprint(n, " accounts found")},
	}
	names := []string{"Ayşe Yılmaz Öztürk", "Əli Məmmədov", "İbrahim Çağlayan", "Naïma El Haddad-Lefèvre"}
	for i := range n {
		st.Candidates = append(st.Candidates, overview.Candidate{
			ID: fmt.Sprint(i), Name: names[i%4], Detail: "Bağdat Caddesi 12, 34710 İstanbul", Icon: vm.IconPerson, Chosen: i == 1,
		})
	}
	return st
}

func createOverview() overview.State {
	st := severalOverview(0)
	st.Step, st.Heading, st.Guide = overview.Unknown, "An unknown caller", "No account has this number. Search, or make an account."
	st.Create = &overview.Create{
		Title: "New account", CompanyLabel: "This is a company", Load: 1,
		Inputs: []vm.Input{
			{ID: overview.InputName, Label: "Name", Required: true, Problem: "A name is needed"},
			{ID: overview.InputNumber, Label: "Telephone", Value: "+90 212 000 00 02"},
			{ID: overview.InputEmail, Label: "E-mail", Placeholder: "name@example.org"},
			{ID: overview.InputCity, Label: "City"},
		},
		Save:   off(command(overview.CmdSave, "Save and confirm", vm.IconCheck, ""), "A name is needed"),
		Cancel: command(overview.CmdCancel, "Cancel", "", ""),
	}
	return st
}

func padState() scratchpad.State {
	return scratchpad.State{
		Title: "Scratch pad", Placeholder: "Notes about this interaction", Load: 1,
		Text:   "Wants to move the delivery to Friday.\nSipariş 80017, kapı zili çalışmıyor.\nƏlaqə: axşam 18-dən sonra.",
		Status: "Saved", StatusIcon: "saved", StatusTone: vm.ToneMuted, Count: "112",
	}
}

func historyState(n int) history.State {
	st := history.State{
		Title: "Interaction history", SearchPlaceholder: "Account, number, words of the note",
		Owner:   []vm.Choice{{ID: "all", Title: "All agents", Chosen: true}, {ID: "mine", Title: "Mine"}},
		Ended:   []vm.Choice{{ID: "all", Title: "Open and ended", Chosen: true}},
		Periods: []vm.Choice{{ID: "30", Title: "Last 30 days", Chosen: true}},
		Reset:   command(history.CmdReset, "Reset", "undo", ""), Phase: history.Listed, Chosen: "2",
		More:   command(history.CmdMore, "Show more", "", ""),
		Labels: history.Labels{Owner: "Agent", Ended: "State", Period: "Period", Note: "Note", Contacts: "Contacts"},
		Detail: &history.Detail{
			ID: "2", Title: "Pierre Moreau", Note: "Asked for the delivery date of order 80017; called back on the same day.",
			Fields:   []vm.Field{{Label: "Agent", Value: "Emma Clarke"}, {Label: "Begun", Value: "3 Nov 2026, 14:02"}, {Label: "Ended", Value: "14:09"}},
			Contacts: []history.Contact{{ID: "c", Icon: vm.IconPhone, Line: "+33 1 40 00 00 01, Sales", Word: "ended by customer", When: "14:02", Time: "06:41"}},
		},
	}
	for i := range n {
		st.Rows = append(st.Rows, history.Row{
			ID: fmt.Sprint(i), Icon: vm.IconPhone, Account: []string{"Pierre Moreau", "Yıldız Holding A.Ş.", "Əli Məmmədov"}[i%3],
			When: "3 Nov, 14:02", Agent: "Emma Clarke", Word: []string{"ended", "open"}[i%2],
			Tone: []vm.Tone{vm.ToneMuted, vm.TonePositive}[i%2], Note: "Asked for the delivery date of order 80017; called back on the same day",
		})
	}
	return st
}

func accountsState(n int) accounts.State {
	st := accounts.State{
		Title: "Accounts", SearchPlaceholder: "Name, number, city", Phase: accounts.Listed, Result: fmt.Sprint(n, " accounts"), Chosen: "1",
		Commands: []vm.Command{command(accounts.CmdCreate, "New account", vm.IconAdd, "")},
		Detail: &accounts.Detail{
			ID: "1", Name: "Əli Məmmədov", Icon: vm.IconPerson, Facts: oneOverview().Facts, NumbersLabel: "Telephone numbers",
			Numbers:   []vm.Field{{Label: "+994 12 000 00 01", Value: "012 000 00 01"}},
			NewNumber: vm.Input{ID: "number", Label: "Further number", Problem: "This is no telephone number", Value: "12"},
			Add:       off(command(accounts.CmdAddNumber, "Add number", vm.IconPhone, ""), "no number"),
		},
	}
	for i := range n {
		st.Rows = append(st.Rows, accounts.Row{ID: fmt.Sprint(i), Name: severalOverview(4).Candidates[i%4].Name, Detail: "İstanbul, +90 212 000 00 02", Icon: vm.IconPerson})
	}
	return st
}

func liveState() live.State {
	st := live.State{
		Title: "Live", Summary: "7 waiting, 12 agents signed in, 4 ready",
		Queues: live.QueueTable{Title: "Queues", Columns: []live.Column{
			{ID: live.ColumnName, Title: "Queue", Sorted: 1},
			{ID: live.ColumnWaiting, Title: "Waiting", Figures: true},
			{ID: live.ColumnLongest, Title: "Longest", Figures: true},
			{ID: live.ColumnReady, Title: "Ready", Figures: true},
			{ID: live.ColumnSignedIn, Title: "Signed in", Figures: true},
		}, Rows: []live.QueueRow{
			{ID: "sales", Name: "Sales", Waiting: "3", Longest: "00:48", Ready: "2", SignedIn: "6"},
			{ID: "service", Name: "Service", Waiting: "4", Longest: "03:10", Ready: "0", SignedIn: "5", Tone: vm.ToneCritical},
			{ID: "tr", Name: "Müşteri hizmetleri", Waiting: "0", Longest: "", Ready: "2", SignedIn: "3", Tone: vm.ToneAttention},
		}},
		Agents: live.AgentTable{Title: "Agents", Columns: []live.Column{
			{ID: live.ColumnName, Title: "Agent"},
			{ID: live.ColumnState, Title: "State", Sorted: -1},
			{ID: live.ColumnReason, Title: "Reason"},
			{ID: live.ColumnSince, Title: "Since", Figures: true},
			{ID: live.ColumnLoad, Title: "Load", Figures: true},
		}},
	}
	for i := range 12 {
		st.Agents.Rows = append(st.Agents.Rows, []live.AgentRow{
			{Name: "Emma Clarke", Icon: vm.IconOnContact, State: "On a contact", Since: "02:41", Load: "1/1", Tone: vm.TonePositive},
			{Name: "Gülşən Əliyeva", Icon: vm.IconNotReady, State: "Not ready", Reason: "Lunch", Since: "12:03", Load: "0/1", Tone: vm.ToneAttention},
			{Name: "Jan de Vries", Icon: vm.IconReady, State: "Ready", Since: "00:12", Load: "0/1", Tone: vm.TonePositive},
		}[i%3])
		st.Agents.Rows[i].ID = fmt.Sprint(i)
	}
	return st
}

func settingsState() settings.State {
	st := settings.State{
		Title: "Settings",
		Sound: settings.Sound{
			Title: "Sound", CaptureLabel: "Microphone", PlaybackLabel: "Headset", RingerLabel: "Ringer",
			Capture:  []vm.Choice{{ID: "a", Title: "USB headset with a rather long name", Chosen: true}},
			Playback: []vm.Choice{{ID: "a", Title: "USB headset", Chosen: true}}, Ringer: []vm.Choice{{ID: "b", Title: "Built-in speaker", Chosen: true}},
			TestRing: command(settings.CmdTestRing, "Test ring", vm.IconBell, ""), LevelIn: 0.6, LevelOut: 0.3, Metering: true,
			LevelInLabel: "Microphone level", LevelOutLabel: "Far side level",
			Problem: vm.Notice{Tone: vm.ToneAttention, Icon: vm.IconWarning, Text: "The chosen microphone is gone; the default one is used."},
		},
		Looks: settings.Looks{
			Title: "Looks", ThemeLabel: "Theme", Themes: []vm.Choice{{ID: "system", Title: "As the system", Chosen: true}}, Theme: settings.ThemeLight,
			SizeLabel: "Text size", Sizes: []vm.Choice{{ID: "100", Title: "100 %", Chosen: true}}, Scale: 1,
			LanguageLabel: "Language", Languages: []vm.Choice{{ID: "en", Title: "English", Chosen: true}}, Language: "en",
		},
		Shortcuts: settings.Shortcuts{
			Title: "Shortcuts", CommandLabel: "Command", KeysLabel: "Keys", Prompt: "Press the new keys; Escape keeps the old ones",
			Recording: vm.CmdMute, Reset: command(settings.CmdResetShortcuts, "Reset all", "undo", ""),
		},
		Password: settings.Password{
			Title: "Password", Old: vm.Input{ID: "old", Label: "Old password"}, New: vm.Input{ID: "new", Label: "New password", Problem: "Too short"},
			Repeat: vm.Input{ID: "repeat", Label: "Once more"}, Change: command(settings.CmdChangePassword, "Change password", "lock", ""),
		},
	}
	for _, c := range idleDesk().Commands {
		st.Shortcuts.Rows = append(st.Shortcuts.Rows, settings.ShortcutRow{ID: c.ID, Title: c.Title, Keys: c.Shortcut, Changed: c.ID == vm.CmdHold})
	}
	return st
}

func helpState() help.State {
	st := help.State{Title: "Keyboard", Intro: "All commands work while you type. Change them in the settings.", Close: "Close"}
	for _, c := range idleDesk().Commands {
		st.Rows = append(st.Rows, help.Row{ID: c.ID, Title: c.Title, Keys: c.Shortcut})
	}
	return st
}

func signInState() signin.State {
	return signin.State{
		Title: "Sign in to Parley", Server: vm.Input{ID: "server", Label: "Server", Value: "https://centre.example.org"},
		User: vm.Input{ID: "user", Label: "User name", Value: "agent-en"}, Password: vm.Input{ID: "password", Label: "Password"},
		Submit: command(signin.CmdSubmit, "Sign in", "", ""), Load: 1,
		Languages: []vm.Choice{{ID: "en", Title: "English", Chosen: true}, {ID: "az", Title: "Azərbaycanca"}}, LanguageLabel: "Language",
	}
}

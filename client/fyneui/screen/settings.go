package screen

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"parley/client/fyneui/look"
	"parley/client/fyneui/part"
	"parley/client/vm"
	"parley/client/vm/settings"
)

// SettingsModel is what the settings tell.
type SettingsModel interface {
	soundModel
	looksModel
	Record(id vm.CommandID)
	SetOldPassword(text string)
	SetNewPassword(text string)
	SetRepeat(text string)
	Do(id vm.CommandID)
}

type soundModel interface {
	SelectCapture(id string)
	SelectPlayback(id string)
	SelectRinger(id string)
}

type looksModel interface {
	SelectTheme(id string)
	SelectSize(id string)
	SelectLanguage(id string)
}

// Settings fits the desktop to the agent.
type Settings struct {
	Root fyne.CanvasObject

	title *part.Text
	// devices are microphone, speaker and ringer; looks are theme, size, language.
	devices, looks         [3]*part.Choice
	deviceL, looksL        [3]*part.Text
	soundT, looksT         *part.Text
	ring                   *part.Button
	levels                 *fyne.Container
	levelIn, levelOut      *part.Meter
	levelInL, levelOutL    *part.Text
	soundProblem           *part.Notice
	keysT, commandL, keysL *part.Text
	keyRows                *part.Column[keyRow]
	prompt, keyProblem     *part.Notice
	reset                  *part.Button
	passwordT              *part.Text
	old, changed, repeat   *part.Field
	change                 *part.Button
	passwordResult         *part.Notice
	load                   uint64
}

// keyRow is a row of the shortcut table with its state while it is recorded.
type keyRow struct {
	settings.ShortcutRow
	recording bool
}

// NewSettings makes the screen.
func NewSettings(host part.Host, m SettingsModel) *Settings {
	s := &Settings{
		title: heading(), soundT: section(), looksT: section(), keysT: section(), passwordT: section(),
		levelIn: part.NewMeter(look.Positive), levelOut: part.NewMeter(look.AccentText),
		levelInL: part.Caption(""), levelOutL: part.Caption(""),
		commandL: part.Caption(""), keysL: part.Caption(""),
		ring:         part.NewButton(host, part.StyleNormal, func() { m.Do(settings.CmdTestRing) }),
		soundProblem: part.NewNotice(host, func() {}), keyProblem: part.NewNotice(host, func() {}),
		prompt: part.NewNotice(host, func() {}), passwordResult: part.NewNotice(host, func() {}),
		reset:   part.NewButton(host, part.StyleNormal, func() { m.Do(settings.CmdResetShortcuts) }),
		change:  part.NewButton(host, part.StyleNormal, func() { m.Do(settings.CmdChangePassword) }),
		old:     part.NewField(part.NewPasswordEntry(host), m.SetOldPassword),
		changed: part.NewField(part.NewPasswordEntry(host), m.SetNewPassword),
		repeat:  part.NewField(part.NewPasswordEntry(host), m.SetRepeat),
	}
	for i, f := range []func(string){m.SelectCapture, m.SelectPlayback, m.SelectRinger} {
		s.devices[i], s.deviceL[i] = part.NewChoice(host, f), part.Caption("")
	}
	for i, f := range []func(string){m.SelectTheme, m.SelectSize, m.SelectLanguage} {
		s.looks[i], s.looksL[i] = part.NewChoice(host, f), part.Caption("")
	}
	for _, b := range []*part.Button{s.ring, s.reset, s.change} {
		b.Enter = true
	}
	s.repeat.Entry.OnSubmitted = func(string) { m.Do(settings.CmdChangePassword) }
	s.keyRows = part.NewColumn(look.Hair, func() part.RowView[keyRow] { return newKeyRow(host, m.Record) })
	s.build()
	return s
}

func (s *Settings) build() {
	three := func(labels [3]*part.Text, choices [3]*part.Choice) fyne.CanvasObject {
		objects := make([]fyne.CanvasObject, len(choices))
		for i := range choices {
			objects[i] = part.Labelled(labels[i], choices[i].Button)
		}
		return part.Split(look.Wide, []float32{1, 1, 1}, objects...)
	}
	s.levels = part.Split(look.Wide, []float32{1, 1},
		part.Stack(look.Hair, s.levelInL, s.levelIn), part.Stack(look.Hair, s.levelOutL, s.levelOut))
	sound := part.Panel(part.Inset(0, look.Gap, part.Stack(look.Pad, s.soundT, s.soundProblem.Container,
		three(s.deviceL, s.devices), s.levels, part.Row(0, s.ring))))
	looks := part.Panel(part.Inset(0, look.Gap, part.Stack(look.Pad, s.looksT, three(s.looksL, s.looks))))
	keys := part.Panel(part.Inset(0, look.Gap, part.Stack(look.Pad,
		part.RowStretch(look.Gap, 0, s.keysT, s.reset), s.prompt.Container, s.keyProblem.Container,
		part.Split(look.Gap, []float32{3, 2}, s.commandL, s.keysL), s.keyRows.Container)))
	password := part.Panel(part.Inset(0, look.Gap, part.Stack(look.Pad, s.passwordT,
		part.Split(look.Wide, []float32{1, 1, 1}, s.old.Container, s.changed.Container, s.repeat.Container),
		s.passwordResult.Container, part.Row(0, s.change))))
	s.Root = container.NewBorder(part.Inset(0, look.Hair, s.title), nil, nil, nil,
		container.NewVScroll(part.Stack(look.Gap, sound, looks, keys, password)))
}

// Show draws a state.
func (s *Settings) Show(st settings.State) {
	s.title.Set(st.Title)
	s.showSound(st.Sound)
	s.showLooks(st.Looks)
	s.showShortcuts(st.Shortcuts)
	s.showPassword(st.Password)
}

func (s *Settings) showSound(st settings.Sound) {
	s.soundT.Set(st.Title)
	for i, label := range []string{st.CaptureLabel, st.PlaybackLabel, st.RingerLabel} {
		s.deviceL[i].Set(label)
	}
	for i, choices := range [][]vm.Choice{st.Capture, st.Playback, st.Ringer} {
		s.devices[i].Set(choices)
	}
	s.soundProblem.Set(st.Problem)
	s.ring.Set(st.TestRing)
	part.Visible(s.levels, st.Metering)
	s.levelInL.Set(st.LevelInLabel)
	s.levelOutL.Set(st.LevelOutLabel)
	s.levelIn.Set(st.LevelIn)
	s.levelOut.Set(st.LevelOut)
}

func (s *Settings) showLooks(st settings.Looks) {
	s.looksT.Set(st.Title)
	for i, label := range []string{st.ThemeLabel, st.SizeLabel, st.LanguageLabel} {
		s.looksL[i].Set(label)
	}
	for i, choices := range [][]vm.Choice{st.Themes, st.Sizes, st.Languages} {
		s.looks[i].Set(choices)
	}
}

func (s *Settings) showShortcuts(st settings.Shortcuts) {
	s.keysT.Set(st.Title)
	s.commandL.Set(st.CommandLabel)
	s.keysL.Set(st.KeysLabel)
	s.reset.Set(st.Reset)
	prompt := vm.Notice{}
	if st.Recording != "" {
		prompt = vm.Notice{Icon: "keyboard", Text: st.Prompt, Tone: vm.ToneAttention}
	}
	s.prompt.Set(prompt)
	s.keyProblem.Set(st.Problem)
	rows := make([]keyRow, len(st.Rows))
	for i, r := range st.Rows {
		rows[i] = keyRow{ShortcutRow: r, recording: r.ID == st.Recording}
	}
	s.keyRows.Set(rows)
}

func (s *Settings) showPassword(st settings.Password) {
	s.passwordT.Set(st.Title)
	if s.load != st.Load {
		s.load = st.Load
		s.old.Load(st.Old.Value)
		s.changed.Load(st.New.Value)
		s.repeat.Load(st.Repeat.Value)
	}
	s.old.Set(st.Old)
	s.changed.Set(st.New)
	s.repeat.Set(st.Repeat)
	s.change.Set(st.Change)
	s.passwordResult.Set(st.Result)
}

// keyRowView is a command with a button that records new keys.
type keyRowView struct {
	widget.BaseWidget

	title  *part.Text
	button *part.Button
	id     vm.CommandID
	root   *fyne.Container
}

func newKeyRow(host part.Host, record func(vm.CommandID)) *keyRowView {
	r := &keyRowView{title: part.NewText("", look.Body, look.Text).Elastic(60)}
	r.button = part.NewButton(host, part.StyleNormal, func() { record(r.id) })
	r.root = part.Split(look.Gap, []float32{3, 2}, r.title, part.Row(0, r.button))
	r.ExtendBaseWidget(r)
	return r
}

// CreateRenderer is called by Fyne.
func (r *keyRowView) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.root) }

// Set draws a row.
func (r *keyRowView) Set(row keyRow) {
	r.id = row.ID
	r.title.Set(row.Title)
	icon, keys := "", row.Keys
	if keys == "" {
		keys = "–"
	}
	if row.Changed {
		icon = vm.IconCheck
	}
	if row.recording {
		icon, keys = "keyboard", "…"
	}
	r.button.Set(vm.Command{Title: keys, Icon: icon, Enabled: true, Checked: row.recording})
}

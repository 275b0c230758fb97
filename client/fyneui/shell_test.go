package fyneui

import (
	"image"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"parley/client/fyneui/part"
	"parley/client/vm"
	"parley/client/vm/desk"
	"parley/client/vm/settings"
)

var wide = fyne.NewSize(1280, 720)

// typeKeys presses a shortcut the way the driver does: a focused widget that takes
// shortcuts gets it, otherwise the canvas.
func typeKeys(s *Shell, keys string) {
	c := s.window.Canvas()
	shortcut := asShortcut(keys)
	if shortcut == nil {
		e := &fyne.KeyEvent{Name: fyneKey(keys)}
		if f := c.Focused(); f != nil {
			f.TypedKey(e)
		} else if on := c.OnTypedKey(); on != nil {
			on(e)
		}
		return
	}
	if f, ok := c.Focused().(fyne.Shortcutable); ok {
		f.TypedShortcut(shortcut)
		return
	}
	// The test canvas keeps what was added to it to itself.
	for _, b := range s.host.bound {
		if b.ShortcutName() == shortcut.ShortcutName() {
			s.host.Shortcut(shortcut)
		}
	}
}

func talking() *fakes {
	f := newFakes()
	f.settings.state = settingsState()
	f.settings.state.Shortcuts.Recording = ""
	f.desk.state, f.overview.state, f.pad.state = talkingDesk(), oneOverview(), padState()
	return f
}

// objects are all that is drawn, from the content down.
func objects(o fyne.CanvasObject, visit func(fyne.CanvasObject)) {
	if !o.Visible() {
		return
	}
	visit(o)
	switch o := o.(type) {
	case *fyne.Container:
		for _, c := range o.Objects {
			objects(c, visit)
		}
	case fyne.Widget:
		for _, c := range test.WidgetRenderer(o).Objects() {
			objects(c, visit)
		}
	}
}

// texts are all words on the screen.
func texts(s *Shell) string {
	var all []string
	visit := func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case *part.Text:
			all = append(all, o.String())
		case *part.HintText:
			all = append(all, o.String())
		case *part.Lines:
			all = append(all, o.String())
		}
	}
	objects(s.window.Content(), visit)
	for _, o := range s.window.Canvas().Overlays().List() {
		objects(o, visit)
	}
	return strings.Join(all, "\n")
}

// buttons are those on the screen by the command that they run.
func buttons(s *Shell) map[vm.CommandID]*part.Button {
	all := map[vm.CommandID]*part.Button{}
	objects(s.window.Content(), func(o fyne.CanvasObject) {
		if b, ok := o.(*part.Button); ok && b.Command().ID != "" {
			all[b.Command().ID] = b
		}
	})
	return all
}

func TestScenesShowWhatTheirStatesSay(t *testing.T) {
	want := map[string][]string{
		"idle":           {"Nobody yet", "Nothing needs your attention", "Ready", "03:12", "Connected", "All saved", "Work", "Live"},
		"ringing":        {"Incoming call", "Pierre Moreau", "+33 1 40 00 00 01", "100 Sales", "00:14", "waited 00:48", "Ringing"},
		"talking":        {"To be confirmed", "Talk 02:41", "3 waiting, longest 00:48", "2 of 5", "On a contact", "Is this Pierre Moreau?", "Last interactions", "Yıldız Holding"},
		"held-long":      {"Attente 00:12", "Fin dans 00:25", "Əli Məmmədov", "İbrahim Çağlayan"},
		"create":         {"New account", "Name *", "A name is needed", "This is a company"},
		"keypad":         {"Keypad", "12#"},
		"end":            {"What becomes of the note?", "Attach", "Discard", "Cancel"},
		"offline":        {"No connection for 00:42", "3 changes wait", "Retry"},
		"history":        {"Interaction history", "All agents", "Show more", "Pierre Moreau", "ended by customer"},
		"history-failed": {"Retry"},
		"accounts":       {"Accounts", "40 accounts", "Further number", "This is no telephone number"},
		"live":           {"Queues", "Müşteri hizmetleri", "Gülşən Əliyeva", "Not ready"},
		"settings":       {"Sound", "Microphone level", "Looks", "Shortcuts", "Old password", "Too short"},
		"help":           {"Keyboard", "Ctrl+Shift+A"},
	}
	for _, sc := range scenes() {
		t.Run(sc.name, func(t *testing.T) {
			f := newFakes()
			f.settings.state = settingsState()
			sc.set(f)
			s := openShell(t, wide, f)
			shown := texts(s)
			for _, words := range want[sc.name] {
				if !strings.Contains(shown, words) {
					t.Errorf("the screen does not show %q", words)
				}
			}
		})
	}
}

func TestEveryCommandHasItsButtonAndItsKeys(t *testing.T) {
	f := talking()
	enable(&f.desk.state, vm.CmdAccept, vm.CmdReject, vm.CmdEnd)
	s := openShell(t, wide, f)
	all := buttons(s)
	f.desk.heard()
	for _, group := range f.desk.state.Toolbar {
		for _, c := range group {
			b := all[c.ID]
			if b == nil {
				t.Errorf("no button for %s", c.ID)
				continue
			}
			test.Tap(b)
			if diff := cmp.Diff([]string{"do " + string(c.ID)}, f.desk.heard()); diff != "" {
				t.Errorf("a click on %s: %s", c.ID, diff)
			}
		}
	}
	for _, c := range f.desk.state.Commands {
		if c.Shortcut == "" {
			continue
		}
		typeKeys(s, c.Shortcut)
		if diff := cmp.Diff([]string{"do " + string(c.ID)}, f.desk.heard()); diff != "" {
			t.Errorf("%s: %s", c.Shortcut, diff)
		}
	}
}

func TestDisabledButtonSaysWhyAndDoesNothing(t *testing.T) {
	f := newFakes()
	f.settings.state = settingsState()
	f.desk.state = idleDesk()
	s := openShell(t, wide, f)
	f.desk.heard()
	hold := buttons(s)[vm.CmdHold]
	test.Tap(hold)
	hold.MouseIn(&desktop.MouseEvent{})
	if got := f.desk.heard(); len(got) > 0 {
		t.Errorf("a disabled button did %v", got)
	}
	if !strings.Contains(texts(s), "No call runs") {
		t.Error("the reason is not shown")
	}
	hold.MouseOut()
	if strings.Contains(texts(s), "No call runs") {
		t.Error("the reason stays after the pointer has gone")
	}
}

func TestQuestionTakesKeysAndEscapeChangesNothing(t *testing.T) {
	f := talking()
	s := openShell(t, wide, f)
	ask := padState()
	ask.Question = &vm.Question{ID: "note", Title: "What becomes of the note?", Answers: []vm.Answer{
		{ID: "attach", Title: "Attach"}, {ID: "discard", Title: "Discard", Tone: vm.ToneCritical}, {ID: "cancel", Title: "Cancel"},
	}}
	f.pad.publish(ask)
	typeKeys(s, "Enter")
	typeKeys(s, "Escape")
	if diff := cmp.Diff([]string{"answer attach", "answer cancel"}, f.pad.heard()); diff != "" {
		t.Error(diff)
	}
	f.desk.heard()
	f.desk.publish(ringingDesk())
	typeKeys(s, "Ctrl+Shift+A")
	if diff := cmp.Diff([]string{"do accept"}, f.desk.heard()); diff != "" {
		t.Errorf("an offer during a question: %s", diff)
	}
	ask.Question = nil
	f.pad.publish(ask)
	if n := len(s.window.Canvas().Overlays().List()); n != 0 {
		t.Errorf("%d overlays are left", n)
	}
}

func TestKeypadTakesTypedDigits(t *testing.T) {
	f := talking()
	s := openShell(t, wide, f)
	st := talkingDesk()
	st.Keypad = desk.Keypad{Open: true, Title: "Keypad", Keys: []string{"1", "2", "3"}}
	st.Focus = vm.Focus{Number: 1, Target: vm.FocusKeypad}
	f.desk.publish(st)
	f.desk.heard()
	focused := s.window.Canvas().Focused()
	focused.TypedRune('1')
	focused.TypedRune('#')
	typeKeys(s, "Escape")
	if diff := cmp.Diff([]string{"press 1", "press #", "close keypad"}, f.desk.heard()); diff != "" {
		t.Error(diff)
	}
}

func TestLongListDrawsVisibleRowsOnly(t *testing.T) {
	f := talking()
	f.desk.state, f.history.state = at(talkingDesk(), desk.PlaceHistory), historyState(10000)
	s := openShell(t, wide, f)
	rows := strings.Count(texts(s), "3 Nov, 14:02")
	if rows < 4 || rows > 40 {
		t.Errorf("%d of 10000 rows are drawn", rows)
	}
}

func TestListFollowsTheKeys(t *testing.T) {
	f := talking()
	f.desk.state, f.history.state = at(talkingDesk(), desk.PlaceHistory), historyState(100)
	s := openShell(t, wide, f)
	search := s.desk.history.Search()
	s.host.Focus(search)
	f.history.heard()
	search.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	search.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	if diff := cmp.Diff([]string{"choose 3", "choose 4"}, f.history.heard()); diff != "" {
		t.Error(diff)
	}
}

func TestRecordingTakesTheKeys(t *testing.T) {
	f := talking()
	f.settings.state.Shortcuts.Recording = vm.CmdMute
	s := openShell(t, wide, f)
	f.desk.heard()
	f.settings.heard()
	typeKeys(s, "Ctrl+Shift+H")
	typeKeys(s, "F7")
	typeKeys(s, "Escape")
	want := []string{"keys Ctrl+Shift+H", "keys F7", "cancel recording"}
	if diff := cmp.Diff(want, f.settings.heard()); diff != "" {
		t.Error(diff)
	}
	if got := f.desk.heard(); len(got) > 0 {
		t.Errorf("recording has done %v", got)
	}
}

func TestNarrowWindowMovesTheScratchPad(t *testing.T) {
	f := talking()
	s := openShell(t, fyne.NewSize(1024, 640), f)
	if got := strings.Join(f.desk.heard(), " "); !strings.HasSuffix(got, "narrow true") {
		t.Errorf("the desk heard %q", got)
	}
	st := talkingDesk()
	st.Tabs = append(st.Tabs, desk.Tab{ID: desk.TabNote, Title: "Scratch pad"})
	st.Tab = desk.TabNote
	f.desk.publish(st)
	settle(s, fyne.NewSize(1024, 640))
	found := false
	objects(s.window.Content(), func(o fyne.CanvasObject) { found = found || o == s.desk.note.Editor() })
	if !found {
		t.Error("the scratch pad is not in its tab")
	}
}

func TestLooksFollowTheSettings(t *testing.T) {
	f := talking()
	s := openShell(t, wide, f)
	st := settingsState()
	st.Looks.Theme, st.Looks.Scale = settings.ThemeDark, 2
	before := fyne.CurrentApp().Settings().Theme().Size("text")
	f.settings.publish(st)
	after := fyne.CurrentApp().Settings().Theme().Size("text")
	if before != 14 || after != 28 {
		t.Errorf("text size went from %v to %v", before, after)
	}
	settle(s, wide)
}

// TestThemeSwitchesAtOnce compares a window whose theme was changed with one that
// had it from the beginning.
func TestThemeSwitchesAtOnce(t *testing.T) {
	picture := func(first, last string) image.Image {
		f := talking()
		f.settings.state.Looks.Theme = first
		s := openShell(t, wide, f)
		st := f.settings.state
		st.Looks.Theme = last
		f.settings.publish(st)
		settle(s, wide)
		return s.window.Canvas().Capture()
	}
	changed, fresh := picture(settings.ThemeLight, settings.ThemeDark), picture(settings.ThemeDark, settings.ThemeDark)
	different := 0
	for y := range 720 {
		for x := range 1280 {
			if changed.At(x, y) != fresh.At(x, y) {
				different++
			}
		}
	}
	if different > 0 {
		t.Errorf("%d points keep the old theme", different)
	}
}

func TestFeedShowsTheLatestStateOnly(t *testing.T) {
	var queued []func()
	var shown []int
	src := &fake[int]{}
	cancel := watch(src, func(f func()) { queued = append(queued, f) }, func(n int) { shown = append(shown, n) })
	for i := range 5 {
		src.publish(i + 1)
	}
	for len(queued) > 0 {
		queued[0]()
		queued = queued[1:]
	}
	src.publish(6)
	cancel()
	for _, f := range queued {
		f()
	}
	if diff := cmp.Diff([]int{5}, shown); diff != "" {
		t.Error(diff)
	}
}

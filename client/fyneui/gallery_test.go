package fyneui

import (
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"parley/client/vm"
	"parley/client/vm/accounts"
	"parley/client/vm/desk"
	"parley/client/vm/history"
	"parley/client/vm/overview"
	"parley/client/vm/settings"
)

// scene is one picture of the gallery.
type scene struct {
	name string
	set  func(f *fakes)
}

func at(st desk.State, p desk.PlaceID) desk.State {
	st.Place = p
	for i := range st.Navigation {
		st.Navigation[i].Chosen = st.Navigation[i].ID == p
	}
	return st
}

func scenes() []scene {
	return []scene{
		{"idle", func(f *fakes) {
			f.desk.state = idleDesk()
			f.overview.state = overview.State{Heading: "No interaction is open", Guide: "The next contact appears here."}
		}},
		{"ringing", func(f *fakes) {
			f.desk.state = ringingDesk()
			f.overview.state = overview.State{Heading: "No interaction is open", Guide: "The next contact appears here."}
		}},
		{"talking", func(f *fakes) { f.desk.state, f.overview.state, f.pad.state = talkingDesk(), oneOverview(), padState() }},
		{"second", func(f *fakes) {
			f.desk.state, f.overview.state, f.pad.state = talkingDesk(), oneOverview(), padState()
			f.desk.state.Offer = ringingDesk().Offer
			f.desk.state.Offer.Effect = "The current call is put on hold."
		}},
		{"held-long", func(f *fakes) {
			f.desk.state, f.overview.state, f.pad.state = longDesk(), severalOverview(4), padState()
		}},
		{"create", func(f *fakes) {
			f.desk.state, f.overview.state, f.pad.state = talkingDesk(), createOverview(), padState()
		}},
		{"keypad", func(f *fakes) {
			f.desk.state, f.overview.state, f.pad.state = talkingDesk(), oneOverview(), padState()
			f.desk.state.Keypad = desk.Keypad{Open: true, Title: "Keypad", Close: "Close", Sent: "12#", Keys: []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"}}
		}},
		{"end", func(f *fakes) {
			f.desk.state, f.overview.state, f.pad.state = ringingDesk(), oneOverview(), padState()
			f.pad.state.Question = &vm.Question{ID: "note", Title: "What becomes of the note?", Text: "The interaction has a note of 112 characters. Attach it to the interaction, or discard it?", Answers: []vm.Answer{
				{ID: "attach", Title: "Attach"}, {ID: "discard", Title: "Discard", Tone: vm.ToneCritical}, {ID: "cancel", Title: "Cancel"},
			}}
		}},
		{"offline", func(f *fakes) {
			f.desk.state, f.overview.state, f.pad.state = talkingDesk(), oneOverview(), padState()
			f.desk.state.Status.Link, f.desk.state.Status.LinkIcon, f.desk.state.Status.LinkTone = "No connection for 00:42", vm.IconOffline, vm.ToneCritical
			f.desk.state.Status.Sync, f.desk.state.Status.SyncIcon, f.desk.state.Status.SyncTone = "3 changes wait", vm.IconSync, vm.ToneAttention
			f.pad.state.Conflict = vm.Notice{Tone: vm.ToneAttention, Icon: vm.IconWarning, Text: "The server had another text; both are kept below.", Retry: "OK"}
			f.overview.state.Problem = vm.Notice{Tone: vm.ToneCritical, Icon: vm.IconError, Text: "The account cannot be read now.", Retry: "Retry"}
		}},
		{"history", func(f *fakes) {
			f.desk.state, f.history.state = at(talkingDesk(), desk.PlaceHistory), historyState(10000)
		}},
		{"history-failed", func(f *fakes) {
			f.desk.state, f.history.state = at(talkingDesk(), desk.PlaceHistory), historyState(0)
			f.history.state.Phase, f.history.state.Problem = history.Failed, vm.Notice{Tone: vm.ToneCritical, Icon: vm.IconError, Text: "The history cannot be read: the server is away.", Retry: "Retry"}
			f.history.state.Detail, f.history.state.Choose = nil, "Choose an interaction"
		}},
		{"accounts", func(f *fakes) {
			f.desk.state, f.accounts.state = at(talkingDesk(), desk.PlaceAccounts), accountsState(40)
		}},
		{"accounts-idle", func(f *fakes) {
			f.desk.state, f.accounts.state = at(talkingDesk(), desk.PlaceAccounts), accountsState(0)
			f.accounts.state.Phase, f.accounts.state.Hint, f.accounts.state.Detail, f.accounts.state.Choose = accounts.Idle, "Type a name, a number or a city", nil, "Choose an account"
		}},
		{"live", func(f *fakes) { f.desk.state, f.live.state = at(talkingDesk(), desk.PlaceLive), liveState() }},
		{"settings", func(f *fakes) { f.desk.state = at(talkingDesk(), desk.PlaceSettings) }},
		{"help", func(f *fakes) { f.desk.state, f.help.state = at(talkingDesk(), desk.PlaceHelp), helpState() }},
	}
}

// longDesk is a held, muted call with the longest texts of the five languages.
func longDesk() desk.State {
	st := talkingDesk()
	for _, g := range st.Toolbar {
		for i := range g {
			g[i].Title = map[vm.CommandID]string{
				vm.CmdAccept: "Accepter", vm.CmdReject: "Refuser", vm.CmdHold: "Reprendre l'appel", vm.CmdMute: "Rétablir le micro",
				vm.CmdKeypad: "Clavier", vm.CmdHangUp: "Raccrocher", vm.CmdEnd: "Terminer l'interaction",
			}[g[i].ID]
			if g[i].ID == vm.CmdHold || g[i].ID == vm.CmdMute {
				g[i].Checked, g[i].Tone = true, vm.ToneAttention
			}
		}
	}
	st.Account.Name = "Établissements Charpentier-Delacroix & Fils Aménagement Intérieur"
	st.Account.Detail = "Ayşegül Büyükçekmeceoğlu, Kızılırmak Mahallesi 1450. Sokak 12/7, Çankaya, Ankara"
	st.Account.Standing = "4 comptes ont ce numéro"
	st.Account.Commands[0].Title = "Confirmer l'identité"
	st.Contact.Word, st.Contact.Icon, st.Contact.Tone = "En attente", vm.IconHold, vm.ToneAttention
	st.Contact.Hold, st.Contact.Muted, st.Contact.Talk = "Attente 00:12", true, "Conversation 02:41"
	st.Contact.Queue = "3 en file, le plus long 00:48"
	st.You.Word, st.You.Name, st.You.Next = "Traitement après contact", "Gülşən Əliyeva-Qurbanova", "Ensuite non disponible : pause déjeuner"
	st.You.Icon, st.You.Tone, st.You.WrapUp = vm.IconWrapUp, vm.ToneAttention, "Fin dans 00:25"
	st.Labels.Menu = "Changer"
	return st
}

func shoot(t *testing.T, dir, name string, w fyne.Window) {
	t.Helper()
	file, err := os.Create(filepath.Join(dir, name+".png"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := png.Encode(file, w.Canvas().Capture()); err != nil {
		t.Fatal(err)
	}
}

// TestGallery draws every scene. With PARLEY_GALLERY naming a folder it does so in
// both themes and both sizes, and the pictures stay there to be looked at.
func TestGallery(t *testing.T) {
	dir := os.Getenv("PARLEY_GALLERY")
	full := dir != ""
	if !full {
		dir = t.TempDir()
	}
	sizes := map[string]fyne.Size{"1280": fyne.NewSize(1280, 720), "1024": fyne.NewSize(1024, 640)}
	for _, theme := range []string{settings.ThemeLight, settings.ThemeDark} {
		for width, size := range sizes {
			if !full && (theme == settings.ThemeDark || width == "1024") {
				continue
			}
			for _, sc := range scenes() {
				f := newFakes()
				f.settings.state = settingsState()
				f.settings.state.Looks.Theme = theme
				f.pad.state = padState()
				f.pad.state.Text = ""
				sc.set(f)
				s := openShell(t, size, f)
				if width == "1024" && sc.name == "talking" {
					f.desk.state.Tabs = append(f.desk.state.Tabs, desk.Tab{ID: desk.TabNote, Title: "Scratch pad", Icon: vm.IconNote})
					f.desk.publish(f.desk.state)
				}
				shoot(t, dir, sc.name+"-"+theme+"-"+width, s.window)
				s.window.Close()
			}
			m := &fakeSignIn{}
			m.state = signInState()
			s := New(test.NewTempApp(t), Config{Theme: theme, dispatch: func(f func()) { f() }})
			s.ShowSignIn(m)
			settle(s, size)
			shoot(t, dir, "signin-"+theme+"-"+width, s.window)
		}
	}
}

// openShell shows the fakes in a window of a size.
func openShell(t *testing.T, size fyne.Size, f *fakes) *Shell {
	t.Helper()
	s := New(test.NewTempApp(t), Config{dispatch: func(f func()) { f() }})
	s.window.Resize(size)
	s.ShowDesktop(f.models())
	settle(s, size)
	return s
}

// settle lays the window out as the driver does after a change of least sizes.
func settle(s *Shell, size fyne.Size) {
	s.window.Resize(size)
	for range 3 {
		relayout(s.window.Content())
		for _, o := range s.window.Canvas().Overlays().List() {
			relayout(o)
		}
	}
}

func relayout(o fyne.CanvasObject) {
	var children []fyne.CanvasObject
	switch o := o.(type) {
	case *fyne.Container:
		if o.Layout != nil {
			o.Layout.Layout(o.Objects, o.Size())
		}
		children = o.Objects
	case fyne.Widget:
		r := test.WidgetRenderer(o)
		r.Layout(o.Size())
		children = r.Objects()
	}
	for _, c := range children {
		if c.Visible() {
			relayout(c)
		}
	}
}

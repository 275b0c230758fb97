package fyneui

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"parley/client/fyneui/notify"
	"parley/client/fyneui/part"
	"parley/client/vm"
	"parley/client/vm/desk"
	"parley/client/vm/signin"
)

// tap clicks on the words of a line.
func tap(t *testing.T, s *Shell, words string) {
	t.Helper()
	var found fyne.CanvasObject
	visit := func(o fyne.CanvasObject) {
		if line, ok := o.(interface{ String() string }); ok && line.String() == words {
			found = o
		}
	}
	objects(s.window.Content(), visit)
	for _, o := range s.window.Canvas().Overlays().List() {
		objects(o, visit)
	}
	if found == nil {
		t.Fatalf("%q is not on the screen", words)
	}
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(found)
	test.TapCanvas(s.window.Canvas(), at.AddXY(4, found.Size().Height/2))
}

func TestClicksBecomeIntents(t *testing.T) {
	f := talking()
	s := openShell(t, wide, f)
	f.desk.heard()
	for words, intent := range map[string]string{
		"Accounts":                         "go accounts",
		"Settings":                         "go settings",
		"Yıldız Holding":                   "select i2",
		"Account history":                  "tab history",
		"Confirm":                          "do confirm_account",
		"Note not saved on the server yet": "alert b",
	} {
		tap(t, s, words)
		heard := append(f.desk.heard(), f.overview.heard()...)
		if diff := cmp.Diff([]string{intent}, heard); diff != "" {
			t.Errorf("a click on %q: %s", words, diff)
		}
	}
}

func TestStateMenu(t *testing.T) {
	f := talking()
	s := openShell(t, wide, f)
	var open *part.Button
	objects(s.window.Content(), func(o fyne.CanvasObject) {
		if b, ok := o.(*part.Button); ok && b.Command().Title == "Change" {
			open = b
		}
	})
	if open == nil {
		t.Fatal("no button for the state menu")
	}
	f.desk.heard()
	test.Tap(open)
	menu := s.window.Canvas().Focused()
	// The first entry cannot be chosen now; the keys pass it.
	for _, key := range []fyne.KeyName{fyne.KeyDown, fyne.KeyDown, fyne.KeyReturn} {
		menu.TypedKey(&fyne.KeyEvent{Name: key})
	}
	if diff := cmp.Diff([]string{"state not_ready lunch"}, f.desk.heard()); diff != "" {
		t.Error(diff)
	}
}

func TestFormsTellTheirModels(t *testing.T) {
	f := talking()
	f.overview.state = createOverview()
	s := openShell(t, wide, f)
	f.overview.heard()
	tap(t, s, "This is a company")
	tap(t, s, "Cancel")
	if diff := cmp.Diff([]string{"company true", "do cancel_create"}, f.overview.heard()); diff != "" {
		t.Error(diff)
	}
	entry := s.desk.overview.FocusTarget().(*part.Entry)
	test.Type(entry, "A")
	if diff := cmp.Diff([]string{"input name=A"}, f.overview.heard()); diff != "" {
		t.Error(diff)
	}
}

func openSignIn(t *testing.T, st signin.State) (*Shell, *fakeSignIn) {
	t.Helper()
	m := &fakeSignIn{}
	m.state = st
	s := New(test.NewTempApp(t), Config{dispatch: func(f func()) { f() }})
	s.ShowSignIn(m)
	settle(s, wide)
	return s, m
}

func TestSignIn(t *testing.T) {
	s, m := openSignIn(t, signInState())
	password, ok := s.window.Canvas().Focused().(*part.Entry)
	if !ok || !password.Password {
		t.Fatalf("the focus is on %T", s.window.Canvas().Focused())
	}
	test.Type(password, "x")
	password.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if diff := cmp.Diff([]string{"password x", "submit"}, m.heard()); diff != "" {
		t.Error(diff)
	}
	st := signInState()
	st.Busy, st.Submit.Enabled = true, false
	m.publish(st)
	password.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if got := m.heard(); len(got) > 0 || password.Text != "x" {
		t.Errorf("while busy: %v, password %q", got, password.Text)
	}
	st.TakeOver = &vm.Question{ID: "take", Title: "You are signed in elsewhere", Answers: []vm.Answer{
		{ID: signin.AnswerTakeOver, Title: "Take over"}, {ID: signin.AnswerCancel, Title: "Cancel"},
	}}
	m.publish(st)
	tap(t, s, "Take over")
	if diff := cmp.Diff([]string{"answer take_over"}, m.heard()); diff != "" {
		t.Error(diff)
	}
}

// bell is a notifier that only remembers.
type bell struct {
	said  []string
	acted func(notify.Action)
}

func (b *bell) Show(r notify.Ringing, acted func(notify.Action)) {
	b.said, b.acted = append(b.said, r.Title+" "+r.AcceptTitle+"/"+r.RejectTitle), acted
}
func (b *bell) Withdraw() { b.said = append(b.said, "withdrawn") }
func (b *bell) Close()    {}

func TestRingingCallsTheAgentOnce(t *testing.T) {
	f := talking()
	f.desk.state = idleDesk()
	b, raised := &bell{}, 0
	s := New(test.NewTempApp(t), Config{
		Notifier: b, RaiseWithoutFocus: func() { raised++ }, dispatch: func(f func()) { f() },
	})
	s.ShowDesktop(f.models())
	b.said = nil
	for range 3 {
		f.desk.publish(ringingDesk())
	}
	f.desk.heard()
	b.acted(notify.Accept)
	b.acted(notify.Reject)
	f.desk.publish(idleDesk())
	if diff := cmp.Diff([]string{"Incoming call Accept/Reject", "withdrawn"}, b.said); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"do accept", "do reject"}, f.desk.heard()); diff != "" {
		t.Error(diff)
	}
	if raised != 1 {
		t.Errorf("the window was raised %d times", raised)
	}
}

func TestCloseFlushesOnce(t *testing.T) {
	closed := 0
	f := talking()
	s := New(test.NewTempApp(t), Config{Closed: func() { closed++ }, dispatch: func(f func()) { f() }})
	s.ShowDesktop(f.models())
	s.Close()
	f.desk.publish(at(idleDesk(), desk.PlaceHelp))
	if closed != 1 {
		t.Errorf("closed %d times", closed)
	}
}

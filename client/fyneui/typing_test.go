package fyneui

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"parley/client/fyneui/part"
	"parley/client/vm"
)

func TestShortcutsWorkInEveryEditor(t *testing.T) {
	f := talking()
	s := openShell(t, wide, f)
	for name, entry := range map[string]*part.Entry{
		"scratch pad": s.desk.note.Editor(), "search": s.desk.overview.Search(),
		"history": s.desk.history.Search(), "accounts": s.desk.accounts.Search(),
	} {
		s.host.Focus(entry)
		f.desk.heard()
		typeKeys(s, "Ctrl+Shift+H")
		typeKeys(s, "F1")
		if diff := cmp.Diff([]string{"do hold", "do help"}, f.desk.heard()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestRemappedShortcut(t *testing.T) {
	f := talking()
	s := openShell(t, wide, f)
	st := talkingDesk()
	for i := range st.Commands {
		if st.Commands[i].ID == vm.CmdHold {
			st.Commands[i].Shortcut = "Alt+F4"
		}
	}
	f.desk.publish(st)
	f.desk.heard()
	typeKeys(s, "Ctrl+Shift+H")
	typeKeys(s, "Alt+F4")
	if diff := cmp.Diff([]string{"do hold"}, f.desk.heard()); diff != "" {
		t.Error(diff)
	}
}

// TestTypingWhileCallsRing types 200 characters while 20 contacts ring and end,
// every second state changes, and the note is reported as saved: each character
// arrives in the note, in order, and Enter answers nothing.
func TestTypingWhileCallsRing(t *testing.T) {
	f := talking()
	s := openShell(t, wide, f)
	editor := s.desk.note.Editor()
	s.host.Focus(editor)
	f.desk.heard()
	var want strings.Builder
	want.WriteString(padState().Text)
	end := &fyne.KeyEvent{Name: fyne.KeyPageDown}
	editor.TypedKey(end)
	for i := range 200 {
		r := []rune("şəğıİ abc")[i%9]
		if i%10 == 9 {
			editor.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
			r = '\n'
		} else {
			editor.TypedRune(r)
		}
		want.WriteRune(r)
		ring := talkingDesk()
		if i%10 < 5 {
			ring = ringingDesk()
			ring.Offer.Key = fmt.Sprint("c", i/10)
		}
		ring.You.Timer = fmt.Sprintf("00:%02d", i%60)
		f.desk.publish(ring)
		saved := padState()
		saved.Text, saved.Status = "an older text", fmt.Sprint("Saved ", i)
		f.pad.publish(saved)
		if s.window.Canvas().Focused() != editor {
			t.Fatalf("after %d characters the focus is on %T", i, s.window.Canvas().Focused())
		}
	}
	if diff := cmp.Diff(want.String(), editor.Text); diff != "" {
		t.Errorf("note: %s", diff)
	}
	if got := f.desk.heard(); len(got) > 0 {
		t.Errorf("typing has done %v", got)
	}
	edits := f.pad.heard()
	if diff := cmp.Diff("1:"+want.String(), edits[len(edits)-1]); diff != "" {
		t.Errorf("the last edit: %s", diff)
	}
}

func TestNoteIsReplacedWithItsLoad(t *testing.T) {
	f := talking()
	s := openShell(t, wide, f)
	editor := s.desk.note.Editor()
	next := padState()
	next.Load, next.Text = 2, "another note"
	f.pad.heard()
	f.pad.publish(next)
	if editor.Text != "another note" {
		t.Errorf("editor has %q", editor.Text)
	}
	if got := f.pad.heard(); len(got) > 0 {
		t.Errorf("replacing was reported as %v", got)
	}
	s.host.Focus(editor)
	editor.TypedRune('!')
	if diff := cmp.Diff([]string{"2:another note!"}, f.pad.heard()); diff != "" {
		t.Error(diff)
	}
}

func TestAcceptButtonIgnoresEnter(t *testing.T) {
	f := talking()
	f.desk.state = ringingDesk()
	s := openShell(t, wide, f)
	f.desk.heard()
	accept := buttons(s)[vm.CmdAccept]
	s.host.Focus(accept)
	typeKeys(s, "Enter")
	if got := f.desk.heard(); len(got) > 0 {
		t.Errorf("Enter did %v", got)
	}
	accept.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	if diff := cmp.Diff([]string{"do accept"}, f.desk.heard()); diff != "" {
		t.Errorf("Space: %s", diff)
	}
}

func TestClickLeavesTheFocus(t *testing.T) {
	f := talking()
	s := openShell(t, wide, f)
	editor := s.desk.note.Editor()
	s.host.Focus(editor)
	hold := buttons(s)[vm.CmdHold]
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(hold).AddXY(20, 20)
	f.desk.heard()
	test.TapCanvas(s.window.Canvas(), at)
	if diff := cmp.Diff([]string{"do hold"}, f.desk.heard()); diff != "" {
		t.Error(diff)
	}
}

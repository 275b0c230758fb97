package fyneui

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/client/vm"
	"parley/client/vm/desk"
)

func TestEscapeLeavesTheHelp(t *testing.T) {
	f := talking()
	s := openShell(t, wide, f)
	st := f.desk.state
	st.Place = desk.PlaceHistory
	f.desk.publish(st)
	st.Place = desk.PlaceHelp
	f.desk.publish(st)
	s.host.Focus(s.desk.note.Editor())
	f.desk.heard()
	typeKeys(s, "Escape")
	if diff := cmp.Diff([]string{"go history"}, f.desk.heard()); diff != "" {
		t.Error(diff)
	}
}

func TestClosingAsksDuringACall(t *testing.T) {
	f := talking()
	s := openShell(t, wide, f)
	closed := 0
	s.cfg.Closed = func() { closed++ }
	st := f.desk.state
	st.AsksClose = true
	f.desk.publish(st)
	f.desk.heard()
	s.askClose()
	if diff := cmp.Diff([]string{"do close"}, f.desk.heard()); diff != "" || closed != 0 {
		t.Errorf("closed %d times: %s", closed, diff)
	}
	st.Question = &vm.Question{ID: desk.QuestionClose, Title: "Close?", Answers: []vm.Answer{
		{ID: desk.AnswerYes, Title: "Close"}, {ID: desk.AnswerCancel, Title: "Cancel"},
	}}
	f.desk.publish(st)
	typeKeys(s, "Escape")
	if diff := cmp.Diff([]string{"answer cancel"}, f.desk.heard()); diff != "" || closed != 0 {
		t.Errorf("closed %d times: %s", closed, diff)
	}
	typeKeys(s, "Enter")
	if closed != 1 {
		t.Errorf("closed %d times", closed)
	}
}

func TestCreateFormTakesTheFocus(t *testing.T) {
	f := talking()
	s := openShell(t, wide, f)
	st := createOverview()
	st.Create.Load = 7
	f.overview.publish(st)
	f.overview.heard()
	s.window.Canvas().Focused().TypedRune('A')
	if diff := cmp.Diff([]string{"input name=A"}, f.overview.heard()); diff != "" {
		t.Error(diff)
	}
}

package desk

import (
	"fmt"
	"slices"

	"parley/client/vm"
)

// lost is something of the agent's that did not get where it belongs. It stays in
// the alerts until he has put it away himself.
type lost struct {
	key   string
	alert func() string
	text  func() string
	// copy is the text that can be saved elsewhere; empty if none is left.
	copy string
}

// Refused says that the server will never store a note, and why; text is the
// note. The local data keep it aside.
func (s *Screen) Refused(text string, why error) {
	s.Post(func() {
		reason := func() string { return vm.ErrorText(s.p, why) }
		s.lose(lost{
			alert: func() string { return s.p.T("lost.note", "why", reason()) },
			text:  func() string { return s.p.T("lost.note_text", "why", reason()) + "\n\n" + text },
			copy:  text,
		})
	})
}

// Unreadable says how many records of this machine's data could not be read.
func (s *Screen) Unreadable(records int) {
	s.Post(func() {
		s.lose(lost{
			alert: func() string { return s.p.T("lost.records", "count", records) },
			text:  func() string { return s.p.T("lost.records_text") },
		})
	})
}

func (s *Screen) lose(l lost) {
	s.losses++
	l.key = fmt.Sprintf("lost/%d", s.losses)
	s.lost = append(s.lost, l)
}

func (s *Screen) lostAlerts(add addAlert) {
	for _, l := range s.lost {
		add(l.key, vm.ToneCritical, vm.IconError, l.alert(), TargetLost)
	}
}

// lostQuestion is the dialog about what was lost; nil when the agent has not asked.
func (s *Screen) lostQuestion() *vm.Question {
	at := slices.IndexFunc(s.lost, func(l lost) bool { return l.key == s.question })
	if at < 0 {
		return nil
	}
	l := s.lost[at]
	q := &vm.Question{ID: l.key, Title: l.alert(), Text: l.text(), Copy: l.copy}
	if l.copy != "" {
		q.Answers = append(q.Answers, vm.Answer{ID: vm.AnswerCopy, Title: s.p.T("action.copy")})
	}
	q.Answers = append(q.Answers,
		vm.Answer{ID: AnswerDismiss, Title: s.p.T("lost.dismiss")}, vm.Answer{ID: AnswerCancel, Title: s.p.T("action.close")})
	return q
}

// dismiss takes what was lost out of the alerts.
func (s *Screen) dismiss(key string) {
	s.lost = slices.DeleteFunc(s.lost, func(l lost) bool { return l.key == key })
}

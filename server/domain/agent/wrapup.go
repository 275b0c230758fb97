package agent

import (
	"slices"
	"time"

	"parley/server/domain"
)

// WrapUpAt returns the wrap-up at hand, nil if there is none.
func (a *Agent) WrapUpAt() *Work {
	for i := range a.Work {
		if a.Work[i].Phase == WrapUp {
			return &a.Work[i]
		}
	}
	return nil
}

// ExtendWrapUp moves the end of the wrap-up by one limit, up to the longest.
func (a *Agent) ExtendWrapUp(now time.Time) error {
	w := a.WrapUpAt()
	if w == nil {
		return domain.Errorf(domain.Conflict, "there is no wrap-up to extend")
	}
	if !w.Deadline.Before(w.Until) {
		return domain.Errorf(domain.Conflict, "the wrap-up cannot be extended any further")
	}
	w.Deadline = w.Deadline.Add(w.Limit)
	if w.Deadline.After(w.Until) {
		w.Deadline = w.Until
	}
	return nil
}

// EndWrapUp ends every wrap-up.
func (a *Agent) EndWrapUp(now time.Time) error {
	if a.WrapUpAt() == nil {
		return domain.Errorf(domain.Conflict, "there is no wrap-up to end")
	}
	a.change(now, func() {
		a.dropWrapUps(now)
		a.settle()
	})
	return nil
}

// ExpireWrapUps ends the wrap-ups whose time is over and says whether any was.
func (a *Agent) ExpireWrapUps(now time.Time) bool {
	expired := func(w Work) bool { return w.Phase == WrapUp && !w.Deadline.After(now) }
	if !slices.ContainsFunc(a.Work, expired) {
		return false
	}
	a.change(now, func() {
		a.Work = slices.DeleteFunc(a.Work, expired)
		a.LastFree = now
		a.settle()
	})
	return true
}

func (a *Agent) dropWrapUps(now time.Time) {
	n := len(a.Work)
	a.Work = slices.DeleteFunc(a.Work, func(w Work) bool { return w.Phase == WrapUp })
	if len(a.Work) != n {
		a.LastFree = now
	}
}

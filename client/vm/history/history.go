package history

import (
	"context"
	"strings"
	"time"

	"parley/client/l10n"
	"parley/client/model"
	"parley/client/vm"
)

const searchDelay = 250 * time.Millisecond

// Config is what the screen needs.
type Config struct {
	vm.Env
	Interactions vm.Interactions
	// OfAccount makes the history that of one account, given by ShowAccount.
	OfAccount bool
}

// Screen is the running history.
type Screen struct {
	*vm.Screen[State]

	c       Config
	p       *l10n.Printer
	world   model.World
	account string
	opened  bool

	text                 string
	owner, ended, period string
	load                 uint64
	// number counts queries: only the answer to the latest is taken.
	number  int
	stop    func()
	phase   Phase
	entries []model.HistoryEntry
	next    string
	adding  bool
	err     error
	chosen  string
}

// New starts the screen.
func New(c Config) *Screen {
	s := &Screen{c: c, p: c.Printer, load: 1}
	s.filters()
	s.phase = Empty
	s.Screen = vm.NewScreen(c.Clock, s.render)
	s.Start()
	return s
}

// filters takes all filters back to what the screen starts with.
func (s *Screen) filters() {
	s.text, s.owner, s.ended, s.period = "", OwnerAll, EndedAll, PeriodAll
	if !s.c.OfAccount {
		s.period = PeriodThree
	}
}

func (s *Screen) filtered() bool {
	period := PeriodThree
	if s.c.OfAccount {
		period = PeriodAll
	}
	return s.text != "" || s.owner != OwnerAll || s.ended != EndedAll || s.period != period
}

// Speak changes the language.
func (s *Screen) Speak(p *l10n.Printer) { s.Post(func() { s.p = p }) }

// OnWorld takes a new world; the link's return reloads what failed.
func (s *Screen) OnWorld(w model.World) {
	s.Post(func() {
		back := s.world.Link != model.LinkOnline && w.Link == model.LinkOnline
		s.world = w
		if back && s.opened && s.err != nil {
			s.query()
		}
	})
}

// ShowAccount makes the history that of an account; empty shows nothing.
func (s *Screen) ShowAccount(id string) {
	s.Post(func() {
		if id == s.account {
			return
		}
		s.account, s.chosen, s.entries = id, "", nil
		s.phase = Empty
		s.number++
		if s.opened {
			s.query()
		}
	})
}

// Open is called when the screen comes to sight; it loads anew.
func (s *Screen) Open() {
	s.Post(func() {
		s.opened = true
		s.query()
	})
}

// SetSearch takes the edited search text.
func (s *Screen) SetSearch(text string) {
	s.Post(func() {
		text = strings.TrimSpace(text)
		if text == s.text {
			return
		}
		s.text = text
		s.number++
		s.phase = Loading
		if s.stop != nil {
			s.stop()
		}
		s.stop = s.After(searchDelay, s.query)
	})
}

// SetOwner chooses mine or all.
func (s *Screen) SetOwner(id string) { s.set(&s.owner, id) }

// SetEnded chooses open or ended interactions.
func (s *Screen) SetEnded(id string) { s.set(&s.ended, id) }

// SetPeriod chooses the period.
func (s *Screen) SetPeriod(id string) { s.set(&s.period, id) }

func (s *Screen) set(filter *string, id string) {
	s.Post(func() {
		if *filter != id {
			*filter = id
			s.query()
		}
	})
}

// Choose shows the detail of a row; empty closes it.
func (s *Screen) Choose(id string) { s.Post(func() { s.chosen = id }) }

// Do runs CmdReset or CmdMore.
func (s *Screen) Do(id vm.CommandID) {
	s.Post(func() {
		switch {
		case id == CmdReset && s.filtered():
			s.filters()
			s.load++
			s.query()
		case id == CmdMore && s.next != "" && !s.adding:
			s.more()
		}
	})
}

// Retry loads again after an error.
func (s *Screen) Retry() { s.Post(s.query) }

func (s *Screen) request() model.HistoryQuery {
	q := model.HistoryQuery{
		AccountID: s.account, Text: s.text, OnlyMine: s.owner == OwnerMine,
		OnlyOpen: s.ended == EndedOpen, OnlyEnded: s.ended == EndedOnly,
	}
	now := s.c.Clock.Now().Add(s.world.ClockOffset)
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	switch s.period {
	case PeriodToday:
		q.From = midnight
	case PeriodThree:
		q.From = midnight.AddDate(0, 0, -2)
	case PeriodMonth:
		q.From = midnight.AddDate(0, 0, -29)
	}
	return q
}

// query loads the first page of what the filters say.
func (s *Screen) query() {
	s.number++
	if s.stop != nil {
		s.stop()
	}
	s.adding = false
	if s.c.OfAccount && s.account == "" {
		s.entries, s.next, s.phase = nil, "", Empty
		return
	}
	s.phase, s.err = Loading, nil
	s.ask(s.request(), func(page model.HistoryPage) {
		s.entries, s.next = page.Entries, page.Next
		s.phase = Listed
		if len(s.entries) == 0 {
			s.phase = Empty
		}
	})
}

func (s *Screen) more() {
	q := s.request()
	q.Page = s.next
	s.adding, s.err = true, nil
	s.ask(q, func(page model.HistoryPage) {
		have := map[string]bool{}
		for _, e := range s.entries {
			have[e.ID] = true
		}
		// The list of before is shared with nobody but is not written into.
		all := append([]model.HistoryEntry(nil), s.entries...)
		for _, e := range page.Entries {
			if !have[e.ID] {
				all = append(all, e)
			}
		}
		s.entries, s.next = all, page.Next
	})
}

// ask sends a query and takes its answer unless a newer one was sent since.
func (s *Screen) ask(q model.HistoryQuery, take func(model.HistoryPage)) {
	n := s.number
	var page model.HistoryPage
	var err error
	s.Call(func(ctx context.Context) { page, err = s.c.Interactions.History(ctx, q) }, func() {
		if n != s.number {
			return
		}
		more := s.adding
		s.adding = false
		if err != nil {
			s.c.Log.Warn("history not loaded", "error", err)
			s.err = err
			if !more {
				s.phase = Failed
			}
			return
		}
		take(page)
	})
}

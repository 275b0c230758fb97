package overview

import (
	"context"
	"slices"
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
	Accounts     vm.Accounts
	// OnChosen is told the account that the agent picked for an interaction; it is
	// called on the screen's goroutine and must not wait.
	OnChosen func(interaction string, a model.AccountSummary)
	// OnReady is told that the agent wants to be ready; it must not wait either.
	OnReady func()
}

// Screen is the running workspace.
type Screen struct {
	*vm.Screen[State]

	c     Config
	p     *l10n.Printer
	world model.World
	// current is the interaction; what follows belongs to it alone.
	current   string
	picked    *model.AccountSummary
	searching bool
	form      *vm.AccountForm
	formLoad  uint64
	// created is the account that the form has made while it is not confirmed.
	created string
	saving  bool
	busy    bool
	err     error
	retry   func()
	search  search
	facts   facts
}

// search is the search for an account; only the answer to the latest counts.
type search struct {
	text    string
	number  int
	load    uint64
	busy    bool
	stop    func()
	hits    []model.AccountSummary
	more    bool
	done    bool
	problem error
}

// New starts the screen.
func New(c Config) *Screen {
	s := &Screen{c: c, p: c.Printer}
	s.Screen = vm.NewScreen(c.Clock, s.render)
	s.Start()
	return s
}

// Speak changes the language.
func (s *Screen) Speak(p *l10n.Printer) { s.Post(func() { s.p = p }) }

// OnWorld takes a new world.
func (s *Screen) OnWorld(w model.World) {
	s.Post(func() {
		back := s.world.Link != model.LinkOnline && w.Link == model.LinkOnline
		s.world = w
		if back && s.facts.err != nil {
			s.facts = facts{}
		}
		s.ensureFacts()
	})
}

// Show makes an interaction the current one; empty means none.
func (s *Screen) Show(interaction string) {
	s.Post(func() {
		if interaction == s.current {
			return
		}
		s.current = interaction
		s.picked, s.form, s.err, s.retry = nil, nil, nil, nil
		s.searching = false
		s.clearSearch()
		s.ensureFacts()
	})
}

// Do runs one of State.Commands or of the create form.
func (s *Screen) Do(id vm.CommandID) {
	s.Post(func() {
		switch id {
		case vm.CmdConfirm:
			if a := s.candidate(); a != nil {
				s.confirm(a.ID)
			}
		case vm.CmdReady:
			if s.c.OnReady != nil {
				s.c.OnReady()
			}
		case vm.CmdUnconfirm:
			s.picked = nil
			s.confirm("")
		case CmdCreate:
			s.form, s.created = vm.NewAccountForm(s.number()), ""
			s.formLoad++
		case CmdCancel:
			s.form = nil
		case CmdSave:
			s.create()
		case CmdAddNumber:
			s.addNumber()
		case CmdOther:
			s.searching = !s.searching
			s.picked = nil
			s.clearSearch()
		}
	})
}

// SetSearch takes the edited search text.
func (s *Screen) SetSearch(text string) {
	s.Post(func() {
		s.search.text = strings.TrimSpace(text)
		s.search.number++
		if s.search.stop != nil {
			s.search.stop()
		}
		s.search.busy = s.search.text != ""
		if !s.search.busy {
			s.search.hits, s.search.done = nil, false
			return
		}
		s.search.stop = s.After(searchDelay, s.find)
	})
}

// Choose picks an account to be confirmed.
func (s *Screen) Choose(account string) {
	s.Post(func() {
		for _, a := range s.listed() {
			if a.ID != account {
				continue
			}
			s.picked = &a
			if s.c.OnChosen != nil {
				s.c.OnChosen(s.current, a)
			}
			s.ensureFacts()
		}
	})
}

// SetInput takes an edited value of the create form.
func (s *Screen) SetInput(id, value string) {
	s.Post(func() {
		if s.form != nil {
			s.form.Set(id, value)
		}
	})
}

// SetCompany says whether the form makes a company.
func (s *Screen) SetCompany(on bool) {
	s.Post(func() {
		if s.form != nil {
			s.form.Company = on
		}
	})
}

// Retry tries again what failed.
func (s *Screen) Retry() {
	s.Post(func() {
		if retry := s.retry; retry != nil {
			s.retry, s.err = nil, nil
			retry()
		}
		if s.facts.err != nil {
			s.facts = facts{}
			s.ensureFacts()
		}
	})
}

func (s *Screen) clearSearch() {
	s.search = search{number: s.search.number + 1, load: s.search.load + 1}
}

func (s *Screen) interaction() *model.Interaction {
	for _, i := range s.world.Interactions {
		if i.ID == s.current && i.Open {
			return &i
		}
	}
	return nil
}

// contacts are those of the interaction, oldest first.
func (s *Screen) contacts() []model.Contact {
	var out []model.Contact
	i := s.interaction()
	for _, c := range s.world.Contacts {
		if s.current != "" && (c.Interaction == s.current || i != nil && slices.Contains(i.Contacts, c.ID)) {
			out = append(out, c)
		}
	}
	return out
}

// number is the caller's as it can be stored; empty if there is none.
func (s *Screen) number() string {
	for _, c := range slices.Backward(s.contacts()) {
		if !vm.Withheld(c.ANI, c.ANIE164) {
			return vm.CallerNumber(s.p, c.ANI, c.ANIE164, s.world.Profile.Country)
		}
	}
	return ""
}

// matched are the accounts that have the caller's number.
func (s *Screen) matched() []model.AccountSummary {
	for _, c := range slices.Backward(s.contacts()) {
		if c.MatchCount > 0 {
			return c.Matches
		}
	}
	return nil
}

// listed are the accounts that can be chosen.
func (s *Screen) listed() []model.AccountSummary {
	if s.searching || len(s.matched()) == 0 {
		return s.search.hits
	}
	return s.matched()
}

// candidate is the one account that Confirm is about.
func (s *Screen) candidate() *model.AccountSummary {
	if s.picked != nil {
		return s.picked
	}
	if m := s.matched(); len(m) == 1 && !s.searching {
		return &m[0]
	}
	return nil
}

func (s *Screen) step() Identification {
	i := s.interaction()
	switch {
	case s.current == "" || i == nil && len(s.contacts()) == 0:
		return NoInteraction
	case i != nil && i.Account != nil:
		return Confirmed
	case s.candidate() != nil:
		return One
	case s.searching || len(s.matched()) == 0:
		return Unknown
	}
	return Several
}

// call runs a command of the server; while it runs all commands are disabled.
func (s *Screen) call(work func(context.Context) error, again, done func()) {
	s.busy = true
	interaction := s.current
	var err error
	s.Call(func(ctx context.Context) { err = work(ctx) }, func() {
		s.busy, s.saving = false, false
		if interaction != s.current {
			return
		}
		s.err = err
		if err != nil {
			s.c.Log.Warn("account command failed", "interaction", s.current, "error", err)
			s.retry = again
			return
		}
		s.retry = nil
		done()
	})
}

func (s *Screen) confirm(account string) {
	if s.busy || s.current == "" {
		return
	}
	interaction := s.current
	s.call(func(ctx context.Context) error {
		return s.c.Interactions.ConfirmAccount(ctx, interaction, account)
	}, func() { s.confirm(account) }, func() {
		s.searching = false
		s.form = nil
		s.clearSearch()
	})
}

// create makes the account of the form and confirms it for this interaction.
func (s *Screen) create() {
	if s.form == nil || s.busy || !s.form.Check(s.p, s.world.Profile.Country) {
		return
	}
	if s.created != "" {
		// Made before; only the confirm was missing.
		s.confirm(s.created)
		return
	}
	interaction := s.current
	account := s.form.Account(s.world.Profile.Country, s.p.Language())
	s.saving = true
	var id string
	s.call(func(ctx context.Context) (err error) {
		id, err = s.c.Accounts.Create(ctx, account)
		return err
	}, s.create, func() {
		if interaction == s.current {
			s.created = id
			s.confirm(id)
		}
	})
}

// addNumber gives the caller's number to the picked or confirmed account.
func (s *Screen) addNumber() {
	id, number := s.factsID(), s.number()
	if id == "" || number == "" || s.busy {
		return
	}
	s.call(func(ctx context.Context) error { return s.c.Accounts.AddNumber(ctx, id, number) }, s.addNumber, func() {
		s.facts = facts{}
		s.ensureFacts()
	})
}

func (s *Screen) find() {
	n, text := s.search.number, s.search.text
	var hits []model.AccountSummary
	var more bool
	var err error
	s.Call(func(ctx context.Context) { hits, more, err = s.c.Accounts.Find(ctx, text) }, func() {
		if n != s.search.number {
			return
		}
		s.search.busy, s.search.done = false, true
		s.search.hits, s.search.more, s.search.problem = hits, more, err
	})
}

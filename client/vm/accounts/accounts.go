package accounts

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
	Accounts vm.Accounts
}

// Screen is the running accounts screen.
type Screen struct {
	*vm.Screen[State]

	c     Config
	p     *l10n.Printer
	world model.World

	text string
	load uint64
	// number counts searches: only the answer to the latest is taken.
	number int
	stop   func()
	phase  Phase
	hits   []model.AccountSummary
	more   bool
	err    error

	chosen    string
	account   *model.Account
	numberNew string
	numberBad bool
	adding    bool
	problem   error

	form     *vm.AccountForm
	saving   bool
	formErr  error
	formLoad uint64
}

// New starts the screen.
func New(c Config) *Screen {
	s := &Screen{c: c, p: c.Printer, load: 1}
	s.Screen = vm.NewScreen(c.Clock, s.render)
	s.Start()
	return s
}

// Speak changes the language.
func (s *Screen) Speak(p *l10n.Printer) { s.Post(func() { s.p = p }) }

// OnWorld takes a new world; the link's return searches again after an error.
func (s *Screen) OnWorld(w model.World) {
	s.Post(func() {
		back := s.world.Link != model.LinkOnline && w.Link == model.LinkOnline
		s.world = w
		if back && s.phase == Failed {
			s.find()
		}
		if back && s.problem != nil && s.account == nil {
			s.show(s.chosen)
		}
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
		if s.stop != nil {
			s.stop()
		}
		if text == "" {
			s.phase, s.hits, s.err = Idle, nil, nil
			return
		}
		s.phase = Loading
		s.stop = s.After(searchDelay, s.find)
	})
}

// Choose shows an account; empty closes it.
func (s *Screen) Choose(id string) {
	s.Post(func() {
		s.form = nil
		s.show(id)
	})
}

// Do runs a command of the screen.
func (s *Screen) Do(id vm.CommandID) {
	s.Post(func() {
		switch id {
		case CmdCreate:
			s.form, s.formErr = vm.NewAccountForm(""), nil
			s.formLoad++
		case CmdCancel:
			s.form = nil
		case CmdSave:
			s.create()
		case CmdAddNumber:
			s.addNumber()
		}
	})
}

// SetInput takes an edited value of the form.
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

// SetNewNumber takes the edited further number.
func (s *Screen) SetNewNumber(number string) {
	s.Post(func() {
		s.numberNew = strings.TrimSpace(number)
		s.numberBad = false
	})
}

// Retry tries again what failed.
func (s *Screen) Retry() {
	s.Post(func() {
		if s.phase == Failed {
			s.find()
		}
		if s.problem != nil && s.account == nil {
			s.show(s.chosen)
		}
	})
}

func (s *Screen) find() {
	s.number++
	s.phase, s.err = Loading, nil
	n, text := s.number, s.text
	var hits []model.AccountSummary
	var more bool
	var err error
	s.Call(func(ctx context.Context) { hits, more, err = s.c.Accounts.Find(ctx, text) }, func() {
		switch {
		case n != s.number:
			return
		case err != nil:
			s.c.Log.Warn("accounts not found", "error", err)
			s.phase, s.err = Failed, err
			return
		}
		s.hits, s.more, s.phase = hits, more, Listed
		if len(hits) == 0 {
			s.phase = Empty
		}
	})
}

func (s *Screen) show(id string) {
	s.chosen, s.account, s.problem = id, nil, nil
	s.numberNew, s.numberBad, s.adding = "", false, false
	s.load++
	s.reload()
}

// reload fetches the chosen account.
func (s *Screen) reload() {
	id := s.chosen
	if id == "" {
		return
	}
	var account model.Account
	var err error
	s.Call(func(ctx context.Context) { account, err = s.c.Accounts.Account(ctx, id) }, func() {
		if id != s.chosen {
			return
		}
		s.problem = err
		if err == nil {
			s.account = &account
		}
	})
}

func (s *Screen) create() {
	if s.form == nil || s.saving || !s.form.Check(s.p, s.world.Profile.Country) {
		return
	}
	account := s.form.Account(s.world.Profile.Country, s.p.Language())
	s.saving, s.formErr = true, nil
	var id string
	var err error
	s.Call(func(ctx context.Context) { id, err = s.c.Accounts.Create(ctx, account) }, func() {
		s.saving = false
		s.formErr = err
		if err != nil {
			s.c.Log.Warn("account not created", "error", err)
			return
		}
		s.form = nil
		s.show(id)
		if s.text != "" {
			s.find()
		}
	})
}

func (s *Screen) addNumber() {
	if s.chosen == "" || s.adding || s.numberNew == "" {
		return
	}
	if l10n.E164(s.numberNew, s.world.Profile.Country) == "" {
		s.numberBad = true
		return
	}
	s.adding = true
	id, number := s.chosen, s.numberNew
	var err error
	s.Call(func(ctx context.Context) { err = s.c.Accounts.AddNumber(ctx, id, number) }, func() {
		if id != s.chosen {
			return
		}
		s.adding = false
		s.problem = err
		if err == nil {
			s.numberNew = ""
			s.load++
			s.reload()
		}
	})
}

package accounts

import (
	"time"

	"parley/client/model"
	"parley/client/vm"
)

func (s *Screen) render(time.Time) (State, bool) {
	st := State{
		Title: s.p.T("place.accounts"), SearchPlaceholder: s.p.T("accounts.search"), Load: 1,
		Phase: s.phase, Chosen: s.chosen, Choose: s.p.T("accounts.choose"),
	}
	online := s.world.Link == model.LinkOnline
	create := vm.Command{
		ID: CmdCreate, Title: s.p.T("account.create"), Icon: vm.IconAdd, Enabled: online && s.form == nil,
	}
	if !online {
		create.Hint = s.p.T("why.offline")
	}
	st.Commands = []vm.Command{create}
	switch s.phase {
	case Idle:
		st.Hint = s.p.T("accounts.hint")
	case Loading:
		st.Hint = s.p.T("accounts.searching")
	case Empty:
		st.Hint = s.p.T("accounts.none_found")
	case Failed:
		st.Problem = s.notice(s.err, true)
	case Listed:
		st.Result = s.p.T("accounts.found", "count", len(s.hits))
		if s.more {
			st.Result = s.p.T("accounts.found_more", "n", len(s.hits))
		}
	}
	if s.phase == Listed || s.phase == Loading {
		for _, a := range s.hits {
			st.Rows = append(st.Rows, Row{ID: a.ID, Name: a.Name, Detail: a.Detail, Icon: vm.IconPerson})
		}
	}
	st.Detail = s.detail(online)
	st.Create = s.createForm(online)
	return st, false
}

func (s *Screen) notice(err error, retry bool) vm.Notice {
	if err == nil {
		return vm.Notice{}
	}
	n := vm.Notice{Tone: vm.ToneCritical, Icon: vm.IconError, Text: vm.ErrorText(s.p, err)}
	if retry {
		n.Retry = s.p.T("action.retry")
	}
	return n
}

func (s *Screen) detail(online bool) *Detail {
	if s.chosen == "" {
		return nil
	}
	d := &Detail{
		ID: s.chosen, Icon: vm.IconPerson, Loading: s.account == nil && s.problem == nil,
		Problem: s.notice(s.problem, s.account == nil), Busy: s.adding, Load: s.load,
		NumbersLabel: s.p.T("account.numbers"),
		NewNumber: vm.Input{
			ID: vm.InputNumber, Label: s.p.T("account.new_number"), Value: s.numberNew, Placeholder: "+33 1 23 45 67 89",
		},
		Add: vm.Command{
			ID: CmdAddNumber, Title: s.p.T("action.add"), Icon: vm.IconAdd,
			Enabled: online && !s.adding && s.numberNew != "" && s.account != nil,
		},
	}
	if s.numberBad {
		d.NewNumber.Problem = s.p.T("account.number_wrong")
	}
	for _, a := range s.hits {
		if a.ID == s.chosen {
			d.Name = a.Name
		}
	}
	if a := s.account; a != nil {
		d.Name, d.Icon = a.Name, vm.AccountIcon(a.Company)
		d.Facts, d.Numbers = vm.AccountFacts(s.p, *a), vm.AccountNumbers(s.p, *a)
	}
	return d
}

func (s *Screen) createForm(online bool) *Create {
	if s.form == nil {
		return nil
	}
	return &Create{
		Title: s.p.T("account.create_title"), Inputs: s.form.Inputs(s.p, s.world.Profile.Country),
		Company: s.form.Company, CompanyLabel: s.p.T("account.is_company"), Busy: s.saving, Load: s.formLoad,
		Problem: s.notice(s.formErr, false),
		Save: vm.Command{
			ID: CmdSave, Title: s.p.T("account.save"), Icon: vm.IconCheck, Enabled: online && !s.saving,
			Tone: vm.TonePositive,
		},
		Cancel: vm.Command{ID: CmdCancel, Title: s.p.T("action.cancel"), Enabled: true},
	}
}

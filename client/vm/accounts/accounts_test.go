package accounts_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"parley/client/model"
	"parley/client/vm"
	"parley/client/vm/accounts"
	"parley/client/vm/vmtest"
)

func open(ports *vmtest.Ports) *accounts.Screen {
	ports.Accounts = []model.Account{
		{ID: "anna", Name: "Anna Bakker", City: "Utrecht", Country: "NL"}, {ID: "new", Name: "New Person"},
	}
	s := accounts.New(accounts.Config{Env: ports.Env("en"), Accounts: ports})
	s.OnWorld(vmtest.NewWorld().W)
	return s
}

// TestSearchWaitsForAPause: keys in quick succession make one search.
func TestSearchWaitsForAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ports := vmtest.NewPorts()
		s := open(ports)
		defer s.Close()
		for _, text := range []string{"b", "ba", "bak"} {
			s.SetSearch(text)
			vmtest.Pass(100 * time.Millisecond)
		}
		vmtest.Pass(time.Second)
		synctest.Wait()
		if got := ports.Calls(); !slices.Equal(got, []string{"Find bak"}) {
			t.Errorf("searched %q", got)
		}
		if st := s.State(); st.Phase != accounts.Listed || len(st.Rows) != 1 || st.Result != "1 account found" {
			t.Errorf("got %+v", st)
		}
		ports.SetFail("Find", &model.Error{Kind: model.KindUnavailable})
		s.SetSearch("x")
		vmtest.Pass(time.Second)
		synctest.Wait()
		if st := s.State(); st.Phase != accounts.Failed || st.Problem.Retry == "" {
			t.Errorf("a failed search shows %+v", st)
		}
		ports.SetFail("Find", nil)
		s.Retry()
		synctest.Wait()
		if st := s.State(); st.Phase != accounts.Empty || st.Hint != "No account was found." {
			t.Errorf("nothing found shows %+v", st)
		}
	})
}

func TestCreateAndAddNumber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ports := vmtest.NewPorts()
		s := open(ports)
		defer s.Close()
		s.Do(accounts.CmdCreate)
		s.SetInput(vm.InputNumber, "1")
		s.Do(accounts.CmdSave)
		synctest.Wait()
		if in := s.State().Create.Inputs; in[0].Problem == "" || in[1].Problem == "" || len(ports.Calls()) != 0 {
			t.Errorf("a wrong form was sent: %+v", in)
		}
		s.SetInput(vm.InputName, "New Person")
		s.SetInput(vm.InputNumber, "0140000009")
		s.SetCompany(true)
		s.Do(accounts.CmdSave)
		synctest.Wait()
		st := s.State()
		if got := ports.Calls(); !slices.Equal(got, []string{"Create New Person +33140000009 true", "Account new"}) {
			t.Errorf("calls are %q", got)
		}
		if st.Create != nil || st.Chosen != "new" || st.Detail.Name != "New Person" {
			t.Errorf("after creating: %+v", st)
		}
		s.SetNewNumber("77")
		s.Do(accounts.CmdAddNumber)
		synctest.Wait()
		if d := s.State().Detail; d.NewNumber.Problem == "" || len(ports.Calls()) != 0 {
			t.Error("a wrong number was added")
		}
		s.SetNewNumber("01 40 00 00 08")
		s.Do(accounts.CmdAddNumber)
		synctest.Wait()
		if got := ports.Calls(); !slices.Equal(got, []string{"AddNumber new 01 40 00 00 08", "Account new"}) {
			t.Errorf("calls are %q", got)
		}
		if d := s.State().Detail; d.NewNumber.Value != "" || d.Load == st.Detail.Load {
			t.Errorf("the entry was not emptied: %+v", d)
		}
	})
}

package signin_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"parley/client/model"
	"parley/client/vm"
	"parley/client/vm/signin"
	"parley/client/vm/vmtest"
)

func TestSignIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ports := vmtest.NewPorts()
		in := ""
		s := signin.New(signin.Config{
			Env: ports.Env("en"), Session: ports, Preferences: ports, OSLanguage: "nl_NL.UTF-8", Ended: model.EndedExpired,
			OnSignedIn: func(server, user string) { in = server + " " + user },
		})
		defer s.Close()
		st := s.State()
		if st.Submit.Enabled || st.Submit.Title != "Aanmelden" || !strings.Contains(st.Why.Text, "verlopen") {
			t.Errorf("at first: %+v", st)
		}
		s.SetLanguage("en")
		s.SetUser(" ada ")
		s.SetPassword("demo")
		s.SetServer("ftp://x")
		s.Submit()
		try := func(kind model.ErrorKind) signin.State {
			ports.SetFail("SignIn", nil)
			if kind != 0 {
				ports.SetFail("SignIn", &model.Error{Kind: kind, Text: "x"})
			}
			s.Submit()
			synctest.Wait()
			return s.State()
		}
		if st = try(0); st.Problem.Text != "This is not a server address, as https://name." || len(ports.Calls()) != 0 {
			t.Errorf("a wrong address: %+v", st.Problem)
		}
		s.SetServer("parley.example/")
		if st = try(model.KindUnauthenticated); st.Problem.Text != "User or password is wrong." {
			t.Errorf("a wrong password: %+v", st.Problem)
		}
		if st = try(model.KindUnavailable); !strings.Contains(st.Problem.Text, "cannot be reached") {
			t.Errorf("no server: %+v", st.Problem)
		}
		if st = try(model.KindSignedInElsewhere); st.TakeOver == nil || st.Problem != (vm.Notice{}) {
			t.Errorf("signed in elsewhere: %+v", st)
		}
		ports.Calls()
		ports.SetFail("SignIn", nil)
		s.Answer(signin.AnswerTakeOver)
		synctest.Wait()
		if got := strings.Join(ports.Calls(), ";"); got != "SignIn https://parley.example ada true" {
			t.Errorf("took over with %q", got)
		}
		if in != "https://parley.example ada" || ports.Preference(vm.PrefUser) != "ada" || ports.Preference(vm.PrefLanguage) != "en" {
			t.Errorf("signed in as %q", in)
		}
		if s.State().Submit.Enabled {
			t.Error("the password is still there after signing in")
		}
	})
}

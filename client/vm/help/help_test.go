package help_test

import (
	"testing"
	"testing/synctest"

	"parley/client/vm"
	"parley/client/vm/help"
	"parley/client/vm/vmtest"
)

func TestHelpFollowsTheShortcuts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ports := vmtest.NewPorts()
		s := help.New(help.Config{Env: ports.Env("en"), Preferences: ports})
		defer s.Close()
		if r := s.State().Rows; len(r) != len(vm.DefaultShortcuts()) || r[0].Keys != "Ctrl+Shift+A" || r[0].Title != "Accept" {
			t.Errorf("rows are %+v", r)
		}
		if err := vm.LoadShortcuts(ports).With(vm.CmdAccept, "").Save(ports); err != nil {
			t.Fatal(err)
		}
		s.Reload()
		synctest.Wait()
		if r := s.State().Rows; r[0].Keys != "none" {
			t.Errorf("after a change: %+v", r[0])
		}
	})
}

package desktop_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"parley/client/vm"
	"parley/client/vm/desk"
	"parley/client/vm/desktop"
	"parley/client/vm/overview"
	"parley/client/vm/scratchpad"
	"parley/client/vm/vmtest"
)

func open(ports *vmtest.Ports) *desktop.Desktop {
	return desktop.New(desktop.Config{
		Env: ports.Env("en"), Centre: ports, Session: ports, Phone: ports, Preferences: ports,
	})
}

func edit(t *testing.T, d *desktop.Desktop, world *vmtest.World, edits ...string) {
	t.Helper()
	for _, e := range edits {
		if err := world.Edit(e); err != nil {
			t.Fatal(err)
		}
	}
	d.OnWorld(world.W)
	synctest.Wait()
}

// TestFirstCall goes through a call on the joined screens: accept, choose among
// several accounts, confirm by the desk's command, write, end.
func TestFirstCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ports, world := vmtest.NewPorts(), vmtest.NewWorld()
		d := open(ports)
		defer d.Close()
		edit(t, d, world, "agent ready", "offer c1 +33140000002 Anna Bert")
		d.Desk.Do(vm.CmdAccept)
		synctest.Wait()
		edit(t, d, world, "agent on-contact", "connect c1")
		if st := d.Overview.State(); st.Step != overview.Several {
			t.Fatalf("the overview is at step %d", st.Step)
		}
		d.Overview.Choose("bert")
		synctest.Wait()
		ports.Calls()
		d.Desk.Do(vm.CmdConfirm)
		synctest.Wait()
		if got := ports.Calls(); !slices.Contains(got, "ConfirmAccount i-c1 bert") {
			t.Errorf("confirmed with %q", got)
		}
		edit(t, d, world, "account i-c1 Bert")
		d.Desk.ChooseTab(desk.TabHistory)
		synctest.Wait()
		if got := ports.Calls(); !slices.ContainsFunc(got, func(c string) bool { return c[:7] == "History" }) {
			t.Errorf("the account's history was not loaded: %q", got)
		}
		var editor scratchpad.Editor
		editor.Take(d.ScratchPad.State())
		d.ScratchPad.Edit(editor.Edited(), "note")
		edit(t, d, world, "ended c1", "agent wrap-up c1")
		d.Desk.Do(vm.CmdEnd)
		synctest.Wait()
		if d.ScratchPad.State().Question == nil {
			t.Fatal("nobody asks what becomes of the note")
		}
		d.ScratchPad.Answer(scratchpad.AnswerAttach)
		synctest.Wait()
		if got := ports.Note("i-c1"); got != "note" || !slices.Contains(ports.Calls(), "End i-c1 true") {
			t.Errorf("the note is %q", got)
		}
		if st := d.Desk.State(); st.Current != "" || len(st.Interactions) != 0 {
			t.Errorf("the interaction is still there: %+v", st.Interactions)
		}
	})
}

// TestTypingBeginsAnInteraction: it becomes current, and the editor is left alone,
// even when the world shows it before the answer is there.
func TestTypingBeginsAnInteraction(t *testing.T) {
	for _, worldFirst := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			ports, world := vmtest.NewPorts(), vmtest.NewWorld()
			ports.Delay = time.Second
			d := open(ports)
			defer d.Close()
			edit(t, d, world)
			var editor scratchpad.Editor
			editor.Take(d.ScratchPad.State())
			d.ScratchPad.Edit(editor.Edited(), "a")
			synctest.Wait()
			if worldFirst {
				edit(t, d, world, "open b1")
			}
			d.ScratchPad.Edit(editor.Edited(), "ab")
			vmtest.Pass(5 * time.Second)
			edit(t, d, world, map[bool]string{false: "open b1", true: "unsent 1"}[worldFirst])
			if editor.Take(d.ScratchPad.State()) {
				t.Error("the editor was replaced while typing")
			}
			if st := d.Desk.State(); st.Current != "b1" || ports.Note("b1") != "ab" {
				t.Errorf("current is %q, the note %q", st.Current, ports.Note("b1"))
			}
		})
	}
}

func TestLanguageReachesAllScreens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := open(vmtest.NewPorts())
		defer d.Close()
		d.Settings.SelectLanguage("fr")
		synctest.Wait()
		got := []string{
			d.Desk.State().Labels.Account, d.Overview.State().Heading, d.ScratchPad.State().Title, d.History.State().Title,
			d.AccountHistory.State().Title, d.Accounts.State().Title, d.Live.State().Title, d.Help.State().Title,
			d.Settings.State().Title,
		}
		want := []string{
			"Client", "Aucune interaction ouverte", "Bloc-notes", "Historique", "Historique client", "Clients", "En direct",
			"Raccourcis clavier", "Réglages",
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %q", got)
		}
	})
}

// TestSignOutSavesFirst: the note is in the journal before the session ends.
func TestSignOutSavesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ports, world := vmtest.NewPorts(), vmtest.NewWorld()
		d := open(ports)
		defer d.Close()
		edit(t, d, world, "open x")
		var editor scratchpad.Editor
		editor.Take(d.ScratchPad.State())
		d.ScratchPad.Edit(editor.Edited(), "late")
		d.Desk.Do(vm.CmdSignOut)
		synctest.Wait()
		d.Desk.Answer(desk.AnswerYes)
		vmtest.Pass(time.Second)
		synctest.Wait()
		if got := ports.Calls(); !slices.Equal(got, []string{`SaveNote x "late"`, "SignOut"}) {
			t.Errorf("calls are %q", got)
		}
	})
}

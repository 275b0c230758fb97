package desk_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"parley/client/l10n"
	"parley/client/model"
	"parley/client/vm"
	"parley/client/vm/desk"
	"parley/client/vm/vmtest"
)

func open(ports *vmtest.Ports, lang string) *desk.Screen {
	return desk.New(desk.Config{
		Env: ports.Env(lang), Centre: ports, Session: ports, Phone: ports, Preferences: ports,
	})
}

func TestTranscripts(t *testing.T) {
	vmtest.Transcripts(t, func(_ *testing.T, ports *vmtest.Ports) vmtest.Subject {
		s := open(ports, "en")
		return vmtest.Subject{
			World: s.OnWorld, Phone: s.OnPhone, Close: s.Close,
			Show: func() string { return show(s.State()) },
			Do:   func(words []string) bool { return do(s, words) },
		}
	})
}

func do(s *desk.Screen, words []string) bool {
	switch words[0] {
	case "start":
	case "do":
		s.Do(vm.CommandID(words[1]))
	case "state":
		s.ChooseState(vm.CommandID(words[1]), words[2])
	case "press":
		s.Press(words[1])
	case "go":
		s.GoTo(desk.PlaceID(words[1]))
	case "tab":
		s.ChooseTab(desk.TabID(words[1]))
	case "select":
		s.Select(words[1])
	case "alert":
		s.OpenAlert(words[1])
	case "answer":
		s.Answer(words[1])
	case "narrow":
		s.SetNarrow(words[1] == "on")
	case "ended-here":
		s.Ended(words[1])
	case "begun":
		s.Begun(words[1])
	case "chosen":
		s.Chosen(words[1], model.AccountSummary{ID: strings.ToLower(words[2]), Name: words[2]})
	case "speak":
		s.Speak(l10n.New(words[1]))
	default:
		return false
	}
	return true
}

type page struct{ strings.Builder }

func (p *page) line(label string, parts ...string) {
	var kept []string
	for _, s := range parts {
		if s != "" {
			kept = append(kept, s)
		}
	}
	if len(kept) > 0 {
		fmt.Fprintf(p, "%s: %s\n", label, strings.Join(kept, " | "))
	}
}

func names(commands []vm.Command, enabled bool) string {
	var out []string
	for _, c := range commands {
		if c.Enabled == enabled {
			name := c.Title
			if c.Checked {
				name += "*"
			}
			out = append(out, name)
		}
	}
	return strings.Join(out, ", ")
}

// show writes what an agent would read.
func show(st desk.State) string {
	var p page
	p.line("title", st.Title)
	p.line("account", st.Account.Name, st.Account.Detail, st.Account.Standing, names(st.Account.Commands, true))
	for _, a := range st.Alerts.Visible {
		p.line("alert", a.Text, string(a.Target))
	}
	p.line("pager", st.Alerts.Pager)
	muted := ""
	if st.Contact.Muted {
		muted = "muted"
	}
	p.line("contact", st.Contact.Line, st.Contact.Word, st.Contact.Talk, st.Contact.Hold, st.Contact.Queue, muted)
	p.line("why", st.Contact.Why)
	p.line("you", st.You.Word, st.You.Timer, st.You.Reason, st.You.Next, st.You.WrapUp, strings.Join(st.You.Loads, ","))
	var all []vm.Command
	for _, g := range st.Toolbar {
		all = append(all, g...)
	}
	p.line("can", names(all, true))
	if st.Keypad.Open {
		p.line("keypad", "open", st.Keypad.Sent, st.Keypad.Problem)
	}
	for _, i := range st.Interactions {
		mark := ""
		if i.Chosen {
			mark = "current"
		}
		p.line("interaction", i.ID, i.Title, i.Word, i.Timer, mark)
	}
	showFrame(&p, st)
	return p.String()
}

func showFrame(p *page, st desk.State) {
	if o := st.Offer; o != nil {
		p.line("offer", o.Who, o.Number, o.Queue, o.Countdown, fmt.Sprintf("%.2f", o.Fraction), o.Waited, o.Effect)
	}
	if st.Ring {
		p.line("ring", map[bool]string{true: "softly", false: "loud"}[st.RingSoft])
	}
	if st.Notification != nil {
		p.line("notification", st.Notification.ID, st.Notification.Title, st.Notification.Body)
	}
	if st.Question != nil {
		p.line("question", st.Question.Title, st.Question.Text)
	}
	var places []string
	for _, n := range st.Navigation {
		text := n.Title
		if n.Badge != "" {
			text += " " + n.Badge
		}
		if n.Chosen {
			text = "[" + text + "]"
		}
		places = append(places, text)
	}
	p.line("places", places...)
	p.line("tab", string(st.Tab))
	if st.Focus.Number > 0 {
		p.line("focus", fmt.Sprint(st.Focus.Number), string(st.Focus.Target))
	}
	p.line("status", st.Status.Link, st.Status.Sync, strings.Join(st.Status.Queues, "; "))
}

// TestOfferNeverMovesFocus: whatever rings, the shell is not asked to move focus,
// to change the place or the current interaction.
func TestOfferNeverMovesFocus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ports, world := vmtest.NewPorts(), vmtest.NewWorld()
		s := open(ports, "en")
		defer s.Close()
		s.GoTo(desk.PlaceHistory)
		s.OnWorld(world.W)
		synctest.Wait()
		before := s.State()
		for n := range 20 {
			id := fmt.Sprintf("c%d", n)
			for _, edit := range []string{"offer " + id + " +33140000001 Pierre", "back " + id} {
				if err := world.Edit(edit); err != nil {
					t.Fatal(err)
				}
				s.OnWorld(world.W)
				synctest.Wait()
				after := s.State()
				if after.Focus != before.Focus || after.Place != before.Place || after.Current != before.Current {
					t.Fatalf("an offer moved focus, place or interaction: %+v", after)
				}
				if ringing := strings.HasPrefix(edit, "offer"); after.Ring != ringing {
					t.Fatalf("ring is %t after %s", after.Ring, edit)
				}
			}
		}
	})
}

// TestDestructiveCommandsAreThrottled: a second press within a second is an
// accident, a later one is not.
func TestDestructiveCommandsAreThrottled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ports, world := vmtest.NewPorts(), vmtest.NewWorld()
		s := open(ports, "en")
		defer s.Close()
		for _, e := range []string{"offer c1 +33140000001", "connect c1"} {
			if err := world.Edit(e); err != nil {
				t.Fatal(err)
			}
		}
		s.OnWorld(world.W)
		press := func() int {
			s.Do(vm.CmdHangUp)
			synctest.Wait()
			return len(ports.Calls())
		}
		for n, want := range []int{1, 0} {
			if got := press(); got != want {
				t.Errorf("press %d made %d calls, want %d", n+1, got, want)
			}
		}
		vmtest.Pass(vm.ThrottleTime)
		if got := press(); got != 1 {
			t.Errorf("a press after the throttle made %d calls, want 1", got)
		}
	})
}

// TestEveryCommandIsNamed: in each language every command and state text is a
// text, not a key, and each default shortcut has its command.
func TestEveryCommandIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, lang := range l10n.Languages() {
			ports, world := vmtest.NewPorts(), vmtest.NewWorld()
			s := open(ports, lang)
			if err := world.Edit("offer c1 +33140000001 Pierre"); err != nil {
				t.Fatal(err)
			}
			s.OnWorld(world.W)
			synctest.Wait()
			st := s.State()
			s.Close()
			bound := map[vm.CommandID]vm.Command{}
			for _, c := range st.Commands {
				bound[c.ID] = c
				if c.Title == "" || c.Hint == "" || strings.Contains(c.Title, "cmd.") || strings.Contains(c.Hint, "why.") {
					t.Errorf("%s: command %s is not named: %q, %q", lang, c.ID, c.Title, c.Hint)
				}
			}
			for _, b := range vm.DefaultShortcuts() {
				if c, ok := bound[b.ID]; !ok || c.Shortcut != b.Keys {
					t.Errorf("%s: %s has no command with %s", lang, b.ID, b.Keys)
				}
			}
		}
	})
}

// TestLostNote shows a note that the server refuses, until the agent puts it away.
func TestLostNote(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(vmtest.NewPorts(), "en")
		defer s.Close()
		s.Refused("call back on Monday", &model.Error{Kind: model.KindInvalid})
		s.Unreadable(2)
		synctest.Wait()
		all := s.State().Alerts.All
		if len(all) != 2 || all[0].Text != "A note could not be stored: The server does not accept this value." ||
			all[1].Text != "2 saved changes on this machine cannot be read." {
			t.Fatalf("alerts %+v", all)
		}
		s.OpenAlert(all[0].Key)
		s.Answer(vm.AnswerCopy)
		synctest.Wait()
		q := s.State().Question
		if q == nil || q.Copy != "call back on Monday" || !strings.Contains(q.Text, q.Copy) {
			t.Fatalf("question %+v", q)
		}
		s.Answer(desk.AnswerCancel)
		synctest.Wait()
		if st := s.State(); st.Question != nil || len(st.Alerts.All) != 2 {
			t.Errorf("closed: question %v, alerts %v", st.Question, st.Alerts.All)
		}
		s.OpenAlert(all[0].Key)
		s.Answer(desk.AnswerDismiss)
		synctest.Wait()
		if got := s.State().Alerts.All; len(got) != 1 || got[0].Key != all[1].Key {
			t.Errorf("put away: alerts %v", got)
		}
	})
}

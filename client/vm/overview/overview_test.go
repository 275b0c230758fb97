package overview_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"parley/client/model"
	"parley/client/vm"
	"parley/client/vm/overview"
	"parley/client/vm/vmtest"
)

func fill(ports *vmtest.Ports) {
	ports.Accounts = []model.Account{
		{
			ID: "pierre", Name: "Pierre Moreau", City: "Paris", Country: "FR", Language: "fr", Street: "12 rue de Rivoli",
			Numbers: []model.PhoneNumber{{Typed: "01 40 00 00 01", E164: "+33140000001"}},
		},
		{ID: "anna", Name: "Anna Bakker", City: "Utrecht", Country: "NL"},
		{ID: "bert", Name: "Bakker BV", City: "Utrecht", Country: "NL", Company: true},
	}
	ports.Entries = []model.HistoryEntry{{
		ID: "h1", Agent: "agent-fr", StartedAt: time.Date(1999, 12, 30, 10, 0, 0, 0, time.UTC), Note: "\nAsked for a price\nand left",
		Contacts: []model.HistoryContact{{ID: "k1", ANI: "+33140000001", QueueName: "Sales", EndReason: model.EndByCustomer}},
	}}
}

func newScreen(ports *vmtest.Ports, chosen func(string, model.AccountSummary)) *overview.Screen {
	fill(ports)
	return overview.New(overview.Config{Env: ports.Env("en"), Interactions: ports, Accounts: ports, OnChosen: chosen})
}

func TestTranscripts(t *testing.T) {
	vmtest.Transcripts(t, func(_ *testing.T, ports *vmtest.Ports) vmtest.Subject {
		told := ""
		s := newScreen(ports, func(i string, a model.AccountSummary) { told += "chosen " + i + " " + a.ID + "\n" })
		return vmtest.Subject{
			World: s.OnWorld, Close: s.Close, AnyOrder: true,
			Show: func() string {
				out := show(s.State()) + told
				told = ""
				return out
			},
			Do: func(words []string) bool { return do(s, words) },
		}
	})
}

func do(s *overview.Screen, words []string) bool {
	rest := strings.Join(words[1:], " ")
	switch words[0] {
	case "show":
		s.Show(rest)
	case "do":
		s.Do(vm.CommandID(rest))
	case "search":
		s.SetSearch(rest)
	case "choose":
		s.Choose(rest)
	case "input":
		s.SetInput(words[1], strings.Join(words[2:], " "))
	case "company":
		s.SetCompany(rest == "on")
	case "retry":
		s.Retry()
	default:
		return false
	}
	return true
}

func show(st overview.State) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s | %s\n", st.Heading, st.Guide)
	for _, c := range st.Candidates {
		fmt.Fprintf(&b, "candidate: %s | %s | chosen %t\n", c.Name, c.Detail, c.Chosen)
	}
	if st.Search.Visible {
		fmt.Fprintf(&b, "search: busy %t | %s\n", st.Search.Busy, st.Search.Result)
	}
	if st.Create != nil {
		for _, in := range st.Create.Inputs {
			fmt.Fprintf(&b, "input %s: %q %s\n", in.Label, in.Value, in.Problem)
		}
	}
	for _, f := range st.Facts {
		fmt.Fprintf(&b, "%s: %s\n", f.Label, f.Value)
	}
	for _, r := range st.Recent {
		fmt.Fprintf(&b, "recent: %s | %s | %s\n", r.When, r.What, r.Note)
	}
	for _, c := range st.Contacts {
		fmt.Fprintf(&b, "contact: %s | %s | %s\n", c.Line, c.Word, c.Time)
	}
	var can []string
	for _, c := range st.Commands {
		if c.Enabled {
			can = append(can, c.Title)
		}
	}
	fmt.Fprintf(&b, "can: %s\n", strings.Join(can, ", "))
	for _, l := range []string{st.RecentNone, st.Problem.Text} {
		if l != "" {
			b.WriteString(l + "\n")
		}
	}
	return b.String()
}

// TestStaleSearchIsDropped: the answer to an older search never replaces that to
// a newer one.
func TestStaleSearchIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ports, world := vmtest.NewPorts(), vmtest.NewWorld()
		s := newScreen(ports, nil)
		defer s.Close()
		_ = world.Edit("open x")
		s.OnWorld(world.W)
		s.Show("x")
		ports.Delay = 2 * time.Second
		s.SetSearch("pierre")
		vmtest.Pass(time.Second)
		s.SetSearch("anna")
		vmtest.Pass(1500 * time.Millisecond)
		synctest.Wait()
		if st := s.State(); len(st.Candidates) != 0 || !st.Search.Busy {
			t.Errorf("the old answer was taken: %+v", st.Candidates)
		}
		vmtest.Pass(2 * time.Second)
		synctest.Wait()
		if st := s.State(); len(st.Candidates) != 1 || st.Candidates[0].ID != "anna" {
			t.Errorf("got %+v, want anna", st.Candidates)
		}
	})
}

package history_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"parley/client/model"
	"parley/client/vm"
	"parley/client/vm/history"
	"parley/client/vm/vmtest"
)

func TestTranscripts(t *testing.T) {
	vmtest.Transcripts(t, func(t *testing.T, ports *vmtest.Ports) vmtest.Subject {
		ports.PageSize = 2
		for n := range 5 {
			start := time.Date(1999, 12, 31, 9, n, 0, 0, time.UTC)
			ports.Entries = append(ports.Entries, model.HistoryEntry{
				ID: fmt.Sprintf("h%d", n), Agent: "ada", Open: n == 0, StartedAt: start, EndedAt: start.Add(5 * time.Minute),
				Note: fmt.Sprintf("note %d\nsecond line", n),
				Contacts: []model.HistoryContact{{
					ID: "k", ANI: "+33140000001", QueueName: "Sales", EndReason: model.EndByAgent,
					ArrivedAt: start, AnsweredAt: start.Add(10 * time.Second), EndedAt: start.Add(70 * time.Second),
				}},
			})
		}
		s := history.New(history.Config{
			Env: ports.Env("en"), Interactions: ports, OfAccount: strings.HasSuffix(t.Name(), "/account"),
		})
		return vmtest.Subject{
			World: s.OnWorld, Close: s.Close, Show: func() string { return show(s.State()) },
			Do: func(words []string) bool { return do(s, words) },
		}
	})
}

func do(s *history.Screen, words []string) bool {
	rest := strings.Join(words[1:], " ")
	switch words[0] {
	case "start":
	case "open":
		s.Open()
	case "search":
		s.SetSearch(rest)
	case "owner":
		s.SetOwner(rest)
	case "ended":
		s.SetEnded(rest)
	case "period":
		s.SetPeriod(rest)
	case "choose":
		s.Choose(rest)
	case "do":
		s.Do(vm.CommandID(rest))
	case "account":
		s.ShowAccount(rest)
	case "retry":
		s.Retry()
	default:
		return false
	}
	return true
}

func show(st history.State) string {
	var b strings.Builder
	phase := []string{"loading", "listed", "empty", "failed"}[st.Phase]
	var filters []string
	for _, group := range [][]vm.Choice{st.Owner, st.Ended, st.Periods} {
		for _, c := range group {
			if c.Chosen {
				filters = append(filters, c.Title)
			}
		}
	}
	fmt.Fprintf(&b, "%s: %s | reset %t\n", phase, strings.Join(filters, ", "), st.Reset.Enabled)
	for _, r := range st.Rows {
		fmt.Fprintf(&b, "row %s: %s | %s | %s | %s | %s\n", r.ID, r.When, r.Account, r.Agent, r.Word, r.Note)
	}
	for _, l := range []string{st.Empty, st.Problem.Text, st.Problem.Retry, st.More.Title} {
		if l != "" {
			b.WriteString(l + "\n")
		}
	}
	if d := st.Detail; d != nil {
		fmt.Fprintf(&b, "detail: %s %q\n", d.Title, d.Note)
		for _, f := range d.Fields {
			fmt.Fprintf(&b, "  %s: %s\n", f.Label, f.Value)
		}
		for _, c := range d.Contacts {
			fmt.Fprintf(&b, "  %s | %s | %s | %s\n", c.Line, c.Word, c.When, c.Time)
		}
	}
	return b.String()
}

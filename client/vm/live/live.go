package live

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"parley/client/l10n"
	"parley/client/model"
	"parley/client/vm"
)

// Config is what the board needs.
type Config struct {
	vm.Env
}

// Screen is the running board.
type Screen struct {
	*vm.Screen[State]

	p      *l10n.Printer
	world  model.World
	queues order
	agents order
}

// order is by which column a table is sorted.
type order struct {
	column string
	down   bool
}

func (o *order) by(column string) {
	if o.column == column {
		o.down = !o.down
		return
	}
	*o = order{column: column, down: column == ColumnWaiting || column == ColumnLongest || column == ColumnSince}
}

func (o *order) mark(id string) int {
	switch {
	case o.column != id:
		return 0
	case o.down:
		return -1
	}
	return 1
}

// sorted orders by the column, then by name, so that equal rows keep their places.
func sorted[T any](o order, list []T, by func(column string, a, b T) int) []T {
	out := slices.Clone(list)
	slices.SortStableFunc(out, func(a, b T) int {
		n := by(o.column, a, b)
		if o.down {
			n = -n
		}
		return cmp.Or(n, by(ColumnName, a, b))
	})
	return out
}

// New starts the board.
func New(c Config) *Screen {
	s := &Screen{
		p: c.Printer, queues: order{column: ColumnLongest, down: true}, agents: order{column: ColumnState},
	}
	s.Screen = vm.NewScreen(c.Clock, s.render)
	s.Start()
	return s
}

// Speak changes the language.
func (s *Screen) Speak(p *l10n.Printer) { s.Post(func() { s.p = p }) }

// OnWorld takes a new world.
func (s *Screen) OnWorld(w model.World) { s.Post(func() { s.world = w }) }

// SortQueues sorts by a column; again turns the order round.
func (s *Screen) SortQueues(column string) { s.Post(func() { s.queues.by(column) }) }

// SortAgents sorts by a column; again turns the order round.
func (s *Screen) SortAgents(column string) { s.Post(func() { s.agents.by(column) }) }

func (s *Screen) render(now time.Time) (State, bool) {
	server := now.Add(s.world.ClockOffset)
	st := State{Title: s.p.T("live.title"), Queues: s.queueTable(server), Agents: s.agentTable(server)}
	if s.world.Link != model.LinkOnline && !s.world.LinkSince.IsZero() {
		st.Stale = vm.Notice{
			Tone: vm.ToneAttention, Icon: vm.IconOffline,
			Text: s.p.T("live.stale", "time", s.p.Timer(now.Sub(s.world.LinkSince))),
		}
	}
	waiting, signedIn, ready := 0, 0, 0
	for _, q := range s.world.Queues {
		waiting += q.Waiting
	}
	for _, a := range s.world.Agents {
		if a.State != model.AgentSignedOut {
			signedIn++
		}
		if a.State == model.AgentReady {
			ready++
		}
	}
	st.Summary = s.p.T("live.summary", "waiting", waiting, "agents", signedIn, "ready", ready)
	return st, len(s.world.Agents) > 0 || waiting > 0
}

func (s *Screen) queueTable(now time.Time) QueueTable {
	t := QueueTable{Title: s.p.T("live.queues"), Empty: s.p.T("live.no_queues")}
	for _, c := range []struct{ id, title string }{
		{ColumnName, s.p.T("live.queue")},
		{ColumnWaiting, s.p.T("live.waiting")},
		{ColumnLongest, s.p.T("live.longest")},
		{ColumnReady, s.p.T("agent.ready")},
		{ColumnSignedIn, s.p.T("live.signed_in")},
	} {
		t.Columns = append(t.Columns, Column{ID: c.id, Title: c.title, Sorted: s.queues.mark(c.id), Figures: c.id != ColumnName})
	}
	for _, q := range sorted(s.queues, s.world.Queues, compareQueues) {
		row := QueueRow{
			ID: q.ID, Name: q.Name, Waiting: s.p.Number(q.Waiting), Longest: "-",
			Ready: s.p.Number(q.Ready), SignedIn: s.p.Number(q.SignedIn),
		}
		if q.Waiting > 0 && !q.LongestSince.IsZero() {
			row.Longest = s.p.Timer(now.Sub(q.LongestSince))
			row.Tone = vm.ToneAttention
		}
		if q.Waiting > 0 && q.SignedIn == 0 {
			row.Tone = vm.ToneCritical
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func compareQueues(column string, a, b model.Queue) int {
	switch column {
	case ColumnWaiting:
		return a.Waiting - b.Waiting
	case ColumnLongest:
		return compareSince(a.LongestSince, b.LongestSince)
	case ColumnReady:
		return a.Ready - b.Ready
	case ColumnSignedIn:
		return a.SignedIn - b.SignedIn
	}
	return cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), strings.Compare(a.ID, b.ID))
}

// compareSince orders by how long something lasts; what does not last is shortest.
func compareSince(a, b time.Time) int {
	switch {
	case a.IsZero() && b.IsZero():
		return 0
	case a.IsZero():
		return -1
	case b.IsZero():
		return 1
	}
	return b.Compare(a)
}

func (s *Screen) agentTable(now time.Time) AgentTable {
	t := AgentTable{Title: s.p.T("live.agents"), Empty: s.p.T("live.no_agents")}
	for _, c := range []struct{ id, title string }{
		{ColumnName, s.p.T("live.agent")},
		{ColumnState, s.p.T("live.state")},
		{ColumnReason, s.p.T("live.reason")},
		{ColumnSince, s.p.T("live.since")},
		{ColumnLoad, s.p.T("live.load")},
	} {
		t.Columns = append(t.Columns, Column{
			ID: c.id, Title: c.title, Sorted: s.agents.mark(c.id), Figures: c.id == ColumnSince,
		})
	}
	for _, a := range sorted(s.agents, s.world.Agents, s.compareAgents) {
		look := vm.AgentLook(s.p, a.State)
		row := AgentRow{
			ID: a.User, Name: a.DisplayName, Icon: look.Icon, State: look.Word, Tone: look.Tone,
			Since: "-", Load: strings.Join(vm.LoadTexts(s.p, a.Loads), ", "),
		}
		if a.State == model.AgentNotReady {
			row.Reason = vm.ReasonText(s.p, s.world.Profile.Reasons, a.Reason)
		}
		if !a.Since.IsZero() && a.State != model.AgentSignedOut {
			row.Since = s.p.Timer(now.Sub(a.Since))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// rank puts those who serve first and those who are away last.
func rank(st model.AgentState) int {
	return slices.Index([]model.AgentState{
		model.AgentOnContact, model.AgentOffered, model.AgentWrapUp, model.AgentReady, model.AgentNotReady,
		model.AgentReconnecting, model.AgentSignedOut,
	}, st)
}

func (s *Screen) compareAgents(column string, a, b model.Agent) int {
	switch column {
	case ColumnState:
		return rank(a.State) - rank(b.State)
	case ColumnReason:
		reasons := s.world.Profile.Reasons
		return strings.Compare(vm.ReasonText(s.p, reasons, a.Reason), vm.ReasonText(s.p, reasons, b.Reason))
	case ColumnSince:
		return compareSince(a.Since, b.Since)
	case ColumnLoad:
		return openWork(a) - openWork(b)
	}
	return cmp.Or(strings.Compare(strings.ToLower(a.DisplayName), strings.ToLower(b.DisplayName)), strings.Compare(a.User, b.User))
}

func openWork(a model.Agent) int {
	n := 0
	for _, l := range a.Loads {
		n += l.OpenWork
	}
	return n
}

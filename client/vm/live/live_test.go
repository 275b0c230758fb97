package live_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"parley/client/model"
	"parley/client/vm/live"
	"parley/client/vm/vmtest"
)

func TestTablesAreSorted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ports, world := vmtest.NewPorts(), vmtest.NewWorld()
		s := live.New(live.Config{Env: ports.Env("en")})
		defer s.Close()
		now := time.Now()
		world.W.Queues = []model.Queue{
			{ID: "a", Name: "Alpha", Waiting: 1, LongestSince: now.Add(-5 * time.Second), SignedIn: 2, Ready: 1},
			{ID: "b", Name: "beta", Waiting: 3, LongestSince: now.Add(-70 * time.Second)},
			{ID: "c", Name: "Gamma"},
		}
		world.W.Agents = []model.Agent{
			{User: "z", DisplayName: "Zoe", State: model.AgentReady, Since: now},
			{User: "a", DisplayName: "Ada", State: model.AgentNotReady, Reason: "break", Since: now.Add(-time.Minute)},
			{User: "m", DisplayName: "Max", State: model.AgentOnContact, Since: now},
		}
		s.OnWorld(world.W)
		vmtest.Pass(2 * time.Second)
		synctest.Wait()
		st := s.State()
		if got := rows(st); got != "b:beta,3,01:12,0,0 a:Alpha,1,00:07,1,2 c:Gamma,0,-,0,0 | m z a" {
			t.Errorf("at first: %s", got)
		}
		if st.Summary != "4 waiting, 3 agents signed in, 1 ready" {
			t.Errorf("summary is %q", st.Summary)
		}
		s.SortQueues(live.ColumnName)
		s.SortAgents(live.ColumnName)
		s.SortAgents(live.ColumnName)
		synctest.Wait()
		st = s.State()
		if got := rows(st); !strings.HasPrefix(got, "a:") || !strings.HasSuffix(got, "| z m a") {
			t.Errorf("by name: %s", got)
		}
		if st.Agents.Columns[0].Sorted != -1 || st.Queues.Columns[0].Sorted != 1 {
			t.Errorf("marks: %+v %+v", st.Agents.Columns[0], st.Queues.Columns[0])
		}
		if a := st.Agents.Rows[2]; a.Reason != "Break" || a.Since != "01:02" {
			t.Errorf("agent is %+v", a)
		}
		for _, c := range []string{live.ColumnState, live.ColumnReason, live.ColumnSince, live.ColumnLoad} {
			s.SortAgents(c)
		}
		for _, c := range []string{live.ColumnWaiting, live.ColumnLongest, live.ColumnReady, live.ColumnSignedIn} {
			s.SortQueues(c)
		}
		if err := world.Edit("link offline"); err != nil {
			t.Fatal(err)
		}
		s.OnWorld(world.W)
		vmtest.Pass(6 * time.Second)
		synctest.Wait()
		if st = s.State(); st.Stale.Text == "" || st.Queues.Rows[0].ID != "b" {
			t.Errorf("old figures: %+v", st)
		}
	})
}

func rows(st live.State) string {
	var out []string
	for _, r := range st.Queues.Rows {
		out = append(out, r.ID+":"+strings.Join(r.Cells(), ","))
	}
	out = append(out, "|")
	for _, r := range st.Agents.Rows {
		out = append(out, r.ID)
	}
	return strings.Join(out, " ")
}

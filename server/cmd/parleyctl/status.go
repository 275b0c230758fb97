package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"text/tabwriter"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/timestamppb"

	"parley/proto/gen/parley/v1"
	"parley/proto/gen/parley/v1/parleyv1connect"
)

type statusCmd struct {
	JSON bool `help:"Print JSON for scripts." name:"json"`
}

// The JSON of status. Its names are a promise to scripts.
type (
	statusJSON struct {
		Queues   []queueJSON   `json:"queues"`
		Agents   []agentJSON   `json:"agents"`
		Contacts []contactJSON `json:"contacts"`
		Nodes    []nodeJSON    `json:"nodes"`
	}
	queueJSON struct {
		Name        string `json:"name"`
		Waiting     int32  `json:"waiting"`
		LongestWait int64  `json:"longest_wait_ms"`
		Ready       int32  `json:"ready"`
		SignedIn    int32  `json:"signed_in"`
	}
	agentJSON struct {
		User   string    `json:"user"`
		State  string    `json:"state"`
		Reason string    `json:"reason"`
		Since  time.Time `json:"since"`
	}
	contactJSON struct {
		ID       string `json:"id"`
		Channel  string `json:"channel"`
		State    string `json:"state"`
		Held     bool   `json:"held"`
		Queue    string `json:"queue"`
		Agent    string `json:"agent"`
		ANI      string `json:"ani"`
		DNIS     string `json:"dnis"`
		Language string `json:"language"`
		Why      string `json:"why"`
	}
	nodeJSON struct {
		ID           string    `json:"id"`
		StartedAt    time.Time `json:"started_at"`
		SeenAt       time.Time `json:"seen_at"`
		RoutingOwner bool      `json:"routing_owner"`
		Epoch        uint64    `json:"epoch"`
		Calls        int32     `json:"calls"`
	}
)

// word turns the name of an enum value into the word of the field.
func word(name, prefix string) string {
	return strings.ToLower(strings.TrimPrefix(name, prefix))
}

func (c *statusCmd) Run(e *env) error {
	opt, done, err := e.signIn()
	if err != nil {
		return err
	}
	defer done()
	client := parleyv1connect.NewAdminServiceClient(http.DefaultClient, e.cli.Server, opt)
	res, err := client.Status(e.ctx, connect.NewRequest(&parleyv1.StatusRequest{}))
	if err != nil {
		return err
	}
	s := statusOf(res.Msg)
	if c.JSON {
		return json.NewEncoder(e.out).Encode(s)
	}
	return s.print(e)
}

func statusOf(m *parleyv1.StatusResponse) statusJSON {
	s := statusJSON{Queues: []queueJSON{}, Agents: []agentJSON{}, Contacts: []contactJSON{}, Nodes: []nodeJSON{}}
	for _, q := range m.GetQueues() {
		s.Queues = append(s.Queues, queueJSON{
			Name: q.GetQueueId(), Waiting: q.GetWaiting(), LongestWait: since(q.GetLongestSince(), m.GetServerTime()).Milliseconds(),
			Ready: q.GetAgentsReady(), SignedIn: q.GetAgentsSignedIn(),
		})
	}
	for _, a := range m.GetAgents() {
		s.Agents = append(s.Agents, agentJSON{
			User: a.GetUser(), State: word(a.GetState().String(), "AGENT_STATE_"), Reason: a.GetReason(), Since: a.GetSince().AsTime(),
		})
	}
	for _, c := range m.GetContacts() {
		s.Contacts = append(s.Contacts, contactJSON{
			ID: c.GetContactId(), Channel: word(c.GetChannel().String(), "CHANNEL_"), State: word(c.GetState().String(), "CONTACT_STATE_"),
			Held: c.GetHeld(), Queue: c.GetQueueId(), Agent: c.GetAgent(), ANI: c.GetAni(), DNIS: c.GetDnis(),
			Language: c.GetLanguage(), Why: why(c.GetWhy()),
		})
	}
	for _, n := range m.GetNodes() {
		s.Nodes = append(s.Nodes, nodeJSON{
			ID: n.GetNodeId(), StartedAt: n.GetStartedAt().AsTime(), SeenAt: n.GetSeenAt().AsTime(),
			RoutingOwner: n.GetRoutingOwner(), Epoch: n.GetEpoch(), Calls: n.GetCalls(),
		})
	}
	return s
}

func since(from, now *timestamppb.Timestamp) time.Duration {
	if from == nil {
		return 0
	}
	return now.AsTime().Sub(from.AsTime())
}

// why says in one line why an agent got a contact.
func why(w *parleyv1.Why) string {
	if w == nil {
		return ""
	}
	last := "never had work"
	if w.GetSinceLastWork() != nil {
		last = "last work " + w.GetSinceLastWork().AsDuration().Round(time.Second).String() + " ago"
	}
	text := fmt.Sprintf("%s of %d: open work %d of %d, %s; waited %s, priority %d, %d waiting",
		word(w.GetStrategy().String(), "ROUTING_STRATEGY_"), w.GetCandidates(), w.GetOpenWork(), w.GetCapacity(), last,
		w.GetWaited().AsDuration().Round(time.Millisecond), w.GetPriority(), w.GetWaiting())
	if len(w.GetSkills()) > 0 {
		text += "; skills " + strings.Join(w.GetSkills(), ", ")
	}
	return text
}

func (s statusJSON) print(e *env) error {
	w := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "QUEUE\tWAITING\tLONGEST\tREADY\tSIGNED IN")
	for _, q := range s.Queues {
		fmt.Fprintf(w, "%s\t%d\t%s\t%d\t%d\n", q.Name, q.Waiting,
			(time.Duration(q.LongestWait) * time.Millisecond).Round(time.Second), q.Ready, q.SignedIn)
	}
	fmt.Fprintln(w, "\nAGENT\tSTATE\tREASON\tSINCE")
	for _, a := range s.Agents {
		at := ""
		if a.State != "signed_out" {
			at = a.Since.Local().Format(time.TimeOnly)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", a.User, a.State, a.Reason, at)
	}
	fmt.Fprintln(w, "\nCONTACT\tSTATE\tQUEUE\tFROM\tAGENT\tWHY")
	for _, c := range s.Contacts {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", c.ID, c.State, c.Queue, c.ANI, c.Agent, c.Why)
	}
	fmt.Fprintln(w, "\nSERVER\tSINCE\tCALLS\tROUTING")
	for _, n := range s.Nodes {
		owner := ""
		if n.RoutingOwner {
			owner = fmt.Sprintf("owner, epoch %d", n.Epoch)
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\n", n.ID, n.StartedAt.Local().Format(time.DateTime), n.Calls, owner)
	}
	return w.Flush()
}

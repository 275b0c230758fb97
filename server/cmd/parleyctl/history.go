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

type historyCmd struct {
	JSON  bool   `help:"Print JSON for scripts." name:"json"`
	Text  string `help:"Words that note, account, number or id begin with."`
	Limit int32  `help:"How many interactions." default:"20"`
}

// The JSON of history. Its names are a promise to scripts.
type (
	interactionJSON struct {
		ID        string               `json:"id"`
		Account   string               `json:"account"`
		Agent     string               `json:"agent"`
		State     string               `json:"state"`
		StartedAt *time.Time           `json:"started_at"`
		EndedAt   *time.Time           `json:"ended_at"`
		Note      string               `json:"note"`
		Contacts  []historyContactJSON `json:"contacts"`
	}
	historyContactJSON struct {
		ID         string     `json:"id"`
		Channel    string     `json:"channel"`
		ANI        string     `json:"ani"`
		Queue      string     `json:"queue"`
		EndReason  string     `json:"end_reason"`
		ArrivedAt  *time.Time `json:"arrived_at"`
		AnsweredAt *time.Time `json:"answered_at"`
		EndedAt    *time.Time `json:"ended_at"`
	}
)

func moment(t *timestamppb.Timestamp) *time.Time {
	if t == nil {
		return nil
	}
	at := t.AsTime()
	return &at
}

func (c *historyCmd) Run(e *env) error {
	opt, done, err := e.signIn()
	if err != nil {
		return err
	}
	defer done()
	client := parleyv1connect.NewInteractionServiceClient(http.DefaultClient, e.cli.Server, opt)
	res, err := client.History(e.ctx, connect.NewRequest(&parleyv1.HistoryRequest{Text: c.Text, PageSize: c.Limit}))
	if err != nil {
		return err
	}
	list := []interactionJSON{}
	for _, h := range res.Msg.GetEntries() {
		list = append(list, interactionOf(h))
	}
	if c.JSON {
		return json.NewEncoder(e.out).Encode(list)
	}
	w := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "STARTED\tAGENT\tACCOUNT\tSTATE\tCONTACTS\tNOTE")
	for _, i := range list {
		var contacts []string
		for _, k := range i.Contacts {
			contacts = append(contacts, k.ANI+" "+k.EndReason)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", i.StartedAt.Local().Format(time.DateTime), i.Agent, i.Account, i.State,
			strings.Join(contacts, ", "), strings.ReplaceAll(i.Note, "\n", " "))
	}
	return w.Flush()
}

func interactionOf(h *parleyv1.HistoryEntry) interactionJSON {
	i := interactionJSON{
		ID: h.GetInteractionId(), Account: h.GetAccount().GetName(), Agent: h.GetAgent(),
		State: word(h.GetState().String(), "INTERACTION_STATE_"), StartedAt: moment(h.GetStartedAt()), EndedAt: moment(h.GetEndedAt()),
		Note: h.GetNote(), Contacts: []historyContactJSON{},
	}
	for _, k := range h.GetContacts() {
		i.Contacts = append(i.Contacts, historyContactJSON{
			ID: k.GetContactId(), Channel: word(k.GetChannel().String(), "CHANNEL_"), ANI: k.GetAni(), Queue: k.GetQueueName(),
			EndReason: word(strings.Replace(k.GetEndReason().String(), "END_REASON_UNSPECIFIED", "", 1), "END_REASON_"),
			ArrivedAt: moment(k.GetArrivedAt()), AnsweredAt: moment(k.GetAnsweredAt()), EndedAt: moment(k.GetEndedAt()),
		})
	}
	return i
}

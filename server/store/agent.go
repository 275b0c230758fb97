package store

import (
	"parley/server/domain"
	"parley/server/domain/agent"
	"parley/server/store/storesql"
)

// Agent loads an agent; NotFound if there is none.
func (t *Tx) Agent(id domain.UserID) (*agent.Agent, error) {
	return one[agent.Agent](t.ctx, t.q.Agent, "agent", string(id))
}

// PutAgent stores an agent and its event, and raises a.Version. Version 0
// inserts; otherwise the stored version must be a.Version.
func (t *Tx) PutAgent(a *agent.Agent, event string) error {
	next := *a
	next.Version++
	body, err := t.encode(&next, "store the agent")
	if err != nil {
		return err
	}
	p := storesql.InsertAgentParams{
		UserName: string(a.User), Version: number(next.Version), Presence: string(a.Presence), Body: body,
	}
	var rows int64
	if a.Version == 0 {
		rows, err = t.q.InsertAgent(t.ctx, p)
	} else {
		rows, err = t.q.UpdateAgent(t.ctx, storesql.UpdateAgentParams{
			UserName: p.UserName, Version: p.Version, Presence: p.Presence, Body: p.Body, OldVersion: number(a.Version),
		})
	}
	if err := t.wrote(rows, err, "store the agent"); err != nil {
		return err
	}
	a.Version = next.Version
	t.record(domain.KindAgent, p.UserName, a.Version, event, []byte(body))
	return nil
}

// Agents lists all agents.
func (t *Tx) Agents() ([]*agent.Agent, error) {
	bodies, err := t.q.Agents(t.ctx)
	return decodeAll[agent.Agent](bodies, err, "agents")
}

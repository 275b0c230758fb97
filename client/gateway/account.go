package gateway

import (
	"context"

	"parley/client/model"
	parleyv1 "parley/proto/gen/parley/v1"
)

const historyPage = 50

// Find lists accounts by words, number or e-mail.
func (g *Gateway) Find(ctx context.Context, text string) (hits []model.AccountSummary, more bool, err error) {
	res, err := call(ctx, g, g.api().account.Find, &parleyv1.FindRequest{Text: text})
	if err != nil {
		return nil, false, err
	}
	return summariesOf(res.GetAccounts()), res.GetMore(), nil
}

// Account returns one account.
func (g *Gateway) Account(ctx context.Context, id string) (model.Account, error) {
	res, err := call(ctx, g, g.api().account.GetAccount, &parleyv1.GetAccountRequest{AccountId: id})
	if err != nil {
		return model.Account{}, err
	}
	return accountOf(res.GetAccount()), nil
}

// Create makes an account and returns its id.
func (g *Gateway) Create(ctx context.Context, a model.Account) (string, error) {
	if a.ID == "" {
		a.ID = newID()
	}
	_, err := call(ctx, g, g.api().account.Create,
		&parleyv1.CreateRequest{CommandId: newID(), Account: wireAccount(a)})
	if err != nil {
		return "", err
	}
	return a.ID, nil
}

// AddNumber adds a telephone number to an account.
func (g *Gateway) AddNumber(ctx context.Context, account, number string) error {
	_, err := call(ctx, g, g.api().account.AddNumber,
		&parleyv1.AddNumberRequest{CommandId: newID(), AccountId: account, Number: number})
	return err
}

// History returns one page of the interaction history.
func (g *Gateway) History(ctx context.Context, q model.HistoryQuery) (model.HistoryPage, error) {
	req := &parleyv1.HistoryRequest{
		AccountId: q.AccountID, Text: q.Text, From: wireTime(q.From), To: wireTime(q.To),
		PageSize: historyPage, PageToken: q.Page,
	}
	if q.OnlyOpen != q.OnlyEnded {
		state := parleyv1.InteractionState_INTERACTION_STATE_OPEN
		if q.OnlyEnded {
			state = parleyv1.InteractionState_INTERACTION_STATE_ENDED
		}
		req.States = []parleyv1.InteractionState{state}
	}
	if q.OnlyMine {
		g.mu.Lock()
		req.Agent = g.view.profile.User
		g.mu.Unlock()
	}
	res, err := call(ctx, g, g.api().interaction.History, req)
	if err != nil {
		return model.HistoryPage{}, err
	}
	page := model.HistoryPage{Next: res.GetNextPageToken()}
	for _, e := range res.GetEntries() {
		page.Entries = append(page.Entries, historyEntryOf(e))
	}
	return page, nil
}

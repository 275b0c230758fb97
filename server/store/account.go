package store

import (
	"errors"

	"parley/server/domain"
	"parley/server/domain/account"
	"parley/server/store/storesql"
)

// KindAccount is the kind of the events of accounts. They are the trail of who
// changed an account; no desktop watches them.
const KindAccount domain.EntityKind = "account"

// Account loads an account; NotFound if there is none.
func (t *Tx) Account(id domain.AccountID) (*account.Account, error) {
	return one[account.Account](t.ctx, t.q.Account, "account", string(id))
}

// PutAccount stores an account and its event, and raises a.Version. Version 0
// inserts; otherwise the stored version must be a.Version.
func (t *Tx) PutAccount(a *account.Account, event string) error {
	version := a.Version
	body, err := t.putAccount(a)
	if err != nil {
		return err
	}
	a.Version = version + 1
	t.record(KindAccount, string(a.ID), a.Version, event, []byte(body))
	return nil
}

// PutAccounts stores many accounts as PutAccount does, with one event for all,
// whose state is their number. It holds the writer of SQLite meanwhile: about a
// tenth of a millisecond for each account. An import beside running calls puts
// a few hundred at a time.
func (t *Tx) PutAccounts(accounts []*account.Account, event string) error {
	for _, a := range accounts {
		if _, err := t.putAccount(a); err != nil {
			return err
		}
	}
	for _, a := range accounts {
		a.Version++
	}
	return t.Record(KindAccount, "", 0, event, map[string]int{"accounts": len(accounts)})
}

func (t *Tx) putAccount(a *account.Account) (string, error) {
	next := *a
	next.Version++
	body, err := t.encode(&next, "store the account")
	if err != nil {
		return "", err
	}
	p := storesql.InsertAccountParams{ID: string(a.ID), Version: number(next.Version), Name: a.Name, Body: body}
	var rows int64
	if a.Version == 0 {
		rows, err = t.q.InsertAccount(t.ctx, p)
	} else {
		rows, err = t.q.UpdateAccount(t.ctx, storesql.UpdateAccountParams{
			ID: p.ID, Version: p.Version, Name: p.Name, Body: p.Body, OldVersion: number(a.Version),
		})
	}
	if err := t.wrote(rows, err, "store the account"); err != nil {
		return "", err
	}
	if err := t.putNumbers(a); err != nil {
		return "", t.fail(translate(err, "store the numbers of the account"))
	}
	if err := t.putAccountWords(a); err != nil {
		return "", t.fail(translate(err, "store the words of the account"))
	}
	return body, nil
}

func (t *Tx) putNumbers(a *account.Account) error {
	if a.Version > 0 {
		if err := t.q.DeleteAccountNumbers(t.ctx, string(a.ID)); err != nil {
			return err
		}
	}
	for _, n := range a.Numbers {
		if n.E164 == "" {
			continue
		}
		if err := t.q.InsertAccountNumber(t.ctx, n.E164, string(a.ID)); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) putAccountWords(a *account.Account) error {
	w := newWords()
	w.text(a.Name, a.Company, a.Email, a.City)
	for _, n := range a.Numbers {
		w.number(n.Typed, n.E164)
	}
	var old [][]byte
	var err error
	if a.Version > 0 {
		if old, err = t.q.AccountWords(t.ctx, string(a.ID)); err != nil {
			return err
		}
	}
	added, dropped := w.changes(old)
	for _, word := range dropped {
		if err := t.q.DeleteAccountWord(t.ctx, string(a.ID), word); err != nil {
			return err
		}
	}
	for _, e := range eights(added) {
		err := t.q.InsertAccountWords(t.ctx, storesql.InsertAccountWordsParams{
			Account: string(a.ID),
			Word:    e[0], Word_2: e[1], Word_3: e[2], Word_4: e[3], Word_5: e[4], Word_6: e[5], Word_7: e[6], Word_8: e[7],
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// AccountsByNumber lists the accounts that have a number in E.164 form, by name,
// at most limit of them, and counts all.
func (t *Tx) AccountsByNumber(e164 string, limit int) (hits []*account.Account, total int, err error) {
	bodies, err := t.q.AccountsByNumber(t.ctx, e164, rowLimit(limit))
	hits, err = decodeAll[account.Account](bodies, err, "accounts")
	if err != nil {
		return nil, 0, err
	}
	if len(hits) < int(rowLimit(limit)) {
		return hits, len(hits), nil
	}
	n, err := t.q.CountAccountsByNumber(t.ctx, e164)
	if err != nil {
		return nil, 0, translate(err, "count accounts")
	}
	return hits, int(n), nil
}

// FindAccounts lists accounts that have every typed word at the beginning of a
// word of their name, company, e-mail address or city, or of a number; case and
// accents do not count. Of more than four words the four longest count. Exact
// words come first. More says that limit has cut the list. Nothing typed finds
// nothing.
func (t *Tx) FindAccounts(text string, limit int) (found []*account.Account, more bool, err error) {
	ranges := prefixes(text)
	if ranges == nil {
		return nil, false, nil
	}
	limit = int(rowLimit(limit))
	ids, err := t.findAccounts(ranges, limit+1)
	if err != nil {
		return nil, false, translate(err, "find accounts")
	}
	if len(ids) > limit {
		ids, more = ids[:limit], true
	}
	for _, id := range ids {
		a, err := t.Account(id)
		if err != nil {
			return nil, false, err
		}
		found = append(found, a)
	}
	return found, more, nil
}

// findAccounts walks along the index of words. An account with two words of one
// prefix comes twice, so it goes on until it has enough different ones.
func (t *Tx) findAccounts(r *[searchWords]prefix, limit int) ([]domain.AccountID, error) {
	var ids []domain.AccountID
	seen := make(map[string]bool)
	p := storesql.FindAccountsParams{
		Low1: r[0].low, High1: r[0].high, Low2: r[1].low, High2: r[1].high,
		Low3: r[2].low, High3: r[2].high, Low4: r[3].low, High4: r[3].high, RowLimit: rowLimit(limit),
	}
	for {
		rows, err := t.q.FindAccounts(t.ctx, p)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			if !seen[row.Account] {
				seen[row.Account] = true
				ids = append(ids, domain.AccountID(row.Account))
			}
			if len(ids) == limit {
				return ids, nil
			}
		}
		if len(rows) < int(p.RowLimit) {
			return ids, nil
		}
		last := rows[len(rows)-1]
		p.Low1, p.AfterAccount = last.Word, last.Account
	}
}

// isNotFound says whether a query of one row has found none.
func isNotFound(err error) bool {
	var e *domain.Error
	return errors.As(err, &e) && e.Kind == domain.NotFound
}

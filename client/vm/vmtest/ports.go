// Package vmtest drives view models in tests: ports that remember what was asked
// of them, a world that grows by short edits, and transcripts.
//
// A transcript is a txtar archive. Each name of a file is a step, an event or an
// intent; the file's text is the state after it and the calls that it caused.
package vmtest

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"parley/client/l10n"
	"parley/client/model"
	"parley/client/vm"
)

// Ports are all ports of view models. Every call takes Delay, is noted, and fails
// when Fail says so.
type Ports struct {
	mu    sync.Mutex
	calls []string
	fail  map[string]error
	begun int
	prefs map[string]string

	Delay time.Duration
	// Accounts are found by a part of their name; Entries are the history, in
	// pages of PageSize.
	Accounts []model.Account
	Entries  []model.HistoryEntry
	PageSize int
	// Notes are the texts that SaveNote was given last, by interaction.
	Notes map[string]string
}

// NewPorts makes ports where everything works and nothing is there.
func NewPorts() *Ports {
	return &Ports{fail: map[string]error{}, prefs: map[string]string{}, Notes: map[string]string{}, PageSize: 50}
}

// Env is an environment in English with the time of the test's bubble.
func (p *Ports) Env(lang string) vm.Env {
	return vm.Env{Clock: vm.SystemClock{}, Printer: l10n.New(lang), Log: slog.New(slog.DiscardHandler)}
}

// SetFail makes a call fail, or work again with a nil error.
func (p *Ports) SetFail(call string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fail[call] = err
}

// Calls are those since the last time.
func (p *Ports) Calls() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := p.calls
	p.calls = nil
	return out
}

// Note is what SaveNote was given last.
func (p *Ports) Note(interaction string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.Notes[interaction]
}

func (p *Ports) call(name string, args ...any) error {
	Pass(p.Delay)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = append(p.calls, strings.TrimSpace(name+" "+strings.TrimSpace(fmt.Sprintln(args...))))
	return p.fail[name]
}

// SetReady is a call of vm.Presence, as are the next three.
func (p *Ports) SetReady(context.Context) error { return p.call("SetReady") }

// SetNotReady notes its call.
func (p *Ports) SetNotReady(_ context.Context, reason string) error {
	return p.call("SetNotReady", reason)
}

// ExtendWrapUp notes its call.
func (p *Ports) ExtendWrapUp(context.Context) error { return p.call("ExtendWrapUp") }

// EndWrapUp notes its call.
func (p *Ports) EndWrapUp(context.Context) error { return p.call("EndWrapUp") }

// Accept gives the interaction "i-CONTACT".
func (p *Ports) Accept(_ context.Context, contact string, offer uint64) (string, error) {
	return "i-" + contact, p.call("Accept", contact, offer)
}

// Reject notes its call.
func (p *Ports) Reject(_ context.Context, contact string, offer uint64) error {
	return p.call("Reject", contact, offer)
}

// Hold notes its call.
func (p *Ports) Hold(_ context.Context, contact string) error { return p.call("Hold", contact) }

// Retrieve notes its call.
func (p *Ports) Retrieve(_ context.Context, contact string) error {
	return p.call("Retrieve", contact)
}

// SendDigits notes its call.
func (p *Ports) SendDigits(_ context.Context, contact, digits string) error {
	return p.call("SendDigits", contact, digits)
}

// HangUp notes its call.
func (p *Ports) HangUp(_ context.Context, contact string) error { return p.call("HangUp", contact) }

// Begin gives the interactions "b1", "b2" and so on.
func (p *Ports) Begin(context.Context) (string, error) {
	if err := p.call("Begin"); err != nil {
		return "", err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.begun++
	return fmt.Sprintf("b%d", p.begun), nil
}

// ConfirmAccount notes its call.
func (p *Ports) ConfirmAccount(_ context.Context, interaction, account string) error {
	return p.call("ConfirmAccount", interaction, account)
}

// SaveNote keeps the text.
func (p *Ports) SaveNote(_ context.Context, interaction, text string) error {
	if err := p.call("SaveNote", interaction, fmt.Sprintf("%q", text)); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Notes[interaction] = text
	return nil
}

// End notes its call.
func (p *Ports) End(_ context.Context, interaction string, attach bool) error {
	return p.call("End", interaction, attach)
}

// History gives the entries that contain the text, a page at a time.
func (p *Ports) History(_ context.Context, q model.HistoryQuery) (model.HistoryPage, error) {
	from := "-"
	if !q.From.IsZero() {
		from = q.From.UTC().Format("2006-01-02")
	}
	err := p.call("History", fmt.Sprintf("account=%q text=%q open=%t ended=%t mine=%t from=%s page=%q",
		q.AccountID, q.Text, q.OnlyOpen, q.OnlyEnded, q.OnlyMine, from, q.Page))
	if err != nil {
		return model.HistoryPage{}, err
	}
	var page model.HistoryPage
	skip := 0
	if _, err := fmt.Sscanf(q.Page, "%d", &skip); err != nil {
		skip = 0
	}
	for n, e := range p.Entries {
		if n < skip || !strings.Contains(e.Note, q.Text) {
			continue
		}
		if len(page.Entries) == p.PageSize {
			page.Next = fmt.Sprint(n)
			break
		}
		page.Entries = append(page.Entries, e)
	}
	return page, nil
}

// Find gives the accounts whose names contain the text.
func (p *Ports) Find(_ context.Context, text string) ([]model.AccountSummary, bool, error) {
	if err := p.call("Find", text); err != nil {
		return nil, false, err
	}
	var out []model.AccountSummary
	for _, a := range p.Accounts {
		if strings.Contains(strings.ToLower(a.Name), strings.ToLower(text)) {
			out = append(out, model.AccountSummary{ID: a.ID, Name: a.Name, Detail: a.City})
		}
	}
	return out, false, nil
}

// Account gives one of the accounts.
func (p *Ports) Account(_ context.Context, id string) (model.Account, error) {
	if err := p.call("Account", id); err != nil {
		return model.Account{}, err
	}
	for _, a := range p.Accounts {
		if a.ID == id {
			return a, nil
		}
	}
	return model.Account{}, &model.Error{Kind: model.KindNotFound, Text: "no such account"}
}

// Create gives the id "new".
func (p *Ports) Create(_ context.Context, a model.Account) (string, error) {
	number := ""
	if len(a.Numbers) > 0 {
		number = a.Numbers[0].E164
	}
	return "new", p.call("Create", a.Name, number, a.Company)
}

// AddNumber notes its call.
func (p *Ports) AddNumber(_ context.Context, account, number string) error {
	return p.call("AddNumber", account, number)
}

// SignIn notes its call.
func (p *Ports) SignIn(_ context.Context, server, user, _ string, takeOver bool) error {
	return p.call("SignIn", server, user, takeOver)
}

// SignOut notes its call.
func (p *Ports) SignOut(context.Context) error { return p.call("SignOut") }

// ChangePassword notes its call.
func (p *Ports) ChangePassword(context.Context, string, string) error {
	return p.call("ChangePassword")
}

// SetMuted notes its call.
func (p *Ports) SetMuted(on bool) { _ = p.call("SetMuted", on) }

// SelectDevices notes its call.
func (p *Ports) SelectDevices(capture, playback, ringer string) error {
	return p.call("SelectDevices", fmt.Sprintf("%q %q %q", capture, playback, ringer))
}

// TestRing notes its call.
func (p *Ports) TestRing() { _ = p.call("TestRing") }

// Levels are half and a quarter.
func (p *Ports) Levels() (in, out float64) { return 0.5, 0.25 }

// Preference is what SetPreference was given.
func (p *Ports) Preference(key string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.prefs[key]
}

// SetPreference keeps a value.
func (p *Ports) SetPreference(key, value string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.prefs[key] = value
	return nil
}

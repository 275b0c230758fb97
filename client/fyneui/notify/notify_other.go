//go:build !linux

package notify

import "fyne.io/fyne/v2"

// New makes the notifier of this system.
func New(a fyne.App) Notifier { return &plain{app: a} }

// StartNoBus does nothing on this system.
func StartNoBus() error { return nil }

// plain shows notifications without buttons by Fyne's own means.
type plain struct {
	app  fyne.App
	last string
}

// Show shows title and text once for each ID.
func (p *plain) Show(r Ringing, _ func(Action)) {
	if p.last == r.ID {
		return
	}
	p.last = r.ID
	p.app.SendNotification(fyne.NewNotification(r.Title, r.Body))
}

// Withdraw forgets the notification; Fyne cannot take it away.
func (p *plain) Withdraw() { p.last = "" }

// Close does nothing.
func (p *plain) Close() {}

//go:build !linux

package notify

import "fyne.io/fyne/v2"

// New makes the notifier of this system.
func New(a fyne.App) Notifier { return &plain{app: a} }

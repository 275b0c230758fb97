//go:build !linux

package raise

import "fyne.io/fyne/v2"

// Window does nothing on this system.
func Window(fyne.Window) {}

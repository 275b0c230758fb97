//go:build !linux

package raise

import "fyne.io/fyne/v2"

// Window does nothing on this system.
func Window(fyne.Window) {}

// ScreenSize is unknown on this system.
func ScreenSize() (width, height int) { return 0, 0 }

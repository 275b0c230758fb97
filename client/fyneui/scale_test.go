package fyneui

import (
	"os"
	"testing"

	"fyne.io/fyne/v2"
)

// TestTextSizes draws a call at all sizes of text; what has no room any more is
// reached by scrolling, and every part of the window keeps some room.
func TestTextSizes(t *testing.T) {
	dir := os.Getenv("PARLEY_GALLERY")
	for name, scale := range map[string]float64{"80": 0.8, "150": 1.5, "200": 2} {
		f := talking()
		f.settings.state.Looks.Scale = scale
		s := openShell(t, wide, f)
		settle(s, wide)
		if dir != "" {
			shoot(t, dir, "scale-"+name, s.window)
		}
		for part, o := range map[string]fyne.CanvasObject{
			"overview": s.desk.overview.Root, "frame": s.desk.frame.Root,
		} {
			if size := o.Size(); size.Width < 200 || size.Height < 100 {
				t.Errorf("at %s %% the %s has %v", name, part, size)
			}
		}
		s.window.Close()
	}
}

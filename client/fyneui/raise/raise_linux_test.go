package raise

import (
	"os"
	"testing"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// TestRaisesAndLeavesFocus uses windows that a window manager leaves alone.
func TestRaisesAndLeavesFocus(t *testing.T) {
	if os.Getenv("DISPLAY") == "" {
		t.Skip("there is no X server; run the tests by make test-go")
	}
	c, err := xgb.NewConn()
	if err != nil {
		t.Skip("the X server cannot be reached: ", err)
	}
	defer c.Close()
	screen := xproto.Setup(c).DefaultScreen(c)
	if w, h := ScreenSize(); w != int(screen.WidthInPixels) || h != int(screen.HeightInPixels) {
		t.Errorf("the screen has %dx%d", w, h)
	}
	ours, other := window(t, c, screen), window(t, c, screen)
	if err := xproto.SetInputFocusChecked(c, xproto.InputFocusNone, other, xproto.TimeCurrentTime).Check(); err != nil {
		t.Fatal(err)
	}
	watch := []uint32{xproto.EventMaskSubstructureNotify}
	if err := xproto.ChangeWindowAttributesChecked(c, screen.Root, xproto.CwEventMask, watch).Check(); err != nil {
		t.Fatal(err)
	}

	if err := onX11(ours); err != nil {
		t.Fatal(err)
	}

	tree, err := xproto.QueryTree(c, screen.Root).Reply()
	if err != nil {
		t.Fatal(err)
	}
	at := map[xproto.Window]int{}
	for i, w := range tree.Children {
		at[w] = i
	}
	if at[ours] < at[other] {
		t.Error("the window is still under the other one")
	}
	focus, err := xproto.GetInputFocus(c).Reply()
	if err != nil {
		t.Fatal(err)
	}
	if focus.Focus != other {
		t.Errorf("window %d has the focus, want %d", focus.Focus, other)
	}
	marked := false
	for e, _ := c.PollForEvent(); e != nil; e, _ = c.PollForEvent() {
		m, ok := e.(xproto.ClientMessageEvent)
		marked = marked || ok && m.Window == ours
	}
	if !marked {
		t.Error("the window manager was not asked to mark the window")
	}
}

func window(t *testing.T, c *xgb.Conn, s *xproto.ScreenInfo) xproto.Window {
	t.Helper()
	w, err := xproto.NewWindowId(c)
	if err != nil {
		t.Fatal(err)
	}
	err = xproto.CreateWindowChecked(c, s.RootDepth, w, s.Root, 0, 0, 50, 50, 0,
		xproto.WindowClassInputOutput, s.RootVisual, xproto.CwOverrideRedirect, []uint32{1}).Check()
	if err != nil {
		t.Fatal(err)
	}
	if err := xproto.MapWindowChecked(c, w).Check(); err != nil {
		t.Fatal(err)
	}
	return w
}

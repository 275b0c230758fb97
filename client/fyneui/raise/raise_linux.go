package raise

import (
	"fmt"
	"io"
	"os"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver"
	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// Window raises a window on X11 and marks it as demanding attention. It is called
// on the window's thread.
func Window(w fyne.Window) {
	native, ok := w.(driver.NativeWindow)
	if !ok {
		return
	}
	native.RunNative(func(context any) {
		if x, ok := context.(driver.X11WindowContext); ok {
			// The notification still calls the agent where this fails.
			_ = onX11(xproto.Window(x.WindowHandle))
		}
	})
}

// onX11 raises over a connection of its own: the toolkit's is not for others.
func onX11(w xproto.Window) error {
	// The library tells on the standard error that a display needs no password.
	xgb.Logger.SetOutput(io.Discard)
	c, err := xgb.NewConn()
	if err != nil {
		return fmt.Errorf("connect to the X server: %w", err)
	}
	defer c.Close()
	if err := demand(c, w); err != nil {
		return err
	}
	above := []uint32{xproto.StackModeAbove}
	if err := xproto.ConfigureWindowChecked(c, w, xproto.ConfigWindowStackMode, above).Check(); err != nil {
		return fmt.Errorf("raise the window: %w", err)
	}
	return nil
}

// demand asks the window manager to mark the window; it takes the mark away when
// the window gets the focus.
func demand(c *xgb.Conn, w xproto.Window) error {
	state, err := atom(c, "_NET_WM_STATE")
	if err != nil {
		return err
	}
	attention, err := atom(c, "_NET_WM_STATE_DEMANDS_ATTENTION")
	if err != nil {
		return err
	}
	const add, fromProgram = 1, 1
	event := xproto.ClientMessageEvent{
		Format: 32, Window: w, Type: state,
		Data: xproto.ClientMessageDataUnionData32New([]uint32{add, uint32(attention), 0, fromProgram, 0}),
	}
	root := xproto.Setup(c).DefaultScreen(c).Root
	mask := uint32(xproto.EventMaskSubstructureRedirect | xproto.EventMaskSubstructureNotify)
	if err := xproto.SendEventChecked(c, false, root, mask, string(event.Bytes())).Check(); err != nil {
		return fmt.Errorf("mark the window: %w", err)
	}
	return nil
}

func atom(c *xgb.Conn, name string) (xproto.Atom, error) {
	reply, err := xproto.InternAtom(c, false, uint16(len(name)), name).Reply()
	if err != nil {
		return 0, fmt.Errorf("name %s: %w", name, err)
	}
	return reply.Atom, nil
}

// ScreenSize is the size of the X11 screen in pixels, and zero without one.
func ScreenSize() (width, height int) {
	if os.Getenv("DISPLAY") == "" {
		return 0, 0
	}
	xgb.Logger.SetOutput(io.Discard)
	c, err := xgb.NewConn()
	if err != nil {
		return 0, 0
	}
	defer c.Close()
	screen := xproto.Setup(c).DefaultScreen(c)
	return int(screen.WidthInPixels), int(screen.HeightInPixels)
}

package frame

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"parley/client/fyneui/look"
	"parley/client/fyneui/part"
	"parley/client/vm/desk"
)

// Frame is the window's content for a signed-in agent.
type Frame struct {
	Root fyne.CanvasObject

	host     Host
	model    Model
	context  *contextArea
	toolbar  *toolbar
	nav      *navigation
	work     *workspace
	status   *statusBar
	offer    *OfferCard
	keypad   *keypad
	dock     *fyne.Container
	hints    *hints
	contents Contents
	narrow   bool
	known    bool
	// Dialog asks the desk's and the other screens' questions.
	Dialog *Dialog
}

// New makes the frame.
func New(host Host, m Model, contents Contents, canvas func() fyne.Canvas) *Frame {
	f := &Frame{
		host: host, model: m, contents: contents,
		context: newContextArea(host, m), toolbar: newToolbar(host, m.Do), nav: newNavigation(host, m),
		work: newWorkspace(host, contents, m.ChooseTab), status: newStatusBar(),
		offer: NewOfferCard(host, m.Do), keypad: newKeypad(host, m), dock: container.NewStack(), hints: newHints(),
	}
	f.Dialog = NewDialog(host, canvas, NewOfferCard(host, m.Do))
	f.Dialog.Under = f.offer
	bar := part.Panel(f.toolbar.root)
	base := container.New(&windowLayout{frame: f}, f.context.root, bar, f.nav.root, f.work.root, f.dock, f.status.root)
	floating := container.New(&floatLayout{frame: f}, f.offer.Root, f.keypad.root, f.hints.root)
	f.Root = container.NewStack(part.NewGround("background", "", 0), container.NewVScroll(base), floating)
	f.setNarrow(false)
	return f
}

// Show draws a state of the desk.
func (f *Frame) Show(st desk.State) {
	f.context.set(st)
	f.toolbar.set(st.Toolbar)
	f.nav.set(st)
	f.work.set(st)
	f.status.set(st.Status)
	f.offer.Set(st.Offer)
	f.Dialog.Offer.Set(st.Offer)
	f.keypad.set(st.Keypad)
}

// Hint shows a line beside an object and in the status bar.
func (f *Frame) Hint(at fyne.CanvasObject, text string) {
	f.status.showHint(text)
	f.hints.show(at, text, f.Root)
}

// KeypadFocus is what takes typed digits.
func (f *Frame) KeypadFocus() fyne.Focusable { return f.keypad.typing }

// setNarrow moves the scratch pad between its place at the right and its tab.
func (f *Frame) setNarrow(narrow bool) {
	if f.known && f.narrow == narrow {
		return
	}
	f.known, f.narrow = true, narrow
	f.context.shape.narrow = narrow
	f.nav.width.narrow = narrow
	f.toolbar.shape.narrow = narrow
	if narrow {
		f.dock.Objects = nil
		f.work.takeNote(f.contents.ScratchPad)
	} else {
		f.work.takeNote(nil)
		f.dock.Objects = []fyne.CanvasObject{f.contents.ScratchPad}
	}
	part.Visible(f.dock, !narrow)
	f.model.SetNarrow(narrow)
}

// windowLayout gives each part of the window its room.
type windowLayout struct{ frame *Frame }

// narrowBelow is the width at normal text size under which the scratch pad becomes
// a tab and the context area has two rows.
const narrowBelow float32 = 1180

// leastRoom is the height at normal text size that the workspace always has; where
// large text leaves less the whole window scrolls.
const leastRoom float32 = 250

func (l *windowLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	height := leastRoom*look.Size(look.Body)/14 + 4*look.Gap
	for _, fixed := range []fyne.CanvasObject{o[0], o[1], o[5]} {
		height += fixed.MinSize().Height
	}
	return fyne.NewSize(640, height)
}

func (l *windowLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	area, bar, nav, work, dock, status := o[0], o[1], o[2], o[3], o[4], o[5]
	f := look.Size(look.Body) / 14
	l.frame.setNarrow(size.Width < narrowBelow*f)
	x, width := look.Gap, size.Width-2*look.Gap
	y := look.Gap
	place := func(c fyne.CanvasObject, x, y, w, h float32) {
		c.Move(fyne.NewPos(x, y))
		c.Resize(fyne.NewSize(w, h))
	}
	h := area.MinSize().Height
	place(area, x, y, width, h)
	y += h + look.Gap
	// The toolbar knows its height only at its width.
	bar.Resize(fyne.NewSize(width, bar.MinSize().Height))
	h = bar.MinSize().Height
	place(bar, x, y, width, h)
	y += h + look.Gap
	foot := status.MinSize().Height
	place(status, 0, size.Height-foot, size.Width, foot)
	room := size.Height - foot - look.Gap - y
	side := nav.MinSize().Width
	place(nav, x, y, side, room)
	x += side + look.Gap
	right := float32(0)
	if !l.frame.narrow {
		right = 288 * f
		place(dock, size.Width-look.Gap-right, y, right, room)
		right += look.Gap
	}
	place(work, x, y, size.Width-x-right-look.Gap, room)
}

// floatLayout places what floats: the offer at the lower right of the workspace,
// the keypad under the toolbar.
type floatLayout struct{ frame *Frame }

func (l *floatLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

func (l *floatLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	work := l.frame.work.root
	end := work.Position().AddXY(work.Size().Width, work.Size().Height)
	end.Y = min(end.Y, size.Height-l.frame.status.root.MinSize().Height-look.Gap)
	offer := o[0].MinSize()
	o[0].Resize(offer)
	o[0].Move(fyne.NewPos(max(end.X-offer.Width-look.Hair, 0), max(end.Y-offer.Height-look.Hair, 0)))
	pad := o[1].MinSize()
	o[1].Resize(pad)
	o[1].Move(fyne.NewPos(work.Position().X+look.Huge, max(min(work.Position().Y+look.Gap, end.Y-pad.Height), 0)))
}

package frame

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"parley/client/fyneui/look"
	"parley/client/fyneui/part"
	"parley/client/vm"
	"parley/client/vm/desk"
)

// workspace shows one place; the place Work has tabs.
type workspace struct {
	root     *fyne.Container
	host     part.Host
	contents Contents
	choose   func(desk.TabID)
	strip    *fyne.Container
	tabs     map[desk.TabID]*part.Button
	order    string
	slot     *fyne.Container
	note     *fyne.Container
	shown    fyne.CanvasObject
}

func newWorkspace(host part.Host, contents Contents, choose func(desk.TabID)) *workspace {
	w := &workspace{
		host: host, contents: contents, choose: choose, strip: part.Flow(look.Hair),
		tabs: map[desk.TabID]*part.Button{}, slot: container.NewStack(), note: container.NewStack(),
	}
	w.root = container.NewBorder(w.strip, nil, nil, nil, part.Inset(0, look.Hair, w.slot))
	return w
}

func (w *workspace) set(st desk.State) {
	work := st.Place == desk.PlaceWork
	w.setTabs(st.Tabs)
	part.Visible(w.strip, work && len(st.Tabs) > 0)
	content := w.contents.Places[st.Place]
	if work {
		content = w.contents.Tabs[st.Tab]
		if st.Tab == desk.TabNote {
			content = w.note
		}
	}
	if content == w.shown || content == nil {
		return
	}
	w.shown = content
	w.slot.Objects = []fyne.CanvasObject{content}
	w.slot.Refresh()
	w.root.Refresh()
}

func (w *workspace) setTabs(tabs []desk.Tab) {
	order := ""
	objects := make([]fyne.CanvasObject, len(tabs))
	for i, t := range tabs {
		b, ok := w.tabs[t.ID]
		if !ok {
			b = part.NewButton(w.host, part.StyleQuiet, func() { w.choose(t.ID) })
			b.Enter = true
			w.tabs[t.ID] = b
		}
		b.Set(vm.Command{Title: t.Title, Icon: t.Icon, Checked: t.Chosen, Enabled: true})
		objects[i] = b
		order += string(t.ID) + " "
	}
	if order != w.order {
		w.order = order
		w.strip.Objects = objects
		w.strip.Refresh()
	}
}

// takeNote puts the scratch pad into its tab, or takes it out.
func (w *workspace) takeNote(o fyne.CanvasObject) {
	w.note.Objects = nil
	if o != nil {
		w.note.Objects = []fyne.CanvasObject{o}
	}
	w.note.Refresh()
}

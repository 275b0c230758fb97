package frame

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"parley/client/fyneui/look"
	"parley/client/fyneui/part"
	"parley/client/vm/desk"
)

// statusBar is the bottom line: link, what is saved, the queues, the clock. While
// the pointer rests on a control its hint stands in place of the queues.
type statusBar struct {
	root       *fyne.Container
	link, sync *part.Chip
	queues     *part.Text
	clock      *part.Text
	hint       string
	figures    string
}

func newStatusBar() *statusBar {
	b := &statusBar{
		link: part.NewChip(), sync: part.NewChip(),
		queues: part.NewText("", look.Caption, look.Muted).Elastic(60),
		clock:  part.NewText("", look.Caption, look.Muted),
	}
	b.root = container.NewStack(part.NewGround(look.Surface, "", 0),
		part.Inset(look.Pad, look.Hair, part.RowStretch(look.Gap, 2, b.link, b.sync, b.queues, b.clock)))
	return b
}

func (b *statusBar) set(st desk.StatusBar) {
	b.link.Set(st.LinkIcon, st.Link, st.LinkTone)
	b.sync.Set(st.SyncIcon, st.Sync, st.SyncTone)
	b.figures = join(st.Queues, "   ·   ")
	b.clock.Set(st.Clock)
	b.say()
}

// showHint puts a hint in place of the queues; empty brings them back.
func (b *statusBar) showHint(text string) {
	b.hint = text
	b.say()
}

func (b *statusBar) say() {
	if b.hint != "" {
		b.queues.SetTone(b.hint, look.Text)
		return
	}
	b.queues.SetTone(b.figures, look.Muted)
}

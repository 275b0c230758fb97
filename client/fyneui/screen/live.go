package screen

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"parley/client/fyneui/look"
	"parley/client/fyneui/part"
	"parley/client/vm"
	"parley/client/vm/live"
)

// LiveModel is what the live board tells.
type LiveModel interface {
	SortQueues(column string)
	SortAgents(column string)
}

// Live is the supervisors' board.
type Live struct {
	Root fyne.CanvasObject

	title, summary *part.Text
	stale          *part.Notice
	queues         *board[live.QueueRow]
	agents         *board[live.AgentRow]
}

// NewLive makes the screen.
func NewLive(host part.Host, m LiveModel) *Live {
	l := &Live{
		title: heading(), summary: part.NewText("", look.Body, look.Muted).Elastic(80),
		stale: part.NewNotice(host, func() {}),
	}
	l.queues = newBoard(host, m.SortQueues, []float32{4, 2, 2, 2, 2}, func(figures *[]bool) part.RowView[live.QueueRow] {
		r := &queueRow{}
		r.init(r, []float32{4, 2, 2, 2, 2}, figures)
		return r
	})
	l.agents = newBoard(host, m.SortAgents, []float32{4, 3, 3, 2, 2}, func(figures *[]bool) part.RowView[live.AgentRow] {
		r := &agentRow{}
		r.init(r, []float32{4, 3, 3, 2, 2}, figures)
		return r
	})
	head := part.Stack(look.Hair, l.title, l.summary, l.stale.Container)
	l.Root = container.NewBorder(part.Inset(0, look.Hair, head), nil, nil, nil,
		container.NewVScroll(container.New(&boards{queues: l.queues}, l.queues.root, l.agents.root)))
	return l
}

// Show draws a state.
func (l *Live) Show(st live.State) {
	l.title.Set(st.Title)
	l.summary.Set(st.Summary)
	l.stale.Set(st.Stale)
	l.queues.set(st.Queues.Title, st.Queues.Columns, st.Queues.Rows, st.Queues.Empty)
	l.agents.set(st.Agents.Title, st.Agents.Columns, st.Agents.Rows, st.Agents.Empty)
}

// boards gives the queues the height of their rows, up to half of the room, and
// the agents the rest.
type boards struct{ queues *board[live.QueueRow] }

// MinSize keeps a few rows of both in sight; a lower window scrolls.
func (b *boards) MinSize([]fyne.CanvasObject) fyne.Size {
	f := look.Size(look.Body) / 14
	return fyne.NewSize(300, min(b.queues.natural(), 240*f)+look.Gap+190*f)
}

func (b *boards) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	room := size.Height - look.Gap
	upper := min(b.queues.natural(), max(room/2, room-190*look.Size(look.Body)/14))
	objects[0].Resize(fyne.NewSize(size.Width, upper))
	objects[0].Move(fyne.NewPos(0, 0))
	objects[1].Resize(fyne.NewSize(size.Width, room-upper))
	objects[1].Move(fyne.NewPos(0, upper+look.Gap))
}

// board is a table: a heading, columns that sort, and a virtual list.
type board[R vm.Row] struct {
	root    fyne.CanvasObject
	host    part.Host
	title   *part.Text
	header  *fyne.Container
	buttons []*part.Button
	sort    func(column string)
	shares  []float32
	columns []live.Column
	list    *part.List[R]
	view    func() part.RowView[R]
	figures *[]bool
}

func newBoard[R vm.Row](host part.Host, sort func(string), shares []float32, view func(figures *[]bool) part.RowView[R]) *board[R] {
	b := &board[R]{host: host, title: section(), sort: sort, shares: shares, figures: &[]bool{}}
	b.view = func() part.RowView[R] { return view(b.figures) }
	b.header = container.NewStack()
	b.list = part.NewList(host, b.view, func(string) {})
	b.root = part.Panel(container.NewBorder(
		part.Stack(look.Hair, b.title, b.header, part.Separator(false)), nil, nil, nil, b.list.Container))
	return b
}

func (b *board[R]) set(title string, columns []live.Column, rows []R, empty string) {
	b.title.Set(title)
	b.setColumns(columns)
	b.list.Set(rows, "")
	if len(rows) == 0 {
		b.list.Say(part.Notes{Icon: vm.IconLive, Text: empty})
		return
	}
	b.list.Say(part.Notes{})
}

// natural is the height at which no row is hidden.
func (b *board[R]) natural() float32 {
	head := b.title.MinSize().Height + b.header.MinSize().Height + 40
	return head + float32(max(len(b.list.Rows()), 2))*(b.view().MinSize().Height+look.Hair)
}

func (b *board[R]) setColumns(columns []live.Column) {
	if len(b.buttons) != len(columns) {
		b.buttons = nil
		objects := make([]fyne.CanvasObject, len(columns))
		for i := range columns {
			button := part.NewButton(b.host, part.StyleQuiet, func() { b.sort(b.columns[i].ID) })
			button.Enter = true
			b.buttons = append(b.buttons, button)
			objects[i] = part.Row(0, button)
			if columns[i].Figures {
				objects[i] = part.RowStretch(0, 0, part.Space(), button)
			}
		}
		b.header.Objects = []fyne.CanvasObject{part.Split(look.Gap, b.shares[:len(columns)], objects...)}
		b.header.Refresh()
	}
	b.columns = columns
	figures := make([]bool, len(columns))
	for i, c := range columns {
		figures[i] = c.Figures
	}
	*b.figures = figures
	for i, c := range columns {
		icon := map[int]string{1: "chevron-up", -1: "chevron-down"}[c.Sorted]
		b.buttons[i].Set(vm.Command{Title: c.Title, Icon: icon, Enabled: true})
	}
}

// cells is a row of a board.
type cells struct {
	widget.BaseWidget

	texts []*part.Text
	icon  *look.Icon
	chip  *part.Chip
	root  *fyne.Container
	// figures says which columns are aligned to the right.
	figures *[]bool
}

// init makes the cells; the chip stands in the second column, where there is one.
func (c *cells) init(self fyne.Widget, shares []float32, figures *[]bool) {
	c.figures = figures
	c.icon, c.chip = look.NewIcon("", look.Muted), part.NewChip()
	objects := make([]fyne.CanvasObject, len(shares))
	for i := range shares {
		t := part.NewText("", look.Body, look.Text).Elastic(20)
		c.texts = append(c.texts, t)
		objects[i] = part.Inset(look.Pad, 0, t)
	}
	c.texts[0].Bold()
	objects[0] = part.Inset(look.Pad, 0, part.RowStretch(look.Gap, 1, c.icon, c.texts[0]))
	objects[1] = part.Inset(look.Pad, 0, part.RowStretch(look.Gap, 1, c.chip, c.texts[1]))
	c.root = part.Inset(0, look.Gap, part.Split(look.Gap, shares, objects...))
	c.ExtendBaseWidget(self)
}

// CreateRenderer is called by Fyne.
func (c *cells) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(c.root) }

func (c *cells) set(texts []string, tone vm.Tone) {
	for i, t := range texts {
		if i < len(c.texts) {
			if i < len(*c.figures) && (*c.figures)[i] {
				c.texts[i].Right()
			}
			c.texts[i].SetTone(t, look.ToneText(tone))
		}
	}
}

type queueRow struct{ cells }

// Set draws a row.
func (r *queueRow) Set(q live.QueueRow) {
	icon := map[vm.Tone]string{vm.ToneAttention: vm.IconWarning, vm.ToneCritical: vm.IconError}[q.Tone]
	if icon == "" {
		icon = "queue"
	}
	r.icon.Set(icon, look.ToneText(q.Tone))
	r.set(q.Cells(), q.Tone)
}

type agentRow struct{ cells }

// Set draws a row.
func (r *agentRow) Set(a live.AgentRow) {
	r.icon.Set(vm.IconPerson, look.Muted)
	r.chip.Set(a.Icon, a.State, a.Tone)
	texts := a.Cells()
	texts[1] = "" // the chip says it
	r.set(texts, vm.ToneNeutral)
}

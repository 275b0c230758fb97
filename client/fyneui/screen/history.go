package screen

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"parley/client/fyneui/look"
	"parley/client/fyneui/part"
	"parley/client/vm"
	"parley/client/vm/history"
)

// HistoryModel is what the history tells.
type HistoryModel interface {
	SetSearch(text string)
	SetOwner(id string)
	SetEnded(id string)
	SetPeriod(id string)
	Choose(id string)
	Do(id vm.CommandID)
	Retry()
}

// History searches the interaction history.
type History struct {
	Root fyne.CanvasObject

	title  *part.Text
	search *part.Entry
	// filters are owner, state and period.
	filters [3]*part.Choice
	labels  [3]*part.Text
	reset   *part.Button
	list    *part.List[history.Row]
	more    *part.Button
	retry   func()

	choose   *part.Message
	detail   *fyne.Container
	heading  *part.Text
	facts    *part.Facts
	noteL    *part.Text
	note     *widget.Label
	noNote   *part.Text
	contactL *part.Text
	contacts *part.Column[contactLine]

	load uint64
}

// contactLine gives a contact of the history a key.
type contactLine history.Contact

// RowKey makes contactLine a vm.Row.
func (c contactLine) RowKey() string { return c.ID }

type contactLineRow struct{ twoLines }

// Set draws a row.
func (r *contactLineRow) Set(c contactLine) {
	r.chip.Set("", c.Word, vm.ToneNeutral)
	r.set(c.Icon, c.Line, c.Time, c.When)
}

// NewHistory makes the screen; a tab leaves its title out.
func NewHistory(host part.Host, m HistoryModel, titled bool) *History {
	h := &History{
		title: heading(), search: part.NewEntry(host), retry: m.Retry,
		filters: [3]*part.Choice{
			part.NewChoice(host, m.SetOwner), part.NewChoice(host, m.SetEnded), part.NewChoice(host, m.SetPeriod),
		},
		labels: [3]*part.Text{filterLabel(), filterLabel(), filterLabel()},
		reset:  part.NewButton(host, part.StyleNormal, func() { m.Do(history.CmdReset) }),
		more:   part.NewButton(host, part.StyleNormal, func() { m.Do(history.CmdMore) }),
		choose: part.NewMessage(host), heading: section(), facts: part.NewFacts(host, 0.36),
		noteL: part.Caption(""), contactL: part.Caption(""),
		noNote: part.NewText("", look.Body, look.Muted).Elastic(40),
	}
	h.search.OnChanged = m.SetSearch
	h.search.Arrow = func(k *fyne.KeyEvent) { step(h.list, k) }
	h.reset.Enter, h.more.Enter = true, true
	h.list = part.NewList(host, func() part.RowView[history.Row] { return newHistoryRow() }, m.Choose)
	h.contacts = part.NewColumn(look.Gap, func() part.RowView[contactLine] {
		r := &contactLineRow{}
		r.initBelow(r)
		return r
	})
	h.build(titled)
	return h
}

// filterLabel is never cut: the filters begin a new line instead.
func filterLabel() *part.Text { return part.NewText("", look.Caption, look.Muted).Bold() }

func (h *History) build(titled bool) {
	bar := part.Flow(look.Pad)
	for i, f := range h.filters {
		bar.Add(part.Row(look.Gap, h.labels[i], f.Button))
	}
	bar.Add(h.reset)
	head := part.Stack(look.Gap, h.title, part.SearchBox(h.search), bar)
	part.Visible(h.title, titled)

	note, noteBox := part.NewParagraph("", widget.MediumImportance)
	note.Selectable = true
	h.note = note
	h.detail = container.NewStack(container.NewVScroll(part.Panel(part.Stack(look.Pad,
		h.heading, h.facts.Container, h.noteL, noteBox, h.noNote, h.contactL, h.contacts.Container))))
	left := part.Panel(container.NewBorder(nil, part.Centered(h.more), nil, nil, h.list.Container))
	right := container.NewStack(part.Panel(h.choose.Container), h.detail)
	h.Root = container.NewBorder(part.Inset(0, look.Hair, head), nil, nil, nil,
		part.Split(look.Gap, []float32{6, 5}, left, right))
}

// Show draws a state.
func (h *History) Show(st history.State) {
	h.title.Set(st.Title)
	h.search.SetPlaceholder(st.SearchPlaceholder)
	if h.load != st.Load {
		h.load = st.Load
		h.search.Load("")
	}
	for i, text := range []string{st.Labels.Owner, st.Labels.Ended, st.Labels.Period} {
		h.labels[i].Set(text)
	}
	for i, choices := range [][]vm.Choice{st.Owner, st.Ended, st.Periods} {
		h.filters[i].Set(choices)
	}
	h.reset.Set(st.Reset)
	h.more.Set(st.More)
	part.Visible(h.more, st.More.ID != "")
	h.list.Set(st.Rows, st.Chosen)
	h.list.Say(h.inPlace(st))
	h.showDetail(st)
}

func (h *History) inPlace(st history.State) part.Notes {
	switch {
	case st.Phase == history.Failed:
		return problemNotes(st.Problem, &h.retry)
	case st.Phase == history.Empty:
		return part.Notes{Icon: vm.IconHistory, Text: st.Empty}
	case st.Phase == history.Loading && len(st.Rows) == 0:
		return part.Notes{Icon: vm.IconConnecting, Text: st.Empty}
	default:
		return part.Notes{}
	}
}

func (h *History) showDetail(st history.State) {
	part.Visible(h.detail, st.Detail != nil)
	part.Visible(h.choose, st.Detail == nil)
	h.choose.Set(part.Notes{Icon: vm.IconHistory, Text: st.Choose})
	d := st.Detail
	if d == nil {
		return
	}
	h.heading.Set(d.Title)
	h.facts.Set(d.Fields)
	h.noteL.Set(st.Labels.Note)
	part.SetLabel(h.note, d.Note)
	part.Visible(h.note, d.Note != "")
	h.noNote.Set(d.NoteNone)
	part.Visible(h.noNote, d.Note == "")
	h.contactL.Set(st.Labels.Contacts)
	lines := make([]contactLine, len(d.Contacts))
	for i, c := range d.Contacts {
		lines[i] = contactLine(c)
	}
	h.contacts.Set(lines)
}

// Search is the editor to begin with.
func (h *History) Search() *part.Entry { return h.search }

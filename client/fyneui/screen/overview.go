package screen

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"parley/client/fyneui/look"
	"parley/client/fyneui/part"
	"parley/client/vm"
	"parley/client/vm/overview"
)

// OverviewModel is what the workspace tells.
type OverviewModel interface {
	Do(id vm.CommandID)
	SetSearch(text string)
	Choose(account string)
	SetInput(id, value string)
	SetCompany(on bool)
	Retry()
}

// Overview is the workspace of the current interaction.
type Overview struct {
	Root fyne.CanvasObject

	title    *part.Text
	guide    *widget.Label
	problem  *part.Notice
	commands *commandRow
	number   *part.Text

	nothing *part.Message
	finding *fyne.Container
	known   *fyne.Container
	body    *fyne.Container

	search     *part.Entry
	searchBox  *fyne.Container
	result     *part.Text
	candidates *part.List[overview.Candidate]
	create     *createForm

	name     *part.Text
	nameIcon *look.Icon
	facts    *part.Facts
	recent   *part.Column[overview.Recent]
	contacts *part.Column[overview.Contact]
	none     *part.Text
	labels   [3]*part.Text
	contactP *fyne.Container

	load, formLoad uint64
	focus          func(fyne.Focusable)
	// next does what the message about nothing suggests.
	next func()
}

// NewOverview makes the screen; focus moves the keyboard focus to the create form
// when it opens.
func NewOverview(host part.Host, m OverviewModel, focus func(fyne.Focusable)) *Overview {
	o := &Overview{
		focus: focus,
		title: heading(), number: part.NewText("", look.Title, look.Muted).Elastic(40),
		problem: part.NewNotice(host, m.Retry), commands: newCommandRow(host, m.Do),
		nothing: part.NewMessage(host), result: part.NewText("", look.Caption, look.Muted).Elastic(40),
		name: section(), nameIcon: look.NewIcon("", look.AccentText).Scaled(1.2),
		facts: part.NewFacts(host, 0.36), none: part.NewText("", look.Body, look.Muted).Elastic(40),
		labels: [3]*part.Text{part.Caption(""), part.Caption(""), part.Caption("")},
	}
	o.next = func() { m.Do(vm.CmdReady) }
	o.search = part.NewEntry(host)
	o.search.OnChanged = m.SetSearch
	o.search.Arrow = func(k *fyne.KeyEvent) { step(o.candidates, k) }
	o.candidates = part.NewList(host, func() part.RowView[overview.Candidate] { return newCandidateRow() }, m.Choose)
	o.create = newCreateForm(host, m.SetInput, m.SetCompany, m.Do)
	o.recent = part.NewColumn(look.Pad, func() part.RowView[overview.Recent] { return newRecentRow() })
	o.contacts = part.NewColumn(look.Gap, func() part.RowView[overview.Contact] { return newContactRow() })
	o.build()
	return o
}

func (o *Overview) build() {
	guide, guideBox := part.NewParagraph("", widget.LowImportance)
	o.guide = guide
	o.searchBox = part.Stack(look.Hair, part.SearchBox(o.search), o.result)
	o.finding = container.NewBorder(o.searchBox, nil, nil, nil, part.Panel(o.candidates.Container))

	facts := part.Panel(part.Stack(look.Gap, o.labels[0],
		part.RowStretch(look.Gap, 1, o.nameIcon, o.name), o.facts.Container))
	o.contactP = part.Panel(part.Stack(look.Gap, o.labels[2], o.contacts.Container))
	recent := part.Panel(part.Stack(look.Gap, o.labels[1], o.none, o.recent.Container))
	right := part.Stack(look.Gap, o.contactP, recent)
	o.known = container.NewStack(container.NewVScroll(part.SplitTop(look.Gap, []float32{5, 6}, facts, right)))

	head := part.Stack(look.Gap, part.RowStretch(look.Pad, 0, o.title, o.number), guideBox,
		o.commands.Container, o.problem.Container)
	o.body = container.NewBorder(part.Inset(0, look.Hair, head), nil, nil, nil,
		container.NewStack(o.finding, o.create.Root, o.known))
	o.Root = container.NewStack(o.body, o.nothing.Container)
}

// Show draws a state.
func (o *Overview) Show(st overview.State) {
	empty := st.Step == overview.NoInteraction
	part.Visible(o.body, !empty)
	part.Visible(o.nothing, empty)
	if empty {
		notes := part.Notes{Icon: vm.IconWork, Text: st.Heading + "\n" + st.Guide}
		if len(st.Commands) > 0 {
			notes.Next, notes.OnRetry = st.Commands[0], &o.next
		}
		o.nothing.Set(notes)
		return
	}
	o.title.Set(st.Heading)
	o.number.Set(st.Number)
	part.SetLabel(o.guide, st.Guide)
	o.problem.Set(st.Problem)
	o.commands.set(st.Commands)

	known := st.Step == overview.One || st.Step == overview.Confirmed
	part.Visible(o.create.Root, st.Create != nil)
	part.Visible(o.finding, st.Create == nil && !known)
	part.Visible(o.known, st.Create == nil && known)
	o.create.set(st.Create)
	if st.Create != nil && st.Create.Load != o.formLoad {
		o.formLoad = st.Create.Load
		o.focus(o.create.form.first())
	}
	o.showFinding(st)
	o.showKnown(st)
}

func (o *Overview) showFinding(st overview.State) {
	part.Visible(o.searchBox, st.Search.Visible)
	o.search.SetPlaceholder(st.Search.Placeholder)
	o.result.Set(st.Search.Result)
	if o.load != st.Search.Load {
		o.load = st.Search.Load
		o.search.Load("")
	}
	chosen := ""
	for _, c := range st.Candidates {
		if c.Chosen {
			chosen = c.ID
		}
	}
	o.candidates.Set(st.Candidates, chosen)
}

func (o *Overview) showKnown(st overview.State) {
	o.labels[0].Set(st.Labels.Facts)
	o.labels[1].Set(st.Labels.Recent)
	o.labels[2].Set(st.Labels.Contacts)
	o.nameIcon.Set(st.Icon, look.AccentText)
	o.name.Set(st.Name)
	o.facts.Set(st.Facts)
	o.none.Set(st.RecentNone)
	part.Visible(o.none, len(st.Recent) == 0)
	o.recent.Set(st.Recent)
	o.contacts.Set(st.Contacts)
	part.Visible(o.contactP, len(st.Contacts) > 0)
}

// FocusTarget is where the focus goes when the workspace is asked for; nil when
// nothing in it waits for keys.
func (o *Overview) FocusTarget() fyne.Focusable {
	switch {
	case !o.body.Visible():
		return nil
	case o.create.Root.Visible():
		return o.create.form.first()
	case o.finding.Visible() && o.searchBox.Visible():
		return o.search
	default:
		return o.commands.first()
	}
}

// Search is the editor of the search for an account.
func (o *Overview) Search() *part.Entry { return o.search }

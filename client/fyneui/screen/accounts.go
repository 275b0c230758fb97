package screen

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"parley/client/fyneui/look"
	"parley/client/fyneui/part"
	"parley/client/vm"
	"parley/client/vm/accounts"
	"parley/client/vm/overview"
)

// AccountsModel is what the accounts tell.
type AccountsModel interface {
	SetSearch(text string)
	Choose(id string)
	Do(id vm.CommandID)
	SetInput(id, value string)
	SetCompany(on bool)
	SetNewNumber(number string)
	Retry()
}

// Accounts finds customers and makes new ones.
type Accounts struct {
	Root fyne.CanvasObject

	title    *part.Text
	result   *part.Text
	search   *part.Entry
	commands *commandRow
	list     *part.List[accounts.Row]
	retry    func()

	choose  *part.Message
	detail  *fyne.Container
	name    *part.Text
	icon    *look.Icon
	facts   *part.Facts
	numbers *part.Facts
	numberL *part.Text
	number  *part.Field
	add     *part.Button
	problem *part.Notice
	create  *createForm
	wrong   *part.Notice

	load, numberLoad uint64
	shown            string
}

// NewAccounts makes the screen.
func NewAccounts(host part.Host, m AccountsModel) *Accounts {
	a := &Accounts{
		title: heading(), result: part.NewText("", look.Caption, look.Muted).Elastic(40),
		search: part.NewEntry(host), commands: newCommandRow(host, m.Do), retry: m.Retry,
		choose: part.NewMessage(host), name: section(), icon: look.NewIcon("", look.AccentText).Scaled(1.2),
		facts: part.NewFacts(host, 0.36), numbers: part.NewFacts(host, 0.36), numberL: part.Caption(""),
		number:  part.NewField(part.NewEntry(host), m.SetNewNumber),
		add:     part.NewButton(host, part.StyleNormal, func() { m.Do(accounts.CmdAddNumber) }),
		problem: part.NewNotice(host, m.Retry), wrong: part.NewNotice(host, m.Retry),
	}
	a.search.OnChanged = m.SetSearch
	a.search.Arrow = func(k *fyne.KeyEvent) { step(a.list, k) }
	a.number.Entry.OnSubmitted = func(string) { m.Do(accounts.CmdAddNumber) }
	a.add.Enter = true
	a.list = part.NewList(host, func() part.RowView[accounts.Row] { return newAccountRow() }, m.Choose)
	a.create = newCreateForm(host, m.SetInput, m.SetCompany, m.Do)
	a.build()
	return a
}

func (a *Accounts) build() {
	head := part.Stack(look.Gap,
		part.RowStretch(look.Gap, 0, a.title, a.commands.Container),
		part.SearchBox(a.search), a.result)
	a.detail = container.NewStack(container.NewVScroll(part.Panel(part.Stack(look.Pad,
		part.RowStretch(look.Gap, 1, a.icon, a.name), a.problem.Container,
		a.facts.Container, a.numberL, a.numbers.Container,
		a.number.Container, part.Row(0, a.add)))))
	right := container.NewStack(part.Panel(a.choose.Container), a.detail,
		container.NewBorder(a.wrong.Container, nil, nil, nil, a.create.Root))
	a.Root = container.NewBorder(part.Inset(0, look.Hair, head), nil, nil, nil,
		part.Split(look.Gap, []float32{5, 6}, part.Panel(a.list.Container), right))
}

// Show draws a state.
func (a *Accounts) Show(st accounts.State) {
	a.title.Set(st.Title)
	a.search.SetPlaceholder(st.SearchPlaceholder)
	if a.load != st.Load {
		a.load = st.Load
		a.search.Load("")
	}
	a.result.Set(st.Result)
	a.commands.set(st.Commands)
	a.list.Set(st.Rows, st.Chosen)
	a.list.Say(a.inPlace(st))
	a.showDetail(st)
}

func (a *Accounts) inPlace(st accounts.State) part.Notes {
	switch st.Phase {
	case accounts.Idle:
		return part.Notes{Icon: vm.IconSearch, Text: st.Hint}
	case accounts.Loading:
		if len(st.Rows) > 0 {
			return part.Notes{}
		}
		return part.Notes{Icon: vm.IconConnecting, Text: st.Hint}
	case accounts.Empty:
		return part.Notes{Icon: vm.IconUnknown, Text: st.Hint}
	case accounts.Failed:
		return problemNotes(st.Problem, &a.retry)
	default:
		return part.Notes{}
	}
}

// problemNotes puts a problem where the data would be.
func problemNotes(n vm.Notice, retry *func()) part.Notes {
	icon := n.Icon
	if icon == "" {
		icon = vm.IconWarning
	}
	return part.Notes{Icon: icon, Text: n.Text, Tone: n.Tone, Retry: n.Retry, OnRetry: retry}
}

func (a *Accounts) showDetail(st accounts.State) {
	part.Visible(a.create.Root, st.Create != nil)
	part.Visible(a.detail, st.Create == nil && st.Detail != nil)
	part.Visible(a.choose, st.Create == nil && st.Detail == nil)
	a.choose.Set(part.Notes{Icon: vm.IconPerson, Text: st.Choose})
	if c := st.Create; c != nil {
		a.wrong.Set(c.Problem)
		a.create.set(&overview.Create{
			Title: c.Title, Inputs: c.Inputs, Company: c.Company, CompanyLabel: c.CompanyLabel,
			Save: c.Save, Cancel: c.Cancel, Busy: c.Busy, Load: c.Load,
		})
	} else {
		a.wrong.Set(vm.Notice{})
	}
	d := st.Detail
	if d == nil {
		return
	}
	a.name.Set(d.Name)
	a.icon.Set(d.Icon, look.AccentText)
	a.problem.Set(d.Problem)
	a.facts.Set(d.Facts)
	a.numberL.Set(d.NumbersLabel)
	a.numbers.Set(d.Numbers)
	if a.shown != d.ID || a.numberLoad != d.Load {
		a.shown, a.numberLoad = d.ID, d.Load
		a.number.Load(d.NewNumber.Value)
	}
	a.number.Set(d.NewNumber)
	a.add.Set(d.Add)
}

// Search is the editor to begin with.
func (a *Accounts) Search() *part.Entry { return a.search }

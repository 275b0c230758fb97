package screen

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"parley/client/fyneui/look"
	"parley/client/fyneui/part"
	"parley/client/vm"
	"parley/client/vm/accounts"
	"parley/client/vm/history"
	"parley/client/vm/overview"
)

// twoLines is the common form of a row: an icon, a strong line with something
// small at its right, and a weak line below.
type twoLines struct {
	widget.BaseWidget

	icon         *look.Icon
	first, right *part.Text
	second       *part.Text
	chip         *part.Chip
	root         *fyne.Container
}

func (t *twoLines) init(self fyne.Widget, inset float32) {
	t.make()
	t.lay(self, inset, part.RowStretch(look.Gap, 0, t.first, t.chip, t.right), t.second)
}

// initBelow puts the chip into the second line, for narrow places.
func (t *twoLines) initBelow(self fyne.Widget) {
	t.make()
	t.lay(self, 0, part.RowStretch(look.Gap, 0, t.first, t.right), part.RowStretch(look.Gap, 1, t.chip, t.second))
}

func (t *twoLines) make() {
	t.icon = look.NewIcon("", look.Muted)
	t.first = part.NewText("", look.Body, look.Text).Bold().Elastic(60)
	t.right = part.NewText("", look.Caption, look.Muted)
	t.second = part.NewText("", look.Body, look.Muted).Elastic(60)
	t.chip = part.NewChip()
}

func (t *twoLines) lay(self fyne.Widget, inset float32, first, second fyne.CanvasObject) {
	t.root = part.Inset(inset, look.Hair, container.NewBorder(nil, nil,
		container.NewVBox(part.Inset(0, 2, t.icon)), nil,
		part.Inset(look.Gap, 0, part.Stack(look.Hair, first, second))))
	t.ExtendBaseWidget(self)
}

// CreateRenderer is called by Fyne.
func (t *twoLines) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(t.root) }

// set changes the words; the row is laid out anew only when a width changes, which
// a running timer does not.
func (t *twoLines) set(icon, first, right, second string) {
	before := t.measure()
	t.icon.Set(icon, look.Muted)
	t.first.Set(first)
	t.right.Set(right)
	t.second.Set(second)
	part.Visible(t.second, second != "")
	if now := t.measure(); now != before {
		t.root.Refresh()
	}
}

func (t *twoLines) measure() fyne.Size {
	return fyne.NewSize(t.right.MinSize().Width+t.chip.MinSize().Width, t.root.MinSize().Height)
}

type candidateRow struct{ twoLines }

func newCandidateRow() *candidateRow {
	r := &candidateRow{}
	r.init(r, look.Hair)
	return r
}

// Set draws a row.
func (r *candidateRow) Set(c overview.Candidate) { r.set(c.Icon, c.Name, "", orSpace(c.Detail)) }

type accountRow struct{ twoLines }

func newAccountRow() *accountRow {
	r := &accountRow{}
	r.init(r, look.Hair)
	return r
}

// Set draws a row.
func (r *accountRow) Set(a accounts.Row) { r.set(a.Icon, a.Name, "", orSpace(a.Detail)) }

type historyRow struct{ twoLines }

func newHistoryRow() *historyRow {
	r := &historyRow{}
	r.init(r, look.Hair)
	return r
}

// Set draws a row.
func (r *historyRow) Set(h history.Row) {
	r.chip.Set("", h.Word, h.Tone)
	second := h.Agent
	if h.Note != "" {
		second += "  ·  " + h.Note
	}
	r.set(h.Icon, h.Account, h.When, orSpace(second))
}

type recentRow struct{ twoLines }

func newRecentRow() *recentRow {
	r := &recentRow{}
	r.init(r, 0)
	return r
}

// Set draws a row.
func (r *recentRow) Set(n overview.Recent) { r.set(n.Icon, n.What, n.When, n.Note) }

type contactRow struct{ twoLines }

func newContactRow() *contactRow {
	r := &contactRow{}
	r.initBelow(r)
	return r
}

// Set draws a row.
func (r *contactRow) Set(c overview.Contact) {
	r.chip.Set("", c.Word, c.Tone)
	r.set(c.Icon, c.Line, c.Time, c.When)
}

// orSpace keeps the height of a line that has no words: all rows of a virtual
// list are equally high.
func orSpace(text string) string {
	if text == "" {
		return " "
	}
	return text
}

// step moves a list's selection from the keys of the editor above it.
func step[R vm.Row](l *part.List[R], k *fyne.KeyEvent) {
	if k.Name == fyne.KeyUp {
		l.Step(-1)
		return
	}
	l.Step(1)
}

package part

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
	"github.com/google/go-cmp/cmp"

	"parley/client/fyneui/look"
	"parley/client/vm"
)

// deaf is a host that notes hints and wants no keys.
type deaf struct{ hints []string }

func (d *deaf) Shortcut(fyne.Shortcut) bool { return false }
func (d *deaf) Key(*fyne.KeyEvent) bool     { return false }
func (d *deaf) Hint(_ fyne.CanvasObject, text string) {
	d.hints = append(d.hints, text)
}

func start(t *testing.T) *deaf {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(look.New(look.SchemeLight, 100))
	return &deaf{}
}

type row struct {
	ID, Text string
}

func (r row) RowKey() string { return r.ID }

type rowView struct {
	widget.BaseWidget
	text *Text
	sets *int
}

func (r *rowView) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.text) }

func (r *rowView) Set(to row) {
	*r.sets++
	r.text.Set(to.Text)
}

func rows(n int) []row {
	out := make([]row, n)
	for i := range out {
		out[i] = row{ID: fmt.Sprint("k", i), Text: fmt.Sprint("row ", i)}
	}
	return out
}

// openList shows a list and counts the views that it makes.
func openList(t *testing.T) (l *List[row], made, sets *int, chosen *[]string) {
	t.Helper()
	host := start(t)
	made, sets, chosen = new(int), new(int), new([]string)
	l = NewList(host, func() RowView[row] {
		*made++
		v := &rowView{text: NewText("", look.Body, look.Text), sets: sets}
		v.ExtendBaseWidget(v)
		return v
	}, func(key string) { *chosen = append(*chosen, key) })
	w := test.NewTempWindow(t, l.Container)
	w.Resize(fyne.NewSize(300, 300))
	return l, made, sets, chosen
}

func TestListIsVirtual(t *testing.T) {
	l, made, sets, _ := openList(t)
	l.Set(rows(10000), "")
	if *made > 40 || *sets > 120 {
		t.Errorf("10000 rows make %d views and %d updates", *made, *sets)
	}
	*sets = 0
	l.Set(rows(10000), "")
	if *sets != 0 {
		t.Errorf("the same rows make %d updates", *sets)
	}
}

func TestListKeepsTheChosenRow(t *testing.T) {
	l, _, _, chosen := openList(t)
	all := rows(20)
	l.Set(all, "k3")
	l.Set(all[2:], "k3")
	l.Step(1)
	l.inner.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	l.inner.TypedKey(&fyne.KeyEvent{Name: fyne.KeyHome})
	if diff := cmp.Diff([]string{"k4", "k5", "k2"}, *chosen); diff != "" {
		t.Error(diff)
	}
}

func TestListSaysWhatIsWrong(t *testing.T) {
	l, _, _, _ := openList(t)
	again := 0
	retry := func() { again++ }
	l.Say(Notes{Text: "The server is away", Retry: "Retry", OnRetry: &retry})
	if l.inner.Visible() || !l.cover.Visible() {
		t.Error("the message does not stand in place of the rows")
	}
	test.Tap(l.cover.retry)
	if again != 1 {
		t.Errorf("Retry was called %d times", again)
	}
	l.Say(Notes{})
	if !l.inner.Visible() {
		t.Error("the rows do not come back")
	}
}

// TestTimerRefreshesOneText counts what is laid out while a timer runs.
func TestTimerRefreshesOneText(t *testing.T) {
	start(t)
	timer := NewText("00:01", look.Body, look.Text)
	other := NewText("beside", look.Body, look.Text).Elastic(20)
	r := RowStretch(look.Gap, 1, timer, other)
	test.NewTempWindow(t, r).Resize(fyne.NewSize(300, 60))
	relaid := 0
	r.Layout = counting{r.Layout, &relaid}
	for i := range 60 {
		timer.Set(fmt.Sprintf("00:%02d", i))
	}
	if relaid > 1 {
		t.Errorf("60 ticks lay the row out %d times", relaid)
	}
}

type counting struct {
	inner fyne.Layout
	n     *int
}

func (c counting) MinSize(o []fyne.CanvasObject) fyne.Size { return c.inner.MinSize(o) }

func (c counting) Layout(o []fyne.CanvasObject, s fyne.Size) {
	*c.n++
	c.inner.Layout(o, s)
}

func TestTextEndsInAnEllipsis(t *testing.T) {
	start(t)
	long := NewText(strings.Repeat("Müşteri hizmetləri ", 10), look.Body, look.Text).Elastic(20)
	w := test.NewTempWindow(t, container.NewStack(long))
	w.Resize(fyne.NewSize(200, 40))
	drawn := test.WidgetRenderer(long).(*textRenderer).line
	if !strings.HasSuffix(drawn.Text, "…") || drawn.MinSize().Width > long.Size().Width {
		t.Errorf("%q takes %v of %v", drawn.Text, drawn.MinSize().Width, long.Size().Width)
	}
	w.Resize(fyne.NewSize(3000, 40))
	if drawn.Text != long.String() {
		t.Errorf("with room it draws %q", drawn.Text)
	}
}

func TestRowGivesWayInProportion(t *testing.T) {
	start(t)
	a := NewText(strings.Repeat("a", 40), look.Body, look.Text).Elastic(10)
	b := NewText("short", look.Body, look.Text).Elastic(10)
	r := RowStretch(look.Gap, 0, a, b)
	r.Resize(fyne.NewSize(1000, 20))
	if a.Size().Width < a.Wanted() || b.Size().Width < b.Wanted() {
		t.Error("something is cut although there is room")
	}
	r.Resize(fyne.NewSize(120, 20))
	if end := b.Position().X + b.Size().Width; end > 120.5 {
		t.Errorf("the row ends at %v of 120", end)
	}
}

func TestFieldShowsItsProblemAndKeepsTheText(t *testing.T) {
	host := start(t)
	var edits []string
	f := NewField(NewEntry(host), func(s string) { edits = append(edits, s) })
	f.Load("loaded")
	test.Type(f.Entry, "x")
	f.Set(vm.Input{Label: "Name", Value: "older", Problem: "Too short", Required: true})
	if f.Entry.Text == "older" || !f.wrong.Visible() || f.label.String() != "Name *" {
		t.Errorf("text %q, problem shown %v, label %q", f.Entry.Text, f.wrong.Visible(), f.label.String())
	}
	if len(edits) != 1 {
		t.Errorf("edits: %q", edits)
	}
}

func TestPlaceCaret(t *testing.T) {
	host := start(t)
	e := NewEditor(host)
	test.NewTempWindow(t, e).Resize(fyne.NewSize(200, 200))
	e.Load("one\ntwo\nüç")
	for _, at := range []int{10, 4, 0} {
		e.PlaceCaret(at)
		if got := e.CursorTextOffset(); got != at {
			t.Errorf("caret is at %d, want %d", got, at)
		}
	}
}

func TestChoiceOpensItsMenu(t *testing.T) {
	host := start(t)
	var got string
	c := NewChoice(host, func(id string) { got = id })
	c.Set([]vm.Choice{{ID: "en", Title: "English", Chosen: true}, {ID: "az", Title: "Azərbaycanca"}})
	w := test.NewTempWindow(t, container.NewCenter(c.Button))
	w.Resize(fyne.NewSize(400, 300))
	if c.Command().Title != "English" {
		t.Errorf("shows %q", c.Command().Title)
	}
	test.Tap(c.Button)
	menu := w.Canvas().Overlays().Top()
	if menu == nil {
		t.Fatal("no menu")
	}
	focused := w.Canvas().Focused()
	focused.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	focused.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	focused.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if got != "az" {
		t.Errorf("the keys chose %q", got)
	}
}

// TestTypedTextStaysInOrder types in editors of all widths, so that a space comes
// to stand at the edge, where Fyne hides it.
func TestTypedTextStaysInOrder(t *testing.T) {
	host := start(t)
	w := test.NewTempWindow(t, container.NewStack())
	text := "Wants the offer by e-mail, and the server is away for a while"
	for width := float32(110); width < 210; width += 3 {
		e := NewEditor(host)
		w.SetContent(container.NewStack(e))
		w.Resize(fyne.NewSize(width, 200))
		want := ""
		for _, r := range text {
			typeAndTakeBack(e, r)
			want += string(r)
			if e.Text != want {
				t.Fatalf("at width %v there is %q, want %q", width, e.Text, want)
			}
			if got := e.CaretFromEnd(); got != 0 {
				t.Fatalf("at width %v the caret is %d before the end of %q", width, got, want)
			}
		}
	}
}

// typeAndTakeBack uses the keys that change text, of which only r remains.
func typeAndTakeBack(e *Entry, r rune) {
	e.TypedRune(r)
	e.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	e.TypedKey(&fyne.KeyEvent{Name: fyne.KeyBackspace})
	e.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDelete})
}

// TestCaretStaysBehindHiddenSpace makes editors wider and narrower after a space.
func TestCaretStaysBehindHiddenSpace(t *testing.T) {
	host := start(t)
	w := test.NewTempWindow(t, container.NewStack())
	for width := float32(110); width < 210; width += 3 {
		e := NewEditor(host)
		w.SetContent(container.NewStack(e))
		w.Resize(fyne.NewSize(width, 200))
		want := ""
		for i, r := range "the note of a call that lasts and lasts" {
			e.TypedRune(r)
			want += string(r)
			w.Resize(fyne.NewSize(width+float32(i%2)*40, 200))
		}
		if e.Text != want {
			t.Errorf("at width %v there is %q, want %q", width, e.Text, want)
		}
	}
}

package fyneui

import (
	"os"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2"

	"parley/client/fyneui/part"
	"parley/client/model"
	"parley/client/vm/desk"
	"parley/client/vm/desktop"
	"parley/client/vm/vmtest"
)

// story is a moment of an agent's day, told to real view models.
type story struct {
	name  string
	edits []string
	do    func(d *desktop.Desktop)
}

func stories() []story {
	call := []string{"agent ready", "waiting 3", "offer c1 +33140000001 Moreau", "agent offered"}
	talk := append(call[:len(call):len(call)], "connect c1", "agent on-contact")
	return []story{
		{"not-ready", []string{"agent not-ready missed"}, nil},
		{"offer", call, nil},
		{"call", talk, nil},
		{"hold", append(talk[:len(talk):len(talk)], "held c1"), nil},
		{"wrap-up", append(talk[:len(talk):len(talk)], "ended c1", "agent wrap-up c1"), nil},
		{"away", append(talk[:len(talk):len(talk)], "unsent 3", "link offline"), nil},
		{"accounts", talk, func(d *desktop.Desktop) { d.Desk.GoTo(desk.PlaceAccounts) }},
		{"past", talk, func(d *desktop.Desktop) { d.Desk.GoTo(desk.PlaceHistory) }},
		{"board", append([]string{"supervisor"}, talk...), func(d *desktop.Desktop) { d.Desk.GoTo(desk.PlaceLive) }},
		{"looks", talk, func(d *desktop.Desktop) { d.Desk.GoTo(desk.PlaceSettings) }},
		{"keys", talk, func(d *desktop.Desktop) { d.Desk.GoTo(desk.PlaceHelp) }},
	}
}

// tell lets real view models run through a story and takes their last states.
func tell(t *testing.T, lang string, st story, narrow bool) *fakes {
	t.Helper()
	f := newFakes()
	synctest.Test(t, func(t *testing.T) {
		p := vmtest.NewPorts()
		p.Accounts = []model.Account{{
			ID: "moreau", Name: "Pierre Moreau", Street: "12 rue de la Paix", PostalCode: "75002", City: "Paris", Country: "FR",
			Email: "pierre.moreau@example.org", Numbers: []model.PhoneNumber{{Typed: "+33 1 40 00 00 01", E164: "+33140000001"}},
		}}
		p.Entries = []model.HistoryEntry{{
			ID: "h1", Account: &model.AccountSummary{ID: "moreau", Name: "Pierre Moreau"}, Agent: "ada", StartedAt: time.Now(), EndedAt: time.Now(),
			Note: "Sipariş 80017", Contacts: []model.HistoryContact{{ID: "k", Channel: model.ChannelVoice, ANI: "+33140000001", QueueName: "Sales"}},
		}}
		d := desktop.New(desktop.Config{Env: p.Env(lang), Centre: p, Session: p, Phone: p, Preferences: p})
		w := vmtest.NewWorld()
		w.W.Profile.Language = lang
		d.Desk.SetNarrow(narrow)
		for _, e := range st.edits {
			if err := w.Edit(e); err != nil {
				t.Fatal(err)
			}
			d.OnWorld(w.W)
			synctest.Wait()
		}
		if st.do != nil {
			st.do(d)
		}
		vmtest.Pass(500 * time.Millisecond)
		synctest.Wait()
		f.desk.state, f.overview.state, f.pad.state = d.Desk.State(), d.Overview.State(), d.ScratchPad.State()
		f.history.state, f.accountHistory.state, f.accounts.state = d.History.State(), d.AccountHistory.State(), d.Accounts.State()
		f.live.state, f.settings.state, f.help.state = d.Live.State(), d.Settings.State(), d.Help.State()
		d.Close()
	})
	return f
}

// TestNothingIsCut draws the stories in all languages and looks for lines that do
// not have the room for their words.
func TestNothingIsCut(t *testing.T) {
	dir := os.Getenv("PARLEY_GALLERY")
	for _, size := range []fyne.Size{wide, fyne.NewSize(1024, 640)} {
		if dir == "" && size != wide {
			continue
		}
		for _, lang := range []string{"en", "tr", "nl", "az", "fr"} {
			for _, st := range stories() {
				f := tell(t, lang, st, size != wide)
				s := openShell(t, size, f)
				if dir != "" {
					shoot(t, dir, lang+"-"+st.name+map[bool]string{true: "-1280", false: "-1024"}[size == wide], s.window)
				}
				if size == wide {
					objects(s.window.Content(), func(o fyne.CanvasObject) { checkRoom(t, lang+"/"+st.name, o) })
				}
				s.window.Close()
			}
		}
	}
}

func checkRoom(t *testing.T, where string, o fyne.CanvasObject) {
	t.Helper()
	line, ok := o.(interface {
		Wanted() float32
		String() string
	})
	if !ok {
		return
	}
	if _, ok := o.(*part.Lines); ok {
		return // may have two lines
	}
	if line.Wanted() > o.Size().Width+1 {
		t.Errorf("%s: %q wants %.0f and has %.0f", where, line.String(), line.Wanted(), o.Size().Width)
	}
}

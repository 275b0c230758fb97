package gateway

import (
	"errors"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"connectrpc.com/connect"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley/client/model"
	parleyv1 "parley/proto/gen/parley/v1"
)

func TestOfflineWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, nil)
		d.online(interactionEvent("old", 1, "before", 3))
		synctest.Wait()
		d.c.mu.Lock()
		d.c.notes["old"], d.c.revision["old"] = "before", 3
		d.c.mu.Unlock()
		d.net.setDown(true)
		d.net.cut()

		begun, err := d.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"a", "ab", "abc"} {
			if err := d.SaveNote(t.Context(), begun, text); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(d.SaveNote(t.Context(), "old", "after"), d.End(t.Context(), "old", true)); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Minute)
		w := d.World()
		if w.Unsent != 4 {
			t.Errorf("unsent %d, want 4: begin, one note each, end", w.Unsent)
		}
		if len(w.Interactions) != 1 || w.Interactions[0].ID != begun || w.Interactions[0].Note != "abc" {
			t.Errorf("interactions %+v, want only the begun one with its note", w.Interactions)
		}

		d.net.setDown(false)
		(<-d.c.opened).send <- message(1)
		synctest.Wait()
		want := []string{"begin", "note abc", "note after", "end"}
		if diff := cmp.Diff(want, d.c.log()); diff != "" {
			t.Errorf("sent (-want +got):\n%s", diff)
		}
		w = d.World()
		if w.Unsent != 0 || len(w.Interactions) != 1 || w.Interactions[0].Note != "abc" {
			t.Errorf("after sending: unsent %d, interactions %+v", w.Unsent, w.Interactions)
		}
	})
}

// Typing while a save is on its way neither doubles the text nor loses any.
func TestTypingDuringSave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, nil)
		d.online(interactionEvent("i", 1, "", 0))
		synctest.Wait()
		d.c.mu.Lock()
		d.c.before = func(string) error {
			<-time.After(100 * time.Millisecond)
			return nil
		}
		d.c.mu.Unlock()
		text := ""
		for range 200 {
			text += "x"
			if err := d.SaveNote(t.Context(), "i", text); err != nil {
				t.Fatal(err)
			}
			<-time.After(30 * time.Millisecond)
		}
		<-time.After(time.Second)
		got, revision := d.c.note("i")
		if got != text {
			t.Errorf("the server has %d bytes, want %d:\n%s", len(got), len(text), got)
		}
		if revision > 70 {
			t.Errorf("%d saves for 200 keystrokes, want them coalesced", revision)
		}
	})
}

func TestConflictShowsBothTexts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, nil)
		d.online(interactionEvent("i", 1, "", 0))
		synctest.Wait()
		d.c.mu.Lock()
		d.c.notes["i"], d.c.revision["i"] = "from elsewhere", 5
		d.c.mu.Unlock()
		if err := d.SaveNote(t.Context(), "i", "typed here"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		got := d.World().Interactions[0]
		if got.Note != "from elsewhere\n----\ntyped here" || got.NoteRevision != 6 {
			t.Errorf("note %q revision %d", got.Note, got.NoteRevision)
		}
	})
}

func TestRefusedNoteIsKeptAside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, nil)
		d.c.before = func(what string) error {
			if what == "note lost" {
				return kindError(parleyv1.ErrorKind_ERROR_KIND_NOT_FOUND, connect.CodeNotFound, "no such interaction")
			}
			return nil
		}
		d.online(interactionEvent("i", 1, "", 0))
		synctest.Wait()
		if err := errors.Join(d.SaveNote(t.Context(), "gone", "lost"), d.SaveNote(t.Context(), "i", "kept")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if got, _ := d.c.note("i"); got != "kept" {
			t.Errorf("a refused note held up the next one: %q", got)
		}
		want := []Refusal{{Interaction: "gone", Text: "lost", Err: &model.Error{
			Kind: model.KindNotFound, Text: "no such interaction", Subject: "subject",
		}}}
		d.mu.Lock()
		defer d.mu.Unlock()
		if diff := cmp.Diff(want, d.refused); diff != "" {
			t.Errorf("refusals (-want +got):\n%s", diff)
		}
	})
}

// A failure that may pass holds up its own interaction only.
func TestPassingFailureBlocksOneInteraction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, nil)
		fails := 3
		d.c.before = func(what string) error {
			if what == "note a" && fails > 0 {
				fails--
				return kindError(parleyv1.ErrorKind_ERROR_KIND_INTERNAL, connect.CodeInternal, "a fault")
			}
			return nil
		}
		d.online(interactionEvent("a", 1, "", 0), interactionEvent("b", 1, "", 0))
		synctest.Wait()
		err := errors.Join(d.SaveNote(t.Context(), "a", "a"), d.End(t.Context(), "a", true),
			d.SaveNote(t.Context(), "b", "b"))
		if err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Minute)
		if diff := cmp.Diff([]string{"note b", "note a", "end"}, d.c.log()); diff != "" {
			t.Errorf("sent (-want +got):\n%s", diff)
		}
	})
}

func TestConfirmWaitsForBegin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, nil)
		d.online()
		synctest.Wait()
		d.net.setDown(true)
		d.net.cut()
		id, err := d.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		wantKind(t, d.ConfirmAccount(t.Context(), id, "account"), model.KindUnavailable)
		d.net.setDown(false)
		done := make(chan error)
		go func() { done <- d.ConfirmAccount(t.Context(), id, "account") }()
		(<-d.c.opened).send <- message(1)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"begin", "confirm"}, d.c.log()); diff != "" {
			t.Errorf("acted (-want +got):\n%s", diff)
		}
	})
}

// After a crash the journal is replayed with the same command ids.
func TestReplayAfterCrashActsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := NewMemory()
		d := newDesk(t, j)
		d.online()
		synctest.Wait()
		// The answers are lost, and then the desktop is killed.
		d.c.mu.Lock()
		d.c.after = func(string) {
			d.net.setDown(true)
			d.net.cut()
		}
		d.c.mu.Unlock()
		id, err := d.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Second)
		if err := errors.Join(d.SaveNote(t.Context(), id, "text"), d.Close()); err != nil {
			t.Fatal(err)
		}

		d.c.mu.Lock()
		d.c.after = func(string) {}
		d.c.mu.Unlock()
		d.net.setDown(false)
		restarted := &desk{t: t, net: d.net, c: d.c}
		restarted.Gateway = New(Config{
			Server: "http://127.0.0.1:8420", Dial: d.net.dial,
			Journal: func(string, string) (Journal, error) { return j, nil },
		}, slog.New(slog.DiscardHandler))
		defer func() { _ = restarted.Close() }()
		restarted.online(interactionEvent(id, 1, "", 0))
		synctest.Wait()
		if diff := cmp.Diff([]string{"begin", "note text"}, d.c.log()); diff != "" {
			t.Errorf("acted (-want +got):\n%s", diff)
		}
		if got := restarted.World().Interactions[0].Note; got != "text" {
			t.Errorf("the note after the restart is %q", got)
		}
	})
}

// brokenJournal is a disk that is full.
type brokenJournal struct{ *Memory }

func (brokenJournal) Append([]byte) (uint64, error) { return 0, errors.New("no space left") }

func TestFullDiskIsSaidAndStillSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, brokenJournal{NewMemory()})
		d.online(interactionEvent("i", 1, "", 0))
		synctest.Wait()
		wantKind(t, d.SaveNote(t.Context(), "i", "text"), model.KindStorageFull)
		synctest.Wait()
		if got, _ := d.c.note("i"); got != "text" {
			t.Errorf("the server has %q, want the text although the disk is full", got)
		}
	})
}

// Whatever is typed, sent, lost and repeated: the last text arrives, once.
func TestOutboxProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o, err := openOutbox(NewMemory(), "s", "u")
		if err != nil {
			t.Fatal(err)
		}
		server, revision, last := "", uint64(0), ""
		var flying *entry
		save := func(e *entry) uint64 {
			if e.Base != revision && server != "" {
				t.Fatalf("text %q is based on %d, the server is at %d", e.Text, e.Base, revision)
			}
			server = e.Text
			revision++
			return revision
		}
		acted := map[string]uint64{}
		deliver := func() {
			if _, ok := acted[flying.Command]; !ok {
				acted[flying.Command] = save(flying)
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"type": func(t *rapid.T) {
				last = rapid.StringN(1, 5, 5).Draw(t, "text")
				e := entry{Command: newID(), Kind: kindNote, Interaction: "i", Text: last, Base: revision}
				if err := o.add(e); err != nil {
					t.Fatal(err)
				}
			},
			"send": func(*rapid.T) {
				if flying == nil {
					flying = o.next(nil)
				}
			},
			"lose the answer": func(*rapid.T) {
				if flying != nil {
					deliver()
					flying = nil
				}
			},
			"confirm": func(t *rapid.T) {
				if flying == nil {
					return
				}
				deliver()
				if err := o.done(flying, acted[flying.Command]); err != nil {
					t.Fatal(err)
				}
				flying = nil
			},
		})
		for e := o.next(nil); e != nil; e = o.next(nil) {
			flying = e
			deliver()
			if err := o.done(e, acted[e.Command]); err != nil {
				t.Fatal(err)
			}
		}
		if server != last {
			t.Fatalf("the server has %q, last typed %q", server, last)
		}
	})
}

func TestMemory(t *testing.T) {
	m := NewMemory()
	for _, s := range []string{"a", "b", "c"} {
		if _, err := m.Append([]byte(s)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(m.Remove(2), m.Replace(3, []byte("z")), m.SetAside(9, nil, "")); err != nil {
		t.Fatal(err)
	}
	var got []string
	err := m.Each(func(_ uint64, body []byte) error {
		got = append(got, string(body))
		return nil
	})
	if err != nil || !slices.Equal(got, []string{"a", "z"}) {
		t.Errorf("records %v, %v", got, err)
	}
}

// A record that is no command is put aside, and the rest is sent.
func TestUnreadableRecord(t *testing.T) {
	j := NewMemory()
	for _, body := range []string{`{"kind":"note","interaction":"i","text":"a"}`, `{"kind":`, `{"kind":"end","interaction":"i"}`} {
		if _, err := j.Append([]byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	o, err := openOutbox(j, "s", "u")
	if err != nil {
		t.Fatal(err)
	}
	var kinds []kind
	for _, e := range o.pending() {
		kinds = append(kinds, e.Kind)
	}
	if diff := cmp.Diff([]kind{kindNote, kindEnd}, kinds); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
}

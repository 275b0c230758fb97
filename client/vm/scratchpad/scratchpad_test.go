package scratchpad_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"parley/client/model"
	"parley/client/vm/scratchpad"
	"parley/client/vm/vmtest"
)

// shell is a text widget as a toolkit has it: the user types at once, states
// arrive when they arrive.
type shell struct {
	s      *scratchpad.Screen
	editor scratchpad.Editor
	text   string
	loads  int
}

func (w *shell) take() {
	if st := w.s.State(); w.editor.Take(st) {
		w.text = st.Text
		w.loads++
	}
}

func (w *shell) typed(text string) {
	w.text += text
	w.s.Edit(w.editor.Edited(), w.text)
}

func newScreen(ports *vmtest.Ports, begun, ended func(string)) *scratchpad.Screen {
	return scratchpad.New(scratchpad.Config{
		Env: ports.Env("en"), Interactions: ports, OnBegun: begun, OnEnded: ended,
	})
}

func TestTranscripts(t *testing.T) {
	vmtest.Transcripts(t, func(_ *testing.T, ports *vmtest.Ports) vmtest.Subject {
		told := ""
		w := &shell{}
		w.s = newScreen(ports, func(i string) { told += "begun " + i + "\n" }, func(i string) { told += "ended " + i + "\n" })
		return vmtest.Subject{
			World: w.s.OnWorld, Close: w.s.Close,
			Show: func() string {
				w.take()
				out := show(w) + told
				told = ""
				return out
			},
			Do: func(words []string) bool { return do(w, words) },
		}
	})
}

func do(w *shell, words []string) bool {
	w.take()
	switch words[0] {
	case "start":
	case "show":
		w.s.Show(strings.Join(words[1:], ""))
	case "type":
		w.typed(strings.Join(words[1:], " "))
	case "end":
		w.s.AskEnd(words[1])
	case "answer":
		w.s.Answer(words[1])
	case "dismiss":
		w.s.DismissConflict()
	default:
		return false
	}
	return true
}

func show(w *shell) string {
	st := w.s.State()
	out := fmt.Sprintf("editor %d: %q\n", w.loads, w.text)
	for _, l := range []string{st.Status, st.Conflict.Text, st.Problem.Text, st.Count} {
		if l != "" {
			out += l + "\n"
		}
	}
	if q := st.Question; q != nil {
		out += q.Title + ": " + q.Text + "\n"
	}
	return out
}

// TestNothingIsLostWhileCallsRing types 200 characters while 20 offers ring, come
// and go, the link breaks and interactions are shown, and finds every character
// in the journal, in its order and in the note where it was typed.
func TestNothingIsLostWhileCallsRing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.SliceOfN(rapid.IntRange(0, 9), 220, 220).Draw(rt, "steps")
		delay := time.Duration(rapid.IntRange(0, 400).Draw(rt, "delay")) * time.Millisecond
		var failed string
		synctest.Test(t, func(t *testing.T) { failed = typeWhileRinging(seed, delay) })
		if failed != "" {
			rt.Fatal(failed)
		}
	})
}

func typeWhileRinging(steps []int, delay time.Duration) (failed string) {
	ports, world := vmtest.NewPorts(), vmtest.NewWorld()
	ports.Delay = delay
	var s *scratchpad.Screen
	s = newScreen(ports, func(i string) { s.Show(i) }, nil)
	defer s.Close()
	w := &shell{s: s}
	want := map[string]string{}
	offers, typed, note := 0, 0, ""
	for n, step := range steps {
		switch {
		case n%11 == 10 && offers < 20:
			offers++
			_ = world.Edit(fmt.Sprintf("offer c%d +33140000001", offers))
			s.OnWorld(world.W)
		case typed < 200:
			// States reach the widget late or at once, as the steps say.
			if step%3 == 0 {
				synctest.Wait()
			}
			w.take()
			c := string(rune('a' + typed%26))
			w.typed(c)
			note += c
			typed++
		}
		if step == 9 {
			vmtest.Pass(150 * time.Millisecond)
		}
	}
	want["b1"] = note
	s.Close()
	if typed != 200 || offers < 18 {
		return fmt.Sprintf("typed %d with %d offers", typed, offers)
	}
	if w.text != note {
		return fmt.Sprintf("the widget has %q", w.text)
	}
	if got := ports.Note("b1"); got != want["b1"] {
		return fmt.Sprintf("the journal has %q, typed was %q", got, want["b1"])
	}
	return ""
}

// TestEditsCrossSwitches types at full speed while the interaction changes under
// the hands: every character must be in one of the notes.
func TestEditsCrossSwitches(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		steps := rapid.SliceOfN(rapid.IntRange(0, 11), 50, 200).Draw(rt, "steps")
		var failed string
		synctest.Test(t, func(t *testing.T) { failed = typeAcross(steps) })
		if failed != "" {
			rt.Fatal(failed)
		}
	})
}

func typeAcross(steps []int) string {
	ports, world := vmtest.NewPorts(), vmtest.NewWorld()
	ports.Delay = 10 * time.Millisecond
	s := newScreen(ports, nil, nil)
	defer s.Close()
	for _, i := range []string{"x", "y"} {
		_ = world.Edit("open " + i)
	}
	s.OnWorld(world.W)
	s.Show("x")
	synctest.Wait()
	w := &shell{s: s}
	w.take()
	typed, foreign := 0, 0
	for _, step := range steps {
		switch step {
		case 0:
			s.Show("x")
		case 1:
			s.Show("y")
		case 2:
			synctest.Wait()
		case 3:
			vmtest.Pass(100 * time.Millisecond)
		case 4:
			foreign++
			_ = world.Edit(fmt.Sprintf("note x other%d", foreign))
			s.OnWorld(world.W)
		case 5:
			w.take()
		default:
			w.typed(fmt.Sprintf("<%d>", typed))
			typed++
		}
	}
	s.Close()
	all := ports.Note("x") + ports.Note("y")
	for n := range typed {
		if !strings.Contains(all, fmt.Sprintf("<%d>", n)) {
			return fmt.Sprintf("character %d of %d is lost: %q", n, typed, all)
		}
	}
	return ""
}

// TestCloseWaitsForTheJournal: what was typed right before Close is written.
func TestCloseWaitsForTheJournal(t *testing.T) {
	for _, open := range []string{"", "x"} {
		synctest.Test(t, func(t *testing.T) {
			ports, world := vmtest.NewPorts(), vmtest.NewWorld()
			ports.Delay = time.Second
			s := newScreen(ports, nil, nil)
			_ = world.Edit("open x")
			s.OnWorld(world.W)
			s.Show(open)
			synctest.Wait()
			w := &shell{s: s}
			w.take()
			w.typed("one")
			vmtest.Pass(400 * time.Millisecond)
			w.typed(" two")
			s.Close()
			id := open
			if id == "" {
				id = "b1"
			}
			if got := ports.Note(id); got != "one two" {
				t.Errorf("%q has %q, want everything", id, got)
			}
		})
	}
}

// TestOldStatesOnTheirWayAreNoNews: the world shows the journal's text, then for a
// moment the server's older one, then the newer; the editor is left alone.
func TestOldStatesOnTheirWayAreNoNews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ports, world := vmtest.NewPorts(), vmtest.NewWorld()
		s := newScreen(ports, nil, nil)
		defer s.Close()
		_ = world.Edit("open x")
		s.OnWorld(world.W)
		s.Show("x")
		synctest.Wait()
		w := &shell{s: s}
		w.take()
		for _, text := range []string{"one", " two"} {
			w.typed(text)
			vmtest.Pass(time.Second)
		}
		show := func(note string, revision uint64, unsent int) string {
			w2 := world.W
			i := w2.Interactions[0]
			i.Note, i.NoteRevision = note, revision
			w2.Interactions, w2.Unsent = []model.Interaction{i}, unsent
			s.OnWorld(w2)
			synctest.Wait()
			w.take()
			return s.State().Status
		}
		for n, c := range []struct {
			note     string
			revision uint64
			unsent   int
			status   string
		}{
			{"one two", 0, 2, "Saved here"},
			{"one", 1, 0, "Saved here"},
			{"", 0, 0, "Saved here"},
			{"one two", 2, 0, "Saved"},
		} {
			if got := show(c.note, c.revision, c.unsent); got != c.status || w.text != "one two" {
				t.Errorf("%d: status %q, text %q", n, got, w.text)
			}
		}
		w.typed(" three")
		show("theirs\n----\none\n----\none two", 4, 1)
		if want := "theirs\n----\none two three"; w.text != want {
			t.Errorf("the editor has %q, want %q", w.text, want)
		}
	})
}

// TestFlush: after Flush the journal has everything, and a journal that fails
// does not hold it up for ever.
func TestFlush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ports, world := vmtest.NewPorts(), vmtest.NewWorld()
		s := newScreen(ports, nil, nil)
		defer s.Close()
		_ = world.Edit("open x")
		s.OnWorld(world.W)
		s.Show("x")
		synctest.Wait()
		w := &shell{s: s}
		w.take()
		w.typed("text")
		s.Flush(context.Background())
		if got := ports.Note("x"); got != "text" {
			t.Errorf("the journal has %q", got)
		}
		ports.SetFail("SaveNote", &model.Error{Kind: model.KindStorageFull, Text: "full"})
		w.typed(" more")
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		s.Flush(ctx)
		if ctx.Err() != nil {
			t.Error("Flush waits for a journal that fails")
		}
		ports.SetFail("SaveNote", nil)
	})
}

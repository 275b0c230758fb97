package interaction

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley/server/domain"
)

var start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

func save(t *testing.T, i *Interaction, text string, base uint64, want string) {
	t.Helper()
	if err := i.SaveNote(text, base); err != nil {
		t.Fatal(err)
	}
	if i.Note != want {
		t.Errorf("the note is %q, want %q", i.Note, want)
	}
}

func TestSaveNote(t *testing.T) {
	i := &Interaction{}
	save(t, i, "a", 0, "a")
	save(t, i, "a", 0, "a") // the answer was lost, the same save comes again
	if i.NoteRevision != 1 {
		t.Errorf("revision %d after the same text twice", i.NoteRevision)
	}
	save(t, i, "a b", 1, "a b")
	save(t, i, "offline", 1, "a b\n----\noffline")
	save(t, i, "", 1, "a b\n----\noffline") // cleared without knowing the rest
	save(t, i, "", i.NoteRevision, "")
	save(t, i, "new", 1, "new") // nothing stored that could be lost
}

func TestTooLongANoteIsRefused(t *testing.T) {
	i := &Interaction{Note: "kept"}
	if err := i.SaveNote(strings.Repeat("x", MaxNote+1), 0); domain.KindOf(err) != domain.Invalid || i.Note != "kept" {
		t.Errorf("%v, note %q", err, i.Note)
	}
	if err := i.SaveNote(strings.Repeat("x", MaxNote), 0); err != nil {
		t.Error(err)
	}
}

// Two desktops write without knowing each other; nothing that was saved may be
// lost except by somebody who had seen it.
func TestConflictsKeepBothTexts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		i := &Interaction{}
		seen := []uint64{0, 0}
		for n := range rapid.IntRange(1, 12).Draw(t, "saves") {
			who := rapid.IntRange(0, 1).Draw(t, "who")
			if rapid.Bool().Draw(t, "reads first") {
				seen[who] = i.NoteRevision
			}
			text := strings.Repeat(string(rune('a'+n)), 3)
			before, revision := i.Note, i.NoteRevision
			if err := i.SaveNote(text, seen[who]); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(i.Note, text) {
				t.Fatalf("%q was saved and is not in %q", text, i.Note)
			}
			if seen[who] != revision && !strings.Contains(i.Note, before) {
				t.Fatalf("%q was overwritten unseen by %q", before, i.Note)
			}
			if i.NoteRevision != revision+1 {
				t.Fatalf("revision %d after %d", i.NoteRevision, revision)
			}
		}
	})
}

func TestEnd(t *testing.T) {
	for _, keep := range []bool{true, false} {
		i := &Interaction{Note: "n"}
		if !i.Open() {
			t.Fatal("not open")
		}
		if err := i.End(keep, start); err != nil {
			t.Fatal(err)
		}
		if i.Open() || (i.Note == "n") != keep {
			t.Errorf("keep %v: open %v, note %q", keep, i.Open(), i.Note)
		}
		for what, err := range map[string]error{
			"end":     i.End(true, start),
			"confirm": i.Confirm("a1", "Ada", ""),
		} {
			if domain.KindOf(err) != domain.Conflict {
				t.Errorf("%s after the end: %v", what, err)
			}
		}
		if err := i.SaveNote("late", i.NoteRevision); err != nil {
			t.Errorf("a late note: %v", err)
		}
	}
}

func TestConfirmAndLink(t *testing.T) {
	i := &Interaction{}
	if err := i.Confirm("a1", "Ada", "Paris"); err != nil || i.Account != "a1" || i.AccountName != "Ada" {
		t.Errorf("%v, %+v", err, i)
	}
	if err := i.Confirm("", "", ""); err != nil || i.Account != "" || i.AccountDetail != "" {
		t.Errorf("taken back: %v, %+v", err, i)
	}
	i.Link("c1")
	i.Link("c2")
	i.Link("c1")
	if !slices.Equal(i.Contacts, []domain.ContactID{"c1", "c2"}) {
		t.Errorf("linked %v", i.Contacts)
	}
}

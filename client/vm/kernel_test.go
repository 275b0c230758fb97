package vm_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley/client/l10n"
	"parley/client/model"
	"parley/client/vm"
	"parley/client/vm/vmtest"
)

type row struct{ key, text string }

func (r row) RowKey() string { return r.key }

// TestDifferenceLeadsFromListToList carries the steps out and compares; rows that
// keep their order are never removed.
func TestDifferenceLeadsFromListToList(t *testing.T) {
	list := rapid.Custom(func(t *rapid.T) []row {
		keys := rapid.Permutation([]string{"a", "b", "c", "d", "e", "f"}).Draw(t, "keys")
		keys = keys[:rapid.IntRange(0, len(keys)).Draw(t, "length")]
		var out []row
		for _, k := range keys {
			out = append(out, row{k, rapid.SampledFrom([]string{"1", "2"}).Draw(t, "text")})
		}
		return out
	})
	rapid.Check(t, func(t *rapid.T) {
		before, after := list.Draw(t, "before"), list.Draw(t, "after")
		now := slices.Clone(before)
		find := func(key string) row {
			return after[slices.IndexFunc(after, func(r row) bool { return r.key == key })]
		}
		for _, c := range vm.Difference(before, after) {
			switch c.Kind {
			case vm.RowRemoved:
				if now[c.Index].key != c.Key {
					t.Fatalf("step %v removes %v", c, now[c.Index])
				}
				now = slices.Delete(now, c.Index, c.Index+1)
			case vm.RowInserted:
				now = slices.Insert(now, c.Index, find(c.Key))
			case vm.RowUpdated:
				now[c.Index] = find(c.Key)
			}
		}
		if !slices.Equal(now, after) {
			t.Fatalf("%v became %v, want %v", before, now, after)
		}
	})
	if steps := vm.Difference([]row{{"a", "1"}, {"b", "1"}, {"c", "1"}}, []row{{"c", "1"}, {"a", "1"}, {"b", "2"}}); len(steps) != 3 {
		t.Errorf("moving one row and changing another took %v", steps)
	}
}

func TestShortcuts(t *testing.T) {
	prefs := vmtest.NewPorts()
	s := vm.LoadShortcuts(prefs)
	if got := s.Keys(vm.CmdAccept); got != "Ctrl+Shift+A" {
		t.Errorf("accept has %q", got)
	}
	if got := s.Holder(vm.CmdReject, "Ctrl+Shift+A"); got != vm.CmdAccept {
		t.Errorf("Ctrl+Shift+A belongs to %q", got)
	}
	changed := s.With(vm.CmdAccept, "Alt+1").With(vm.CmdReject, "Ctrl+Shift+A").With(vm.CmdMute, "")
	if err := changed.Save(prefs); err != nil {
		t.Fatal(err)
	}
	s = vm.LoadShortcuts(prefs)
	for id, want := range map[vm.CommandID]string{
		vm.CmdAccept: "Alt+1", vm.CmdReject: "Ctrl+Shift+A", vm.CmdMute: "", vm.CmdHold: "Ctrl+Shift+H",
	} {
		if got := s.Keys(id); got != want {
			t.Errorf("%s has %q, want %q", id, got, want)
		}
	}
	if s = s.With(vm.CmdAccept, "Ctrl+Shift+A"); s.Changed(vm.CmdAccept) {
		t.Error("the default keys count as a change")
	}
	if err := prefs.SetPreference(vm.PrefShortcuts, "{broken"); err != nil {
		t.Fatal(err)
	}
	if got := vm.LoadShortcuts(prefs).Keys(vm.CmdAccept); got != "Ctrl+Shift+A" {
		t.Errorf("broken preferences give %q", got)
	}
	seen := map[string]bool{}
	for _, b := range vm.DefaultShortcuts() {
		canonical, ok := vm.CanonicalKeys(b.Keys)
		if !ok || canonical != b.Keys || seen[b.Keys] {
			t.Errorf("default %s of %s is wrong or doubled", b.Keys, b.ID)
		}
		seen[b.Keys] = true
	}
}

func TestCanonicalKeys(t *testing.T) {
	for in, want := range map[string]string{
		"shift+ctrl+a": "Ctrl+Shift+A", "F1": "F1", "alt+f12": "Alt+F12", "Ctrl + 7": "Ctrl+7",
		"a": "", "Shift+A": "", "Ctrl+Ctrl+A": "", "Hyper+A": "", "Ctrl+": "", "": "", "F13": "", "Ctrl+é": "",
	} {
		if got, ok := vm.CanonicalKeys(in); got != want || ok != (want != "") {
			t.Errorf("%q became %q, %t; want %q", in, got, ok, want)
		}
	}
}

func FuzzCanonicalKeys(f *testing.F) {
	f.Add("Ctrl+Shift+A")
	f.Add("++")
	f.Fuzz(func(t *testing.T, keys string) {
		canonical, ok := vm.CanonicalKeys(keys)
		if !ok {
			return
		}
		if again, ok := vm.CanonicalKeys(canonical); !ok || again != canonical {
			t.Errorf("%q became %q, then %q", keys, canonical, again)
		}
	})
}

func TestThrottle(t *testing.T) {
	var throttle vm.Throttle
	now := time.Unix(0, 0)
	for n, c := range []struct {
		id    vm.CommandID
		after time.Duration
		want  bool
	}{
		{vm.CmdHangUp, 0, true},
		{vm.CmdHangUp, 999 * time.Millisecond, false},
		{vm.CmdReject, 999 * time.Millisecond, true},
		{vm.CmdHangUp, time.Second, true},
		{vm.CmdMute, time.Second, true},
		{vm.CmdMute, time.Second, true},
	} {
		if got := throttle.Allow(c.id, now.Add(c.after)); got != c.want {
			t.Errorf("%d: %s after %s is %t", n, c.id, c.after, got)
		}
	}
}

// TestEveryKindHasAText: each kind of error has a sentence of its own in every
// language, and what is no model.Error has one too.
func TestEveryKindHasAText(t *testing.T) {
	for _, lang := range l10n.Languages() {
		p := l10n.New(lang)
		seen := map[string]model.ErrorKind{}
		for kind := model.KindInvalid; kind <= model.KindInternal; kind++ {
			text := vm.ErrorText(p, fmt.Errorf("wrapped: %w", &model.Error{Kind: kind, Text: "internal words"}))
			if before, ok := seen[text]; ok || strings.Contains(text, "error.") || strings.Contains(text, "internal words") {
				t.Errorf("%s: kind %d says %q (kind %d)", lang, kind, text, before)
			}
			seen[text] = kind
		}
		for _, err := range []error{errors.New("x"), context.DeadlineExceeded} {
			if _, ok := seen[vm.ErrorText(p, err)]; !ok {
				t.Errorf("%s: %v has no text", lang, err)
			}
		}
	}
}

func TestLooksHaveWordAndIcon(t *testing.T) {
	icons := vm.Icons()
	for _, lang := range l10n.Languages() {
		p := l10n.New(lang)
		var looks []vm.Look
		for s := model.AgentSignedOut; s <= model.AgentReconnecting; s++ {
			looks = append(looks, vm.AgentLook(p, s))
		}
		for s := model.ContactArrived; s <= model.ContactEnded; s++ {
			looks = append(looks, vm.ContactLook(p, model.Contact{State: s, EndReason: model.EndByAgent}))
		}
		for r := model.EndByCustomer; r <= model.EndReleased; r++ {
			looks = append(looks, vm.EndLook(p, r))
		}
		for _, l := range looks {
			if l.Word == "" || strings.Contains(l.Word, ".") || !slices.Contains(icons, l.Icon) {
				t.Errorf("%s: look %+v has no word or icon", lang, l)
			}
		}
	}
}

func TestUntil(t *testing.T) {
	now := time.Unix(100, 0)
	for left, want := range map[time.Duration]time.Duration{
		-time.Second: 0, 0: 0, time.Millisecond: time.Second, time.Second: time.Second, 1500 * time.Millisecond: 2 * time.Second,
	} {
		if got := vm.Until(now.Add(left), now); got != want {
			t.Errorf("%s left reads %s, want %s", left, got, want)
		}
	}
}

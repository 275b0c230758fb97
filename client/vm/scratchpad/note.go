package scratchpad

import (
	"context"
	"slices"
	"strings"
	"time"
)

// separator stands between two texts of which neither may be lost; the server
// writes it too.
const separator = "\n----\n"

// flushPoll is how often Flush looks whether the journal has answered.
const flushPoll = 20 * time.Millisecond

// maxWrote bounds what is remembered; the journal sends only the newest text when
// many wait.
const maxWrote = 64

// note is the text of one interaction.
type note struct {
	interaction string
	// text is the newest; saved is what the journal has, server what the world
	// showed last.
	text, saved, server string
	// wrote are the last texts that went to the journal: one that comes back is no
	// news. revision is the newest that the world has shown.
	wrote    []string
	revision uint64
	// load is the last one the editor was given; before holds what was put in
	// front of the text since earlier loads.
	load   uint64
	before []insertion
	caret  Caret

	beginning bool
	begun     string
	saving    bool
	stop      func()
	ending    *bool
	discarded bool
	conflict  bool
	err       error
}

// insertion is a text that was put in front of the agent's from a load on.
type insertion struct {
	load uint64
	text string
}

func (s *Screen) edit(n *note, load uint64, text string) {
	if n.discarded {
		return
	}
	stale := load != n.load && load != 0
	if stale {
		for _, b := range n.before {
			if b.load > load {
				text = b.text + text
				n.conflict = true
			}
		}
	}
	if text == n.text {
		return
	}
	n.text = text
	if stale && n == s.current {
		n.caret = CaretFromEnd
		s.put(n)
	}
	if n.interaction == "" {
		s.begin(n)
		return
	}
	s.saveSoon(n, saveDelay)
}

// begin opens an interaction for a text that was typed without one.
func (s *Screen) begin(n *note) {
	if n.beginning || strings.TrimSpace(n.text) == "" {
		return
	}
	n.beginning = true
	var err error
	s.Call(func(ctx context.Context) {
		n.begun, err = s.c.Interactions.Begin(context.WithoutCancel(ctx))
	}, func() {
		n.beginning = false
		n.err = err
		if err == nil {
			s.adopt(n)
		} else {
			s.saveSoon(n, retryDelay)
		}
		if s.wanted != nil {
			wanted := *s.wanted
			s.wanted = nil
			s.show(wanted)
		}
	})
}

// adopt makes the draft the note of the interaction that was begun for it.
func (s *Screen) adopt(n *note) {
	n.interaction = n.begun
	s.draft = s.add("")
	s.save(n)
	if s.c.OnBegun != nil && n == s.current && s.wanted == nil {
		s.c.OnBegun(n.interaction)
	}
}

func (s *Screen) saveSoon(n *note, d time.Duration) {
	if n.stop != nil {
		return
	}
	n.stop = s.After(d, func() {
		n.stop = nil
		s.save(n)
	})
}

// save gives the newest text to the journal, one text at a time.
func (s *Screen) save(n *note) {
	if n.stop != nil {
		n.stop()
		n.stop = nil
	}
	if n.interaction == "" {
		s.begin(n)
		return
	}
	if n.saving || n.text == n.saved || n.discarded {
		return
	}
	n.saving = true
	text := n.text
	n.wrote = append(n.wrote, text)
	if len(n.wrote) > maxWrote {
		n.wrote = n.wrote[1:]
	}
	var err error
	s.Call(func(ctx context.Context) {
		err = s.c.Interactions.SaveNote(context.WithoutCancel(ctx), n.interaction, text)
	}, func() {
		n.saving = false
		n.err = err
		switch {
		case err != nil:
			s.c.Log.Warn("note not saved", "interaction", n.interaction, "error", err)
			s.saveSoon(n, retryDelay)
		case n.text != text:
			n.saved = text
			s.saveSoon(n, saveDelay)
		default:
			n.saved = text
		}
		s.finish(n)
	})
}

// end ends the interaction of a note. A note to be attached is in the journal
// before.
func (s *Screen) end(n *note, attach bool) {
	if n.ending != nil {
		return
	}
	n.ending = &attach
	s.save(n)
	s.finish(n)
}

// finish goes on with end once nothing is being saved.
func (s *Screen) finish(n *note) {
	if n.ending == nil || n.saving {
		return
	}
	attach := *n.ending
	if attach && n.text != n.saved {
		if n.err != nil {
			n.ending = nil
			return
		}
		s.save(n)
		return
	}
	n.ending = nil
	// Until End is answered nothing else is written.
	n.saving = true
	var err error
	s.Call(func(ctx context.Context) {
		err = s.c.Interactions.End(context.WithoutCancel(ctx), n.interaction, attach)
	}, func() {
		n.saving = false
		n.err = err
		n.discarded = err == nil && !attach
		s.save(n)
		if err != nil {
			s.c.Log.Warn("interaction not ended", "interaction", n.interaction, "error", err)
			return
		}
		if s.c.OnEnded != nil {
			s.c.OnEnded(n.interaction)
		}
	})
}

// reconcile takes what the world shows of a note. What was written here comes
// back, from the journal or from the server, and is no news; a text that is not
// newer is still on its way; another text is kept beside the agent's.
func (s *Screen) reconcile(n *note, text string, revision uint64) {
	newer := revision > n.revision
	n.revision = max(revision, n.revision)
	switch {
	case text == n.server || n.discarded:
		return
	case slices.Contains(n.wrote, text):
		n.server = text
		return
	case text == n.text:
		n.server, n.saved = text, text
		return
	case !newer:
		return
	}
	untouched := n.text == n.server
	n.server = text
	if untouched {
		n.text, n.saved = text, text
		s.replace(n, text+separator)
		return
	}
	front := others(text, n.text) + separator
	n.text = front + n.text
	n.conflict = true
	if n.text == text {
		n.saved = text
	}
	s.replace(n, front)
	s.saveSoon(n, saveDelay)
}

// others is a text without those pieces at its end that the agent's own begins
// with: the server puts one there each time that both texts are kept.
func others(text, own string) string {
	for {
		at := strings.LastIndex(text, separator)
		if at < 0 || !strings.HasPrefix(own, text[at+len(separator):]) {
			return text
		}
		text = text[:at]
	}
}

// replace gives the editor the text that has another beginning now.
func (s *Screen) replace(n *note, front string) {
	n.caret = CaretFromEnd
	n.before = append(n.before, insertion{load: s.load + 1, text: front})
	if n == s.current {
		s.put(n)
	}
}

// Flush gives every text to the journal and waits until it is there, or ctx ends.
// It must not be called on the screen's goroutine.
func (s *Screen) Flush(ctx context.Context) {
	for first := true; ; first = false {
		clean := make(chan bool, 1)
		s.Post(func() {
			dirty := false
			for _, n := range s.notes {
				// What the journal has just refused is not asked for again.
				if first || n.err == nil {
					s.save(n)
				}
				dirty = dirty || n.saving || n.beginning
			}
			clean <- !dirty
		})
		select {
		case ok := <-clean:
			if ok {
				return
			}
		case <-ctx.Done():
			return
		}
		select {
		case <-time.After(flushPoll):
		case <-ctx.Done():
			return
		}
	}
}

// Close ends the screen. What the journal has not confirmed is written once more,
// so that nothing typed before Close is lost.
func (s *Screen) Close() {
	s.once.Do(func() {
		s.Screen.Close()
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		for _, n := range s.notes {
			if n.text == n.saved || n.discarded {
				continue
			}
			if err := s.flush(ctx, n); err != nil {
				s.c.Log.Error("note lost at closing", "interaction", n.interaction, "error", err)
			}
		}
	})
}

// flush writes a note after the loop has ended.
func (s *Screen) flush(ctx context.Context, n *note) (err error) {
	if n.interaction == "" {
		n.interaction = n.begun
	}
	if n.interaction == "" {
		if strings.TrimSpace(n.text) == "" {
			return nil
		}
		if n.interaction, err = s.c.Interactions.Begin(ctx); err != nil {
			return err
		}
	}
	if err = s.c.Interactions.SaveNote(ctx, n.interaction, n.text); err != nil {
		return err
	}
	n.saved = n.text
	return nil
}

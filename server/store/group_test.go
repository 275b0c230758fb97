package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"parley/server/domain"
	"parley/server/domain/contact"
)

// together runs fns so that all wait while the first is in its transaction.
func together(t *testing.T, s *Store, fns []func(*Tx) error) []error {
	t.Helper()
	entered, goOn := make(chan struct{}), make(chan struct{})
	errs := make([]error, len(fns))
	var wg sync.WaitGroup
	wg.Go(func() {
		errs[0] = s.Update(t.Context(), domain.Centre, "", func(tx *Tx) error {
			close(entered)
			<-goOn
			return fns[0](tx)
		})
	})
	<-entered
	var queued sync.WaitGroup
	for i, fn := range fns[1:] {
		queued.Add(1)
		wg.Go(func() {
			j := newJob(t.Context(), domain.Centre, "", fn)
			queued.Done()
			errs[i+1] = s.group.do(j)
		})
	}
	queued.Wait()
	close(goOn)
	wg.Wait()
	return errs
}

func TestGroupCommit(t *testing.T) {
	s := place{Config{Dir: t.TempDir()}}.open(t)
	const n = 100
	var fns []func(*Tx) error
	boom := errors.New("boom")
	for i := range n {
		fns = append(fns, func(tx *Tx) error {
			if err := tx.PutContact(newContact(fmt.Sprint("c", i)), "contact.queued"); err != nil {
				return err
			}
			switch i % 10 {
			case 5:
				return boom
			case 6:
				// Fails in SQL, too.
				return tx.PutContact(&contact.Contact{ID: domain.ContactID(fmt.Sprint("c", i))}, "contact.queued")
			}
			return nil
		})
	}
	before := s.group.groups.Load()
	for i, err := range together(t, s, fns) {
		switch {
		case i%10 == 5 && !errors.Is(err, boom), i%10 == 6 && domain.KindOf(err) != domain.Conflict, i%10 < 5 && err != nil:
			t.Errorf("update %d gave %v", i, err)
		}
	}
	if groups := s.group.groups.Load() - before; groups > n/4 {
		t.Errorf("%d updates took %d commits: they were not grouped", n, groups)
	}
	view(t, s, func(tx *Tx) error {
		live, err := tx.LiveContacts()
		if err != nil {
			return err
		}
		events, err := tx.Events(0, 0)
		if err != nil {
			return err
		}
		if len(live) != n*8/10 || len(events) != n*8/10 {
			t.Errorf("%d contacts and %d events are stored, want %d: those of updates that succeeded", len(live), len(events), n*8/10)
		}
		for i, e := range events {
			if e.Sequence != uint64(i+1) {
				t.Fatalf("event %d has sequence %d: a failed update has left a gap", i, e.Sequence)
			}
		}
		return nil
	})
}

func TestGroupLeavesOutWhoHasLeft(t *testing.T) {
	s := place{Config{Dir: t.TempDir()}}.open(t)
	entered, goOn := make(chan struct{}), make(chan struct{})
	first := make(chan error, 1)
	go func() {
		first <- s.Update(t.Context(), domain.Centre, "", func(*Tx) error {
			close(entered)
			<-goOn
			return nil
		})
	}()
	<-entered
	ctx, cancel := context.WithCancel(t.Context())
	second := make(chan error, 1)
	go func() {
		second <- s.Update(ctx, domain.Centre, "", func(*Tx) error { t.Error("runs after its caller has left"); return nil })
	}()
	cancel()
	if err := <-second; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	close(goOn)
	if err := <-first; err != nil {
		t.Error(err)
	}
}

func TestDiskFull(t *testing.T) {
	s := place{Config{Dir: t.TempDir()}}.open(t)
	update(t, s, func(tx *Tx) error { return tx.PutContact(newContact("c0"), "contact.queued") })
	limit := func(pages int) {
		if _, err := s.write.ExecContext(t.Context(), fmt.Sprint("PRAGMA max_page_count = ", pages)); err != nil {
			t.Fatal(err)
		}
	}
	limit(1)
	big := make([]byte, 1<<20)
	for i := range big {
		big[i] = 'x'
	}
	fns := []func(*Tx) error{func(tx *Tx) error { return tx.PutContact(newContact("c1"), "contact.queued") }}
	for range 3 {
		fns = append(fns, func(tx *Tx) error { return tx.PutSetting("big", []byte(`"`+string(big)+`"`)) })
	}
	full := 0
	for _, err := range together(t, s, fns) {
		if err == nil {
			continue
		}
		wantKind(t, err, domain.StorageFull)
		full++
	}
	if full < 3 {
		t.Errorf("%d updates ended with StorageFull, want all that did not fit", full)
	}
	limit(1 << 30)
	update(t, s, func(tx *Tx) error { return tx.PutContact(newContact("c2"), "contact.queued") })
	var ok string
	if err := s.write.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&ok); err != nil || ok != "ok" {
		t.Errorf("integrity check: %q, %v", ok, err)
	}
}

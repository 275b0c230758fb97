package store

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"parley/server/domain"
	"parley/server/domain/account"
	"parley/server/domain/agent"
)

// BenchmarkFdatasync is the floor of a commit: a write of one page of the log
// and an fdatasync, on the same disk.
func BenchmarkFdatasync(b *testing.B) {
	f, err := os.Create(filepath.Join(b.TempDir(), "raw"))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	page := make([]byte, 4096)
	for b.Loop() {
		if _, err := f.Write(page); err != nil {
			b.Fatal(err)
		}
		if err := syscall.Fdatasync(int(f.Fd())); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCommit is one change of an agent with its event and command id.
func BenchmarkCommit(b *testing.B) {
	places := map[string]func(b *testing.B) place{
		"sqlite":   func(b *testing.B) place { b.Helper(); return place{Config{Dir: b.TempDir()}} },
		"postgres": func(b *testing.B) place { b.Helper(); return postgresPlace(b, "") },
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		for _, writers := range []int{1, 8, 64} {
			b.Run(fmt.Sprintf("%s/%d", engine, writers), func(b *testing.B) { commits(b, places[engine](b).open(b), writers) })
		}
	}
}

func commits(b *testing.B, s *Store, writers int) {
	b.Helper()
	s.Publish(func([]domain.Event) {})
	for w := range writers {
		update(b, s, func(tx *Tx) error {
			return tx.PutAgent(&agent.Agent{User: domain.UserID(fmt.Sprint("agent", w)), DisplayName: "An agent"}, "agent.made")
		})
	}
	var groups int64
	if s.group != nil {
		groups = s.group.groups.Load()
	}
	var next atomic.Int64
	b.ResetTimer()
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			id := domain.UserID(fmt.Sprint("agent", w))
			for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
				err := s.Update(b.Context(), domain.Actor{User: id}, domain.CommandID(fmt.Sprint(n)), func(tx *Tx) error {
					a, err := tx.Agent(id)
					if err != nil {
						return err
					}
					a.Misses++
					return tx.PutAgent(a, "agent.missed")
				})
				if err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
	if s.group != nil {
		b.ReportMetric(float64(b.N)/float64(s.group.groups.Load()-groups), "commits/fsync")
	}
}

// BenchmarkImport and BenchmarkFind show that accounts are found by an index.
func BenchmarkImport(b *testing.B) {
	s := place{Config{Dir: b.TempDir()}}.open(b)
	var list []*account.Account
	for i := range b.N {
		list = append(list, person(i))
	}
	b.ResetTimer()
	update(b, s, func(tx *Tx) error { return tx.PutAccounts(list, "accounts.imported") })
}

func BenchmarkFind(b *testing.B) {
	for _, size := range []int{1000, 20_000} {
		s := place{Config{Dir: b.TempDir()}}.open(b)
		var list []*account.Account
		for i := range size {
			list = append(list, person(i))
		}
		update(b, s, func(tx *Tx) error { return tx.PutAccounts(list, "accounts.imported") })
		for _, text := range []string{"person", "pers comp", "020 0000077", "number77 baku", "baku number77 person comp"} {
			b.Run(fmt.Sprintf("%d/%s", size, text), func(b *testing.B) {
				for b.Loop() {
					view(b, s, func(tx *Tx) error { _, _, err := tx.FindAccounts(text, 20); return err })
				}
			})
		}
	}
}

package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// writeUntilKilled is the desktop of TestKill: it types, and says what is safe.
func writeUntilKilled(dir string) {
	s, err := Open(Config{Dir: dir, Ring: &fakeRing{err: errNoRing}}, slog.New(slog.DiscardHandler))
	if err != nil {
		return
	}
	j, err := s.Journal("server", "user")
	if err != nil {
		return
	}
	number, err := j.Append([]byte("0"))
	for n := 1; err == nil; n++ {
		_, err = fmt.Fprintln(os.Stdout, n-1)
		err = errors.Join(err, j.Replace(number, []byte(fmt.Sprint(n))))
	}
}

func TestKill(t *testing.T) {
	dir := t.TempDir()
	for round := range 5 {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), killedIn+"="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		safe := -1
		for safe < 20+round*7 {
			if _, err := fmt.Fscanln(out, &safe); err != nil {
				t.Fatalf("the desktop ended by itself: %v", err)
			}
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()

		s := open(t, dir, &fakeRing{err: errNoRing})
		j, err := s.Journal("server", "user")
		if err != nil {
			t.Fatal(err)
		}
		got := records(t, j)
		var number, text int
		if len(got) != round+1 {
			t.Fatalf("records %v, want %d", got, round+1)
		}
		if _, err := fmt.Sscan(got[round], &number, &text); err != nil || text < safe {
			t.Errorf("after the kill the text is %q, but %d was safe", got[round], safe)
		}
		if err := errors.Join(j.Close(), s.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

// A record that was damaged in any way never comes out as another text, and the
// others still do.
func FuzzDamagedRecord(f *testing.F) {
	f.Add(0, byte(1), 0)
	f.Add(30, byte(0x80), 0)
	f.Add(0, byte(0), 10)
	f.Fuzz(func(t *testing.T, at int, flip byte, cut int) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			t.Fatal(err)
		}
		s, err := Open(Config{Dir: dir, Ring: &fakeRing{}}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		j, err := s.Journal("server", "user")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = j.Close() }()
		appendAll(t, j, "first", "second", "third")
		rows, err := j.rows(`SELECT number, 0, sealed FROM record WHERE number = 2`)
		if err != nil {
			t.Fatal(err)
		}
		bad := bytes.Clone(rows[0].sealed)
		if at >= 0 && at < len(bad) {
			bad[at] ^= flip
		}
		if cut > 0 {
			bad = bad[:len(bad)-min(cut, len(bad))]
		}
		_, err = j.db.ExecContext(context.Background(), `UPDATE record SET sealed = $1 WHERE number = 2`, bad)
		if err != nil {
			t.Fatal(err)
		}
		want, unreadable := []string{"1 first", "3 third"}, 1
		if bytes.Equal(bad, rows[0].sealed) {
			want, unreadable = []string{"1 first", "2 second", "3 third"}, 0
		}
		if diff := cmp.Diff(want, records(t, j)); diff != "" || j.Unreadable() != unreadable {
			t.Errorf("unreadable %d, records (-want +got):\n%s", j.Unreadable(), diff)
		}
	})
}

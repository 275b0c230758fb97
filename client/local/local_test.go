package local

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"parley/client/model"
)

// killedIn tells the test binary that it is the desktop which will be killed.
const killedIn = "PARLEY_TEST_KILLED_IN"

func TestMain(m *testing.M) {
	if dir := os.Getenv(killedIn); dir != "" {
		writeUntilKilled(dir)
		return
	}
	goleak.VerifyTestMain(m)
}

// fakeRing is a key ring in memory.
type fakeRing struct {
	secret string
	err    error
}

func (r *fakeRing) Secret() (string, error) {
	if r.err == nil && r.secret == "" {
		return "", ErrNoSecret
	}
	return r.secret, r.err
}

func (r *fakeRing) SetSecret(secret string) error {
	if r.err != nil {
		return r.err
	}
	r.secret = secret
	return nil
}

var errNoRing = errors.New("no key ring here")

func open(t *testing.T, dir string, ring KeyRing) *Store {
	t.Helper()
	s, err := Open(Config{Dir: dir, Ring: ring}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func openJournal(t *testing.T, s *Store) *Journal {
	t.Helper()
	j, err := s.Journal("http://127.0.0.1:8420", "agent-nl")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func appendAll(t *testing.T, j *Journal, bodies ...string) {
	t.Helper()
	for _, b := range bodies {
		if _, err := j.Append([]byte(b)); err != nil {
			t.Fatal(err)
		}
	}
}

func records(t *testing.T, j *Journal) []string {
	t.Helper()
	var out []string
	err := j.Each(func(n uint64, body []byte) error {
		out = append(out, fmt.Sprint(n, " ", string(body)))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestPreferencesAndDeviceStay(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, &fakeRing{})
	device := s.Device()
	if len(device) != 32 {
		t.Errorf("device %q", device)
	}
	if err := errors.Join(s.SetPreference("theme", "dark"), s.SetPreference("theme", "light"), s.Close()); err != nil {
		t.Fatal(err)
	}
	again := open(t, dir, &fakeRing{})
	if again.Preference("theme") != "light" || again.Device() != device || again.Preference("none") != "" {
		t.Errorf("theme %q device %q", again.Preference("theme"), again.Device())
	}
}

func TestJournalOrder(t *testing.T) {
	dir, ring := t.TempDir(), &fakeRing{}
	s := open(t, dir, ring)
	j := openJournal(t, s)
	appendAll(t, j, "a", "b", "c", "d")
	err := errors.Join(j.Remove(1), j.Remove(99), j.Replace(3, []byte("C")), j.SetAside(4, []byte("d"), "refused"), j.Close())
	if err != nil {
		t.Fatal(err)
	}
	j = openJournal(t, s)
	appendAll(t, j, "e")
	if diff := cmp.Diff([]string{"2 b", "3 C", "5 e"}, records(t, j)); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	aside, err := j.Aside()
	if err != nil || len(aside) != 1 || string(aside[0].Body) != "d" || aside[0].Reason != "refused" {
		t.Errorf("aside %v, %v", aside, err)
	}
}

// No file of the folder holds a word of what was typed, nor does the lock's name
// give server and user away.
func TestNothingReadableOnDisk(t *testing.T) {
	dir := t.TempDir()
	j := openJournal(t, open(t, dir, &fakeRing{}))
	const secret = "customer wants to cancel"
	appendAll(t, j, secret, "other")
	if err := errors.Join(j.Replace(2, []byte(secret)), j.SetAside(2, []byte(secret), secret)); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) < 3 {
		t.Fatalf("files %v, %v", files, err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte("cancel")) || strings.Contains(f, "agent-nl") {
			t.Errorf("%s tells what was typed or by whom", f)
		}
		if info, err := os.Stat(f); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: others may read it (%v, %v)", f, info.Mode(), err)
		}
	}
}

func TestKeyWithoutRing(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, &fakeRing{err: errNoRing})
	if s.KeyState() != KeyInFile {
		t.Error("the key is said to be in the key ring")
	}
	if info, err := os.Stat(filepath.Join(dir, keyFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("key file: %v, %v", info, err)
	}
	j := openJournal(t, s)
	appendAll(t, j, "without ring")
	if err := errors.Join(j.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	// The key ring comes, and goes, and comes: everything stays readable.
	ring := &fakeRing{}
	for _, gone := range []bool{false, true, false} {
		ring.err = nil
		if gone {
			ring.err = errNoRing
		}
		s = open(t, dir, ring)
		if want := gone; (s.KeyState() == KeyInFile) != want {
			t.Errorf("key state %v while the ring is gone: %v", s.KeyState(), gone)
		}
		j = openJournal(t, s)
		got := records(t, j)
		if !gone && len(got) == 0 {
			t.Error("records are gone")
		}
		appendAll(t, j, "more")
		if err := errors.Join(j.Close(), s.Close()); err != nil {
			t.Fatal(err)
		}
	}
	s = open(t, dir, ring)
	if got := records(t, openJournal(t, s)); len(got) != 4 {
		t.Errorf("records %v, want 4", got)
	}
}

func TestLostKeyIsReportedAndNothingDeleted(t *testing.T) {
	dir, ring := t.TempDir(), &fakeRing{}
	s := open(t, dir, ring)
	j := openJournal(t, s)
	appendAll(t, j, "old")
	if err := errors.Join(j.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	old := ring.secret
	ring.secret = ""
	s = open(t, dir, ring)
	j = openJournal(t, s)
	appendAll(t, j, "new")
	if got := records(t, j); len(got) != 1 || j.Unreadable() != 1 {
		t.Errorf("records %v, unreadable %d", got, j.Unreadable())
	}
	if err := errors.Join(j.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	ring.secret = old
	s = open(t, dir, ring)
	if diff := cmp.Diff([]string{"1 old"}, records(t, openJournal(t, s))); diff != "" {
		t.Errorf("with the old key back (-want +got):\n%s", diff)
	}
}

func TestSecondDesktopIsTold(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, &fakeRing{})
	j := openJournal(t, s)
	_, err := s.Journal("http://127.0.0.1:8420", "agent-nl")
	known, ok := errors.AsType[*model.Error](err)
	if !ok || known.Kind != model.KindConflict || !strings.Contains(known.Text, "already open") {
		t.Errorf("error %v", err)
	}
	other, err := s.Journal("http://127.0.0.1:8420", "agent-fr")
	if err != nil {
		t.Fatalf("another user: %v", err)
	}
	if err := errors.Join(other.Close(), j.Close()); err != nil {
		t.Fatal(err)
	}
	openJournal(t, s)
}

func TestDamagedFileIsKeptAside(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, &fakeRing{})
	j := openJournal(t, s)
	appendAll(t, j, "text")
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, j.name+".db")
	if err := os.WriteFile(path, bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	j = openJournal(t, s)
	appendAll(t, j, "anew")
	if got := records(t, j); len(got) != 1 {
		t.Errorf("records %v", got)
	}
	if kept, err := filepath.Glob(path + ".damaged-*"); err != nil || len(kept) == 0 {
		t.Errorf("the damaged file was not kept: %v, %v", kept, err)
	}
}

// A sealed record is bound to its place.
func TestRecordsCannotBeSwapped(t *testing.T) {
	j := openJournal(t, open(t, t.TempDir(), &fakeRing{}))
	appendAll(t, j, "a", "b")
	_, err := j.db.ExecContext(t.Context(), `UPDATE record SET sealed = (SELECT sealed FROM record WHERE number = 1)
		WHERE number = 2`)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"1 a"}, records(t, j)); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

func TestNoRingWithoutDesktopSession(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("other systems have a key ring without a message bus")
	}
	dir := t.TempDir()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", dir)
	if _, err := (systemRing{}).Secret(); err == nil || errors.Is(err, ErrNoSecret) {
		t.Errorf("error %v, want that there is no key ring", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "bus"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if !hasRing() {
		t.Error("a message bus was not seen")
	}
}

package notify

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestNoBusIsSilent(t *testing.T) {
	tries := 0
	n := NewDBus(func(...dbus.ConnOption) (*dbus.Conn, error) {
		tries++
		return nil, errors.New("no bus")
	})
	for range 3 {
		n.Show(Ringing{ID: "c1", Title: "Incoming call"}, func(Action) { t.Error("acted") })
		n.Withdraw()
	}
	n.Close()
	n.Show(Ringing{ID: "c2"}, nil)
	n.Close()
	if tries != 1 {
		t.Errorf("asked %d times for a bus", tries)
	}
}

func TestStartsNoBus(t *testing.T) {
	launched := filepath.Join(t.TempDir(), "launched")
	tools := t.TempDir()
	script := "#!/bin/sh\n: >" + launched + "\n"
	for _, name := range []string{"dbus-launch", "dbus-daemon"} {
		if err := os.WriteFile(filepath.Join(tools, name), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", tools)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	for _, dir := range []string{"", t.TempDir()} {
		t.Setenv("XDG_RUNTIME_DIR", dir)
		if conn, err := session(); err == nil {
			_ = conn.Close()
			t.Errorf("a bus was found with the folder %q", dir)
		}
	}
	if err := StartNoBus(); err != nil {
		t.Fatal(err)
	}
	// As the toolkit does it.
	if conn, err := dbus.ConnectSessionBus(); err == nil {
		_ = conn.Close()
		t.Error("the toolkit found a bus")
	}
	if _, err := os.Stat(launched); err == nil {
		t.Error("a bus was started")
	}
}

func TestUsersBus(t *testing.T) {
	address := privateBus(t)
	path, _, _ := strings.Cut(strings.TrimPrefix(address, "unix:path="), ",")
	dir := t.TempDir()
	if err := os.Symlink(path, filepath.Join(dir, "bus")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", dir)
	conn, err := session()
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Error(err)
	}
}

// desktop plays the notification service.
type desktop struct {
	conn  *dbus.Conn
	calls chan []any
}

// Notify is called over the bus.
func (d *desktop) Notify(app string, replaces uint32, icon, title, body string, actions []string, hints map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	d.calls <- []any{app, replaces, title, body, strings.Join(actions, " "), hints["category"].Value(), hints["urgency"].Value()}
	return 7, nil
}

// CloseNotification is called over the bus.
func (d *desktop) CloseNotification(id uint32) *dbus.Error {
	d.calls <- []any{"close", id}
	return nil
}

// privateBus starts a bus for this test alone.
func privateBus(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("dbus-daemon")
	if err != nil {
		t.Skip("dbus-daemon is not installed; on Debian: apt install dbus")
	}
	cmd := exec.Command(path, "--session", "--nofork", "--print-address")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(address)
}

func TestNotificationWithButtons(t *testing.T) {
	address := privateBus(t)
	conn, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	d := &desktop{conn: conn, calls: make(chan []any, 8)}
	if err := conn.Export(d, objectPath, service); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestName(service, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}

	n := NewDBus(func(o ...dbus.ConnOption) (*dbus.Conn, error) { return dbus.Connect(address, o...) })
	acted := make(chan Action, 1)
	n.Show(Ringing{ID: "c1", Title: "Incoming call", Body: "Əli", AcceptTitle: "Accept", RejectTitle: "Reject"}, func(a Action) { acted <- a })
	want := []any{"Parley", uint32(0), "Incoming call", "Əli", "accept Accept reject Reject", "call.incoming", byte(2)}
	if diff := cmp.Diff(want, <-d.calls); diff != "" {
		t.Error(diff)
	}
	for key, action := range map[string]Action{"accept": Accept, "reject": Reject} {
		if err := conn.Emit(objectPath, service+".ActionInvoked", uint32(7), key); err != nil {
			t.Fatal(err)
		}
		if got := <-acted; got != action {
			t.Errorf("%s acts as %v", key, got)
		}
	}
	n.Withdraw()
	if diff := cmp.Diff([]any{"close", uint32(7)}, <-d.calls); diff != "" {
		t.Error(diff)
	}
	n.Close()
}

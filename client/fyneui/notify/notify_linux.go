package notify

import (
	"errors"
	"sync"

	"fyne.io/fyne/v2"
	"github.com/godbus/dbus/v5"
)

// The freedesktop notification service and what Parley uses of it.
const (
	service    = "org.freedesktop.Notifications"
	objectPath = dbus.ObjectPath("/org/freedesktop/Notifications")
	keyAccept  = "accept"
	keyReject  = "reject"
	// urgencyCritical keeps the notification until it is answered.
	urgencyCritical = byte(2)
)

// New makes the notifier of this system. It connects when the first contact rings.
func New(fyne.App) Notifier { return NewDBus(session) }

// session connects to the bus of the desktop session, if there is one. The
// library would look in other places and start another one.
func session(o ...dbus.ConnOption) (*dbus.Conn, error) {
	address := busAddress()
	if address == "" {
		return nil, errors.New("no message bus runs for this user")
	}
	return dbus.Connect(address, o...)
}

// NewDBus makes a notifier that reaches the bus by connect.
func NewDBus(connect func(...dbus.ConnOption) (*dbus.Conn, error)) Notifier {
	b := &bus{connect: connect, work: make(chan func(), 16), done: make(chan struct{})}
	go b.run()
	return b
}

// bus owns the connection; all that touches it runs on one goroutine.
type bus struct {
	connect func(...dbus.ConnOption) (*dbus.Conn, error)
	work    chan func()
	done    chan struct{}

	mu     sync.Mutex
	closed bool

	conn    *dbus.Conn
	failed  bool
	signals chan *dbus.Signal
	shown   uint32
	ringing Ringing
	acted   func(Action)
}

// Show shows a notification with two buttons.
func (b *bus) Show(r Ringing, acted func(Action)) {
	b.post(func() {
		if b.ringing == r && b.shown != 0 || !b.open() {
			return
		}
		b.ringing, b.acted = r, acted
		b.send()
	})
}

// Withdraw takes the notification away.
func (b *bus) Withdraw() { b.post(b.withdraw) }

// Close withdraws, closes the connection and waits for the goroutine.
func (b *bus) Close() {
	b.mu.Lock()
	if !b.closed {
		b.closed = true
		close(b.work)
	}
	b.mu.Unlock()
	<-b.done
}

// post leaves work out when the bus is so slow that it has piled up.
func (b *bus) post(f func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return
	}
	select {
	case b.work <- f:
	default:
	}
}

func (b *bus) run() {
	defer close(b.done)
	for {
		select {
		case f, more := <-b.work:
			if !more {
				b.end()
				return
			}
			f()
		case s, more := <-b.signals:
			if !more {
				b.lost()
				continue
			}
			b.signal(s)
		}
	}
}

func (b *bus) end() {
	if b.conn == nil {
		return
	}
	b.withdraw()
	_ = b.conn.Close() // the program is going; there is nobody to tell
}

// open connects once; a machine without a bus is not asked again.
func (b *bus) open() bool {
	if b.conn != nil || b.failed {
		return b.conn != nil
	}
	conn, err := b.connect()
	if err != nil {
		b.failed = true
		return false
	}
	b.conn, b.signals = conn, make(chan *dbus.Signal, 16)
	conn.Signal(b.signals)
	if err := conn.AddMatchSignal(dbus.WithMatchInterface(service), dbus.WithMatchObjectPath(objectPath)); err != nil {
		b.failed = true
	}
	return true
}

// lost forgets a connection that the bus has closed.
func (b *bus) lost() { b.conn, b.signals, b.shown = nil, nil, 0 }

func (b *bus) send() {
	hints := map[string]dbus.Variant{
		"urgency":   dbus.MakeVariant(urgencyCritical),
		"category":  dbus.MakeVariant("call.incoming"),
		"resident":  dbus.MakeVariant(true),
		"transient": dbus.MakeVariant(true),
	}
	actions := []string{keyAccept, b.ringing.AcceptTitle, keyReject, b.ringing.RejectTitle}
	call := b.conn.Object(service, objectPath).Call(service+".Notify", 0,
		"Parley", b.shown, "call-start", b.ringing.Title, b.ringing.Body, actions, hints, int32(0))
	if call.Err != nil || call.Store(&b.shown) != nil {
		b.shown = 0
	}
}

func (b *bus) withdraw() {
	if b.conn != nil && b.shown != 0 {
		b.conn.Object(service, objectPath).Call(service+".CloseNotification", dbus.FlagNoReplyExpected, b.shown)
	}
	b.shown, b.acted = 0, nil
	b.ringing = Ringing{}
}

// signal hands on what the agent chose on our notification.
func (b *bus) signal(s *dbus.Signal) {
	if len(s.Body) < 2 {
		return
	}
	id, _ := s.Body[0].(uint32)
	if id == 0 || id != b.shown {
		return
	}
	switch s.Name {
	case service + ".NotificationClosed":
		b.shown = 0
	case service + ".ActionInvoked":
		b.choose(s.Body[1])
	}
}

func (b *bus) choose(key any) {
	if b.acted == nil {
		return
	}
	switch key {
	case keyAccept:
		b.acted(Accept)
	case keyReject:
		b.acted(Reject)
	}
}

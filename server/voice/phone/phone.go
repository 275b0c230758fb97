// Package phone is a customer's telephone: it makes one call over SIP, plays a
// sound or a tone and records what it hears. The operator's tool and the tests
// use it; the server does not.
//
// A Call is driven by its methods and watched by Progress and Wait. It owns a
// SIP stack of its own, so that any number of calls may run in one process.
package phone

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo"
	lib "github.com/emiago/sipgo/sip"

	"parley/client/phone/codec"
	"parley/server/voice/media"
)

// Config says whom to call and what to let hear.
type Config struct {
	// To is the SIP URI to call.
	To string
	// From is the number shown, Name the name beside it.
	From string
	Name string
	// Play is a WAV file that is played over and over; Tone, when Play is
	// empty, the frequency of a sine in hertz, 0 for silence.
	Play string
	Tone int
	// Record is the WAV file that gets what is heard.
	Record string
	// Codecs are offered in this order; all when empty.
	Codecs []codec.Name
	// Transport is udp, tcp or tls; udp when empty.
	Transport string
	TLS       *tls.Config
	// Username and Password answer a digest challenge.
	Username string
	Password string
	// Late sends no offer in the INVITE and answers the far side's instead.
	Late bool
	// Mute sends no packets at all, as a broken network does.
	Mute bool
}

// Stats is what the media side counted.
type Stats struct {
	Sent, Received uint64
	// Lost is the number of packets missing from the numbering.
	Lost uint64
	// LongestGap is the longest time between two received packets.
	LongestGap time.Duration
}

// Call is one call.
type Call struct {
	cfg       Config
	ua        *sipgo.UserAgent
	socket    net.PacketConn
	local     netip.AddrPort
	transport string
	invite    *lib.Request
	stream    *media.Stream
	clock     *media.Clock
	ear       *ear
	sound     media.Sound
	progress  chan int
	connected chan struct{}
	ended     chan struct{}
	wg        sync.WaitGroup
	ctx       context.Context
	cancel    context.CancelFunc
	close     sync.Once

	mu      sync.Mutex
	answer  *lib.Response
	target  lib.Uri
	offer   media.Session
	chosen  media.Chosen
	version uint64
	seq     uint32
	err     error
	over    bool
	hungUp  bool
	// heard: the far side has answered the INVITE with something.
	heard bool
}

// ErrRefused says that the far side refused the call; the status is in the text.
var ErrRefused = errors.New("call refused")

// Dial starts a call. The context bounds the whole call; what becomes of it is
// told by Progress, Answered and Wait.
func Dial(ctx context.Context, cfg Config) (*Call, error) {
	c := &Call{
		cfg: cfg, transport: strings.ToUpper(cfg.Transport),
		progress: make(chan int, 32), connected: make(chan struct{}), ended: make(chan struct{}),
	}
	if c.transport == "" {
		c.transport = "UDP"
	}
	c.ctx, c.cancel = context.WithCancel(ctx)
	if err := c.prepare(); err != nil {
		return nil, errors.Join(err, c.release())
	}
	tx, err := c.ua.TransactionLayer().Request(c.ctx, c.invite)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("send INVITE: %w", err), c.release())
	}
	c.wg.Go(func() { c.follow(tx) })
	return c, nil
}

func (c *Call) prepare() error {
	var to lib.Uri
	if err := lib.ParseUri(c.cfg.To, &to); err != nil {
		return fmt.Errorf("read address to call: %w", err)
	}
	if err := c.loadSound(); err != nil {
		return err
	}
	host, err := c.route(to)
	if err != nil {
		return err
	}
	if err := c.openSIP(host); err != nil {
		return err
	}
	ports, err := media.NewPorts(host, 0, 0)
	if err != nil {
		return err
	}
	pair, err := ports.Open()
	if err != nil {
		return fmt.Errorf("open media: %w", err)
	}
	c.clock, c.ear = media.NewClock(), newEar(c.cfg.Record != "")
	c.stream = media.Open(pair, c.clock, c.ear)
	c.buildInvite(to)
	return nil
}

func (c *Call) loadSound() error {
	switch {
	case c.cfg.Play != "":
		raw, err := os.ReadFile(c.cfg.Play)
		if err != nil {
			return fmt.Errorf("read sound: %w", err)
		}
		if c.sound, err = media.ReadWAV(raw); err != nil {
			return fmt.Errorf("read sound %s: %w", c.cfg.Play, err)
		}
	default:
		c.sound = media.Tone(c.cfg.Tone, 48000)
	}
	return nil
}

// route finds our address towards the far side.
func (c *Call) route(to lib.Uri) (netip.Addr, error) {
	port := to.Port
	if port == 0 {
		port = lib.DefaultPort(c.transport)
	}
	conn, err := net.Dial("udp", net.JoinHostPort(strings.Trim(to.Host, "[]"), fmt.Sprint(port)))
	if err != nil {
		return netip.Addr{}, fmt.Errorf("find way to %s: %w", to.Host, err)
	}
	host := conn.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap()
	return host, conn.Close()
}

func (c *Call) openSIP(host netip.Addr) error {
	quiet := slog.New(slog.DiscardHandler)
	options := []sipgo.UserAgentOption{
		sipgo.WithUserAgentTransactionLayerOptions(lib.WithTransactionLayerLogger(quiet),
			lib.WithTransactionLayerUnhandledResponseHandler(c.stray)),
		sipgo.WithUserAgentTransportLayerOptions(lib.WithTransportLayerLogger(quiet)),
	}
	if c.cfg.TLS != nil {
		options = append(options, sipgo.WithUserAgenTLSConfig(c.cfg.TLS))
	}
	ua, err := sipgo.NewUA(options...)
	if err != nil {
		return fmt.Errorf("make SIP stack: %w", err)
	}
	c.ua = ua
	srv, err := sipgo.NewServer(ua, sipgo.WithServerLogger(quiet))
	if err != nil {
		return fmt.Errorf("make SIP stack: %w", err)
	}
	srv.OnNoRoute(c.serve)
	conn, err := net.ListenPacket("udp", netip.AddrPortFrom(host, 0).String())
	if err != nil {
		return fmt.Errorf("open SIP socket: %w", err)
	}
	c.socket = conn
	c.local = conn.LocalAddr().(*net.UDPAddr).AddrPort()
	if c.transport == "UDP" {
		watched := &socket{PacketConn: conn, ready: make(chan struct{})}
		c.wg.Go(func() { _ = srv.ServeUDP(watched) })
		<-watched.ready
	}
	return nil
}

// Progress gives each status of the INVITE as it comes; it is closed when the
// call is over.
func (c *Call) Progress() <-chan int { return c.progress }

// Answered waits until the call is answered.
func (c *Call) Answered(ctx context.Context) error {
	select {
	case <-c.connected:
		return nil
	case <-c.ended:
		select {
		case <-c.connected:
			return nil
		default:
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.err == nil {
			return io.EOF
		}
		return c.err
	case <-ctx.Done():
		return fmt.Errorf("await answer: %w", ctx.Err())
	}
}

// Wait waits until the call is over, and returns why it was refused or failed;
// nil after a hang-up of either side.
func (c *Call) Wait(ctx context.Context) error {
	select {
	case <-c.ended:
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.err
	case <-ctx.Done():
		return fmt.Errorf("await end of call: %w", ctx.Err())
	}
}

// SendDigits presses keys.
func (c *Call) SendDigits(keys string) error {
	if !media.ValidDigits(keys) || !c.stream.SendDigits(keys) {
		return fmt.Errorf("send keys %q: not possible in this call", keys)
	}
	return nil
}

// Stats counts the media.
func (c *Call) Stats() Stats {
	s := c.ear.stats()
	s.Sent = c.stream.Stats().Sent
	return s
}

// Heard is what was heard so far, when it is recorded.
func (c *Call) Heard() media.Sound { return c.ear.sound() }

// Codec is the codec of the call.
func (c *Call) Codec() codec.Name {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.chosen.Format.Name
}

// Digits are the keys that the far side has sent.
func (c *Call) Digits() string { return c.ear.pressed() }

// finish ends the call once, for the reason.
func (c *Call) finish(err error) {
	c.mu.Lock()
	if c.over {
		c.mu.Unlock()
		return
	}
	c.over, c.err = true, err
	close(c.progress)
	c.mu.Unlock()
	if c.cfg.Record != "" {
		if werr := os.WriteFile(c.cfg.Record, c.ear.sound().WriteWAV(), 0o600); werr != nil {
			c.mu.Lock()
			c.err = errors.Join(c.err, fmt.Errorf("write recording: %w", werr))
			c.mu.Unlock()
		}
	}
	close(c.ended)
}

// Close hangs up, if that is still to do, and releases everything.
func (c *Call) Close() error {
	c.HangUp()
	c.finish(nil)
	return c.release()
}

func (c *Call) release() error {
	var errs []error
	c.close.Do(func() {
		c.cancel()
		if c.stream != nil {
			errs = append(errs, c.stream.Close())
			c.clock.Close()
		}
		if c.socket != nil {
			errs = append(errs, c.socket.Close())
		}
		if c.ua != nil {
			errs = append(errs, c.ua.Close())
		}
		c.wg.Wait()
	})
	return errors.Join(errs...)
}

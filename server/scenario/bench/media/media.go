// Package media is the two ends of relayed calls: callers who speak plain RTP,
// and agents who speak it too or WebRTC. Both send G.711 noise every 20 ms with
// the time of sending in it, so that the relay's delay and loss can be told.
//
// All packets of a stream are sent by two goroutines that spread the calls over
// the 20 ms: a load that comes in bursts would measure queues.
package media

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"parley/server/scenario/bench/measure"
)

const (
	header = 12
	// size is a G.711 packet of 20 ms.
	size = header + 160
	// frame is how often an end speaks; slots spread the ends over it.
	frame = 20 * time.Millisecond
	slots = 10
	// senders share the ends.
	senders = 2
)

// End sends to the relay, and counts what comes from it.
type End interface {
	// send gives the packet away; it may be used again after the return.
	send(packet []byte)
	ear() *ear
	// Close releases the sockets.
	Close() error
}

// ear counts what an end hears while it listens.
type ear struct {
	open atomic.Bool
	mu   sync.Mutex
	late measure.Times
}

// origin is what times in packets count from.
var origin = time.Now()

func (e *ear) hear(payload []byte) {
	if !e.open.Load() || len(payload) < 8 {
		return
	}
	sent := time.Duration(binary.BigEndian.Uint64(payload))
	e.mu.Lock()
	defer e.mu.Unlock()
	e.late = append(e.late, time.Since(origin)-sent)
}

// Plain is an end with RTP over UDP.
type Plain struct {
	conn   *net.UDPConn
	to     atomic.Pointer[netip.AddrPort]
	heard  ear
	reader sync.WaitGroup
}

// NewPlain opens a socket for one end.
func NewPlain() (*Plain, error) {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, fmt.Errorf("open media: %w", err)
	}
	p := &Plain{conn: conn}
	p.reader.Go(p.read)
	return p, nil
}

// Local is where the end is spoken to.
func (p *Plain) Local() netip.AddrPort { return p.conn.LocalAddr().(*net.UDPAddr).AddrPort() }

// Connect says where the relay is.
func (p *Plain) Connect(to netip.AddrPort) { p.to.Store(&to) }

func (p *Plain) read() {
	packet := make([]byte, 2048)
	for {
		n, _, err := p.conn.ReadFromUDPAddrPort(packet)
		if err != nil {
			return
		}
		if n == size {
			p.heard.hear(packet[header:n])
		}
	}
}

func (p *Plain) send(packet []byte) {
	if to := p.to.Load(); to != nil {
		// What is lost is seen by who misses it.
		_, _ = p.conn.WriteToUDPAddrPort(packet, *to)
	}
}

func (p *Plain) ear() *ear { return &p.heard }

// Close closes the socket.
func (p *Plain) Close() error {
	err := p.conn.Close()
	p.reader.Wait()
	return err
}

// Heard is what a talk came to.
type Heard struct {
	Sent, Received int
	// Late is the time each packet took through the relay.
	Late measure.Times
}

// warmUp is talked before anything counts, so that both ways are open.
const warmUp = 500 * time.Millisecond

// Talk lets all ends speak for a time. Counting is told when it counts and when
// no longer.
func Talk(ends []End, d time.Duration, counting func(on bool)) Heard {
	var sent atomic.Int64
	var count atomic.Bool
	stop := make(chan struct{})
	var all sync.WaitGroup
	for i := range senders {
		var mine []End
		for j := i; j < len(ends); j += senders {
			mine = append(mine, ends[j])
		}
		all.Go(func() { speak(mine, stop, &count, &sent) })
	}
	listen := func(on bool) {
		for _, e := range ends {
			e.ear().open.Store(on)
		}
	}
	time.Sleep(warmUp)
	listen(true)
	count.Store(true)
	counting(true)
	time.Sleep(d)
	count.Store(false)
	counting(false)
	close(stop)
	all.Wait()
	time.Sleep(100 * time.Millisecond) // what is on its way
	listen(false)
	h := Heard{Sent: int(sent.Load())}
	for _, e := range ends {
		k := e.ear()
		k.mu.Lock()
		h.Late = append(h.Late, k.late...)
		k.late = nil
		k.mu.Unlock()
	}
	h.Received = len(h.Late)
	return h
}

func speak(ends []End, stop <-chan struct{}, count *atomic.Bool, sent *atomic.Int64) {
	packet := make([]byte, size)
	for i := range packet[header:] {
		packet[header+i] = byte(i * 37)
	}
	next := time.Now()
	// The numbers go on from talk to talk, as in one call with a pause.
	for seq := uint32(time.Since(origin) / frame); ; seq++ {
		for slot := range slots {
			select {
			case <-stop:
				return
			default:
			}
			for i := slot; i < len(ends); i += slots {
				fill(packet, seq, uint32(i+1))
				ends[i].send(packet)
				if count.Load() {
					sent.Add(1)
				}
			}
			next = next.Add(frame / slots)
			time.Sleep(time.Until(next))
		}
	}
}

func fill(packet []byte, seq, source uint32) {
	packet[0], packet[1] = 0x80, 0
	binary.BigEndian.PutUint16(packet[2:], uint16(seq))
	binary.BigEndian.PutUint32(packet[4:], seq*160)
	binary.BigEndian.PutUint32(packet[8:], source)
	binary.BigEndian.PutUint64(packet[header:], uint64(time.Since(origin)))
}

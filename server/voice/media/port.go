package media

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
)

// ErrPorts says that every port of the range is taken.
var ErrPorts = errors.New("no free media port")

// Ports hands out pairs of UDP sockets, RTP on the even port and RTCP on the
// odd one above it.
type Ports struct {
	host     netip.Addr
	min, max int
	mu       sync.Mutex
	next     int
}

// NewPorts opens sockets on host in the range min to max; with both 0 the
// system chooses the ports.
func NewPorts(host netip.Addr, minimum, maximum int) (*Ports, error) {
	if minimum < 0 || maximum > 65535 || maximum < minimum || maximum != 0 && maximum-minimum < 3 {
		return nil, fmt.Errorf("media ports %d to %d are no range", minimum, maximum)
	}
	return &Ports{host: host, min: (minimum + 1) &^ 1, max: maximum, next: (minimum + 1) &^ 1}, nil
}

const minBuffer = 2048

// Pair is the sockets of one stream.
type Pair struct {
	RTP  *net.UDPConn
	RTCP *net.UDPConn
}

// Close closes both sockets.
func (p Pair) Close() error { return errors.Join(p.RTP.Close(), p.RTCP.Close()) }

// Open opens the next free pair. Ports are taken in turn, so that late packets
// of an ended call do not fall into a new one.
func (p *Ports) Open() (Pair, error) {
	tries := (p.max - p.min) / 2
	if p.max == 0 {
		tries = 50
	}
	for range tries + 1 {
		pair, err := p.try(p.take())
		if err == nil {
			return pair, nil
		}
	}
	return Pair{}, ErrPorts
}

func (p *Ports) take() int {
	if p.max == 0 {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	port := p.next
	p.next += 2
	if p.next+1 > p.max {
		p.next = p.min
	}
	return port
}

func (p *Ports) try(port int) (Pair, error) {
	rtp, err := p.listen(port)
	if err != nil {
		return Pair{}, err
	}
	got := rtp.LocalAddr().(*net.UDPAddr).Port
	if got%2 == 1 {
		return Pair{}, errors.Join(ErrPorts, rtp.Close())
	}
	rtcp, err := p.listen(got + 1)
	if err != nil {
		return Pair{}, errors.Join(err, rtp.Close())
	}
	// Nobody reads the far side's reports; without a limit they would pile up.
	if err := rtcp.SetReadBuffer(minBuffer); err != nil {
		return Pair{}, errors.Join(err, rtp.Close(), rtcp.Close())
	}
	return Pair{rtp, rtcp}, nil
}

func (p *Ports) listen(port int) (*net.UDPConn, error) {
	network := "udp4"
	if p.host.Is6() {
		network = "udp6"
	}
	return net.ListenUDP(network, net.UDPAddrFromAddrPort(netip.AddrPortFrom(p.host, uint16(port))))
}

// Single opens one socket of the range, for the port all agents share.
func (p *Ports) Single() (*net.UDPConn, error) {
	pair, err := p.Open()
	if err != nil {
		return nil, err
	}
	return pair.RTP, pair.RTCP.Close()
}

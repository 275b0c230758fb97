package phone

import (
	"net"
	"sync"
)

// socket tells when it is first read from: only then does the SIP stack know
// it and send through it.
type socket struct {
	net.PacketConn
	once  sync.Once
	ready chan struct{}
}

// ReadFrom reads a datagram.
func (s *socket) ReadFrom(b []byte) (int, net.Addr, error) {
	s.once.Do(func() { close(s.ready) })
	return s.PacketConn.ReadFrom(b)
}

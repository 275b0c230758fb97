package sipload

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
)

// buffer lets a burst of hundreds of messages wait for us.
const buffer = 4 << 20

// loopback is where everything happens.
var loopback = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// socket reads messages until it is closed.
type socket struct {
	conn   *net.UDPConn
	local  netip.AddrPort
	reader sync.WaitGroup
}

func listen(port uint16) (*socket, error) {
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(loopback, port)))
	if err != nil {
		return nil, fmt.Errorf("open a telephone's socket: %w", err)
	}
	err = errors.Join(conn.SetReadBuffer(buffer), conn.SetWriteBuffer(buffer))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("enlarge a socket's buffer: %w", err), conn.Close())
	}
	local := conn.LocalAddr().(*net.UDPAddr).AddrPort()
	return &socket{conn: conn, local: netip.AddrPortFrom(loopback, local.Port())}, nil
}

func (s *socket) serve(handle func(m message, from netip.AddrPort)) {
	s.reader.Go(func() {
		packet := make([]byte, 65535)
		for {
			n, from, err := s.conn.ReadFromUDPAddrPort(packet)
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil {
				continue // an ICMP error of an earlier packet
			}
			if m, ok := parse(packet[:n]); ok {
				handle(m, netip.AddrPortFrom(from.Addr().Unmap(), from.Port()))
			}
		}
	})
}

// send drops what cannot be sent; whoever waits for it sends again.
func (s *socket) send(data []byte, to netip.AddrPort) { _, _ = s.conn.WriteToUDPAddrPort(data, to) }

func (s *socket) close() error {
	err := s.conn.Close()
	s.reader.Wait()
	return err
}

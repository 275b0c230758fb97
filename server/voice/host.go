package voice

import (
	"fmt"
	"net"
	"net/netip"
)

// mediaHost is the address far ends are told to send to.
func mediaHost(cfg Config) (netip.Addr, error) {
	if cfg.MediaIP != "" {
		addr, err := netip.ParseAddr(cfg.MediaIP)
		if err != nil {
			return addr, fmt.Errorf("read media address: %w", err)
		}
		return addr, nil
	}
	listener, err := net.ResolveUDPAddr("udp", cfg.SIPAddr)
	if err != nil {
		return netip.Addr{}, fmt.Errorf("read SIP address: %w", err)
	}
	addr := listener.AddrPort().Addr().Unmap()
	if addr.IsValid() && !addr.IsUnspecified() {
		return addr, nil
	}
	return outgoing(), nil
}

// outgoing is the address of the interface that leads away from this machine;
// no packet is sent to find it. A machine without one serves itself.
func outgoing() netip.Addr {
	conn, err := net.Dial("udp4", "192.0.2.1:9")
	if err != nil {
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	addr := conn.LocalAddr().(*net.UDPAddr).AddrPort().Addr()
	if err := conn.Close(); err != nil {
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return addr
}

// bindable is host itself when it is ours; behind a translator it is not, and
// every address is listened on.
func bindable(host netip.Addr) netip.Addr {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(host, 0)))
	if err == nil && conn.Close() == nil {
		return host
	}
	if host.Is6() {
		return netip.IPv6Unspecified()
	}
	return netip.IPv4Unspecified()
}

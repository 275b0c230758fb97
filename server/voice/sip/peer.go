package sip

import (
	"net"
	"net/netip"
)

// Peer is a far end that may send us calls: known by its address, by digest
// credentials, or by both.
type Peer struct {
	Name     string
	Prefixes []netip.Prefix
	// Username and Password, when set, must be proven with each INVITE.
	Username string
	Password string
}

type peers []Peer

// from returns the peer with that address. A peer without prefixes may come
// from anywhere but must prove its password.
func (ps peers) from(addr netip.Addr) *Peer {
	addr = addr.Unmap().WithZone("")
	for i := range ps {
		for _, prefix := range ps[i].Prefixes {
			if prefix.Contains(addr) {
				return &ps[i]
			}
		}
	}
	return nil
}

// admits tells whether bytes from that address are looked at.
func (ps peers) admits(addr netip.Addr) bool {
	if ps.from(addr) != nil {
		return true
	}
	for i := range ps {
		if ps[i].anywhere() {
			return true
		}
	}
	return false
}

func (p *Peer) anywhere() bool { return len(p.Prefixes) == 0 && p.Username != "" }

func addrPortOf(a net.Addr) netip.AddrPort {
	switch a := a.(type) {
	case *net.UDPAddr:
		return unmapped(a.AddrPort())
	case *net.TCPAddr:
		return unmapped(a.AddrPort())
	}
	ap, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return netip.AddrPort{}
	}
	return unmapped(ap)
}

func unmapped(ap netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}

package media

import "encoding/binary"

// Packet is an RTP packet on its way through. The payload belongs to the
// reader's buffer and is valid until the receiver of the packet returns.
type Packet struct {
	SSRC    uint32
	Stamp   uint32
	Seq     uint16
	Type    uint8
	Marker  bool
	Payload []byte
}

const (
	headerSize = 12
	// MaxPacket is the largest packet that is taken or sent.
	MaxPacket = 1500
)

// Unpack reads an RTP packet (RFC 3550) without copying; false means that it
// is none.
func (p *Packet) Unpack(b []byte) bool {
	if len(b) < headerSize || b[0]>>6 != 2 {
		return false
	}
	at := headerSize + 4*int(b[0]&15)
	if b[0]&16 != 0 {
		if len(b) < at+4 {
			return false
		}
		at += 4 + 4*int(binary.BigEndian.Uint16(b[at+2:]))
	}
	end := len(b)
	if b[0]&32 != 0 {
		end -= int(b[len(b)-1])
	}
	if at > end {
		return false
	}
	p.Marker = b[1]&128 != 0
	p.Type = b[1] & 127
	p.Seq = binary.BigEndian.Uint16(b[2:])
	p.Stamp = binary.BigEndian.Uint32(b[4:])
	p.SSRC = binary.BigEndian.Uint32(b[8:])
	p.Payload = b[at:end]
	return true
}

// pack writes the packet into b and returns the used part.
func (p *Packet) pack(b []byte) []byte {
	b[0] = 2 << 6
	b[1] = p.Type
	if p.Marker {
		b[1] |= 128
	}
	binary.BigEndian.PutUint16(b[2:], p.Seq)
	binary.BigEndian.PutUint32(b[4:], p.Stamp)
	binary.BigEndian.PutUint32(b[8:], p.SSRC)
	return b[:headerSize+copy(b[headerSize:], p.Payload)]
}

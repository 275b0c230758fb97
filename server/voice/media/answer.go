package media

import (
	"fmt"
	"net/netip"
	"strings"

	"parley/client/phone/codec"
)

// Chosen is what two sides agreed on.
type Chosen struct {
	Format codec.Format
	// Type is the payload type in both directions.
	Type uint8
	// Event is the payload type of telephone events, 0 when there are none.
	Event uint8
	// Remote is where to send, and whose host is listened to.
	Remote netip.AddrPort
	// Signal is the host the signalling comes from; the far side may send media
	// from there too, as one behind a NAT does, and is then answered there.
	Signal netip.Addr
	// Direction is ours.
	Direction Direction
}

// Choose takes the first of the far side's codecs that is allowed; nil allows
// all. The far side's order wins, because it knows its own links.
func Choose(s Session, allowed []codec.Name) (Chosen, error) {
	if allowed == nil {
		allowed = Codecs()
	}
	for _, p := range s.Payloads {
		for _, name := range allowed {
			if name != p.Name {
				continue
			}
			f, _ := codec.Lookup(name)
			return Chosen{
				Format: f, Type: p.Type, Event: s.Events[f.ClockRate],
				Remote: s.Addr, Direction: s.Direction.Reverse(),
			}, nil
		}
	}
	return Chosen{}, ErrCodec
}

// Description says what we write about ourselves.
type Description struct {
	Addr netip.AddrPort
	// ID and Version go into the origin line; the version grows with changes.
	ID, Version uint64
	Payloads    []Payload
	Event       uint8
	EventClock  int
	Direction   Direction
}

// Offer writes a description with our one audio stream.
func Offer(d Description) []byte {
	var b strings.Builder
	d.head(&b)
	d.audio(&b)
	return []byte(b.String())
}

// Answer writes a description for an offer: its other streams are refused.
func Answer(offer Session, d Description) []byte {
	var b strings.Builder
	d.head(&b)
	for i, line := range offer.Lines {
		if i == offer.Audio {
			d.audio(&b)
			continue
		}
		f := strings.Fields(line)
		fmt.Fprintf(&b, "m=%s 0 %s %s\r\n", f[0], f[2], f[3])
	}
	return []byte(b.String())
}

func (d Description) head(b *strings.Builder) {
	family := "IP4"
	if d.Addr.Addr().Is6() {
		family = "IP6"
	}
	fmt.Fprintf(b, "v=0\r\no=parley %d %d IN %s %s\r\ns=-\r\nc=IN %s %s\r\nt=0 0\r\n",
		d.ID, d.Version, family, d.Addr.Addr(), family, d.Addr.Addr())
}

func (d Description) audio(b *strings.Builder) {
	fmt.Fprintf(b, "m=audio %d RTP/AVP", d.Addr.Port())
	for _, p := range d.Payloads {
		fmt.Fprintf(b, " %d", p.Type)
	}
	if d.Event != 0 {
		fmt.Fprintf(b, " %d", d.Event)
	}
	b.WriteString("\r\n")
	for _, p := range d.Payloads {
		f, _ := codec.Lookup(p.Name)
		fmt.Fprintf(b, "a=rtpmap:%d %s/%d", p.Type, p.Name, f.ClockRate)
		if f.SDPChannels > 1 {
			fmt.Fprintf(b, "/%d", f.SDPChannels)
		}
		b.WriteString("\r\n")
		if p.Name == codec.Opus {
			fmt.Fprintf(b, "a=fmtp:%d useinbandfec=1\r\n", p.Type)
		}
	}
	if d.Event != 0 {
		fmt.Fprintf(b, "a=rtpmap:%d telephone-event/%d\r\na=fmtp:%d 0-15\r\n", d.Event, d.EventClock, d.Event)
	}
	fmt.Fprintf(b, "a=ptime:%d\r\na=%s\r\n", codec.FrameMillis, d.Direction)
}

// Describe is the answering side's description of what was chosen.
func (c Chosen) Describe(local netip.AddrPort, id, version uint64) Description {
	return Description{
		Addr: local, ID: id, Version: version, Payloads: []Payload{{c.Format.Name, c.Type}},
		Event: c.Event, EventClock: c.Format.ClockRate, Direction: c.Direction,
	}
}

// OfferPayloads are all codecs with the payload types we propose.
func OfferPayloads() []Payload {
	var all []Payload
	for _, name := range Codecs() {
		f, _ := codec.Lookup(name)
		all = append(all, Payload{name, f.PayloadType})
	}
	return all
}

// sends tells whether we may send. Nothing is numbered while we may not, so
// that the far side sees no loss when we go on.
func (c *Chosen) sends() bool { return c.Direction == SendRecv || c.Direction == SendOnly }

package rtc

import (
	"strings"

	"github.com/pion/webrtc/v4"

	"parley/client/phone/codec"
)

// events are the telephone events (RFC 4733), one for each clock we offer.
var events = []webrtc.RTPCodecParameters{
	{
		RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: mimeEvent, ClockRate: 8000, SDPFmtpLine: "0-15"},
		PayloadType:        101,
	},
	{
		RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: mimeEvent, ClockRate: 48000, SDPFmtpLine: "0-15"},
		PayloadType:        110,
	},
}

const (
	mimeEvent  = "audio/telephone-event"
	mimePrefix = "audio/"
)

func parameters(f codec.Format) webrtc.RTPCodecParameters {
	c := webrtc.RTPCodecCapability{MimeType: mimePrefix + string(f.Name), ClockRate: uint32(f.ClockRate)}
	if f.SDPChannels > 1 {
		c.Channels = uint16(f.SDPChannels)
	}
	if f.Name == codec.Opus {
		c.SDPFmtpLine = "minptime=10;useinbandfec=1"
	}
	return webrtc.RTPCodecParameters{RTPCodecCapability: c, PayloadType: webrtc.PayloadType(f.PayloadType)}
}

// formatOf finds our codec by what SDP calls it, in any case of letters.
func formatOf(mime string) (codec.Format, bool) {
	for _, n := range []codec.Name{codec.Opus, codec.G722, codec.PCMA, codec.PCMU} {
		if strings.EqualFold(mime, mimePrefix+string(n)) {
			return codec.Lookup(n)
		}
	}
	return codec.Format{}, false
}

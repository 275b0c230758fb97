package peer

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"parley/server/scenario/bench/process"
)

// rtpengineAddr is where rtpengine is told what to do.
const rtpengineAddr = "127.0.0.1:2223"

// RTPEngine is the relay, without its kernel module.
type RTPEngine struct {
	*process.Process
	conn   net.Conn
	serial int
}

// StartRTPEngine starts the relay on the loopback interface.
func StartRTPEngine(program, dir string) (*RTPEngine, error) {
	p, err := process.Start(dir, program, "--foreground", "--log-stderr", "--log-level=3", "--table=-1",
		"--interface=127.0.0.1", "--listen-ng="+rtpengineAddr, "--port-min=32000", "--port-max=39998",
		"--pidfile="+dir+"/rtpengine.pid", "--num-threads=2", "--timeout=600")
	if err != nil {
		return nil, err
	}
	conn, err := net.Dial("udp4", rtpengineAddr)
	if err != nil {
		p.Stop()
		return nil, fmt.Errorf("reach rtpengine: %w", err)
	}
	r := &RTPEngine{Process: p, conn: conn}
	ready := func() bool {
		_, err := r.ask(100*time.Millisecond, "command", "ping")
		return err == nil
	}
	if err := p.Await(20*time.Second, ready); err != nil {
		r.Stop()
		return nil, err
	}
	return r, nil
}

// Stop ends the relay.
func (r *RTPEngine) Stop() {
	// The socket has no data that could be lost.
	_ = r.conn.Close()
	r.Process.Stop()
}

// Offer gives the caller's session; the answer is what the agent is offered: as
// it is, or for a WebRTC agent.
func (r *RTPEngine) Offer(call, sdp string, webrtc bool) (string, error) {
	args := []string{"command", "offer", "call-id", call, "from-tag", "a", "sdp", sdp}
	if webrtc {
		args = append(args, "ICE", "force", "transport-protocol", "UDP/TLS/RTP/SAVPF", "rtcp-mux", "[require]", "flags", "[generate-mid SDES-off]")
	} else {
		args = append(args, "ICE", "remove")
	}
	return r.session(args)
}

// Answer gives the agent's session; the answer is what the caller is told.
func (r *RTPEngine) Answer(call, sdp string, webrtc bool) (string, error) {
	args := []string{"command", "answer", "call-id", call, "from-tag", "a", "to-tag", "b", "sdp", sdp, "ICE", "remove"}
	if webrtc {
		args = append(args, "transport-protocol", "RTP/AVP", "rtcp-mux", "[demux]")
	}
	return r.session(args)
}

func (r *RTPEngine) session(args []string) (string, error) {
	reply, err := r.ask(3*time.Second, args...)
	if err != nil {
		return "", err
	}
	_, rest, found := strings.Cut(reply, "3:sdp")
	length, text, cut := strings.Cut(rest, ":")
	n, err := strconv.Atoi(length)
	if !found || !cut || err != nil || n > len(text) {
		return "", fmt.Errorf("rtpengine answered %q", reply)
	}
	return text[:n], nil
}

// ask sends a dictionary of bencoded texts; a value in brackets is a list of
// words.
func (r *RTPEngine) ask(limit time.Duration, pairs ...string) (string, error) {
	r.serial++
	cookie := strconv.Itoa(r.serial)
	var b strings.Builder
	b.WriteString(cookie + " d")
	for _, text := range pairs {
		if list, found := strings.CutPrefix(text, "["); found {
			b.WriteString("l")
			for word := range strings.FieldsSeq(strings.TrimSuffix(list, "]")) {
				fmt.Fprintf(&b, "%d:%s", len(word), word)
			}
			b.WriteString("e")
			continue
		}
		fmt.Fprintf(&b, "%d:%s", len(text), text)
	}
	b.WriteString("e")
	if _, err := r.conn.Write([]byte(b.String())); err != nil {
		return "", fmt.Errorf("ask rtpengine: %w", err)
	}
	if err := r.conn.SetReadDeadline(time.Now().Add(limit)); err != nil {
		return "", fmt.Errorf("ask rtpengine: %w", err)
	}
	reply := make([]byte, 65535)
	for {
		n, err := r.conn.Read(reply)
		if err != nil {
			return "", fmt.Errorf("ask rtpengine: %w", err)
		}
		text, mine := strings.CutPrefix(string(reply[:n]), cookie+" ")
		if !mine { // a late answer to an earlier question
			continue
		}
		if strings.Contains(text, "6:result5:error") {
			return "", errors.New("rtpengine refused: " + text)
		}
		return text, nil
	}
}

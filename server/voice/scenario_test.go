package voice

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"parley/client/phone/codec"
	"parley/server/domain"
	domaincall "parley/server/domain/call"
	"parley/server/voice/phone"
)

func TestRefusal(t *testing.T) {
	for _, refusal := range []domaincall.Refusal{
		domaincall.UnknownNumber, domaincall.Busy, domaincall.TemporarilyUnavailable, domaincall.Stopping, domaincall.Declined,
	} {
		r := newRig(t, nil)
		r.desk.mu.Lock()
		r.desk.refuse = refusal
		r.desk.mu.Unlock()
		c := r.dial(phone.Config{})
		err := c.Wait(r.bounded())
		if !errors.Is(err, phone.ErrRefused) || !strings.Contains(err.Error(), itoa(int(refusal))) {
			t.Errorf("refusal %d: %v", refusal, err)
		}
		r.expect("arrived")
		until(t, "call is forgotten", func() bool { return r.voice.Calls() == 0 })
	}
}

func itoa(n int) string { return big.NewInt(int64(n)).String() }

func TestCallerCancels(t *testing.T) {
	r := newRig(t, nil)
	c := r.dial(phone.Config{})
	r.expect("arrived")
	for status := range c.Progress() {
		if status == 180 {
			break
		}
	}
	c.HangUp()
	r.must(c.Wait(r.bounded()))
	r.expect("left")
	if n := r.voice.Calls(); n != 0 {
		t.Errorf("%d calls left", n)
	}
}

func TestHangUpBeforeAnswer(t *testing.T) {
	r := newRig(t, nil)
	c := r.dial(phone.Config{})
	r.expect("arrived")
	r.must(r.voice.HangUp(r.desk.last().ID))
	if err := c.Wait(r.bounded()); err == nil || !strings.Contains(err.Error(), "480") {
		t.Errorf("end: %v, want 480", err)
	}
}

func TestCallerHangsUp(t *testing.T) {
	for _, transport := range []string{"udp", "tcp"} {
		r := newRig(t, nil)
		c := r.dial(phone.Config{Transport: transport})
		id := r.arrive(c)
		r.must(r.voice.Answer(id, treatment))
		c.HangUp()
		r.expect("left")
		if err := r.voice.Answer(id, treatment); domain.KindOf(err) != domain.NotFound {
			t.Errorf("answer after the end: %v, want NotFound", err)
		}
	}
}

func TestServerHangsUpOverTCP(t *testing.T) {
	r := newRig(t, nil)
	c := r.dial(phone.Config{Transport: "tcp"})
	r.must(r.voice.HangUp(r.arrive(c)))
	r.must(c.Wait(r.bounded()))
}

func TestCallerHolds(t *testing.T) {
	r := newRig(t, nil)
	c := r.dial(phone.Config{})
	r.arrive(c)
	r.must(c.Hold(r.bounded()))
	r.expect("held")
	r.must(c.Retrieve(r.bounded()))
	r.expect("retrieved")
	until(t, "caller hears music", callerHears(c, musicTone))
	if lost := c.Stats().Lost; lost != 0 {
		t.Errorf("%d packets lost", lost)
	}
}

func TestDigits(t *testing.T) {
	for _, name := range []codec.Name{codec.PCMA, codec.Opus} {
		r := newRig(t, nil)
		c := r.dial(phone.Config{Codecs: []codec.Name{name}})
		id := r.arrive(c)
		r.must(c.SendDigits("12#"))
		for _, key := range []string{"1", "2", "#"} {
			r.expect("digit " + key)
		}
		r.must(r.voice.SendDigits(id, "907*"))
		until(t, "caller gets keys", func() bool { return c.Digits() == "907*" })
		if err := r.voice.SendDigits(id, "12x"); domain.KindOf(err) != domain.Invalid {
			t.Errorf("bad key: %v, want Invalid", err)
		}
	}
}

func TestAgentIsLostAndReplaced(t *testing.T) {
	r := newRig(t, nil)
	c := r.dial(phone.Config{})
	id := r.arrive(c)
	if err := r.voice.Connect(id); domain.KindOf(err) != domain.Conflict {
		t.Errorf("connect without agent: %v, want Conflict", err)
	}
	first := r.open(id, codec.PCMA)
	r.must(r.voice.Connect(id))
	until(t, "caller hears agent", callerHears(c, agentTone))
	first.leave()
	r.expect("agent lost")
	until(t, "caller hears music", callerHears(c, musicTone))
	second := r.open(id, codec.PCMA)
	r.must(r.voice.Connect(id))
	until(t, "caller hears second agent", callerHears(c, agentTone))
	until(t, "second agent hears caller", second.hears(callerTone))
	r.must(r.voice.CloseAgent(id))
	until(t, "caller hears music again", callerHears(c, musicTone))
	c.HangUp()
	r.expect("left")
}

func TestConnectBeforeAgentIsUp(t *testing.T) {
	r := newRig(t, nil)
	c := r.dial(phone.Config{})
	id := r.arrive(c)
	a := newAgent(t, codec.PCMA)
	answer, err := r.voice.OpenAgent(context.Background(), id, a.offer())
	r.must(err)
	r.must(r.voice.Connect(id))
	a.accept(answer)
	until(t, "caller hears agent", callerHears(c, agentTone))
	until(t, "agent hears caller", a.hears(callerTone))
}

func TestAgentWithoutCallersCodec(t *testing.T) {
	r := newRig(t, nil)
	c := r.dial(phone.Config{Codecs: []codec.Name{codec.G722}})
	id := r.arrive(c)
	for name, offer := range map[string]string{
		"other codec": newAgent(t, codec.PCMU).offer(), "no description": "hello", "empty": "",
	} {
		if _, err := r.voice.OpenAgent(context.Background(), id, offer); domain.KindOf(err) != domain.Invalid {
			t.Errorf("%s: %v, want Invalid", name, err)
		}
	}
}

func TestLateOffer(t *testing.T) {
	r := newRig(t, nil)
	c := r.dial(phone.Config{Late: true})
	r.arrive(c)
}

func TestDigest(t *testing.T) {
	r := newRig(t, func(cfg *Config) {
		cfg.Peers = []Peer{{Name: "roaming", Username: "trunk", Password: "secret"}}
	})
	bad := r.dial(phone.Config{Username: "trunk", Password: "wrong"})
	if err := bad.Wait(r.bounded()); !errors.Is(err, phone.ErrRefused) {
		t.Errorf("wrong password: %v, want refused", err)
	}
	c := r.dial(phone.Config{Username: "trunk", Password: "secret"})
	r.arrive(c)
}

func TestStrangerGetsNothing(t *testing.T) {
	r := newRig(t, func(cfg *Config) {
		cfg.Peers = []Peer{{Name: "elsewhere", Prefixes: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}}
	})
	conn, err := net.Dial("udp", r.voice.SIPAddr().String())
	r.must(err)
	defer conn.Close()
	_, err = conn.Write([]byte("OPTIONS sip:a@b SIP/2.0\r\n\r\n"))
	r.must(err)
	until(t, "stranger is counted", func() bool {
		return counter(t, r, "parley_sip_strangers_total") == 1
	})
	stream, err := net.Dial("tcp", r.voice.SIPAddr().String())
	r.must(err)
	defer stream.Close()
	r.must(stream.SetReadDeadline(time.Now().Add(wait)))
	if n, err := stream.Read(make([]byte, 10)); err == nil {
		t.Errorf("stranger got %d bytes over TCP", n)
	}
}

func counter(t *testing.T, r *rig, name string) float64 {
	t.Helper()
	families, err := r.reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			return f.GetMetric()[0].GetCounter().GetValue()
		}
	}
	return 0
}

func TestMediaTimeout(t *testing.T) {
	r := newRig(t, func(cfg *Config) { cfg.MediaTimeout = time.Second })
	c := r.dial(phone.Config{Mute: true})
	r.expect("arrived")
	r.must(r.voice.Answer(r.desk.last().ID, treatment))
	r.expect("greeted")
	r.expect("left")
	r.must(c.Wait(r.bounded()))
}

func TestTLS(t *testing.T) {
	cert, key, pool := selfSigned(t)
	var addr string
	r := newRig(t, func(cfg *Config) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addr = l.Addr().String()
		_ = l.Close()
		cfg.TLSAddr, cfg.TLSCertFile, cfg.TLSKeyFile = addr, cert, key
	})
	c := r.dial(phone.Config{
		To: "sip:100@" + addr, Transport: "tls", TLS: &tls.Config{RootCAs: pool, ServerName: "127.0.0.1"},
	})
	r.must(r.voice.HangUp(r.arrive(c)))
	r.must(c.Wait(r.bounded()))
}

func selfSigned(t *testing.T) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = t.TempDir()+"/cert.pem", t.TempDir()+"/key.pem"
	for name, block := range map[string]*pem.Block{
		cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "EC PRIVATE KEY", Bytes: raw},
	} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool = x509.NewCertPool()
	pool.AddCert(parsed)
	return cert, key, pool
}

func TestCloseRefusesAndWaits(t *testing.T) {
	r := newRig(t, nil)
	c := r.dial(phone.Config{})
	r.arrive(c)
	ctx, cancel := context.WithCancel(context.Background())
	closed := make(chan error, 1)
	go func() { closed <- r.voice.Close(ctx) }()
	until(t, "new calls are refused", func() bool {
		late := r.dial(phone.Config{})
		err := late.Wait(r.bounded())
		return err != nil && strings.Contains(err.Error(), "503")
	})
	if c.HangUp(); r.voice.Calls() > 1 {
		t.Error("a refused call was kept")
	}
	r.must(<-closed)
	cancel()
}

// TestWrongFingerprint is an agent whose certificate is not the one his offer
// names: somebody else has taken the media path.
func TestWrongFingerprint(t *testing.T) {
	r := newRig(t, nil)
	c := r.dial(phone.Config{})
	id := r.arrive(c)
	a := newAgent(t, codec.PCMA)
	offer := a.offer()
	at := strings.Index(offer, "a=fingerprint:sha-256 ") + len("a=fingerprint:sha-256 ")
	forged := offer[:at] + "00:11:22:33" + offer[at+11:]
	answer, err := r.voice.OpenAgent(context.Background(), id, forged)
	r.must(err)
	r.must(r.voice.Connect(id))
	a.accept(answer)
	r.expect("agent lost")
	if hears(c.Heard(), agentTone) {
		t.Error("caller hears the wrong agent")
	}
	until(t, "caller hears music", callerHears(c, musicTone))
}

func TestNoCommonCodec(t *testing.T) {
	r := newRig(t, nil)
	c := r.dial(phone.Config{Codecs: []codec.Name{"GSM"}})
	if err := c.Wait(r.bounded()); err == nil || !strings.Contains(err.Error(), "488") {
		t.Errorf("end: %v, want 488", err)
	}
}

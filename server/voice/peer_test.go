package voice

import (
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/client/phone/codec"
	"parley/server/voice/media"
)

// program skips the test when a foreign SIP program is not installed.
func program(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed", name)
	}
	return path
}

// freePort is a TCP port for another program to listen on.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// softphone is a running baresip, driven over its control socket.
type softphone struct {
	t    *testing.T
	dir  string
	conn net.Conn
}

const softphoneConfig = `
sip_listen 0.0.0.0:0
audio_player aufile,%[1]s/heard.wav
audio_source aufile,%[1]s/tone.wav
audio_alert aufile,%[1]s/alert.wav
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
ctrl_tcp_listen 127.0.0.1:%[2]d
snd_path %[1]s
module_path %[3]s
module g711.so
module sndfile.so
module aufile.so
module_app account.so
module_app ctrl_tcp.so
module_app menu.so
`

func startSoftphone(t *testing.T) *softphone {
	t.Helper()
	path := program(t, "baresip")
	modules, err := filepath.Glob("/usr/lib*/baresip/modules")
	if err != nil || len(modules) == 0 {
		t.Skip("baresip has no modules")
	}
	dir, port := t.TempDir(), freePort(t)
	for name, text := range map[string]string{
		"config":   fmt.Sprintf(softphoneConfig, dir, port, modules[0]),
		"accounts": "<sip:+33140000002@127.0.0.1>;regint=0;audio_codecs=PCMA\n",
		"contacts": "",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tone := media.Tone(1000, 8000)
	tone.Samples = slices.Repeat(tone.Samples, 60)
	if err := os.WriteFile(filepath.Join(dir, "tone.wav"), tone.WriteWAV(), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "-f", dir)
	var log strings.Builder
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	s := &softphone{t: t, dir: dir}
	until(t, "softphone listens", func() bool {
		s.conn, err = net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		return err == nil
	})
	t.Cleanup(func() { _ = s.conn.Close() })
	return s
}

func (s *softphone) do(command, params string) {
	s.t.Helper()
	text, err := json.Marshal(map[string]string{"command": command, "params": params})
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := fmt.Fprintf(s.conn, "%d:%s,", len(text), text); err != nil {
		s.t.Fatal(err)
	}
}

// heard is what the softphone decoded since its last session.
func (s *softphone) heard() media.Sound {
	files, _ := filepath.Glob(filepath.Join(s.dir, "*dec.wav"))
	if len(files) == 0 {
		return media.Sound{}
	}
	raw, err := os.ReadFile(files[len(files)-1])
	if err != nil || len(raw) < 44 {
		return media.Sound{}
	}
	// The sizes in the header are written at the end; the file grows meanwhile.
	for i := range 4 {
		raw[40+i] = byte((len(raw) - 44) >> (8 * i))
	}
	sound, err := media.ReadWAV(raw)
	if err != nil {
		return media.Sound{}
	}
	return sound
}

func TestSoftphone(t *testing.T) {
	s := startSoftphone(t)
	// baresip describes its media at the address of the outgoing interface, so it
	// has to be called from there too.
	host := outgoing()
	r := newRig(t, func(cfg *Config) {
		cfg.SIPAddr = netip.AddrPortFrom(host, 0).String()
		cfg.Peers[0].Prefixes = append(cfg.Peers[0].Prefixes, netip.PrefixFrom(host, host.BitLen()))
	})
	s.do("dial", r.uri("200"))
	r.expect("arrived")
	id := r.desk.last().ID
	r.must(r.voice.Answer(id, treatment))
	r.expect("greeted")
	until(t, "softphone hears music", func() bool { return hears(s.heard(), musicTone) })
	a := r.open(id, codec.PCMA)
	r.must(r.voice.Connect(id))
	until(t, "agent hears softphone", a.hears(1000))
	until(t, "softphone hears agent", func() bool { return hears(s.heard(), agentTone) })
	// Held last: this baresip decodes nothing after it has resumed, though it gets
	// every packet; the phone of package phone checks sound after a hold.
	s.do("hold", "")
	r.expect("held")
	s.do("resume", "")
	r.expect("retrieved")
	s.do("hangup", "")
	r.expect("left")
}

func TestLoadGenerator(t *testing.T) {
	path := program(t, "sipp")
	// One socket for all calls, over UDP and over TCP.
	for _, transport := range []string{"u1", "t1"} {
		t.Run(transport, func(t *testing.T) { generateLoad(t, path, transport) })
	}
}

func generateLoad(t *testing.T, path, transport string) {
	t.Helper()
	r := newRig(t, nil)
	dir := t.TempDir()
	cmd := exec.Command(path, "-sn", "uac", "-t", transport, "-s", "100", "-m", "20", "-r", "20", "-d", "500",
		"-i", "127.0.0.1", "-nostdin", "-timeout", "30", r.voice.SIPAddr().String())
	cmd.Dir = dir
	done := make(chan error, 1)
	out := new(strings.Builder)
	cmd.Stdout, cmd.Stderr = out, out
	r.must(cmd.Start())
	go func() { done <- cmd.Wait() }()
	for left := 0; left < 20; {
		select {
		case report := <-r.desk.reports:
			switch report {
			case "arrived":
				r.must(r.voice.Answer(r.desk.last().ID, treatment))
			case "left":
				left++
			}
		case <-time.After(2 * wait):
			_ = cmd.Process.Kill()
			t.Fatalf("%d of 20 calls ended\n%s", left, out)
		}
	}
	if err := <-done; err != nil {
		t.Errorf("sipp: %v\n%s", err, out)
	}
}

// Package peer runs the programs that ours is compared with, as distributions
// deliver them, each with a configuration that is fair to it.
package peer

import (
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"parley/server/scenario/bench/process"
)

// The ports of Asterisk's side.
const (
	asteriskPort = 5060
	// CallerPort and AgentPort are where Asterisk expects callers and agents.
	CallerPort = 5070
	AgentPort  = 6000
)

// Asterisk is app_queue with agents who are telephones at AgentPort.
type Asterisk struct {
	*process.Process
	SIP netip.AddrPort
	// Dialed is the user part that leads to the queue.
	Dialed string
}

// StartAsterisk starts Asterisk in a folder with a Debian release of its own. It
// opens sockets on all addresses, so it belongs in a network namespace.
func StartAsterisk(root, dir string, agents int) (*Asterisk, error) {
	if err := configure(root, agents); err != nil {
		return nil, fmt.Errorf("configure Asterisk: %w", err)
	}
	p, err := process.Start(dir, "chroot", root, "/usr/sbin/asterisk", "-f", "-C", "/etc/parley-bench/asterisk.conf")
	if err != nil {
		return nil, err
	}
	ready := func() bool {
		out, err := exec.Command("chroot", root, "/usr/sbin/asterisk", "-C", "/etc/parley-bench/asterisk.conf",
			"-rx", "core waitfullybooted").Output()
		return err == nil && strings.Contains(string(out), "fully booted")
	}
	if err := p.Await(2*time.Minute, ready); err != nil {
		p.Stop()
		return nil, err
	}
	return &Asterisk{
		Process: p, Dialed: "support",
		SIP: netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), asteriskPort),
	}, nil
}

func configure(root string, agents int) error {
	modules, err := filepath.Glob(filepath.Join(root, "usr/lib/asterisk/modules"))
	if err != nil || len(modules) == 0 {
		modules, err = filepath.Glob(filepath.Join(root, "usr/lib/*/asterisk/modules"))
	}
	if err != nil || len(modules) == 0 {
		return fmt.Errorf("there is no Asterisk in %s", root)
	}
	folder := filepath.Join(root, "etc/parley-bench")
	for _, d := range []string{folder, filepath.Join(root, "var/parley-bench")} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return err
		}
	}
	files := map[string]string{
		"asterisk.conf":   fmt.Sprintf(asteriskConf, strings.TrimPrefix(modules[0], strings.TrimRight(root, "/"))),
		"modules.conf":    modulesConf,
		"rtp.conf":        "[general]\nrtpstart=20000\nrtpend=31998\nstrictrtp=no\n",
		"extensions.conf": extensionsConf,
		"pjsip.conf":      pjsip(agents),
		"queues.conf":     queues(agents),
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

const asteriskConf = `[directories]
astetcdir => /etc/parley-bench
astmoddir => %s
astvarlibdir => /var/lib/asterisk
astdbdir => /var/parley-bench
astkeydir => /var/parley-bench
astdatadir => /usr/share/asterisk
astagidir => /usr/share/asterisk/agi-bin
astspooldir => /var/parley-bench
astrundir => /var/parley-bench
astlogdir => /var/parley-bench
[options]
verbose = 0
debug = 0
maxfiles = 20000
`

// Modules that open listeners or need servers which are not there.
const modulesConf = `[modules]
autoload=yes
noload=chan_iax2.so
noload=chan_unistim.so
noload=chan_skinny.so
noload=chan_mgcp.so
noload=chan_ooh323.so
noload=chan_dahdi.so
noload=chan_sip.so
noload=res_xmpp.so
noload=cdr_pgsql.so
noload=cdr_radius.so
noload=cel_radius.so
noload=cdr_csv.so
noload=cdr_custom.so
noload=res_config_ldap.so
noload=res_snmp.so
noload=res_hep.so
noload=pbx_dundi.so
`

const extensionsConf = `[inbound]
exten => support,1,Answer()
 same => n,Queue(support,,,,3600)
 same => n,Hangup()
`

// endpoint writes one pjsip endpoint with its address of record.
func endpoint(b *strings.Builder, name, contact string) {
	fmt.Fprintf(b, "[%s]\ntype=endpoint\ncontext=inbound\ndisallow=all\nallow=ulaw\ndirect_media=no\naors=%s\n", name, name)
	fmt.Fprintf(b, "[%s]\ntype=aor\ncontact=%s\n", name, contact)
}

func pjsip(agents int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "[global]\ntype=global\nendpoint_identifier_order=ip,username,anonymous\n"+
		"[transport-udp]\ntype=transport\nprotocol=udp\nbind=127.0.0.1:%d\n", asteriskPort)
	endpoint(&b, "caller", fmt.Sprintf("sip:127.0.0.1:%d", CallerPort))
	b.WriteString("[caller]\ntype=identify\nendpoint=caller\nmatch=127.0.0.1\n")
	for i := range agents {
		name := fmt.Sprintf("a%05d", i)
		endpoint(&b, name, fmt.Sprintf("sip:%s@127.0.0.1:%d", name, AgentPort))
	}
	return b.String()
}

func queues(agents int) string {
	var b strings.Builder
	b.WriteString("[general]\npersistentmembers=no\nautofill=yes\n[support]\nstrategy=leastrecent\ntimeout=15\nretry=1\n" +
		"wrapuptime=0\nringinuse=no\nautofill=yes\njoinempty=yes\nannounce-frequency=0\n")
	for i := range agents {
		fmt.Fprintf(&b, "member => PJSIP/a%05d\n", i)
	}
	return b.String()
}

package sip

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	lib "github.com/emiago/sipgo/sip"
)

// torture returns the messages of RFC 4475 that come with the SIP library.
func torture(t testing.TB, kind string) map[string][]byte {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/emiago/sipgo").Output()
	if err != nil {
		t.Skipf("cannot find the SIP library's source: %v", err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), "sip/testdata/torture", kind, "*.dat"))
	if err != nil || len(files) == 0 {
		t.Skipf("no torture messages: %v", err)
	}
	all := make(map[string][]byte)
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(f), ".dat")] = raw
	}
	return all
}

func TestTortureValid(t *testing.T) {
	for name, raw := range torture(t, "valid") {
		if _, v := check(raw); v.status != 0 {
			t.Errorf("%s: %d %s, want accepted", name, v.status, v.reason)
		}
	}
}

func TestTortureInvalid(t *testing.T) {
	want := map[string]int{
		"badaspec": 400, "badbranch": 400, "baddate": 400, "baddn": drop, "badinv01": 400, "badvers": 505,
		"bcast": drop, "bext01": 420, "bigcode": drop, "clerr": 400, "cparam01": 405, "cparam02": 405,
		"escruri": 400, "insuf": 400, "inv2543": 400, "invut": 415, "ltgtruri": 400, "lwsruri": 400,
		"lwsstart": 400, "mcl01": 400, "mismatch01": 400, "mismatch02": 400, "multi01": 400, "ncl": 400,
		"novelsc": 416, "quotbal": 400, "regaut01": 405, "regbadct": 400, "regescrt": 405, "scalar02": 400,
		"scalarlg": drop, "sdp01": 406, "test": drop, "trws": 400, "unkscm": 416, "unksm2": 405, "zeromf": 483,
	}
	messages := torture(t, "invalid")
	if len(messages) != len(want) {
		t.Errorf("%d messages, want %d", len(messages), len(want))
	}
	for name, raw := range messages {
		m, v := check(raw)
		if v.status == 0 {
			v = checkMethod(&m)
		}
		if v.status != want[name] {
			t.Errorf("%s: %d (%s), want %d", name, v.status, v.reason, want[name])
		}
	}
}

func FuzzCheck(f *testing.F) {
	for _, kind := range []string{"valid", "invalid"} {
		for _, raw := range torture(f, kind) {
			f.Add(raw)
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, v := check(raw)
		if v.status > 0 {
			reply := refuse(&m, v)
			if len(reply) > 0 && !strings.HasPrefix(string(reply), "SIP/2.0 ") {
				t.Errorf("reply %q", reply)
			}
		}
	})
}

func parsed(t *testing.T, raw string) *lib.Request {
	t.Helper()
	msg, err := lib.ParseMessage([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	return msg.(*lib.Request)
}

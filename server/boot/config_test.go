package boot

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func parse(t *testing.T, file string, env map[string]string, args ...string) (Config, error) {
	t.Helper()
	if file != "" {
		path := filepath.Join(t.TempDir(), "parley.yaml")
		if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append([]string{"--config", path}, args...)
	}
	return ParseConfig(args, func(k string) string { return env[k] }, io.Discard)
}

func TestFlagsOverEnvironmentOverFileOverDefault(t *testing.T) {
	file := "country: nl\ncentre: from file\nstop_limit: 1m\n"
	env := map[string]string{"PARLEY_CENTRE": "from environment", "PARLEY_COUNTRY": "tr"}
	c, err := parse(t, file, env, "--country", "az")
	if err != nil {
		t.Fatal(err)
	}
	if c.Country != "AZ" || c.Centre != "from environment" || c.StopLimit != time.Minute || c.SIP != "127.0.0.1:5060" {
		t.Errorf("country %q, centre %q, stop limit %s, sip %q", c.Country, c.Centre, c.StopLimit, c.SIP)
	}
}

func TestDefaults(t *testing.T) {
	c, err := parse(t, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.HTTP != "127.0.0.1:8420" || c.RTPMin != 20000 || c.RTPMax != 29999 || len(c.MetricsFrom) != 2 || c.Demo {
		t.Errorf("%+v", c)
	}
}

// Each message names the key as it was given, the value, and what is allowed.
func TestWrongValues(t *testing.T) {
	for key, values := range map[string][]string{
		"http":         {"", "8420", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:70000"},
		"sip":          {"", "5060"},
		"sip_tls":      {"5061", "127.0.0.1:0:0"},
		"rtp_ports":    {"", "20000", "80-90", "30000-20000", "20000-70000", "a-b"},
		"media_ip":     {"example.com", "1.2.3"},
		"database":     {"mysql://x", "x"},
		"nats":         {"host", "http://host", "nats://a,b"},
		"demo":         {"perhaps"},
		"country":      {"", "F", "FRA", "12"},
		"log_level":    {"loud"},
		"stop_limit":   {"30", "-1s", "soon"},
		"metrics_from": {"10.0.0.1", "x/8"},
	} {
		form := ""
		for _, s := range Settings() {
			if s.Key == key {
				form = s.Form
			}
		}
		flag := "--" + strings.ReplaceAll(key, "_", "-")
		for _, v := range values {
			_, err := parse(t, "", nil, flag+"="+v)
			checkError(t, err, flag, v, form)
			_, err = parse(t, key+": \""+v+"\"", nil)
			checkError(t, err, key, v, form)
			if v == "" {
				continue
			}
			variable := "PARLEY_" + strings.ToUpper(key)
			_, err = parse(t, "", map[string]string{variable: v})
			checkError(t, err, variable, v, form)
		}
	}
}

func checkError(t *testing.T, err error, where, value, form string) {
	t.Helper()
	wrong, ok := errors.AsType[*ConfigError](err)
	if !ok {
		t.Errorf("%s = %q: error %v", where, value, err)
		return
	}
	text := wrong.Error()
	if form == "" || !strings.Contains(text, where) || !strings.Contains(text, `"`+value+`"`) || !strings.Contains(text, form) {
		t.Errorf("%s = %q: %q does not name key, value and %q", where, value, text, form)
	}
	if !IsConfigError(err) {
		t.Errorf("%v would not end with the exit code of wrong settings", err)
	}
}

func TestWrongFilesAndCombinations(t *testing.T) {
	for name, c := range map[string]struct{ file, says string }{
		"unknown key":       {"colour: red", `no setting "colour"`},
		"list for a value":  {"country: [FR]", "country"},
		"not YAML":          {"\t:", "parley.yaml"},
		"no queue name":     {"queues: [{id: a}]", "queues[0]"},
		"number twice":      {"queues: [{id: a, name: A, dnis: ['1']}, {id: b, name: B, dnis: ['1']}]", "queue a has this number"},
		"no strategy":       {"queues: [{id: a, name: A, strategy: best}]", "round_robin"},
		"nobody's peer":     {"peers: [{name: x}]", "peers[0]"},
		"open without TLS":  {"http: 0.0.0.0:8420", "tls_cert"},
		"SIP without TLS":   {"sip_tls: 127.0.0.1:5061", "tls_key"},
		"certificate alone": {"tls_cert: a.pem", "tls_key"},
		"key alone":         {"tls_key: a.pem", "tls_cert"},
	} {
		if _, err := parse(t, c.file, nil); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ParseConfig([]string{"--config", "/no/such/file"}, func(string) string { return "" }, io.Discard); err == nil {
		t.Error("a missing file is no error")
	}
	if _, err := parse(t, "", nil, "stray"); err == nil {
		t.Error("a stray argument is no error")
	}
}

func TestTheFileHasQueuesPeersAndReasons(t *testing.T) {
	c, err := parse(t, `
queues:
  - {id: a, name: A, dnis: ["100", "101"], wrap_up: 90s, skills: {french: 2}, ring_timeout: 5s, miss_limit: 2, music: m}
peers:
  - {name: trunk, prefixes: [10.0.0.0/8], username: u, password: p}
reasons:
  - {id: tea, texts: {en: Tea}}
`, nil)
	if err != nil {
		t.Fatal(err)
	}
	q := c.Queues[0]
	if q.WrapUp != 90*time.Second || q.Skills["french"] != 2 || q.RingTimeout != 5*time.Second || q.MissLimit != 2 || len(q.DNIS) != 2 || q.Music != "m" {
		t.Errorf("%+v", q)
	}
	if p := c.Peers[0]; p.Name != "trunk" || p.Prefixes[0].String() != "10.0.0.0/8" || p.Password != "p" {
		t.Errorf("%+v", p)
	}
	if r := c.Reasons[0]; r.ID != "tea" || r.Texts["en"] != "Tea" {
		t.Errorf("%+v", r)
	}
}

func TestTheReadmeListsEverySetting(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "| `") {
			rows = append(rows, line)
		}
	}
	for _, s := range Settings() {
		found := false
		for _, row := range rows {
			key, _, _ := strings.Cut(strings.TrimPrefix(row, "|"), "|")
			if strings.Contains(key, "`"+s.Key+"`") {
				found = true
				if s.Default != "" && !strings.Contains(row, "`"+s.Default+"`") {
					t.Errorf("the README has another default of %s: %s", s.Key, row)
				}
			}
		}
		if !found {
			t.Errorf("the README does not list %s", s.Key)
		}
	}
}

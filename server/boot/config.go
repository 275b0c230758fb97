package boot

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"parley/server/domain"
	"parley/server/domain/queue"
	"parley/server/service/presence"
)

// Peer is a SIP peer calls may come from.
type Peer struct {
	Name     string         `yaml:"name"`
	Prefixes []netip.Prefix `yaml:"prefixes"`
	// Username and Password, when set, are asked for by digest.
	Username string `yaml:"username"`
	Password string `yaml:"password"`
}

// Config is what a server is set to.
type Config struct {
	Data        string
	HTTP        string
	SIP         string
	SIPTLS      string
	RTPMin      int
	RTPMax      int
	MediaIP     string
	TLSCert     string
	TLSKey      string
	Database    string
	NATS        string
	Demo        bool
	Country     string
	Centre      string
	LogLevel    slog.Level
	StopLimit   time.Duration
	MetricsFrom []netip.Prefix

	// The following stand in the configuration file only.
	Peers   []Peer
	Queues  []queue.Queue
	Reasons []presence.Reason
}

// Setting is one row of the table of settings: a flag, an environment variable
// and a key of the configuration file of the same meaning.
type Setting struct {
	Key     string
	Default string
	// Form says what is allowed.
	Form string
	Doc  string
	set  func(*Config, string) error
}

// Flag is the setting's flag without dashes, Env its environment variable.
func (s Setting) Flag() string { return strings.ReplaceAll(s.Key, "_", "-") }

// Env is the setting's environment variable.
func (s Setting) Env() string { return "PARLEY_" + strings.ToUpper(s.Key) }

// Settings is the table of settings.
func Settings() []Setting {
	text := func(f func(*Config) *string) func(*Config, string) error {
		return func(c *Config, v string) error { *f(c) = v; return nil }
	}
	return []Setting{
		{"data", "data", "a folder", "Where the embedded stores keep their files.", text(func(c *Config) *string { return &c.Data })},
		{"http", "127.0.0.1:8420", "ADDRESS:PORT", "Where desktops connect. Other addresses than loopback need tls_cert and tls_key.", address(func(c *Config) *string { return &c.HTTP })},
		{"sip", "127.0.0.1:5060", "ADDRESS:PORT", "Where SIP calls arrive, over UDP and TCP.", address(func(c *Config) *string { return &c.SIP })},
		{"sip_tls", "", "ADDRESS:PORT, or empty for none", "Where SIP calls arrive over TLS.", optional(address(func(c *Config) *string { return &c.SIPTLS }))},
		{"rtp_ports", "20000-29999", "FIRST-LAST, 1024 to 65535", "UDP ports of media.", setPorts},
		{"media_ip", "", "an IP address, or empty for the listener's", "The address that callers and desktops send media to.", setMediaIP},
		{"tls_cert", "", "a PEM file", "Certificate of the listeners.", text(func(c *Config) *string { return &c.TLSCert })},
		{"tls_key", "", "a PEM file", "Key of the certificate.", text(func(c *Config) *string { return &c.TLSKey })},
		{"database", "", "postgres://USER:PASSWORD@HOST/NAME, or empty for the embedded one", "The store of the centre.", setDatabase},
		{"nats", "", "nats://HOST:PORT[,...], or empty for the embedded one", "The bus between servers.", optional(setNATS)},
		{"demo", "false", "true or false", "Fill an empty store with the demo centre.", setDemo},
		{"country", "FR", "two letters (ISO 3166)", "Where telephone numbers without a country code belong.", setCountry},
		{"centre", "Parley", "a name", "The name of the centre, as desktops show it.", text(func(c *Config) *string { return &c.Centre })},
		{"log_level", "info", "debug, info, warn or error", "What is logged.", setLogLevel},
		{"stop_limit", "30s", "a duration, as 30s or 5m", "How long running calls may go on after SIGTERM.", setStopLimit},
		{"metrics_from", "127.0.0.0/8,::1/128", "addresses with prefix length, separated by commas", "Who may read /metrics.", setMetricsFrom},
	}
}

func address(f func(*Config) *string) func(*Config, string) error {
	return func(c *Config, v string) error {
		_, port, err := net.SplitHostPort(v)
		if err != nil {
			return errors.New("no address with a port")
		}
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return errors.New("no port number")
		}
		*f(c) = v
		return nil
	}
}

func optional(set func(*Config, string) error) func(*Config, string) error {
	return func(c *Config, v string) error {
		if v == "" {
			return nil
		}
		return set(c, v)
	}
}

func setNATS(c *Config, v string) error {
	for u := range strings.SplitSeq(v, ",") {
		if p, err := url.Parse(strings.TrimSpace(u)); err != nil || p.Host == "" || p.Scheme != "nats" && p.Scheme != "tls" {
			return errors.New("no NATS address")
		}
	}
	c.NATS = v
	return nil
}

func setPorts(c *Config, v string) error {
	from, to, ok := strings.Cut(v, "-")
	low, err1 := strconv.Atoi(strings.TrimSpace(from))
	high, err2 := strconv.Atoi(strings.TrimSpace(to))
	if !ok || err1 != nil || err2 != nil || low < 1024 || high > 65535 || high < low {
		return errors.New("no range of ports")
	}
	c.RTPMin, c.RTPMax = low, high
	return nil
}

func setMediaIP(c *Config, v string) error {
	if _, err := netip.ParseAddr(v); v != "" && err != nil {
		return errors.New("no IP address")
	}
	c.MediaIP = v
	return nil
}

func setDatabase(c *Config, v string) error {
	if v != "" && !strings.HasPrefix(v, "postgres://") && !strings.HasPrefix(v, "postgresql://") {
		return errors.New("no PostgreSQL address")
	}
	c.Database = v
	return nil
}

func setDemo(c *Config, v string) error {
	on, err := strconv.ParseBool(v)
	if err != nil {
		return errors.New("neither true nor false")
	}
	c.Demo = on
	return nil
}

func setCountry(c *Config, v string) error {
	if len(v) != 2 || strings.Trim(strings.ToUpper(v), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return errors.New("no country code")
	}
	c.Country = strings.ToUpper(v)
	return nil
}

func setLogLevel(c *Config, v string) error {
	if err := c.LogLevel.UnmarshalText([]byte(v)); err != nil {
		return errors.New("no log level")
	}
	return nil
}

func setStopLimit(c *Config, v string) error {
	d, err := time.ParseDuration(v)
	if err != nil || d < 0 {
		return errors.New("no duration")
	}
	c.StopLimit = d
	return nil
}

func setMetricsFrom(c *Config, v string) error {
	c.MetricsFrom = nil
	for p := range strings.SplitSeq(v, ",") {
		if p = strings.TrimSpace(p); p == "" {
			continue
		}
		prefix, err := netip.ParsePrefix(p)
		if err != nil {
			return errors.New("no prefix: " + p)
		}
		c.MetricsFrom = append(c.MetricsFrom, prefix)
	}
	return nil
}

// ConfigError names the setting that is wrong, its value and what is allowed.
type ConfigError struct{ Where, Value, Reason, Form string }

func (e *ConfigError) Error() string {
	return fmt.Sprintf("%s: %q is not allowed (%s); it must be %s", e.Where, e.Value, e.Reason, e.Form)
}

// ParseConfig reads the settings: flags over environment over the file that
// --config or PARLEY_CONFIG names over defaults.
func ParseConfig(args []string, getenv func(string) string, usage io.Writer) (Config, error) {
	settings := Settings()
	flags := map[string]string{}
	file := getenv("PARLEY_CONFIG")
	fs := flag.NewFlagSet("parleyd serve", flag.ContinueOnError)
	fs.SetOutput(usage)
	fs.StringVar(&file, "config", file, "a YAML `file` with the same keys, and peers, queues and reasons")
	for _, s := range settings {
		keep := func(v string) error { flags[s.Key] = v; return nil }
		if s.Key == "demo" {
			fs.BoolFunc(s.Flag(), s.Doc, keep)
			continue
		}
		fs.Func(s.Flag(), fmt.Sprintf("%s `%s`; default %q", s.Doc, s.Form, s.Default), keep)
	}
	if err := fs.Parse(args); err != nil {
		return Config{}, err
	}
	if fs.NArg() > 0 {
		return Config{}, fmt.Errorf("unknown argument %q", fs.Arg(0))
	}
	var c Config
	values, err := readFile(&c, file, settings)
	if err != nil {
		return Config{}, err
	}
	for _, s := range settings {
		value, where := s.Default, s.Key
		if v, ok := values[s.Key]; ok {
			value, where = v, file+": "+s.Key
		}
		if v := getenv(s.Env()); v != "" {
			value, where = v, s.Env()
		}
		if v, ok := flags[s.Key]; ok {
			value, where = v, "--"+s.Flag()
		}
		if err := s.set(&c, value); err != nil {
			return Config{}, &ConfigError{where, value, err.Error(), s.Form}
		}
	}
	return c, c.check()
}

// fileParts are the structured keys of the configuration file.
type fileParts struct {
	Peers   []Peer            `yaml:"peers"`
	Queues  []fileQueue       `yaml:"queues"`
	Reasons []presence.Reason `yaml:"reasons"`
}

type fileQueue struct {
	ID          domain.QueueID       `yaml:"id"`
	Name        string               `yaml:"name"`
	DNIS        []string             `yaml:"dnis"`
	Strategy    queue.Strategy       `yaml:"strategy"`
	Skills      map[domain.Skill]int `yaml:"skills"`
	Language    string               `yaml:"language"`
	Priority    int                  `yaml:"priority"`
	Ageing      time.Duration        `yaml:"ageing"`
	RingTimeout time.Duration        `yaml:"ring_timeout"`
	MissLimit   int                  `yaml:"miss_limit"`
	WrapUp      time.Duration        `yaml:"wrap_up"`
	WrapUpMax   time.Duration        `yaml:"wrap_up_max"`
	Greeting    string               `yaml:"greeting"`
	Music       string               `yaml:"music"`
}

func readFile(c *Config, file string, settings []Setting) (map[string]string, error) {
	values := map[string]string{}
	if file == "" {
		return values, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	var raw map[string]yaml.Node
	if err := yaml.Unmarshal(data, &raw); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	known := map[string]bool{}
	for _, s := range settings {
		known[s.Key] = true
		if node, ok := raw[s.Key]; ok {
			if node.Kind != yaml.ScalarNode {
				return nil, &ConfigError{file + ": " + s.Key, "a list or mapping", "not one value", s.Form}
			}
			values[s.Key] = node.Value
			delete(raw, s.Key)
		}
	}
	var parts fileParts
	for key, node := range raw {
		target := map[string]any{"peers": &parts.Peers, "queues": &parts.Queues, "reasons": &parts.Reasons}[key]
		if target == nil {
			return nil, fmt.Errorf("%s: line %d: there is no setting %q", file, node.Line, key)
		}
		if err := node.Decode(target); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", file, key, err)
		}
	}
	c.Peers, c.Reasons = parts.Peers, parts.Reasons
	for _, q := range parts.Queues {
		c.Queues = append(c.Queues, queue.Queue{
			ID: q.ID, Name: q.Name, DNIS: q.DNIS, Strategy: q.Strategy, Skills: q.Skills, Language: q.Language,
			Priority: q.Priority, Ageing: q.Ageing, RingTimeout: q.RingTimeout, MissLimit: q.MissLimit,
			WrapUp: q.WrapUp, WrapUpMax: q.WrapUpMax, Greeting: q.Greeting, Music: q.Music,
		})
	}
	return values, nil
}

// check finds what is wrong with the settings together.
func (c *Config) check() error {
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return &ConfigError{"tls_cert", c.TLSCert, "only one of tls_cert and tls_key is set", "set together with tls_key"}
	}
	if !loopback(c.HTTP) && (c.TLSCert == "" || c.TLSKey == "") {
		return &ConfigError{"http", c.HTTP, "not a loopback address, and tls_cert and tls_key are not set", "a loopback address, or have a certificate"}
	}
	if c.SIPTLS != "" && (c.TLSCert == "" || c.TLSKey == "") {
		return &ConfigError{"sip_tls", c.SIPTLS, "tls_cert and tls_key are not set", "empty, or have a certificate"}
	}
	numbers := map[string]domain.QueueID{}
	for i, q := range c.Queues {
		if q.ID == "" || q.Name == "" {
			return &ConfigError{fmt.Sprintf("queues[%d]", i), string(q.ID), "id or name is missing", "a queue with id and name"}
		}
		switch q.WithDefaults().Strategy {
		case queue.MostAvailable, queue.LeastBusy, queue.LongestIdle, queue.RoundRobin:
		default:
			return &ConfigError{fmt.Sprintf("queues[%d].strategy", i), string(q.Strategy), "no strategy", "most_available, least_busy, longest_idle or round_robin"}
		}
		for _, n := range q.DNIS {
			if other, taken := numbers[n]; taken {
				return &ConfigError{fmt.Sprintf("queues[%d].dnis", i), n, "queue " + string(other) + " has this number", "a number of its own"}
			}
			numbers[n] = q.ID
		}
	}
	for i, p := range c.Peers {
		if len(p.Prefixes) == 0 && p.Username == "" {
			return &ConfigError{fmt.Sprintf("peers[%d]", i), p.Name, "neither prefixes nor username", "a peer with addresses, or with username and password"}
		}
	}
	return nil
}

func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"parley/server/scenario/bench/centre"
	"parley/server/scenario/bench/measure"
	"parley/server/scenario/bench/process"
)

//go:embed testdata/hello.html
var hello []byte

// program is a desktop program to look at.
type program struct {
	name    string
	command []string

	start, memory, idle []float64
	processes           int
}

// desktop (B13): from the start to the window, memory, and what it computes
// while nobody does anything. Ours is signed in to a demo centre.
func desktop(ctx context.Context, o options) error {
	display, err := holdDisplay()
	if err != nil {
		return err
	}
	defer func() { _ = display.Close() }()
	demo, err := centre.StartDemo(o.parleyd, o.work)
	if err != nil {
		return err
	}
	defer demo.Stop()
	ours, peer, floor, err := programs(o, demo.URL)
	if err != nil {
		return err
	}
	idle := 5 * time.Second
	if o.full {
		idle = 20 * time.Second
	}
	for range o.pairs {
		for _, p := range []*program{ours, peer, floor} {
			if p == nil {
				continue
			}
			if err := p.look(ctx, o.work, idle); err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
		}
	}
	text := fmt.Sprintf("desktop: ours %v", ours)
	for _, p := range []*program{peer, floor} {
		if p != nil {
			text += fmt.Sprintf("; %s %v, ratio of start %v, of memory %v", p.name, p,
				measure.Compare(ours.start, p.start), measure.Compare(ours.memory, p.memory))
		}
	}
	line("B13", "%s", text)
	return nil
}

func programs(o options, server string) (ours, peer, floor *program, err error) {
	home := filepath.Join(o.work, "home")
	page := filepath.Join(o.work, "hello.html")
	if err := os.MkdirAll(home, 0o700); err != nil {
		return nil, nil, nil, fmt.Errorf("make a home: %w", err)
	}
	if err := os.WriteFile(page, hello, 0o600); err != nil {
		return nil, nil, nil, fmt.Errorf("write a page: %w", err)
	}
	// Nothing of the user's own is read or written.
	own := []string{
		"HOME=" + home, "XDG_CONFIG_HOME=", "XDG_DATA_HOME=", "XDG_CACHE_HOME=", "DBUS_SESSION_BUS_ADDRESS=disabled:", "PARLEY_PASSWORD=demo",
	}
	with := func(args ...string) []string { return append(append([]string(nil), own...), args...) }
	ours = &program{name: "ours", command: with(o.parley, "--server", server, "--user", "agent-en")}
	if o.chromium != "" {
		peer = &program{name: "Chromium --app hello", command: with(o.chromium,
			"--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
			"--disable-component-update", "--disable-sync", "--password-store=basic", "--window-size=1280,720",
			"--user-data-dir="+filepath.Join(o.work, "chromium"), "--app=file://"+page)}
	}
	if o.hello != "" {
		floor = &program{name: "bare Fyne hello", command: with(o.hello)}
	}
	return ours, peer, floor, nil
}

// settle is how long a program may do what it does after its start.
const settle = 4 * time.Second

// look runs the program once.
func (p *program) look(ctx context.Context, dir string, idle time.Duration) error {
	begin := time.Now()
	run, err := process.Start(dir, "env", p.command...)
	if err != nil {
		return err
	}
	defer run.Stop()
	if err := run.Await(30*time.Second, hasWindow); err != nil {
		return err
	}
	p.start = append(p.start, float64(time.Since(begin)))
	time.Sleep(settle)
	before, err := measure.Measure(run.PID)
	if err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(idle):
	}
	after, err := measure.Measure(run.PID)
	if err != nil {
		return err
	}
	p.memory = append(p.memory, float64(after.Memory))
	p.idle = append(p.idle, 100*float64(after.CPU-before.CPU)/float64(idle))
	p.processes = after.Processes
	return nil
}

// String gives the medians.
func (p *program) String() string {
	return fmt.Sprintf("window after %s, PSS %.0f MB (%d processes), idle CPU %.1f %%",
		measure.Milliseconds(time.Duration(measure.Median(p.start))), measure.Median(p.memory)/1e6, p.processes, measure.Median(p.idle))
}

var width = regexp.MustCompile(`(?m)^WIDTH=(\d+)$`)

// leastWidth of a window that is not a helper's.
const leastWidth = 300

// hasWindow says whether any window can be seen; the display is ours alone.
func hasWindow() bool {
	out, err := exec.Command("xdotool", "search", "--onlyvisible", "--name", ".+", "getwindowgeometry", "--shell", "%@").Output()
	if err != nil {
		return false
	}
	for _, m := range width.FindAllSubmatch(out, -1) {
		if w, err := strconv.Atoi(string(m[1])); err == nil && w >= leastWidth {
			return true
		}
	}
	return false
}

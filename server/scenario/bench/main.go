// Command bench measures the whole system beside its peers and the machine's
// limits, and prints one line a benchmark: ours, the peer, the ratio of the two.
//
// Both sides run in one go, in turns, on the same machine under the same load
// generator; each pair of neighbouring turns gives a ratio, and the line shows
// their median and spread. Ratios therefore say something on a noisy machine,
// single figures little. A peer that is not installed is skipped. Everything is
// on the loopback interface, bounded in time, and ended by process id.
//
// .make/bench builds and starts it, in a network namespace where it can.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"
)

// options are what a run is set to.
type options struct {
	full     bool
	pairs    int
	work     string
	parleyd  string
	parley   string
	hello    string
	asterisk string
	// without says why a peer is not measured, by its name.
	rtpengine string
	chromium  string
}

// benchmark is one line to print.
type benchmark struct {
	name string
	run  func(context.Context, options) error
}

var benchmarks = []benchmark{
	{"B1", agentIdleGap},
	{"B2", offerLatency},
	{"B3", callsPerSecond},
	{"B5", relay},
	{"B8", fanOut},
	{"B13", desktop},
}

func main() {
	var o options
	flag.BoolVar(&o.full, "full", false, "more pairs, longer, and larger sizes")
	flag.StringVar(&o.parleyd, "parleyd", "bin/parleyd", "our server")
	flag.StringVar(&o.parley, "parley", "bin/parley", "our desktop")
	flag.StringVar(&o.hello, "hello", "", "a bare window with the desktop's toolkit")
	flag.StringVar(&o.asterisk, "asterisk", "", "folder with a Debian release that has Asterisk; empty skips it")
	flag.StringVar(&o.rtpengine, "rtpengine", "", "the rtpengine program; empty skips it")
	flag.StringVar(&o.chromium, "chromium", "", "the Chromium program; empty skips it")
	flag.Parse()
	if err := measureAll(o, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func measureAll(o options, names []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGPIPE)
	defer stop()
	for _, n := range names {
		if !slices.ContainsFunc(benchmarks, func(b benchmark) bool { return b.name == n }) {
			return fmt.Errorf("there is no benchmark %s", n)
		}
	}
	o.pairs = 3
	if o.full {
		o.pairs = 5
	}
	work, err := os.MkdirTemp("", "parley-bench-")
	if err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(work) }()
	o.work = work
	var failed []error
	for _, b := range benchmarks {
		if len(names) > 0 && !slices.Contains(names, b.name) {
			continue
		}
		if err := b.run(ctx, o); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", b.name, err))
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return errors.Join(failed...)
}

// line prints one result.
func line(name, format string, args ...any) {
	fmt.Printf("%-4s%s\n", name, fmt.Sprintf(format, args...))
}

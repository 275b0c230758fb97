// Parleyd is the server of the interaction centre.
//
// Exit codes: 0 stopped as asked, 1 failed, 2 wrong settings.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"parley/server/boot"
)

const (
	exitFailed = 1
	exitUsage  = 2
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	command := "--help"
	if len(args) > 0 {
		command = args[0]
	}
	switch command {
	case "serve":
	case "--version", "version":
		version := "unknown"
		if info, ok := debug.ReadBuildInfo(); ok {
			version = info.Main.Version
		}
		fmt.Println(version)
		return 0
	case "--help", "-h", "help":
		fmt.Fprintln(os.Stderr, "usage: parleyd serve [flags]    run the server; parleyd serve --help lists the flags\n"+
			"       parleyd --version        print the version")
		if len(args) > 0 {
			return 0
		}
		return exitUsage
	default:
		fmt.Fprintf(os.Stderr, "parleyd: unknown command %q; parleyd --help lists them\n", command)
		return exitUsage
	}
	cfg, err := boot.ParseConfig(args[1:], os.Getenv, os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "parleyd:", err)
		return exitUsage
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: cfg.LogLevel}))
	if err := boot.Run(ctx, cfg, log); err != nil {
		fmt.Fprintln(os.Stderr, "parleyd:", err)
		if boot.IsConfigError(err) {
			return exitUsage
		}
		return exitFailed
	}
	return 0
}

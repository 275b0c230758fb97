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
	"syscall"

	"parley/server/boot"
)

const (
	exitFailed = 1
	exitUsage  = 2
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	if len(args) == 0 || args[0] != "serve" {
		fmt.Fprintln(os.Stderr, "usage: parleyd serve [flags]; parleyd serve --help lists them")
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

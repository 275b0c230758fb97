// Parleyctl is the operator's command line: it shows what the centre is doing,
// keeps users and accounts, and plays customers and agents.
//
// Exit codes: 0 done, 1 failed or refused by the server, 2 wrong usage, 3 the
// server cannot be reached, 4 not signed in or not allowed.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"connectrpc.com/connect"
	"github.com/alecthomas/kong"
)

// The exit codes.
const (
	exitOK = iota
	exitFailed
	exitUsage
	exitUnreachable
	exitDenied
)

type cli struct {
	Server   string `help:"URL of the server." default:"http://127.0.0.1:8420" env:"PARLEY_SERVER"`
	User     string `help:"Who asks." env:"PARLEY_USER"`
	Password string `help:"The user's password; better given by the environment." env:"PARLEY_PASSWORD"`

	Version kong.VersionFlag `help:"Print the version."`

	Status  statusCmd  `cmd:"" help:"Show queues, agents, contacts and servers."`
	History historyCmd `cmd:"" help:"Show the interaction history."`
	Users   userCmd    `cmd:"" name:"user" help:"Add, list and disable users, set passwords."`
	Account accountCmd `cmd:"" help:"Import accounts."`
	Call    callCmd    `cmd:"" help:"Be a customer's phone: call in, play, record, press keys."`
	Agent   agentCmd   `cmd:"" help:"Be one or more agents who answer by themselves."`
	Tone    toneCmd    `cmd:"" help:"Make a WAV file with a tone, or find a tone in one."`
}

// env is what commands work with.
type env struct {
	ctx context.Context
	cli *cli
	out io.Writer
	err io.Writer
}

// usageError is a mistake on the command line.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, out, errOut io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	var c cli
	exit := -1
	parser, err := kong.New(&c, kong.Name("parleyctl"), kong.Writers(out, errOut),
		kong.Description("The operator's command line of Parley."), kong.Exit(func(code int) { exit = code }),
		kong.Vars{"version": version()})
	if err != nil {
		fmt.Fprintln(errOut, "parleyctl:", err)
		return exitUsage
	}
	k, err := parser.Parse(args)
	if exit >= 0 {
		return exit
	}
	if err != nil {
		fmt.Fprintln(errOut, "parleyctl:", err)
		return exitUsage
	}
	if err := k.Run(&env{ctx, &c, out, errOut}); err != nil {
		fmt.Fprintln(errOut, "parleyctl:", message(err))
		return exitCode(err)
	}
	return exitOK
}

// version is that of the source the program was built from.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version
	}
	return "unknown"
}

func message(err error) string {
	if e, ok := errors.AsType[*connect.Error](err); ok {
		return e.Message()
	}
	return err.Error()
}

func exitCode(err error) int {
	if _, ok := errors.AsType[*usageError](err); ok {
		return exitUsage
	}
	switch connect.CodeOf(err) {
	case connect.CodeUnavailable, connect.CodeDeadlineExceeded:
		return exitUnreachable
	case connect.CodeUnauthenticated, connect.CodePermissionDenied:
		return exitDenied
	default:
		return exitFailed
	}
}

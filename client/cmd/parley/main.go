// Parley is the desktop of the interaction centre.
//
// Exit codes: 0 closed by its user, 1 failed, 2 wrong flags.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"
	"github.com/alecthomas/kong"

	"parley/client/app"
	"parley/client/fyneui"
	"parley/client/fyneui/notify"
	"parley/client/fyneui/raise"
)

const appID = "org.parley.Parley"

type flags struct {
	Server   string           `help:"Address of the server." env:"PARLEY_SERVER" default:"http://127.0.0.1:8420"`
	User     string           `help:"User to sign in; with PARLEY_PASSWORD in the environment, without asking." env:"PARLEY_USER"`
	AudioIn  string           `help:"WAV file to speak, in place of the microphone." type:"existingfile"`
	AudioOut string           `help:"WAV file for what is heard, in place of the speaker."`
	Version  kong.VersionFlag `help:"Print the version."`
}

func main() {
	var f flags
	parser, err := kong.New(&f, kong.Name("parley"), kong.Description("The desktop of the Parley interaction centre."),
		kong.Vars{"version": version()})
	if err == nil {
		_, err = parser.Parse(os.Args[1:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "parley:", err)
		os.Exit(2)
	}
	if err := run(&f); err != nil {
		fmt.Fprintln(os.Stderr, "parley:", err)
		os.Exit(1)
	}
}

func run(f *flags) (err error) {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	desktop, err := app.New(app.Config{
		Server: f.Server, User: f.User, Password: os.Getenv("PARLEY_PASSWORD"),
		AudioIn: f.AudioIn, AudioOut: f.AudioOut,
		Language: cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")),
	}, log)
	if err != nil {
		return err
	}
	if err := notify.StartNoBus(); err != nil {
		return errors.Join(err, desktop.Close())
	}
	ui := fyneapp.NewWithID(appID)
	theme, scale := desktop.Looks()
	notifier := notify.New(ui)
	defer notifier.Close()
	var shell *fyneui.Shell
	shell = fyneui.New(ui, fyneui.Config{
		AppID: appID, Theme: theme, Scale: scale, Notifier: notifier,
		RaiseWithoutFocus: func() { raise.Window(shell.Window()) },
	})
	defer func() {
		if closing := desktop.Close(); err == nil {
			err = closing
		}
	}()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, shell.Close)
	desktop.Start(func(s app.Stage) {
		if s.SignIn != nil {
			shell.ShowSignIn(s.SignIn)
			return
		}
		shell.ShowDesktop(fyneui.FromDesktop(s.Desktop))
	})
	shell.Window().Resize(firstSize(shell.Window().Canvas().Scale()))
	shell.Window().Show()
	ui.Run()
	return nil
}

// firstSize is the window's size to begin with, not larger than the screen.
func firstSize(scale float32) fyne.Size {
	size := fyne.NewSize(1280, 720)
	if width, height := raise.ScreenSize(); width > 0 && height > 0 && scale > 0 {
		size = size.Min(fyne.NewSize(float32(width)/scale, float32(height)/scale))
	}
	return size
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return "parley " + info.Main.Version
	}
	return "parley (development)"
}

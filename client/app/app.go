// Package app is the desktop without a toolkit: it joins gateway, softphone,
// local data and view models.
//
// Worlds go from the gateway to the screens and to the calls; the calls make the
// audio follow the contacts. A Stage says which screens exist: the sign-in
// screen, or the desktop, or both while an expired session is renewed with the
// desktop's work still behind it. A shell draws stages and nothing else.
//
// One goroutine changes the stage. Everything else happens on the goroutines of
// the parts, which the App closes, in the order of who uses whom.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strconv"
	"sync"
	"time"

	"parley/client/gateway"
	"parley/client/l10n"
	"parley/client/local"
	"parley/client/model"
	"parley/client/phone"
	"parley/client/vm"
	"parley/client/vm/desktop"
	"parley/client/vm/signin"
)

// Config is what the program was started with.
type Config struct {
	// Server and User are put into the sign-in screen. With a Password too the
	// desktop signs in by itself.
	Server, User, Password string
	// AudioIn and AudioOut are WAV files in place of sound devices.
	AudioIn, AudioOut string
	// Language is the operating system's, as "nl".
	Language string
}

// Stage is which screens there are.
type Stage struct {
	// SignIn is nil while a session runs.
	SignIn *signin.Screen
	// Desktop is nil before the first sign-in and after a sign-out.
	Desktop *desktop.Desktop
}

// App is the running desktop.
type App struct {
	cfg     Config
	log     *slog.Logger
	store   *local.Store
	gateway *gateway.Gateway
	phone   *phone.Phone
	calls   *calls
	onStage func(Stage)

	wake   chan struct{}
	closed chan struct{}
	done   sync.WaitGroup

	mu    sync.Mutex
	queue []func()
	// newWorld and newSound wait for the goroutine; only the latest counts.
	newWorld *model.World
	newSound *phone.State
	// records is the journal that was opened last.
	records *local.Journal

	// These belong to the goroutine that runs tasks.
	signIn       *signin.Screen
	desktop      *desktop.Desktop
	server, user string
	sound        model.PhoneState
	devices      deviceList
	// refused waits for a desktop that tells it.
	refused []gateway.Refusal
}

// New makes the parts of the desktop. Nothing is shown before Start.
func New(cfg Config, log *slog.Logger) (*App, error) {
	store, err := local.Open(local.Config{}, log)
	if err != nil {
		return nil, err
	}
	a := &App{cfg: cfg, log: log, store: store, wake: make(chan struct{}, 1), closed: make(chan struct{})}
	a.phone, err = phone.New(phone.Config{
		AudioIn: cfg.AudioIn, AudioOut: cfg.AudioOut,
		CaptureID:  store.Preference(vm.PrefCapture),
		PlaybackID: store.Preference(vm.PrefPlayback),
		RingerID:   store.Preference(vm.PrefRinger),
		Loopback:   onThisMachine(cfg.Server),
		OnState:    a.onPhone,
	}, log)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start the softphone: %w", err), store.Close())
	}
	a.gateway = gateway.New(gateway.Config{
		Server: cfg.Server, Device: store.Device(), Journal: a.journal,
		OnWorld: a.onWorld, OnRefused: a.onRefused,
	}, log)
	a.calls = newCalls(a.phone, a.gateway, log)
	return a, nil
}

// Start shows the sign-in screen, and signs in if it can. onStage gets the first
// Stage and every later one, by one goroutine; it must not wait for the App.
func (a *App) Start(onStage func(Stage)) {
	a.onStage = onStage
	a.done.Go(a.run)
	a.post(func() {
		a.showSignIn(model.NotEnded)
		a.signInUnasked()
	})
}

// Looks are theme and text size as chosen on this machine, where 1 is normal.
func (a *App) Looks() (theme string, scale float64) {
	percent, err := strconv.Atoi(a.store.Preference(vm.PrefScale))
	if err != nil || percent <= 0 {
		percent = 100
	}
	return a.store.Preference(vm.PrefTheme), float64(percent) / 100
}

// signOutTime is how long closing waits for the notes and for the server.
const signOutTime = 2 * time.Second

// Close signs out if it can, ends everything and waits for it.
func (a *App) Close() error {
	close(a.closed)
	a.done.Wait()
	a.signOut()
	if a.signIn != nil {
		a.signIn.Close()
	}
	if a.desktop != nil {
		a.desktop.Close()
	}
	a.calls.close()
	return errors.Join(a.gateway.Close(), a.phone.Shutdown(), a.store.Close())
}

// signOut keeps the notes and tells the server that the agent is gone, who would
// else be waited for. What does not succeed in time is left: the journal has it.
func (a *App) signOut() {
	if a.desktop == nil || a.signIn != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), signOutTime)
	defer cancel()
	a.desktop.ScratchPad.Flush(ctx)
	if a.gateway.World().Link != model.LinkOnline {
		return
	}
	if err := a.gateway.SignOut(ctx); err != nil {
		a.log.Info("closed without signing out", "error", err)
	}
}

// run takes what others left and changes the stage.
func (a *App) run() {
	for {
		select {
		case <-a.closed:
			return
		case <-a.wake:
		}
		a.mu.Lock()
		queue, w, sound := a.queue, a.newWorld, a.newSound
		a.queue, a.newWorld, a.newSound = nil, nil, nil
		a.mu.Unlock()
		for _, f := range queue {
			f()
		}
		if w != nil {
			a.takeWorld(*w)
		}
		if sound != nil {
			a.takeSound(*sound)
		}
	}
}

// leave changes what waits for the goroutine. It never waits itself, so that any
// part may call it, also while it is being closed.
func (a *App) leave(change func()) {
	a.mu.Lock()
	change()
	a.mu.Unlock()
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

func (a *App) post(f func())         { a.leave(func() { a.queue = append(a.queue, f) }) }
func (a *App) onWorld(w model.World) { a.leave(func() { a.newWorld = &w }) }
func (a *App) onPhone(s phone.State) { a.leave(func() { a.newSound = &s }) }

func (a *App) journal(server, user string) (gateway.Journal, error) {
	j, err := a.store.Journal(server, user)
	if err != nil {
		return nil, err
	}
	a.leave(func() { a.records = j })
	return j, nil
}

func (a *App) onRefused(r gateway.Refusal) {
	if r.Text == "" {
		return
	}
	a.post(func() {
		a.refused = append(a.refused, r)
		a.tellRefused()
	})
}

// tellRefused shows the notes that the server will never store.
func (a *App) tellRefused() {
	if a.desktop == nil {
		return
	}
	for _, r := range a.refused {
		a.desktop.Desk.Refused(r.Text, r.Err)
	}
	a.refused = nil
}

// tellUnreadable shows that records of the signed-in user cannot be read.
func (a *App) tellUnreadable() {
	a.mu.Lock()
	records := a.records
	a.mu.Unlock()
	if records == nil {
		return
	}
	if n := records.Unreadable(); n > 0 {
		a.desktop.Desk.Unreadable(n)
	}
}

// onThisMachine says whether a server's address is a loopback one.
func onThisMachine(server string) bool {
	u, err := url.Parse(server)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

func (a *App) takeWorld(w model.World) {
	a.calls.onWorld(w)
	if a.desktop != nil {
		a.desktop.OnWorld(w)
	}
	if w.Link == model.LinkSignedOut && w.Ended != model.NotEnded && a.desktop != nil && a.signIn == nil {
		a.sessionOver(w.Ended)
	}
}

// sessionOver asks for a new sign-in. Unless the user wanted it, his desktop
// stays behind the sign-in screen, with what he has not finished.
func (a *App) sessionOver(ended model.Ended) {
	old := a.desktop
	if ended == model.EndedSignedOut {
		a.desktop = nil
	}
	a.showSignIn(ended)
	if a.desktop == nil {
		old.Close()
	}
}

func (a *App) show() {
	a.onStage(Stage{SignIn: a.signIn, Desktop: a.desktop})
}

func (a *App) showSignIn(ended model.Ended) {
	server, user := a.cfg.Server, a.cfg.User
	if a.server != "" {
		server, user = a.server, a.user
	}
	a.signIn = signin.New(signin.Config{
		Env:     a.env(a.cfg.Language),
		Session: a.gateway, Preferences: a.store, Server: server, User: user,
		OSLanguage: a.cfg.Language, Ended: ended,
		OnSignedIn: func(server, user string) {
			a.post(func() { a.signedIn(server, user) })
		},
	})
	a.show()
}

// signInUnasked signs in with what the program was started with, once.
func (a *App) signInUnasked() {
	password := a.cfg.Password
	a.cfg.Password = ""
	if password == "" || a.cfg.User == "" {
		return
	}
	a.signIn.SetPassword(password)
	a.signIn.Submit()
}

// signedIn goes on with the desktop that is there if it is the same user's. Old
// screens are closed after the shell has let go of them.
func (a *App) signedIn(server, user string) {
	oldSignIn, oldDesktop := a.signIn, a.desktop
	if a.desktop == nil || a.server != server || a.user != user {
		a.desktop = desktop.New(desktop.Config{
			Env: a.env(a.language()), Centre: a.gateway, Session: a.gateway,
			Phone: headset{a}, Preferences: a.store,
		})
		a.tellUnreadable()
		a.tellRefused()
	}
	a.server, a.user = server, user
	a.desktop.OnWorld(a.gateway.World())
	a.desktop.OnPhone(a.sound)
	a.signIn = nil
	a.show()
	if oldSignIn != nil {
		oldSignIn.Close()
	}
	if oldDesktop != nil && oldDesktop != a.desktop {
		oldDesktop.Close()
	}
}

// language is what the user chose on this machine, or else his profile's.
func (a *App) language() string {
	if lang := a.store.Preference(vm.PrefLanguage); lang != "" {
		return lang
	}
	return a.gateway.World().Profile.Language
}

func (a *App) env(lang string) vm.Env {
	return vm.Env{Clock: vm.SystemClock{}, Printer: l10n.New(lang), Log: a.log}
}

package fyneui

import (
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"parley/client/fyneui/look"
	"parley/client/fyneui/notify"
	"parley/client/fyneui/screen"
	"parley/client/vm/desk"
	"parley/client/vm/settings"
	"parley/client/vm/signin"
)

// Config is what a shell needs besides view models.
type Config struct {
	// AppID names the application to the operating system.
	AppID string
	// Theme and Scale hold until the settings of a user say otherwise: a theme of
	// the settings, and a text size where 1 is normal.
	Theme string
	Scale float64
	// Notifier shows notifications of the operating system; nil shows none. See
	// notify.New. Whoever made it closes it after Run.
	Notifier notify.Notifier
	// RaiseWithoutFocus brings the window to the front and lets the keyboard focus
	// be; it is called on the window's thread when a contact rings. See package
	// raise; nil leaves it to the notification to call the agent.
	RaiseWithoutFocus func()
	// Started is called once when the window stands, on the window's thread.
	Started func(*Shell)
	// Closed is called when the user closes the window, before the program ends:
	// whoever keeps something writes it down now.
	Closed func()

	// dispatch runs something on the window's thread; tests replace fyne.Do.
	dispatch func(func())
}

// Shell is the desktop's one window.
type Shell struct {
	cfg    Config
	window fyne.Window
	host   *host
	looks  chosenLooks
	cancel []func()
	desk   *deskShell
}

// Run opens the window and returns when it is closed.
func Run(cfg Config) error {
	a := app.NewWithID(cfg.AppID)
	s := New(a, cfg)
	s.window.Show()
	if cfg.Started != nil {
		cfg.Started(s)
	}
	a.Run()
	return nil
}

// New makes the window without showing it.
func New(a fyne.App, cfg Config) *Shell {
	if cfg.dispatch == nil {
		cfg.dispatch = fyne.Do
	}
	s := &Shell{cfg: cfg, window: a.NewWindow("Parley")}
	s.host = newHost(s.window)
	s.window.SetPadded(false)
	s.window.Resize(fyne.NewSize(1280, 720))
	s.window.SetIcon(look.AppIcon())
	s.window.SetMaster()
	s.window.SetCloseIntercept(s.askClose)
	s.applyLooks(chosenLooks{theme: cfg.Theme, scale: cfg.Scale})
	return s
}

// Window is the window, for tests and for a program that raises it.
func (s *Shell) Window() fyne.Window { return s.window }

// ShowSignIn shows the sign-in screen. It may be called on any goroutine.
func (s *Shell) ShowSignIn(m SignIn) {
	s.cfg.dispatch(func() {
		s.clear()
		view := screen.NewSignIn(s.host, m)
		dialog := s.host.newDialog(nil)
		s.host.setContent(view.Root)
		fresh := true
		s.keep(watch(m, s.cfg.dispatch, func(st signin.State) {
			s.window.SetTitle(st.Title)
			view.Show(st)
			dialog.Set(st.TakeOver, m.Answer)
			if fresh {
				fresh = false
				s.host.Focus(view.First())
			}
		}))
	})
}

// ShowDesktop shows the frame of a signed-in agent. It may be called on any
// goroutine.
func (s *Shell) ShowDesktop(m Models) {
	s.cfg.dispatch(func() {
		s.clear()
		s.desk = newDeskShell(s, m)
		s.desk.watch()
	})
}

// Close ends the program without a question.
func (s *Shell) Close() { s.cfg.dispatch(s.close) }

// askClose closes the window as its user does: not in a call without a question.
func (s *Shell) askClose() {
	if d := s.desk; d != nil && d.state.AsksClose {
		d.models.Desk.Do(desk.CmdClose)
		return
	}
	s.close()
}

func (s *Shell) close() {
	s.clear()
	if s.cfg.Closed != nil {
		s.cfg.Closed()
	}
	s.window.Close()
}

// keep remembers what clear has to end.
func (s *Shell) keep(cancel func()) { s.cancel = append(s.cancel, cancel) }

// clear ends what is shown; text that is still in the editor has been reported
// with each key.
func (s *Shell) clear() {
	for _, end := range s.cancel {
		end()
	}
	s.cancel, s.desk = nil, nil
	s.host.reset()
	if s.cfg.Notifier != nil {
		s.cfg.Notifier.Withdraw()
	}
}

// applyLooks sets theme and text size if they differ from what is set.
func (s *Shell) applyLooks(l chosenLooks) {
	if l.scale == 0 {
		l.scale = 1
	}
	if s.looks == l {
		return
	}
	s.looks = l
	scheme := look.SchemeSystem
	switch l.theme {
	case settings.ThemeLight:
		scheme = look.SchemeLight
	case settings.ThemeDark:
		scheme = look.SchemeDark
	}
	fyne.CurrentApp().Settings().SetTheme(look.New(scheme, int(math.Round(l.scale*100))))
	if content := s.window.Content(); content != nil {
		content.Refresh()
	}
}

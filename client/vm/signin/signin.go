package signin

import (
	"context"
	"net/url"
	"strings"
	"time"

	"parley/client/l10n"
	"parley/client/model"
	"parley/client/vm"
)

// Config is what the screen needs.
type Config struct {
	vm.Env
	Session     vm.Session
	Preferences vm.Preferences
	// Server and User are put in beforehand; empty means the last ones.
	Server, User string
	// OSLanguage is used until a user has signed in on this machine.
	OSLanguage string
	// Ended says why the last session ended.
	Ended model.Ended
	// OnSignedIn is called once, on the screen's goroutine.
	OnSignedIn func(server, user string)
}

// Screen is the running sign-in screen.
type Screen struct {
	*vm.Screen[State]

	c        Config
	p        *l10n.Printer
	server   string
	user     string
	password string
	load     uint64
	busy     bool
	takeOver bool
	problem  l10n.Key
	err      error
}

// New starts the screen.
func New(c Config) *Screen {
	s := &Screen{c: c, server: c.Server, user: c.User, load: 1}
	if s.server == "" {
		s.server = c.Preferences.Preference(vm.PrefServer)
	}
	if s.user == "" {
		s.user = c.Preferences.Preference(vm.PrefUser)
	}
	lang := c.Preferences.Preference(vm.PrefLanguage)
	if lang == "" {
		lang = c.OSLanguage
	}
	s.p = l10n.New(lang)
	s.Screen = vm.NewScreen(c.Clock, s.render)
	s.Start()
	return s
}

// SetServer takes the edited server address.
func (s *Screen) SetServer(url string) { s.edit(func() { s.server = url }) }

// SetUser takes the edited user name.
func (s *Screen) SetUser(user string) { s.edit(func() { s.user = user }) }

// SetPassword takes the edited password.
func (s *Screen) SetPassword(password string) { s.edit(func() { s.password = password }) }

func (s *Screen) edit(change func()) {
	s.Post(func() {
		change()
		s.problem, s.err = "", nil
	})
}

// SetLanguage speaks another language from now on.
func (s *Screen) SetLanguage(lang string) {
	s.Post(func() {
		s.p = l10n.New(lang)
		s.keep(vm.PrefLanguage, s.p.Language())
	})
}

// Submit signs in.
func (s *Screen) Submit() { s.Post(func() { s.submit(false) }) }

// Answer answers State.TakeOver.
func (s *Screen) Answer(id string) {
	s.Post(func() {
		if !s.takeOver {
			return
		}
		s.takeOver = false
		if id == AnswerTakeOver {
			s.submit(true)
		}
	})
}

func (s *Screen) complete() bool {
	return strings.TrimSpace(s.server) != "" && strings.TrimSpace(s.user) != "" && s.password != ""
}

// address is the server's URL; a name without a scheme means https.
func address(server string) (string, bool) {
	server = strings.TrimRight(strings.TrimSpace(server), "/")
	if !strings.Contains(server, "://") {
		server = "https://" + server
	}
	u, err := url.Parse(server)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", false
	}
	return server, true
}

func (s *Screen) submit(takeOver bool) {
	if s.busy || !s.complete() {
		return
	}
	server, ok := address(s.server)
	if !ok {
		s.problem = "signin.bad_server"
		return
	}
	s.busy, s.problem, s.err = true, "", nil
	user, password := strings.TrimSpace(s.user), s.password
	var err error
	s.Call(func(ctx context.Context) { err = s.c.Session.SignIn(ctx, server, user, password, takeOver) },
		func() { s.answered(server, user, err) })
}

func (s *Screen) answered(server, user string, err error) {
	s.busy = false
	switch {
	case err == nil:
		s.password = ""
		s.load++
		s.keep(vm.PrefServer, server)
		s.keep(vm.PrefUser, user)
		if s.c.OnSignedIn != nil {
			s.c.OnSignedIn(server, user)
		}
	case vm.IsKind(err, model.KindSignedInElsewhere):
		s.takeOver = true
	case vm.IsKind(err, model.KindUnauthenticated), vm.IsKind(err, model.KindDenied):
		s.problem = "signin.wrong"
	case vm.IsKind(err, model.KindUnavailable):
		s.problem = "signin.unreachable"
	default:
		s.err = err
	}
	if err != nil {
		s.c.Log.Info("sign-in failed", "server", server, "user", user, "error", err)
	}
}

func (s *Screen) keep(key, value string) {
	if err := s.c.Preferences.SetPreference(key, value); err != nil {
		s.c.Log.Warn("preference not kept", "key", key, "error", err)
	}
}

func (s *Screen) render(time.Time) (State, bool) {
	st := State{
		Title:         s.p.T("signin.title"),
		Why:           s.why(),
		Server:        vm.Input{ID: "server", Label: s.p.T("signin.server"), Value: s.server, Placeholder: "https://parley.example", Required: true},
		User:          vm.Input{ID: "user", Label: s.p.T("signin.user"), Value: s.user, Required: true},
		Password:      vm.Input{ID: "password", Label: s.p.T("signin.password"), Required: true},
		Load:          s.load,
		Busy:          s.busy,
		LanguageLabel: s.p.T("settings.language"),
		Submit: vm.Command{
			ID: CmdSubmit, Title: s.p.T("signin.submit"), Icon: vm.IconOnline,
			Enabled: s.complete() && !s.busy, Tone: vm.TonePositive,
		},
	}
	if s.busy {
		st.Submit.Title = s.p.T("signin.busy")
	}
	if !s.complete() {
		st.Submit.Hint = s.p.T("signin.incomplete")
	}
	text := ""
	switch {
	case s.problem == "signin.unreachable":
		text = s.p.T("signin.unreachable", "server", s.server)
	case s.problem != "":
		text = s.p.T(s.problem)
	case s.err != nil:
		text = vm.ErrorText(s.p, s.err)
	}
	if text != "" {
		st.Problem = vm.Notice{Tone: vm.ToneCritical, Icon: vm.IconError, Text: text}
	}
	if s.takeOver {
		st.TakeOver = &vm.Question{
			ID: AnswerTakeOver, Title: s.p.T("takeover.title"), Text: s.p.T("takeover.text"),
			Answers: []vm.Answer{
				{ID: AnswerTakeOver, Title: s.p.T("takeover.yes"), Tone: vm.ToneAttention},
				{ID: AnswerCancel, Title: s.p.T("action.cancel")},
			},
		}
	}
	for _, l := range l10n.Languages() {
		st.Languages = append(st.Languages, vm.Choice{ID: l, Title: l10n.LanguageName(l), Chosen: l == s.p.Language()})
	}
	return st, false
}

func (s *Screen) why() vm.Notice {
	text := ""
	switch s.c.Ended {
	case model.EndedTakenOver:
		text = s.p.T("ended.taken_over")
	case model.EndedDisabled:
		text = s.p.T("ended.disabled")
	case model.EndedExpired:
		text = s.p.T("ended.expired")
	case model.NotEnded, model.EndedSignedOut:
		return vm.Notice{}
	}
	return vm.Notice{Tone: vm.ToneAttention, Icon: vm.IconInfo, Text: text}
}

package screen

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"parley/client/fyneui/look"
	"parley/client/fyneui/part"
	"parley/client/vm"
	"parley/client/vm/signin"
)

// SignInModel is what the sign-in screen tells.
type SignInModel interface {
	SetServer(url string)
	SetUser(user string)
	SetPassword(password string)
	SetLanguage(lang string)
	Submit()
	Answer(id string)
}

// SignIn is the first screen.
type SignIn struct {
	Root fyne.CanvasObject

	title                  *part.Text
	server, user, password *part.Field
	language               *part.Choice
	languageLabel          *part.Text
	why, problem           *part.Notice
	submit                 *part.Button
	load                   uint64
	drawn                  bool
}

// NewSignIn makes the screen.
func NewSignIn(host part.Host, m SignInModel) *SignIn {
	s := &SignIn{
		title:         part.NewText("", look.Display, look.Text).Bold().Center().Elastic(80),
		server:        part.NewField(part.NewEntry(host), m.SetServer),
		user:          part.NewField(part.NewEntry(host), m.SetUser),
		password:      part.NewField(part.NewPasswordEntry(host), m.SetPassword),
		language:      part.NewChoice(host, m.SetLanguage),
		languageLabel: part.NewText("", look.Caption, look.Muted).Bold(),
		why:           part.NewNotice(host, func() {}),
		problem:       part.NewNotice(host, m.Submit),
		submit:        part.NewButton(host, part.StylePrimary, m.Submit),
	}
	s.submit.Enter = true
	submit := func(string) {
		if s.submit.Command().Enabled {
			m.Submit()
		}
	}
	for _, f := range []*part.Field{s.server, s.user, s.password} {
		f.Entry.OnSubmitted = submit
	}
	sign := &canvas.Image{Resource: look.AppIcon(), FillMode: canvas.ImageFillContain}
	sign.SetMinSize(fyne.NewSquareSize(56))
	column := part.Stack(look.Wide,
		part.Centered(sign), s.title, s.why.Container,
		s.user.Container, s.password.Container, s.server.Container,
		part.Labelled(s.languageLabel, s.language.Button), s.problem.Container, s.submit)
	card := part.Card(part.Inset(look.Wide, look.Gap, part.AtLeast(340, 0, column)))
	s.Root = container.NewVScroll(part.Inset(look.Huge, look.Huge, part.Centered(card)))
	return s
}

// Show draws a state.
func (s *SignIn) Show(st signin.State) {
	s.title.Set(st.Title)
	s.why.Set(st.Why)
	if !s.drawn || s.load != st.Load {
		s.server.Load(st.Server.Value)
		s.user.Load(st.User.Value)
		s.password.Load(st.Password.Value)
		s.drawn, s.load = true, st.Load
	}
	s.server.Set(st.Server)
	s.user.Set(st.User)
	s.password.Set(st.Password)
	s.languageLabel.Set(st.LanguageLabel)
	s.language.Set(st.Languages)
	s.problem.Set(st.Problem)
	s.submit.Set(st.Submit)
}

// First is the editor to begin with: the first one that is empty.
func (s *SignIn) First() *part.Entry {
	if s.user.Entry.Text == "" {
		return s.user.Entry
	}
	return s.password.Entry
}

// Commands are those that the screen shows, for a test.
func (s *SignIn) Commands() []vm.Command { return []vm.Command{s.submit.Command()} }

package look

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"parley/client/vm"
)

// The colours that Fyne has no name for.
const (
	// Surface is the ground of panels; the window behind them is Fyne's background.
	Surface fyne.ThemeColorName = "parley.surface"
	// Raised is the ground of cards and menus that float above the window.
	Raised fyne.ThemeColorName = "parley.raised"
	Border fyne.ThemeColorName = "parley.border"
	// Text and Muted are the two strengths of writing.
	Text  fyne.ThemeColorName = "parley.text"
	Muted fyne.ThemeColorName = "parley.muted"
	// Accent is the fill of the one thing to do next, OnAccent the writing on it;
	// AccentText is accent-coloured writing on a surface.
	Accent     fyne.ThemeColorName = "parley.accent"
	OnAccent   fyne.ThemeColorName = "parley.onAccent"
	AccentText fyne.ThemeColorName = "parley.accentText"
	AccentTint fyne.ThemeColorName = "parley.accentTint"
	// Danger is the fill of hang-up and of what loses something.
	Danger   fyne.ThemeColorName = "parley.danger"
	OnDanger fyne.ThemeColorName = "parley.onDanger"
	// The tones: writing and tinted ground.
	Positive      fyne.ThemeColorName = "parley.positive"
	PositiveTint  fyne.ThemeColorName = "parley.positiveTint"
	Attention     fyne.ThemeColorName = "parley.attention"
	AttentionTint fyne.ThemeColorName = "parley.attentionTint"
	Critical      fyne.ThemeColorName = "parley.critical"
	CriticalTint  fyne.ThemeColorName = "parley.criticalTint"
	NeutralTint   fyne.ThemeColorName = "parley.neutralTint"
	// Faint is for what cannot be used now.
	Faint fyne.ThemeColorName = "parley.faint"
)

type palette map[fyne.ThemeColorName]color.NRGBA

func rgb(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xff}
}

func withAlpha(c color.NRGBA, a uint8) color.NRGBA {
	c.A = a
	return c
}

func lightPalette() palette {
	return palette{
		theme.ColorNameBackground: rgb(0xEEF1F5),
		Surface:                   rgb(0xFFFFFF),
		Raised:                    rgb(0xFFFFFF),
		Border:                    rgb(0xD5DCE4),
		Text:                      rgb(0x17212B),
		Muted:                     rgb(0x52606E),
		Faint:                     rgb(0x66727F),
		Accent:                    rgb(0x2456C4),
		OnAccent:                  rgb(0xFFFFFF),
		AccentText:                rgb(0x2050BA),
		AccentTint:                rgb(0xE4ECFB),
		Danger:                    rgb(0xC22A30),
		OnDanger:                  rgb(0xFFFFFF),
		Positive:                  rgb(0x17693D),
		PositiveTint:              rgb(0xE0F2E7),
		Attention:                 rgb(0x7A4F00),
		AttentionTint:             rgb(0xFBEED3),
		Critical:                  rgb(0xAE2127),
		CriticalTint:              rgb(0xFBE5E5),
		NeutralTint:               rgb(0xE9EDF2),
		theme.ColorNameShadow:     {R: 0x17, G: 0x21, B: 0x2B, A: 0x38},
	}
}

func darkPalette() palette {
	return palette{
		theme.ColorNameBackground: rgb(0x11161C),
		Surface:                   rgb(0x1A2129),
		Raised:                    rgb(0x222B35),
		Border:                    rgb(0x36424F),
		Text:                      rgb(0xE6EBF1),
		Muted:                     rgb(0xA5B1BE),
		Faint:                     rgb(0x8C99A6),
		Accent:                    rgb(0x7EA8FF),
		OnAccent:                  rgb(0x0B1733),
		AccentText:                rgb(0x94B7FF),
		AccentTint:                rgb(0x22314E),
		Danger:                    rgb(0xC9353B),
		OnDanger:                  rgb(0xFFFFFF),
		Positive:                  rgb(0x7BD9A0),
		PositiveTint:              rgb(0x17352A),
		Attention:                 rgb(0xF3C56B),
		AttentionTint:             rgb(0x3A2F17),
		Critical:                  rgb(0xFF9A96),
		CriticalTint:              rgb(0x43212A),
		NeutralTint:               rgb(0x2A343F),
		theme.ColorNameShadow:     {A: 0x8c},
	}
}

// complete adds the colours that Fyne's own widgets ask for.
func (p palette) complete() palette {
	for name, from := range map[fyne.ThemeColorName]fyne.ThemeColorName{
		theme.ColorNameForeground:          Text,
		theme.ColorNameButton:              NeutralTint,
		theme.ColorNameDisabledButton:      NeutralTint,
		theme.ColorNameDisabled:            Muted,
		theme.ColorNameError:               Critical,
		theme.ColorNameSuccess:             Positive,
		theme.ColorNameWarning:             Attention,
		theme.ColorNamePrimary:             Accent,
		theme.ColorNameForegroundOnPrimary: OnAccent,
		theme.ColorNameForegroundOnError:   OnDanger,
		theme.ColorNameForegroundOnSuccess: Surface,
		theme.ColorNameForegroundOnWarning: Surface,
		theme.ColorNameHyperlink:           AccentText,
		theme.ColorNameHeaderBackground:    Surface,
		theme.ColorNameInputBackground:     Surface,
		theme.ColorNameInputBorder:         Border,
		theme.ColorNameMenuBackground:      Raised,
		theme.ColorNameOverlayBackground:   Raised,
		theme.ColorNamePlaceHolder:         Muted,
		theme.ColorNameSeparator:           Border,
	} {
		p[name] = p[from]
	}
	p[theme.ColorNameFocus] = p[Accent]
	p[theme.ColorNameSelection] = p[AccentTint]
	p[theme.ColorNameHover] = withAlpha(p[Text], 0x0e)
	p[theme.ColorNamePressed] = withAlpha(p[Text], 0x22)
	p[theme.ColorNameScrollBar] = withAlpha(p[Muted], 0x90)
	p[theme.ColorNameScrollBarBackground] = withAlpha(p[Muted], 0x00)
	return p
}

// ToneText is the colour of writing and icons of a tone.
func ToneText(t vm.Tone) fyne.ThemeColorName {
	switch t {
	case vm.TonePositive:
		return Positive
	case vm.ToneAttention:
		return Attention
	case vm.ToneCritical:
		return Critical
	case vm.ToneMuted:
		return Muted
	default:
		return Text
	}
}

// ToneTint is the ground under writing of a tone.
func ToneTint(t vm.Tone) fyne.ThemeColorName {
	switch t {
	case vm.TonePositive:
		return PositiveTint
	case vm.ToneAttention:
		return AttentionTint
	case vm.ToneCritical:
		return CriticalTint
	default:
		return NeutralTint
	}
}

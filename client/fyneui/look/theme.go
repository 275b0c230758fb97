package look

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// The four type sizes, under the names Fyne's widgets ask for.
const (
	Caption = theme.SizeNameCaptionText
	Body    = theme.SizeNameText
	Title   = theme.SizeNameSubHeadingText
	Display = theme.SizeNameHeadingText
)

// The steps of the grid that distances come from.
const (
	Hair float32 = 4
	Gap  float32 = 8
	Pad  float32 = 12
	Wide float32 = 16
	Huge float32 = 24
)

// Radius is that of panels and cards, SmallRadius that of buttons and fields.
const (
	Radius      float32 = 8
	SmallRadius float32 = 6
)

// Scheme is light, dark, or what the system says.
type Scheme int

// The schemes.
const (
	SchemeSystem Scheme = iota
	SchemeLight
	SchemeDark
)

// Theme is a fyne.Theme of one scheme and one text size.
type Theme struct {
	scheme      Scheme
	factor      float32
	light, dark palette
	base        fyne.Theme
}

// New makes a theme. The text size is in percent of the normal one and is kept
// within 80 and 200.
func New(scheme Scheme, percent int) *Theme {
	percent = min(max(percent, 80), 200)
	return &Theme{
		scheme: scheme, factor: float32(percent) / 100,
		light: lightPalette().complete(), dark: darkPalette().complete(), base: theme.DefaultTheme(),
	}
}

// Color returns the colour of a name.
func (t *Theme) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	p := t.light
	if t.scheme == SchemeDark || t.scheme == SchemeSystem && variant == theme.VariantDark {
		p = t.dark
	}
	if c, ok := p[name]; ok {
		return c
	}
	return t.base.Color(name, variant)
}

// Font returns Fyne's own Noto Sans: its figures share one width, and it has the
// Latin letters of all languages of the desktop.
func (t *Theme) Font(style fyne.TextStyle) fyne.Resource { return t.base.Font(style) }

// Icon returns Fyne's icon; ours are drawn by Icon.
func (t *Theme) Icon(name fyne.ThemeIconName) fyne.Resource { return t.base.Icon(name) }

// Size returns the size of a name.
func (t *Theme) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case Caption:
		return 12 * t.factor
	case Body:
		return 14 * t.factor
	case Title:
		return 17 * t.factor
	case Display:
		return 24 * t.factor
	case theme.SizeNameInlineIcon:
		return 18 * t.factor
	case theme.SizeNamePadding:
		return Hair
	case theme.SizeNameInnerPadding:
		return Gap
	case theme.SizeNameLineSpacing:
		return Hair
	case theme.SizeNameInputBorder:
		return 1
	case theme.SizeNameInputRadius, theme.SizeNameButtonRadius, theme.SizeNameSelectionRadius:
		return SmallRadius
	case theme.SizeNameCardRadius, theme.SizeNameDialogRadius, theme.SizeNamePopupRadius, theme.SizeNameMenuRadius:
		return Radius
	case theme.SizeNameScrollBar:
		return 10
	case theme.SizeNameScrollBarSmall:
		return 4
	case theme.SizeNameModalBlurRadius:
		return 0
	default:
		return t.base.Size(name)
	}
}

// Color is the colour of a name in the theme of the running app.
func Color(name fyne.ThemeColorName) color.Color { return theme.Color(name) }

// Size is the size of a name in the theme of the running app.
func Size(name fyne.ThemeSizeName) float32 { return theme.Size(name) }

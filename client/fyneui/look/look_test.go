package look

import (
	"image"
	"image/color"
	"math"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"golang.org/x/image/font/sfnt"

	"parley/client/vm"
)

func luminance(c color.Color) float64 {
	part := func(v uint32) float64 {
		x := float64(v) / 0xffff
		if x <= 0.03928 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	r, g, b, _ := c.RGBA()
	return 0.2126*part(r) + 0.7152*part(g) + 0.0722*part(b)
}

func contrast(a, b color.Color) float64 {
	x, y := luminance(a)+0.05, luminance(b)+0.05
	return max(x, y) / min(x, y)
}

func TestContrast(t *testing.T) {
	test.NewTempApp(t)
	grounds := map[fyne.ThemeColorName][]fyne.ThemeColorName{
		Surface:                   {Text, Muted, Faint, AccentText, Positive, Attention, Critical},
		Raised:                    {Text, Muted, AccentText, Attention, Critical},
		theme.ColorNameBackground: {Text, Muted, AccentText},
		Accent:                    {OnAccent}, Danger: {OnDanger}, AccentTint: {AccentText, Text, Muted},
		PositiveTint: {Positive, Text}, AttentionTint: {Attention, Text}, CriticalTint: {Critical, Text},
		NeutralTint: {Text, Muted}, Text: {Surface},
	}
	for scheme, name := range map[Scheme]string{SchemeLight: "light", SchemeDark: "dark"} {
		th := New(scheme, 100)
		for ground, writings := range grounds {
			for _, w := range writings {
				if c := contrast(th.Color(ground, 0), th.Color(w, 0)); c < 4.5 {
					t.Errorf("%s: %s on %s has %.2f", name, w, ground, c)
				}
			}
		}
	}
}

func TestSizesFollowThePercentage(t *testing.T) {
	test.NewTempApp(t)
	for percent, want := range map[int]float32{80: 11.2, 100: 14, 200: 28, 500: 28, 0: 11.2} {
		if got := New(SchemeLight, percent).Size(Body); math.Abs(float64(got-want)) > 0.01 {
			t.Errorf("%d %%: body is %v, want %v", percent, got, want)
		}
	}
}

// TestIconsAreDrawn finds an SVG for each name that view models use and sees to it
// that it draws something in its colour.
func TestIconsAreDrawn(t *testing.T) {
	test.NewTempApp(t)
	red := color.NRGBA{R: 0xff, A: 0xff}
	own := []string{
		"close", "chevron-down", "chevron-up", "chevron-left", "chevron-right", "saved", "queue", "keyboard", "lock",
		"checkbox", "checkbox-on",
	}
	for _, name := range append(vm.Icons(), own...) {
		res := Resource(name, red)
		if res == nil {
			t.Errorf("no icon %q", name)
			continue
		}
		if strings.Contains(string(res.Content()), "currentColor") {
			t.Errorf("%s keeps a colour of its own", name)
		}
		img := canvas.NewImageFromResource(res)
		img.Resize(fyne.NewSquareSize(24))
		c := software.NewCanvas()
		c.SetContent(img)
		c.Resize(fyne.NewSquareSize(48))
		if n := reds(c.Capture()); n < 30 || n > 1200 {
			t.Errorf("%s draws %d points", name, n)
		}
	}
}

func reds(img image.Image) int {
	n := 0
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			r, g, _, _ := img.At(x, y).RGBA()
			if r > 0x8000 && g < 0x6000 {
				n++
			}
		}
	}
	return n
}

// TestFont finds the letters of the five languages, and figures of one width.
func TestFont(t *testing.T) {
	test.NewTempApp(t)
	for _, style := range []fyne.TextStyle{{}, {Bold: true}} {
		f, err := sfnt.Parse(New(SchemeLight, 100).Font(style).Content())
		if err != nil {
			t.Fatal(err)
		}
		var buf sfnt.Buffer
		for _, r := range "ğĞşŞıIiİəƏöÖüÜçÇéèêëàâîïôûùœæëïÿñ«»’…·›–€" {
			if g, err := f.GlyphIndex(&buf, r); err != nil || g == 0 {
				t.Errorf("no glyph for %c", r)
			}
		}
		width := fyne.MeasureText("0", 14, style).Width
		for _, r := range "123456789" {
			if w := fyne.MeasureText(string(r), 14, style).Width; w != width {
				t.Errorf("%c is %v wide, 0 is %v", r, w, width)
			}
		}
	}
}

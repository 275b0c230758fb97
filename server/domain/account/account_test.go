package account

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/server/domain"
)

func TestE164(t *testing.T) {
	for _, c := range []struct{ number, country, want string }{
		{"0532 123 45 67", "TR", "+905321234567"},
		{"(0212) 555 12 12", "tr", "+902125551212"},
		{"90 532 123 45 67", "TR", "+905321234567"},
		{"+90 (532) 123-45-67", "NL", "+905321234567"},
		{"01 42 68 53 00", "FR", "+33142685300"},
		{"06.12.34.56.78", "FR", "+33612345678"},
		{"0033 6 12 34 56 78", "NL", "+33612345678"},
		{"00 33 6 12 34 56 78", "US", "+33612345678"},
		{"020 123 4567", "NL", "+31201234567"},
		{"06-12345678", "NL", "+31612345678"},
		{"+31 (0)20 123 4567", "TR", "+31201234567"},
		{"012 404 00 00", "AZ", "+994124040000"},
		{"(050) 212-34-56", "az", "+994502123456"},
		{"  +994 50 212 34 56\t", "", "+994502123456"},
		{"+39 06 698 12345", "TR", "+390669812345"}, // an Italian zero stays
		{"+44 20 7946 0018", "", "+442079460018"},
		{"٠٥٣٢ ١٢٣ ٤٥ ٦٧", "TR", "+905321234567"},
	} {
		got, err := E164(c.number, c.country)
		if err != nil || got != c.want {
			t.Errorf("E164(%q, %q) = %q, %v, want %q", c.number, c.country, got, err, c.want)
		}
	}
}

func TestE164Refuses(t *testing.T) {
	for _, c := range []struct{ number, country string }{
		{"", "TR"},
		{"   ", "TR"},
		{"0532 123 45 67", ""}, // no country to read it in
		{"0532 123 45 67", "XX"},
		{"anonymous", "TR"},
		{"Ayşe Yılmaz", "TR"},
		{"1", "TR"},
		{"112", "TR"},
		{"+", "TR"},
		{"00", "TR"},
		{"+9990000", "TR"},
		{"+90 532 123 45 67 890 123 456", "TR"},
		{strings.Repeat("5", 300), "TR"},
		{"sip:ada@example.org", "TR"},
	} {
		got, err := E164(c.number, c.country)
		if domain.KindOf(err) != domain.Invalid || got != "" {
			t.Errorf("E164(%q, %q) = %q, %v, want an invalid number", c.number, c.country, got, err)
		}
	}
}

var form = regexp.MustCompile(`^\+[1-9][0-9]{1,14}$`)

func FuzzE164(f *testing.F) {
	for _, n := range []string{"0532 123 45 67", "00 33 6 12", "+31 (0)20 123 4567", "abc", "", "tel:+90;ext=5", "+39 06 698"} {
		for _, c := range []string{"TR", "NL", "", "fr"} {
			f.Add(n, c)
		}
	}
	f.Fuzz(func(t *testing.T, number, country string) {
		got, err := E164(number, country)
		if err != nil {
			if domain.KindOf(err) != domain.Invalid || got != "" {
				t.Fatalf("E164(%q, %q) = %q, %v", number, country, got, err)
			}
			return
		}
		if !form.MatchString(got) {
			t.Fatalf("E164(%q, %q) = %q, which is not of the form", number, country, got)
		}
		again, err := E164(got, "")
		if err != nil || again != got {
			t.Fatalf("E164(%q) = %q, %v: not the same number again", got, again, err)
		}
	})
}

func TestCheck(t *testing.T) {
	a := &Account{
		Name: "  Ayşe Yılmaz ", Email: "ayse@example.org", Country: "TR",
		Numbers: []Number{{Typed: "0532 123 45 67"}, {Typed: "+31 20 123 4567", E164: "stale"}},
	}
	if err := a.Check("NL"); err != nil {
		t.Fatal(err)
	}
	want := []Number{{"0532 123 45 67", "+905321234567"}, {"+31 20 123 4567", "+31201234567"}}
	if d := cmp.Diff(want, a.Numbers); d != "" || a.Name != "Ayşe Yılmaz" || a.Type != Person {
		t.Errorf("name %q, type %q, numbers %s", a.Name, a.Type, d)
	}
	for subject, a := range map[string]Account{
		"name":   {Name: " "},
		"type":   {Name: "x", Type: "robot"},
		"email":  {Name: "x", Email: "nowhere"},
		"number": {Name: "x", Numbers: []Number{{Typed: "abc"}}},
	} {
		err := a.Check("NL")
		e, ok := err.(*domain.Error) //nolint:errorlint // the error itself is what is returned
		if !ok || e.Kind != domain.Invalid || e.Subject != subject {
			t.Errorf("%s: %v", subject, err)
		}
	}
}

func TestDetail(t *testing.T) {
	for want, a := range map[string]Account{
		"":            {},
		"Acme":        {Company: "Acme"},
		"Bakı":        {City: "Bakı"},
		"Acme, Paris": {Company: "Acme", City: "Paris"},
	} {
		if got := a.Detail(); got != want {
			t.Errorf("Detail() = %q, want %q", got, want)
		}
	}
}

package l10n

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Number groups thousands as the language does.
func (p *Printer) Number(n int) string {
	digits := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	var parts []string
	for len(digits) > 3 {
		parts = append([]string{digits[len(digits)-3:]}, parts...)
		digits = digits[:len(digits)-3]
	}
	return sign + strings.Join(append([]string{digits}, parts...), p.thousands())
}

func (p *Printer) thousands() string {
	switch p.lang {
	case "tr", "nl", "az":
		return "."
	case "fr":
		return "\u202f"
	}
	return ","
}

// Timer writes a running duration as mm:ss, or h:mm:ss from one hour on. A
// negative duration is zero: clocks of two machines differ a little.
func (p *Printer) Timer(d time.Duration) string {
	s := max(int(d/time.Second), 0)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%02d:%02d", s/60, s%60)
}

// Span writes a duration in words, in its one or two largest units.
func (p *Printer) Span(d time.Duration) string {
	s := max(int(d/time.Second), 0)
	switch {
	case s < 60:
		return p.T("span.seconds", "n", s)
	case s < 3600:
		return p.T("span.minutes", "n", s/60)
	case s < 48*3600:
		return p.T("span.hours", "h", s/3600, "m", s/60%60)
	}
	return p.T("span.days", "n", s/86400)
}

// Time writes the time of day.
func (p *Printer) Time(t time.Time) string { return t.Format("15:04") }

// Date writes a day.
func (p *Printer) Date(t time.Time) string {
	switch p.lang {
	case "tr", "az":
		return t.Format("02.01.2006")
	case "nl":
		return t.Format("02-01-2006")
	case "fr":
		return t.Format("02/01/2006")
	}
	return t.Format("2 Jan 2006")
}

// DateTime writes day and time of day.
func (p *Printer) DateTime(t time.Time) string { return p.Date(t) + " " + p.Time(t) }

// Percent writes a share as the language does.
func (p *Printer) Percent(n int) string {
	switch p.lang {
	case "tr":
		return "%" + p.Number(n)
	case "fr":
		return p.Number(n) + "\u202f%"
	}
	return p.Number(n) + "%"
}

// Phone writes a telephone number in international form. What cannot be read as
// one is returned as it is; country is the ISO 3166 code of numbers without one.
func Phone(number, country string) string {
	parsed, err := phonenumbers.Parse(number, country)
	if err != nil || !phonenumbers.IsPossibleNumber(parsed) {
		return number
	}
	return phonenumbers.Format(parsed, phonenumbers.INTERNATIONAL)
}

// E164 is a telephone number in E.164 form; empty when it is none.
func E164(number, country string) string {
	parsed, err := phonenumbers.Parse(number, country)
	if err != nil || !phonenumbers.IsValidNumber(parsed) {
		return ""
	}
	return phonenumbers.Format(parsed, phonenumbers.E164)
}

// DisplayLanguage is the name of a customer's language in the printer's language;
// one without a name is shown as its code.
func DisplayLanguage(p *Printer, lang string) string {
	tag, err := language.Parse(lang)
	if err != nil {
		return lang
	}
	own, err := language.Parse(p.lang)
	if err != nil {
		return lang
	}
	namer := display.Languages(own)
	if namer == nil || namer.Name(tag) == "" {
		return lang
	}
	return namer.Name(tag)
}
